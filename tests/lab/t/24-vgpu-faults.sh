#!/usr/bin/env bash
# Lets system calls of the commands that write fail, or kills the command in them, on a real
# parent, starting with the first call that changes something. The definition must be the old or
# the new one, and after the next restore the kernel must have what is defined. The calls before
# that, starting with the lock, and more errors at all calls are tested on the build machine,
# which is faster (tests/integration/test-faults*.sh). Here there is a kill at each call, and an
# error at the 1st, 4th, 7th and so on.
#
#	FROM=lock   also tests the calls before the first change
#	STRIDE=1    tests an error at each call
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/faults.sh
. /lab/tests/faults.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh

uuid=4b20d080-1b54-4048-85b3-a6a62d165c01
device=/sys/bus/mdev/devices/$uuid
definition=/etc/mdevctl.d/mtty/$uuid
from=${FROM:-change}
types=/sys/class/mdev_bus/mtty/mdev_supported_types
type=mtty-1 refresh=
text='{"mdev_type":"mtty-1","start":"auto","attrs":[],"kept":1}'

cleanup() {
	[ ! -e "$device" ] || echo 1 >"$device/remove"
	rm -rf /etc/mdevctl.d/mtty "/etc/mdevctl.d/$lab_gvt"
}
trap cleanup EXIT

# put_device 0|1: sets whether the kernel has it
put_device() {
	if [ "$1" = 1 ]; then
		[ -e "$device" ] || echo "$uuid" >"$types/$type/create"
	else
		[ ! -e "$device" ] || echo 1 >"$device/remove"
	fi
}

# The state before a command: `old` is the definition, `active` is whether the kernel has it.
active=0 apart=0
prepare() {
	put_device "$active"
	rm -f "$definition"
	[ -z "$old" ] || printf '%s' "$old" >"$definition"
}

agrees() {
	local exists=0 defined=0
	[ ! -e "$device" ] || exists=1
	[ ! -e "$definition" ] || defined=1
	[ "$exists" = "$defined" ] || return
	[ -z "$refresh" ] || [ "$exists" = 0 ] || [ "$(<"$device/gvtsim/refresh_mhz")" = "$refresh" ]
}

# All definitions start at boot here, so that a restore makes them. An error, unlike a kill, must
# not leave the definition and the kernel different even before the restore.
judge() {
	local said
	agrees || [ "$apart" = 1 ] || [ "$fault" = KILL ] || verdict="the kernel has something else than is defined: $message"
	agrees || said=$(vgpu restore 2>&1) || verdict="restore fails: $said"
	agrees || verdict="restore does not bring together what is defined and what there is"
}

# walk_all NAME COMMAND...
walk_all() {
	local name=$1
	shift
	prepare
	"$@" >/dev/null 2>&1
	read_definition
	new=$found
	stride=${STRIDE:-3}
	walk "$name" "$from" EIO "$@"
	stride=1
	walk "$name" "$from" KILL "$@"
}

modprobe -a vfio_iommu_type1 mdev mtty
mkdir -p /etc/mdevctl.d/mtty

old='' active=0 apart=0
walk_all create vgpu create --uuid "$uuid" --parent mtty --type mtty-1
old=$text active=0 apart=1
walk_all restore vgpu restore
old=$text active=1 apart=1
walk_all remove vgpu remove "$uuid"
old=$text active=1 apart=0
walk_all set vgpu set "$uuid" --no-boot

same "a file of a killed writer is not a definition" "$uuid" "$(vgpu list --brief --json 2>&1 | jq -r '.[].uuid')"
check "the next writer removes that file" eval \
	'touch "/etc/mdevctl.d/mtty/.$uuid.0123abcd" && vgpu set "$uuid" --boot &&
	[ "$(ls -A /etc/mdevctl.d/mtty)" = "$uuid" ]'

# The attributes belong to the vGPU, so they are tested too.
put_device 0
rm "$definition"
lab_load_gvtsim
mkdir -p "/etc/mdevctl.d/$lab_gvt"
definition=/etc/mdevctl.d/$lab_gvt/$uuid
types=/sys/class/mdev_bus/$lab_gvt/mdev_supported_types
type=i915-GVTg_V5_8 refresh=12345
old='{"mdev_type":"i915-GVTg_V5_8","start":"auto","attrs":[{"gvtsim/refresh_mhz":"12345"}]}' active=0 apart=1
walk_all "restore with an attribute" vgpu restore
finish
