#!/usr/bin/env bash
# gvtsim behaves as i915 does (types, accounting, planes), and leaves no trace.
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh

gpu=/sys/bus/pci/devices/$lab_gvt
types=$gpu/mdev_supported_types
mdevs=/sys/bus/mdev/devices

uuid() { printf '0000000%d-1111-4222-8333-444444444444' "$1"; }
create_named() { echo "$1" >"$types/i915-GVTg_V5_$2/create"; }
create() { create_named "$(uuid "$1")" "$2"; }
remove() { echo 1 >"$mdevs/$(uuid "$1")/remove"; }
set_to() { echo "$3" >"$mdevs/$(uuid "$1")/gvtsim/$2"; }
get() { cat "$mdevs/$(uuid "$1")/gvtsim/$2"; }
unload() { rmmod gvtsim; }
reload() {
	unload
	lab_load_gvtsim "$@"
}

# Prints "8:7 4:5 2:2 1:1", only for the types that are listed
counts() {
	local size
	for size in 8 4 2 1; do
		[ -e "$types/i915-GVTg_V5_$size" ] || continue
		printf '%s:%s ' "$size" "$(cat "$types/i915-GVTg_V5_$size/available_instances")"
	done | sed 's/ $//'
}

# refused "name" ERRNO COMMAND...: the shell's message contains the kernel's answer
refused() {
	local name=$1 message=$2 output
	shift 2
	if output=$("$@" 2>&1); then
		not_ok "$name" "it was not refused"
	elif [[ $output == *"$message"* ]]; then
		ok "$name"
	else
		not_ok "$name" "$output"
	fi
}

# reason "name" TEXT: the kernel's log contains TEXT since the last call
said=$(dmesg | wc -l)
started=$said
reason() {
	if dmesg | tail -n +"$said" | grep -qF -- "$2"; then
		ok "$1"
	else
		not_ok "$1" "$(dmesg | tail -n 5)"
	fi
	said=$(dmesg | wc -l)
}

aperture() {
	local start end
	read -r start end _ < <(sed -n 3p "$gpu/resource")
	echo $(((end - start + 1) >> 20))
}

state() {
	ls /sys/bus/mdev/devices /sys/class/mdev_bus /dev/dri /dev/vfio 2>/dev/null
	for id in vendor device class subsystem_vendor subsystem_device resource; do
		cat "$gpu/$id"
	done
	lsmod | awk '$1 != "gvtsim" { print $1, $3 }' | grep -E '^(mdev|vfio|drm)' | sort
}

modprobe -a vfio_iommu_type1 mdev vfio drm_shmem_helper
! lsmod | grep -q '^gvtsim ' || unload
# On a slow machine, wait until the kernel's own drivers are loaded.
udevadm settle
before=$(state)

# --- types -------------------------------------------------------------------

for case in '256|8:2 4:1' '512|8:6 4:3 2:1' '1024|8:7 4:5 2:2 1:1' '0|8:7 4:5 2:2 1:1'; do
	lab_load_gvtsim aperture_mb="${case%%|*}"
	same "an aperture of ${case%%|*} MB gives ${case#*|}" "${case#*|}" "$(counts)"
	unload
done
lab_load_gvtsim aperture_mb=512
same "the aperture is the size of BAR 2" 512 "$(aperture)"
same "the parent's driver is i915" i915 "$(basename "$(readlink "$gpu/driver")")"
same "the parent looks like an Intel GPU" '0x8086 0x5916 0x030000' \
	"$(cat "$gpu/vendor" "$gpu/device" "$gpu/class" | paste -sd ' ')"
same "the real i915 stays away" '' "$(lsmod | awk '$1 == "i915" || $1 == "xe"')"
same "the parent is an mdev bus" "$lab_gvt" "$(ls /sys/class/mdev_bus)"
check "the parent has a render node" test -c "/dev/dri/$(basename "$gpu"/drm/renderD*)"
same "_8 has the right description" \
	'low_gm_size: 64MB|high_gm_size: 384MB|fence: 4|resolution: 1024x768|weight: 2' \
	"$(paste -sd '|' "$types/i915-GVTg_V5_8/description")"
same "_2 has the right description" \
	'low_gm_size: 256MB|high_gm_size: 1024MB|fence: 4|resolution: 1920x1200|weight: 8' \
	"$(paste -sd '|' "$types/i915-GVTg_V5_2/description")"
same "types are for vfio-pci" vfio-pci "$(cat "$types/i915-GVTg_V5_8/device_api")"

# --- accounting --------------------------------------------------------------

check "a vGPU is created" create 1 4
same "the types share the memory" '8:4 4:2 2:1' "$(counts)"
same "it has i915's id" 1 "$(cat "$mdevs/$(uuid 1)/intel_vgpu/vgpu_id")"
refused "its UUID is in use" 'File exists' create 1 8
refused "no UUID" 'Invalid argument' create_named nonsense 8
check "another vGPU is created" create 2 4
check "a third vGPU is created" create 3 4
same "no room is left" '8:0 4:0 2:0' "$(counts)"
refused "low memory is spent" 'No space left' create 4 8
reason "and the log says so" 'fail to allocate resource low GM space'
check "one is removed" remove 2
same "its share is back" '8:2 4:1 2:0' "$(counts)"
check "its id is free again" create 5 8
same "the lowest id is taken" 2 "$(cat "$mdevs/$(uuid 5)/intel_vgpu/vgpu_id")"

reload aperture_mb=1024
same "rmmod removes unused vGPUs too" '' "$(ls "$mdevs")"
create 1 1
create 2 4
refused "high memory is spent" 'No space left' create 3 8
reason "and the log says so" 'fail to allocate resource high GM space'

reload fences=12
create 1 8
create 2 8
refused "fences are spent" 'No space left' create 3 8
reason "and the log says so" 'fail to allocate resource fence'

reload
for i in 1 2 3 4 5 6 7; do
	create "$i" 8
done
same "seven vGPUs" 7 "$(find "$mdevs" -type l | wc -l)"
refused "there is no eighth" 'No space left' create 8 8

# --- who uses a vGPU ---------------------------------------------------------

refused "one vGPU a VM" EEXIST plane-open hold "$(uuid 1)" "$(uuid 2)"
exec 3> >(plane-open hold "$(uuid 1)" >/lab/out/held)
lab_wait 10 grep -q open /lab/out/held
refused "a vGPU that is in use is busy" EBUSY plane-open hold "$(uuid 1)"
check "another VM can have another" sh -c "plane-open hold $(uuid 2) </dev/null"
refused "the module is in use" 'in use' unload
remove 1 3>&- &
removing=$!
sleep 1
check "removal waits for the user" kill -0 "$removing"
exec 3>&-
wait "$removing"
same "removal is done when the user has closed it" 0 $?
check "the vGPU is gone" test ! -e "$mdevs/$(uuid 1)"
echo 1 >/sys/module/gvtsim/parameters/require_kvm
refused "without KVM no vGPU, if so wished" ESRCH plane-open hold "$(uuid 2)"
echo 0 >/sys/module/gvtsim/parameters/require_kvm

# --- the device and its planes -----------------------------------------------

check "every part of the interface (plane-probe)" plane-probe "$(uuid 2)"
set_to 3 refresh_mhz 0
for mode in '320x240 XR24 3' '1024x768 XB24 2' '640x480 RG16 1' '333x222 AR24 8'; do
	set_to 3 mode "$mode"
	same "the mode is $mode" "$mode" "$(get 3 mode)"
	plane-open png /lab/out/plane.png "$(uuid 3)"
	check "its picture is right" check-pattern --at 0,0 --expect-size "${mode%% *}" /lab/out/plane.png
done
set_to 3 mode '1024x768 XR24 3'
plane-open png /lab/out/plane.png "$(uuid 3)"
refuses "a wrong pixel is found" 1 '1 of 786432 pixels' check-pattern --poke 9,9,123456 /lab/out/plane.png
refused "a mode above the type's resolution" 'Invalid argument' set_to 3 mode '1920x1200'
refused "a format that it has not" 'Invalid argument' set_to 3 mode '640x480 NV12'
refused "no buffers" 'Invalid argument' set_to 3 mode '640x480 XR24 0'
refused "a step of a vGPU that nobody has" 'No such device' set_to 3 step 1
echo 0 >/sys/module/gvtsim/parameters/mappable
refused "dma-bufs cannot be mapped, if so wished" ENODEV plane-open png /lab/out/plane.png "$(uuid 3)"
echo 1 >/sys/module/gvtsim/parameters/mappable

# --- flips -------------------------------------------------------------------

# frames MHZ: prints how many frames are drawn in 3 seconds
frames() {
	set_to 4 refresh_mhz "$1"
	plane-open watch 3 "$(uuid 4)" | sed 's/.* frames=\([0-9]*\) .*/\1/'
}

between() { # NAME LOW HIGH NUMBER
	if [ "$4" -ge "$2" ] && [ "$4" -le "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "want $2 to $3, got $4"
	fi
}

# It must never be faster than asked; an emulated machine may be much slower.
set_to 4 mode '320x240 XR24 3'
slow=$(frames 10000)
fast=$(frames 60000)
between "10 Hz: 30 frames in 3 seconds" 15 32 "$slow"
between "60 Hz: 180 frames in 3 seconds" 60 184 "$fast"
check "60 Hz is faster than 10 Hz" test "$fast" -gt $((slow * 3 / 2))
set_to 4 refresh_mhz 0
exec 3> >(plane-open hold "$(uuid 4)" >/lab/out/held2)
lab_wait 10 grep -q open /lab/out/held2
frame=$(get 4 frame)
sleep 1
same "0 pauses the flips" "$frame" "$(get 4 frame)"
set_to 4 step 1
same "a step is one frame" $((frame + 1)) "$(get 4 frame)"
set_to 4 refresh_mhz 60000
for mode in '640x480 AR24 2' '320x240 RG16 4' '800x600 XB24 1' '1024x768 XR24 3'; do
	set_to 4 mode "$mode"
	frame=$(get 4 frame)
	check "it goes on flipping after a change to $mode" lab_wait 10 sh -c "[ \$(cat $mdevs/$(uuid 4)/gvtsim/frame) -gt $((frame + 2)) ]"
done
exec 3>&-

# --- the module is removed ---------------------------------------------------

check "the module can be removed" lab_wait 10 unload
udevadm settle
same "nothing is left behind" "$before" "$(state)"
same "the kernel has nothing to complain about" '' \
	"$(dmesg | tail -n +"$started" | grep -E 'WARNING|BUG:|Oops|Call Trace|refcount')"
finish
