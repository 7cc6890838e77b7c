#!/usr/bin/env bash
# vgpu-scanout against viewers that lie, flood and stall, and what it refuses, as far
# as no vGPU is needed for it (tests/lab/t/41-scanout.sh).
# shellcheck source=tests/check.sh
. "$(dirname "$0")/../check.sh"

helper=$build/bin/vgpu-scanout
domain=4b20d080-1b54-4048-85b3-a6a62d165d01
vgpu=4b20d080-1b54-4048-85b3-a6a62d165c01
fake=
clean_up() { kill "$fake"; }
chmod 755 "$work"
watch() { "$build/tests/tools/scanout-watch" --helper "$helper" "$@" 2>"$work/log"; }

# Prints what a viewer is told, without the lines of the helper's own log.
refusal() {
	watch "$@" >/dev/null && return
	grep '^scanout-watch: ' "$work/log" >&2
	return 1
}

check "it has a version" eval '"$helper" --version | grep -q "^vgpu-scanout [0-9.]*$"'
check "it has help" eval '"$helper" --help | grep -q "^usage: vgpu-scanout"'
refuses "it refuses to be called by a user" 2 "cannot be started by hand: see vgpu-scanout --help" eval '"$helper" </dev/null'
refuses "it takes no arguments" 2 "takes no arguments" "$helper" 1234

same "a domain that is not running is refused" \
	"scanout-watch: refused: no running domain $domain that you may see: only root and group libvirt may see VMs of the system, and only their own user may see others" \
	"$(refusal open "$domain" "$vgpu" 2>&1)"
refuses "a PID instead of a domain is refused" 1 "refused: OPEN needs the UUIDs" refusal pid $$ "$vgpu"

# This process is called like QEMU but has no vGPU.
mkfifo "$work/fifo"
bash -c 'read -r _ <>"$0"' "$work/fifo" -uuid "$domain" &
fake=$!
sleep 0.2
refuses "a process called like QEMU, without the vGPU, is refused" 1 \
	"refused: the domain $domain does not have the vGPU $vgpu" refusal open "$domain" "$vgpu"
if [ "$(id -u)" = 0 ]; then
	install -m 755 "$helper" "$build/tests/tools/scanout-watch" "$work"
	other=$(runuser -u nobody -- "$work/scanout-watch" --helper "$work/vgpu-scanout" open "$domain" "$vgpu" 2>&1 |
		grep '^scanout-watch')
	kill "$fake"
	wait "$fake" 2>/dev/null
	same "a domain of another user is refused as if it were not running" "$other" "$(refusal open "$domain" "$vgpu" 2>&1)"
else
	skip "a domain of another user is refused as if it were not running" "needs root to become another user"
fi

watch open "$domain" "$vgpu" >/dev/null
check "a helper that a viewer has started logs nothing itself" eval '! grep "^vgpu-scanout: " "$work/log"'

# The tool must see the whole lie end within its own time limit.
for lie in $(watch lies); do
	check "a viewer's lie ends the connection: $lie" eval 'watch lie "$lie" | tail -n 1 | grep -qx ended'
	check "the helper logs no fault after: $lie" eval '! grep . "$work/log"'
done

check "a thousand viewers, one after the other" watch connect 1000
if command -v valgrind >/dev/null && [[ $build != *address* ]]; then
	printf '#!/bin/sh\nexec valgrind -q --leak-check=full --track-fds=yes --error-exitcode=9 --log-file=%s %s\n' \
		"$work/valgrind" "$helper" >"$work/checked"
	chmod 755 "$work/checked"
	"$build/tests/tools/scanout-watch" --helper "$work/checked" open "$domain" "$vgpu" 2>/dev/null
	check "a refusal leaks no memory" eval '[ -e "$work/valgrind" ] && ! grep -E "lost|Invalid|uninitialised" "$work/valgrind"'
fi

if command -v secilc >/dev/null; then
	check "SELinux's rules compile, and let it open and trace nothing else" \
		secilc -o "$work/policy" -f "$work/contexts" "$top/tests/integration/selinux-base.cil" \
		"$top/scripts/security/vgpu-scanout.cil"
	check "SELinux's rules name the right program" grep -q '^/usr/libexec/vgpu/vgpu-scanout[[:space:]]' "$work/contexts"
else
	skip "SELinux's rules compile" "needs secilc"
fi

# The plain build is installed: a build with a sanitizer would first have to build more.
if [[ $build != *-address* && $build != *-thread* ]]; then
	make -s -C "$top" CC="$(basename "$build")" BUILD="$(dirname "$(realpath "$build")")" \
		LIBEXECDIR=/opt/libexec DESTDIR="$work/root" install >/dev/null
	check "AppArmor's rule is installed where libvirt's rules read it" cmp "$top/scripts/security/vgpu.apparmor" \
		"$work/root/etc/apparmor.d/abstractions/libvirt-qemu.d/vgpu"
	check "SELinux's installed rules name the installed program" \
		grep -q '"/opt/libexec/vgpu-scanout"' "$work/root/usr/share/vgpu/vgpu-scanout.cil"
fi

finish
