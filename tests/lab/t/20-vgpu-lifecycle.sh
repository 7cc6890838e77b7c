#!/usr/bin/env bash
# vgpu types, list, create and remove on the four parents of the lab, with the kernel's own
# answers.
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh

first=4b20d080-1b54-4048-85b3-a6a62d165d01
second=4b20d080-1b54-4048-85b3-a6a62d165d02

cleanup() {
	vgpu remove --all --yes 2>/dev/null
}
trap cleanup EXIT

# Prints all active and defined vGPUs, to see that nothing has changed.
snapshot() {
	ls /sys/bus/mdev/devices
	find /etc/mdevctl.d -type f -exec sha256sum {} + | sort
}

# counts PARENT: prints each type with its free instances and its maximum
counts() {
	vgpu types --json | jq -r --arg parent "$1" \
		'.[] | select(.parent == $parent) | .types[] | "\(.type) \(.available)/\(.maximum)"' |
		paste -sd ' '
}

# field UUID FIELD: prints a field of `vgpu list`
field() { vgpu list --brief --json | jq -r --arg uuid "$1" --arg field "$2" '.[] | select(.uuid == $uuid) | .[$field]'; }

# make_and_remove PARENT TYPE
make_and_remove() {
	local parent=$1 type=$2 uuid
	uuid=$(vgpu create --parent "$parent" --type "$type" 2>/dev/null)
	same "$type: the kernel has it on $parent" "$parent $type" \
		"$(basename "$(dirname "$(realpath "/sys/bus/mdev/devices/$uuid")")") $(basename "$(realpath "/sys/bus/mdev/devices/$uuid/mdev_type")")"
	same "$type: list has it, to start at boot" "$parent $type true true auto" \
		"$(field "$uuid" parent) $(field "$uuid" type) $(field "$uuid" active) $(field "$uuid" defined) $(field "$uuid" start)"
	check "$type: its definition is there" jq -e --arg type "$type" \
		'.mdev_type == $type and .start == "auto" and .attrs == []' "/etc/mdevctl.d/$parent/$uuid"
	check "$type: it is removed" vgpu remove "$uuid"
	check "$type: nothing of it is left" eval \
		"! test -e /sys/bus/mdev/devices/$uuid && ! test -e /etc/mdevctl.d/$parent/$uuid"
}

# Whatever ran before this script, the machine must look like one without mdev.
modprobe -r gvtsim mbochs mdpy mtty 2>/dev/null
modprobe -r mdev 2>/dev/null
check "there is no parent yet" test ! -e /sys/class/mdev_bus
same "without a parent, types says why in one line" 1 "$(vgpu types | grep -cx "no types: .*")"
same "without a parent, types --json prints an empty array" "[]" "$(vgpu types --json 2>/dev/null)"
refuses "without a parent, create says why" 1 "cannot make a vGPU: there is no Intel graphics processor: .*vgpu doctor" vgpu create

lab_load_samples
lab_load_gvtsim
cleanup

same "GVT-g types with their counts" \
	"i915-GVTg_V5_1 1/1 i915-GVTg_V5_2 2/2 i915-GVTg_V5_4 5/5 i915-GVTg_V5_8 7/7" "$(counts "$lab_gvt")"
same "mbochs types with their counts" "mbochs-large 4/4 mbochs-medium 16/16 mbochs-small 64/64" \
	"$(counts mbochs)"
same "mdpy types with their counts" "mdpy-hd 4/4 mdpy-vga 4/4 mdpy-xga 4/4" "$(counts mdpy)"
same "mtty types with their counts" "mtty-1 24/24 mtty-2 12/12" "$(counts mtty)"
same "a GVT-g type is described" '"i915" "vfio-pci" 128 512 4 "1920x1200" 4' \
	"$(vgpu types --json | jq -r --arg parent "$lab_gvt" '.[] | select(.parent == $parent) | .driver as $driver |
		.types[] | select(.type == "i915-GVTg_V5_4") |
		[$driver, .device_api, .low_mb, .high_mb, .fences, .resolution, .weight] | map(tojson) | join(" ")')"
check "the table shows the same" eval \
	'vgpu types | grep -qE "i915-GVTg_V5_4 +5 +5 +vfio-pci +128 MB low, 512 MB high, 4 fences, 1920x1200, weight 4"'
same "a user who is not root sees the same" "$(vgpu types --json)" "$(runuser -u user -- vgpu types --json)"

make_and_remove mbochs mbochs-small
make_and_remove mdpy mdpy-xga
make_and_remove mtty mtty-1
make_and_remove "$lab_gvt" i915-GVTg_V5_8

# Here create has no option, on a machine with one GPU.
said=$(vgpu create 2>&1 >/tmp/uuid)
uuid=$(cat /tmp/uuid)
same "create takes the GPU and the largest type" "$lab_gvt i915-GVTg_V5_1" \
	"$(field "$uuid" parent) $(field "$uuid" type)"
same "create says what it has chosen" \
	"vgpu: made $uuid on $lab_gvt: i915-GVTg_V5_1, the largest type that fits; it comes back at boot" "$said"
vgpu remove "$uuid" 2>/dev/null

vgpu create --uuid "$first" --type i915-GVTg_V5_2 >/dev/null 2>&1
same "the next vGPU gets the largest type that still fits" i915-GVTg_V5_2 \
	"$(vgpu create --uuid "$second" >/dev/null 2>&1; field "$second" type)"
before=$(snapshot)
same "the same create again changes nothing, in upper or lower case" "$first" \
	"$(vgpu create --uuid "${first^^}" --type i915-GVTg_V5_2 --parent "$lab_gvt" 2>/dev/null)"
same "its UUID alone means the same vGPU" "$first" "$(vgpu create --uuid "$first" 2>/dev/null)"
refuses "another type with its UUID" 1 "$first is taken by a i915-GVTg_V5_2 on $lab_gvt" \
	vgpu create --uuid "$first" --type i915-GVTg_V5_8
refuses "another parent with its UUID" 1 "$first is taken by a i915-GVTg_V5_2 on $lab_gvt" \
	vgpu create --uuid "$first" --parent mtty
refuses "an unknown parent" 1 "no parent 0000:00:03.0; parents: $lab_gvt, mbochs, mdpy, mtty" \
	vgpu create --parent 0000:00:03.0
refuses "an unknown type" 1 "$lab_gvt has no type i915-GVTg_V5_3; types: i915-GVTg_V5_1" \
	vgpu create --parent "$lab_gvt" --type i915-GVTg_V5_3
refuses "a type that has no room left" 1 "$lab_gvt has no room for another i915-GVTg_V5_1: short of " \
	vgpu create --type i915-GVTg_V5_1
refuses "a bad UUID" 2 "'nonsense' is not a UUID" vgpu create --uuid nonsense
refuses "an option that does not exist" 2 "no such option: '--size'" vgpu create --size 4
refuses "a user who is not root" 1 "run this as root" runuser -u user -- vgpu create
refuses "removing a vGPU that does not exist" 1 "there is no active or defined vGPU 00000000" \
	vgpu remove 00000000-0000-4000-8000-000000000000
refuses "removing no UUID" 2 "is not a UUID" vgpu remove mtty
same "after all refusals, nothing is changed" "$before" "$(snapshot)"

# If the definition cannot be written, no vGPU must be made.
mkdir /tmp/full
mount -t tmpfs -o size=64k,nr_inodes=1 none /tmp/full
before=$(ls /sys/bus/mdev/devices)
refuses "no room for the definition" 1 "no vGPU was made.*No space left" \
	vgpu create --type i915-GVTg_V5_8 --config-dir /tmp/full
same "no vGPU is made then" "$before" "$(ls /sys/bus/mdev/devices)"
umount /tmp/full

# A VM opens the VFIO group first and closes it last.
group=$(basename "$(realpath "/sys/bus/mdev/devices/$first/iommu_group")")
exec 5<>"/dev/vfio/$group"
refuses "a vGPU that is in use is not removed" 1 "$first is in use by bash \(PID $$\)" vgpu remove "$first"
check "it is still there" test -e "/sys/bus/mdev/devices/$first" -a -e "/etc/mdevctl.d/$lab_gvt/$first"
exec 5<&-
qemu-system-x86_64 -accel tcg -machine q35 -nodefaults -display none -S \
	-device "vfio-pci,sysfsdev=/sys/bus/mdev/devices/$first" >/tmp/qemu.log 2>&1 &
qemu=$!
check "a virtual machine uses it" lab_wait 30 eval "ls -l /proc/$qemu/fd | grep -q ' /dev/vfio/$group'"
refuses "a vGPU of a virtual machine is not removed" 1 \
	"$first is in use by qemu-system-x86 \(PID $qemu\)" vgpu remove "$first"
kill "$qemu" && wait "$qemu" 2>/dev/null
check "it is removed when it is free" vgpu remove "$first"

echo 1 >"/sys/bus/mdev/devices/$second/remove"
same "a vGPU that the kernel has lost is only defined" "false true" \
	"$(field "$second" active) $(field "$second" defined)"
check "create makes it again" vgpu create --uuid "$second"
same "it is made with the same type" "true true i915-GVTg_V5_2" \
	"$(field "$second" active) $(field "$second" defined) $(field "$second" type)"

vgpu remove --all --yes 2>/dev/null
# The name depends on whether udev saw the device before gvtsim took it over.
same "types names the GPU and its driver" 1 \
	"$(vgpu types | grep -cxE "$lab_gvt [^ ].* \(i915\)")"
same "types lists GPUs first" "$lab_gvt" "$(vgpu types --json | jq -r '.[0].parent')"
vgpu create --uuid "$first" --type i915-GVTg_V5_8 >/dev/null 2>&1
same "the maximum is known while there is a vGPU of another type" "6/7 4/5 2/2 1/1" \
	"$(vgpu types --json | jq -r --arg parent "$lab_gvt" \
		'.[] | select(.parent == $parent) | .types | sort_by(.low_mb) | .[] | "\(.available)/\(.maximum)"' | paste -sd ' ')"

check "remove --keep succeeds" vgpu remove --keep "$first"
same "the vGPU stays defined" "false true auto" "$(field "$first" active) $(field "$first" defined) $(field "$first" start)"
check "restore succeeds" vgpu restore
same "restore makes it with the same type" "true i915-GVTg_V5_8" "$(field "$first" active) $(field "$first" type)"

check "its type is changed in the definition" vgpu set --type i915-GVTg_V5_4 "$first"
same "the active vGPU keeps its type" "i915-GVTg_V5_8" "$(basename "$(realpath "/sys/bus/mdev/devices/$first/mdev_type")")"
vgpu remove --keep "$first" 2>/dev/null
check "create makes it again" vgpu create --uuid "$first"
same "it has the new type then" "i915-GVTg_V5_4" "$(basename "$(realpath "/sys/bus/mdev/devices/$first/mdev_type")")"
same "mdevctl sees the new type" "$lab_gvt i915-GVTg_V5_4 auto" \
	"$(mdevctl list --defined --dumpjson | jq -r '.[] | to_entries[] | .key as $p | .value[][] | "\($p) \(.mdev_type) \(.start)"')"
check "set --no-boot succeeds" vgpu set --no-boot "${first:0:36}"
same "mdevctl sees that it starts by hand" manual "$(mdevctl list --defined --dumpjson | jq -r '.[] | to_entries[] | .value[][].start')"
vgpu remove --keep "$first" 2>/dev/null
vgpu restore
check "restore does not make it" test ! -e "/sys/bus/mdev/devices/$first"

check "a definition is forgotten" vgpu forget "$first"
refuses "a forgotten vGPU no longer exists" 1 "there is no vGPU $first" vgpu forget "$first"
check "a transient one has no definition" eval \
	'vgpu create --transient --uuid "$first" --type i915-GVTg_V5_8 && ! test -e "/etc/mdevctl.d/$lab_gvt/$first"'
same "the transient vGPU is active" "true false null" "$(field "$first" active) $(field "$first" defined) $(field "$first" start)"
check "the same again is success" vgpu create --transient --uuid "$first" --type i915-GVTg_V5_8
check "create --no-boot succeeds" vgpu create --no-boot --uuid "$second" --type i915-GVTg_V5_8
same "that vGPU is defined to start by hand" "true true manual" "$(field "$second" active) $(field "$second" defined) $(field "$second" start)"
refuses "the common beginning of two UUIDs" 1 "the UUIDs of several vGPUs begin with .*: $first, $second" \
	vgpu remove "${first:0:34}"
check "a beginning that fits one UUID is enough" eval 'vgpu create --transient --uuid c0ffee00-1b54-4048-85b3-a6a62d165d01 && vgpu remove C0FF'
check "several are removed" vgpu remove "$first" "$second"
same "no vGPU is left" "[]" "$(vgpu list --json)"

finish
