#!/usr/bin/env bash
# What the services promise at boot and around sleep, as far as no machine needs to
# start or sleep for it (tests/lab/t/22-vgpu-restore.sh, 27-suspend.sh).
# shellcheck source=tests/check.sh
. "$(dirname "$0")/../check.sh"
# shellcheck source=tests/mock.sh
. "$top/tests/mock.sh"

uuid=4b20d080-1b54-4048-85b3-a6a62d165c01
mkdir "$config/mtty"
vgpu() { "${mocked[@]}" "$build/bin/vgpu" "$@"; }
text='{"mdev_type":"mtty-1","start":"auto","attrs":[]}'
printf '%s' "$text" >"$config/mtty/$uuid"

# --- at boot

# before UNIT OTHER: succeeds if UNIT is ordered before OTHER
before() { sed -n 's/^Before=//p' "$top/scripts/$1" | tr ' ' '\n' | grep -qxF "$2"; }

for unit in vgpu-restore.service vgpu-restore@.service; do
	for other in display-manager.service libvirtd.service virtqemud.service; do
		check "$unit comes before $other" before "$unit" "$other"
	done
done

exec 8<"$config"
flock 8
start=$SECONDS
refuses "a process that has the lock does not delay the boot" 1 "cannot lock .* has held it for [0-9]* s" \
	eval 'vgpu restore --at-boot --wait 1 --config-dir "$config" 2>&1 >/dev/null | grep -v waiting >&2
		exit "${PIPESTATUS[0]}"'
check "the boot waits for some seconds only ($((SECONDS - start)) s)" [ $((SECONDS - start)) -lt 30 ]
exec 8<&-

# --- around sleep

# seconds OPTION: prints a value of the suspend service in seconds
seconds() {
	sed -n "s/^$1=//p" "$top/scripts/vgpu-suspend.service" |
		sed 's/min$/ * 60/; s/infinity/999999/' | { read -r value && echo $((value)); }
}
patience=$(sed -n 's/^#define VGPU_LOCK_LONG_PATIENCE //p' "$top/vgpu/store/lock.h")
check "systemd gives resume more time than it may wait for the lock" [ "$(seconds TimeoutStopSec)" -gt "$patience" ]

finish
