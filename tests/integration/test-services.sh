#!/usr/bin/env bash
# What the services promise at boot and around sleep, as far as this can be tested without a
# machine that boots or sleeps (tests/lab/t/22-vgpu-restore.sh, 27-suspend.sh).
set -uo pipefail
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"

top=$(cd "$(dirname "$0")/../.." && pwd)
uuid=4b20d080-1b54-4048-85b3-a6a62d165c01
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
config=$work/mdevctl.d
mkdir -p "$work/mock/sys" "$work/mock/dev" "$config/mtty"
mocked=(env "UMOCKDEV_DIR=$work/mock" LD_PRELOAD=libumockdev-preload.so.0
	"ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0" "${BUILD:-$top/build/gcc}/bin/vgpu")
vgpu() { "${mocked[@]}" "$@"; }
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
refuses "a process that has the lock does not delay the boot" 1 "cannot lock .* has had it for [0-9]* s" \
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
