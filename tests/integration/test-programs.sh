#!/usr/bin/env bash
# What belongs to which program: vgpu starts fast because libvirt and libxml2
# are loaded by vgpu-domain alone.
set -uo pipefail
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"

top=$(cd "$(dirname "$0")/../.." && pwd)
bin=${BUILD:-$top/build/gcc}/bin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Not grep -q, which may end before ldd has written all: that fails the pipe.
loads() { ldd "$bin/$1" | grep -E "$2" >/dev/null; }

check "vgpu loads neither libvirt nor libxml2, and libudev only when it needs it" eval \
	'! loads vgpu "libvirt|libxml2|libudev"'
if [ -e "$(pkg-config --variable=libdir json-c)/libjson-c.a" ]; then
	check "it has json-c within" eval '! loads vgpu libjson-c'
else
	skip "it has json-c within" "this distribution has no libjson-c.a"
fi
check "vgpu-domain loads both" eval 'loads vgpu-domain "libvirt\.so" && loads vgpu-domain "libxml2\.so"'
same "help for attach needs no other program" "usage: vgpu attach DOMAIN [UUID] | --xml FILE|- UUID | --backups DOMAIN" \
	"$("$bin/vgpu" attach --help | head -n 1)"
refuses "vgpu-domain is not for people" 2 "does a part of vgpu's work: see 'vgpu --help'" "$bin/vgpu-domain"
refuses "it names itself vgpu" 2 "^vgpu: attach: .*'vgpu help attach'" "$bin/vgpu" attach --nonsense
cp "$bin/vgpu" "$work/vgpu"
refuses "a vgpu alone says what is missing" 1 "^vgpu: cannot start .*/vgpu-domain \(is it installed\?\)" \
	"$work/vgpu" attach domain 4b20d080-1b54-4048-85b3-a6a62d165c01

finish
