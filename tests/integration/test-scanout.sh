#!/usr/bin/env bash
# vgpu-scanout against viewers that lie, flood and stall, and what it refuses, as far
# as no vGPU is needed for it (tests/lab/t/41-scanout.sh).
set -uo pipefail
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"

top=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-$top/build/gcc}
helper=$build/bin/vgpu-scanout
domain=4b20d080-1b54-4048-85b3-a6a62d165d01
vgpu=4b20d080-1b54-4048-85b3-a6a62d165c01
work=$(mktemp -d)
fake=
trap 'kill $fake 2>/dev/null; rm -rf "$work"' EXIT
chmod 755 "$work"
watch() { "$build/tests/tools/scanout-watch" --helper "$helper" "$@" 2>"$work/log"; }

# What a viewer is told, without the lines of the helper's own log.
refusal() {
	watch "$@" >/dev/null && return
	grep '^scanout-watch: ' "$work/log" >&2
	return 1
}

check "it has a version" eval '"$helper" --version | grep -q "^vgpu-scanout [0-9.]*$"'
check "it has help" eval '"$helper" --help | grep -q "^usage: vgpu-scanout"'
refuses "it is not for people" 2 "is not for people: see vgpu-scanout --help" eval '"$helper" </dev/null'
refuses "it takes no arguments" 2 "takes no arguments" "$helper" 1234

same "a domain that does not run is refused" \
	"scanout-watch: refused: no running domain $domain that you may see: the system's VMs are for root and group libvirt, others for whose they are" \
	"$(refusal open "$domain" "$vgpu" 2>&1)"
refuses "a PID in the domain's place is refused" 1 "refused: OPEN needs the UUIDs" refusal pid $$ "$vgpu"

# A process that says it is QEMU, with no vGPU.
mkfifo "$work/fifo"
bash -c 'read -r _ <>"$0"' "$work/fifo" -uuid "$domain" &
fake=$!
sleep 0.2
refuses "a process of that name without the vGPU is refused" 1 \
	"refused: the domain $domain does not have the vGPU $vgpu" refusal open "$domain" "$vgpu"
if [ "$(id -u)" = 0 ]; then
	install -m 755 "$helper" "$build/tests/tools/scanout-watch" "$work"
	other=$(runuser -u nobody -- "$work/scanout-watch" --helper "$work/vgpu-scanout" open "$domain" "$vgpu" 2>&1 |
		grep '^scanout-watch')
	kill "$fake"
	wait "$fake" 2>/dev/null
	same "another user's is refused as if it did not run" "$other" "$(refusal open "$domain" "$vgpu" 2>&1)"
else
	skip "another user's is refused as if it did not run" "needs root to become another user"
fi

watch open "$domain" "$vgpu" >/dev/null
check "a viewer that started it tells its user itself" eval '! grep "^vgpu-scanout: " "$work/log"'

# The whole lie ends within the patience of the tool.
for lie in $(watch lies); do
	check "a viewer's lie ends the connection: $lie" eval 'watch lie "$lie" | tail -n 1 | grep -qx ended'
	check "and nothing broke: $lie" eval '! grep . "$work/log"'
done

check "a thousand viewers in turn" watch connect 1000
if command -v valgrind >/dev/null && [[ $build != *address* ]]; then
	printf '#!/bin/sh\nexec valgrind -q --leak-check=full --track-fds=yes --error-exitcode=9 --log-file=%s %s\n' \
		"$work/valgrind" "$helper" >"$work/checked"
	chmod 755 "$work/checked"
	"$build/tests/tools/scanout-watch" --helper "$work/checked" open "$domain" "$vgpu" 2>/dev/null
	check "a refusal leaks no memory" eval '[ -e "$work/valgrind" ] && ! grep -E "lost|Invalid|uninitialised" "$work/valgrind"'
fi

if command -v secilc >/dev/null; then
	check "the rules for SELinux are a policy, and let it open and trace nothing else" \
		secilc -o "$work/policy" -f "$work/contexts" "$top/tests/integration/selinux-base.cil" \
		"$top/scripts/security/vgpu-scanout.cil"
	check "the program is where they say" grep -q '^/usr/libexec/vgpu/vgpu-scanout[[:space:]]' "$work/contexts"
else
	skip "the rules for SELinux are a policy" "needs secilc"
fi

# Of the plain build: what is not built already would be here.
if [[ $build != *-address* && $build != *-thread* ]]; then
	make -s -C "$top" CC="$(basename "$build")" BUILD="$(dirname "$(realpath "$build")")" \
		LIBEXECDIR=/opt/libexec DESTDIR="$work/root" install >/dev/null
	check "AppArmor's rule is installed where libvirt's rules read it" cmp "$top/scripts/security/vgpu.apparmor" \
		"$work/root/etc/apparmor.d/abstractions/libvirt-qemu.d/vgpu"
	check "SELinux's rules are installed for where the program is" \
		grep -q '"/opt/libexec/vgpu-scanout"' "$work/root/usr/share/vgpu/vgpu-scanout.cil"
fi

finish
