#!/usr/bin/env bash
# Idle vGPUs are removed while the machine sleeps, and made again when it is awake. systemd and the
# kernel really sleep, except for the devices and the firmware, which the kernel leaves alone on
# request (pm_test).
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh

prefix=4b20d080-1b54-4048-85b3-a6a62d165b0
boot=${prefix}1 manual=${prefix}2 transient=${prefix}3 away=${prefix}4 used=${prefix}5
demand=${prefix}6
uuids=("$boot" "$manual" "$transient" "$away" "$used" "$demand")
qemu=

cleanup() {
	local uuid
	[ -z "$qemu" ] || { kill "$qemu" && wait "$qemu"; } 2>/dev/null
	for uuid in "${uuids[@]}"; do
		vgpu remove "$uuid"
	done 2>/dev/null
	systemctl disable -q vgpu-suspend.service
	echo none >/sys/power/pm_test
	rm -rf /run/vgpu/suspended
}
trap cleanup EXIT

define() { # UUID START [ATTRS]
	mkdir -p "/etc/mdevctl.d/$lab_gvt"
	printf '{"mdev_type":"i915-GVTg_V5_8","start":"%s","attrs":[%s]}' "$2" "${3-}" >"/etc/mdevctl.d/$lab_gvt/$1"
}

there() { [ -e "/sys/bus/mdev/devices/$1" ]; }
active() { find /sys/bus/mdev/devices -mindepth 1 -printf '%f\n' | sort; }
remembered() { find /run/vgpu/suspended -type f -printf '%f\n' 2>/dev/null | sort; }

# when FIELD... WORDS: prints the journal's first time for a line with WORDS, in us
when() {
	local words=${*: -1}
	set -- "${@:1:$#-1}"
	journalctl -q -b -o json "$@" --since "@$began" | jq -r --arg words "$words" \
		'select(.MESSAGE | strings | contains($words)) | .__MONOTONIC_TIMESTAMP' | head -n 1
}

# sleep_and_wake: lets the machine sleep and wake up, after the time `began`, and waits until the unit has ended
sleep_and_wake() {
	systemctl suspend || return
	lab_wait 60 eval 'journalctl -q -b --since "@$began" -u systemd-suspend | grep "returned from sleep" >/dev/null' &&
		lab_wait 30 eval '[ "$(systemctl is-active vgpu-suspend.service)" != active ]' &&
		lab_wait 30 eval '[ "$(systemctl is-active vgpu-suspend.service)" != deactivating ]'
}

lab_load_gvtsim
for uuid in "$boot" "$manual" "$used" "$demand"; do
	vgpu create --parent "$lab_gvt" --type i915-GVTg_V5_8 --uuid "$uuid" >/dev/null 2>&1
done
define "$manual" manual '{"gvtsim/refresh_mhz":"12345"}'
vgpu set "$demand" --on-demand 2>/dev/null
define "$away" manual
lab_create_vgpu "$lab_gvt" i915-GVTg_V5_4 "$transient"
qemu-system-x86_64 -accel tcg -machine q35 -nodefaults -display none -S -name guest=win10 \
	-device "vfio-pci,sysfsdev=/sys/bus/mdev/devices/$used" >/tmp/qemu.log 2>&1 &
qemu=$!
group=$(basename "$(realpath "/sys/bus/mdev/devices/$used/iommu_group")")
lab_wait 30 eval "ls -l /proc/$qemu/fd | grep -q ' /dev/vfio/$group'"
before=$(vgpu list --json)
was_active=$(active)

# --- by hand

check "suspend removes idle vGPUs" eval 'vgpu suspend 2>/tmp/said'
same "only the vGPU in use stays" "$used" "$(active)"
check "suspend warns about the vGPU in use" grep -qE "warning: the machine may freeze when it wakes up: the vGPU $used is in use by the domain win10 \(qemu-system-x86[^,]*, PID $qemu\): shut the virtual machine down first" /tmp/said
check "a second suspend forgets nothing" vgpu suspend
same "what is remembered" "$(printf '%s\n' "$boot" "$manual" "$transient" "$demand")" "$(remembered)"
check "resume succeeds" vgpu resume
same "resume makes exactly the removed vGPUs" "$was_active" "$(active)"
same "resume sets their attributes" 12345 "$(cat "/sys/bus/mdev/devices/$manual/gvtsim/refresh_mhz")"
same "then nothing is remembered" "" "$(remembered)"
same "a second resume has nothing to do" "" "$(vgpu resume 2>&1)"
refuses "suspend takes no UUID" 2 "one argument too many" vgpu suspend "$boot"
refuses "only root may suspend" 1 "run this as root" runuser -u user -- vgpu suspend

# --- by the service

check "systemd verifies the service" systemd-analyze verify --man=no vgpu-suspend.service
check "the service has an exposure of 2.0 at most" systemd-analyze security --no-pager --threshold=20 vgpu-suspend.service
echo freezer >/sys/power/pm_test
echo 1 >/sys/module/suspend/parameters/pm_test_delay # seconds of sleep
began=$(date +%s)
check "the machine sleeps and wakes" sleep_and_wake
same "with the service off, nothing happens" "" "$(journalctl -q -b --since "@$began" -u vgpu-suspend)"

check "the service can be enabled" systemctl enable -q vgpu-suspend.service
began=$(date +%s)
check "the machine sleeps and wakes again" sleep_and_wake
same "the service succeeded" "success 0" \
	"$(systemctl show -p Result --value vgpu-suspend) $(systemctl show -p ExecMainStatus --value vgpu-suspend)"
for uuid in "$boot" "$manual" "$transient" "$demand"; do
	gone=$(when -u vgpu-suspend "removed $uuid before the machine sleeps")
	asleep=$(when -k "PM: suspend entry")
	awake=$(when -k "PM: suspend exit")
	back=$(when -u vgpu-suspend "$uuid is back")
	check "${uuid: -2}: gone before the sleep, back after it ($gone $asleep $awake $back)" test \
		"${gone:-9}" -lt "${asleep:-0}" -a "${asleep:-9}" -lt "${awake:-0}" -a "${awake:-9}" -lt "${back:-0}"
done
same "everything is as before" "$before" "$(vgpu list --json)"
same "the attributes are as before too" 12345 "$(cat "/sys/bus/mdev/devices/$manual/gvtsim/refresh_mhz")"
check "the journal warns about the vGPU in use" eval \
	"journalctl -q -b --since @$began -p warning -o cat -u vgpu-suspend |
		grep -E 'may freeze when it wakes up: the vGPU $used is in use by the domain win10 .*PID $qemu' >/dev/null"
check "the virtual machine still has that vGPU" eval "ls -l /proc/$qemu/fd | grep -q ' /dev/vfio/$group'"

kill "$qemu" && wait "$qemu" 2>/dev/null
qemu=
began=$(date +%s)
check "the machine sleeps and wakes without a virtual machine" sleep_and_wake
same "there is no warning then" "" "$(journalctl -q -b --since "@$began" -p warning -o cat -u vgpu-suspend)"
same "everything is as before again" "$was_active" "$(active)"

# --- when something fails

check "suspend" vgpu suspend
modprobe -r gvtsim
refuses "resume reports a vGPU that cannot be brought back" 1 "cannot bring $manual back: its parent $lab_gvt makes no vGPUs" \
	eval 'vgpu resume 2>&1 | grep "$manual" >&2; exit "${PIPESTATUS[0]}"'
lab_load_gvtsim
check "the next resume succeeds" vgpu resume
same "all vGPUs are back" "$was_active" "$(active)"
check "suspend once more" vgpu suspend
modprobe -r gvtsim
vgpu resume 2>/dev/null
same "a vGPU that could not be brought back can be removed" \
	"vgpu: $transient does not come back when the machine wakes up" "$(vgpu remove "$transient" 2>&1)"
lab_load_gvtsim
check "resume succeeds after that" vgpu resume
check "resume does not make the removed vGPU" eval '! there "$transient"'

finish
