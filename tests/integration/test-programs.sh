#!/usr/bin/env bash
# What belongs to which program: vgpu starts fast because libvirt and libxml2
# are loaded by vgpu-domain alone.
# shellcheck source=tests/check.sh
. "$(dirname "$0")/../check.sh"

bin=$build/bin

# grep -q may end before ldd has written everything, which would fail the pipe.
loads() { ldd "$bin/$1" | grep -E "$2" >/dev/null; }

check "vgpu loads neither libvirt nor libxml2" eval '! loads vgpu "libvirt|libxml2"'
check "vgpu-scanout, which has privileges, loads none of the tool's libraries" eval \
	'! loads vgpu-scanout "libvirt|libxml2|libjson-c|libudev|libuuid"'
check "vgpu-domain loads both" eval 'loads vgpu-domain "libvirt\.so" && loads vgpu-domain "libxml2\.so"'
same "help for attach needs no other program" "usage: vgpu attach DOMAIN [UUID] | --xml FILE|- UUID | --backups DOMAIN" \
	"$("$bin/vgpu" attach --help | head -n 1)"
refuses "vgpu-domain refuses to be called by a user" 2 "does a part of vgpu's work: see 'vgpu --help'" "$bin/vgpu-domain"
refuses "vgpu-domain calls itself vgpu" 2 "^vgpu: attach: .*'vgpu help attach'" "$bin/vgpu" attach --nonsense
cp "$bin/vgpu" "$work/vgpu"
refuses "vgpu without vgpu-domain says what is missing" 1 "^vgpu: cannot start .*/vgpu-domain \(is it installed\?\)" \
	"$work/vgpu" attach domain 4b20d080-1b54-4048-85b3-a6a62d165c01

finish
