#!/usr/bin/env bash
# vGPUs on demand: libvirt's hook makes one just before its domain starts, and removes it when
# the domain has stopped.
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh

prefix=4b20d080-1b54-4048-85b3-a6a62d165a0
demand=${prefix}1 manual=${prefix}2 unknown=${prefix}3 filler=${prefix}4
work=$(mktemp -d)
holder=

cleanup() {
	local name
	[ -z "$holder" ] || { kill "$holder" && wait "$holder"; } 2>/dev/null
	for name in win plain both lost; do
		virsh destroy "$name"
		virsh undefine "$name"
	done >/dev/null 2>&1
	for name in "$demand" "$manual" "$filler"; do
		vgpu remove "$name"
	done 2>/dev/null
	rm -rf "$work"
}
trap cleanup EXIT

# guest NAME [UUID...]
guest() {
	local name=$1 uuid
	shift
	cat <<XML
<domain type='qemu'>
  <name>$name</name>
  <memory unit='MiB'>64</memory>
  <os>
    <type arch='x86_64' machine='q35'>hvm</type>
  </os>
  <devices>
XML
	for uuid; do
		cat <<XML
    <hostdev mode='subsystem' type='mdev' model='vfio-pci'>
      <source>
        <address uuid='$uuid'/>
      </source>
    </hostdev>
XML
	done
	cat <<XML
    <memballoon model='none'/>
  </devices>
</domain>
XML
}

define() { guest "$@" >"$work/$1.xml" && virsh define "$work/$1.xml" >/dev/null; }

there() { [ -e "/sys/bus/mdev/devices/$1" ]; }
gone() { ! there "$1"; }

lab_load_gvtsim
check "libvirt finds the hook" test -x /etc/libvirt/hooks/qemu.d/vgpu
vgpu create --parent "$lab_gvt" --type i915-GVTg_V5_4 --uuid "$demand" >/dev/null 2>&1
vgpu create --parent "$lab_gvt" --type i915-GVTg_V5_8 --uuid "$manual" >/dev/null 2>&1
check "a vGPU is set to start on demand" vgpu set "$demand" --on-demand
check "another vGPU is set to start by hand" vgpu set "$manual" --no-boot
vgpu remove --keep "$demand" 2>/dev/null
check "restore does not make the vGPU on demand" eval 'vgpu restore 2>/dev/null && gone "$demand"'
check "domains are defined" eval 'define win "$demand" && define plain && define both "$manual" "$demand" &&
	define lost "$demand" "$unknown"'

check "its domain starts" virsh start win
same "the vGPU is made as it is defined" i915-GVTg_V5_4 \
	"$(basename "$(realpath "/sys/bus/mdev/devices/$demand/mdev_type")")"
refuses "a vGPU of a running domain cannot be removed" 1 "$demand is in use by .*win" vgpu remove --keep "$demand"
check "libvirtd is restarted" systemctl restart libvirtd
check "the vGPU stays" there "$demand"
same "the domain keeps running" running "$(virsh domstate win | head -n 1)"
check "the domain stops" virsh destroy win
check "the vGPU is removed then" gone "$demand"
check "its definition stays" test -e "/etc/mdevctl.d/$lab_gvt/$demand"
check "the vGPU that starts by hand stays" there "$manual"

# From here on the domain starts again and again, each time under another condition: first, with
# a broken definition next to that of the vGPU. The guest itself need not run for that.
printf '{' >"/etc/mdevctl.d/$lab_gvt/$unknown"
check "another broken definition does not matter" eval 'virsh start --paused win && there "$demand"'
rm "/etc/mdevctl.d/$lab_gvt/$unknown"
kill "$(cat /run/libvirt/qemu/win.pid)"
check "the vGPU is also removed when QEMU just ends" lab_wait 20 gone "$demand"

refuses "a domain with two vGPUs is refused by QEMU, not by vgpu" 1 "qemu|QEMU|vfio" eval 'virsh start both 2>&1 >/dev/null | paste -sd " " >&2; false'
check "the vGPU on demand is removed then" gone "$demand"
check "the other vGPU stays" there "$manual"
refuses "a domain with an unknown vGPU cannot start" 1 "$unknown.* not found" \
	eval 'virsh start lost 2>&1 >/dev/null | paste -sd " " >&2; false'
check "the vGPU on demand is removed again" gone "$demand"

# Without room, libvirt's message must say what is wrong.
vgpu create --parent "$lab_gvt" --type i915-GVTg_V5_2 --uuid "$filler" >/dev/null 2>&1
for _ in 1 2 3 4 5 6 7; do
	cat /proc/sys/kernel/random/uuid >"/sys/class/mdev_bus/$lab_gvt/mdev_supported_types/i915-GVTg_V5_4/create"
done 2>/dev/null
refuses "without room the domain does not start, and libvirt says why" 1 \
	"vgpu: cannot make the vGPU $demand, which domain win needs: " \
	eval 'virsh start win 2>&1 >/dev/null | paste -sd " " >&2; false'
for name in /sys/bus/mdev/devices/*; do
	[ "$(basename "$name")" = "$manual" ] || echo 1 >"$name/remove"
done
vgpu remove "$filler" 2>/dev/null

# A vGPU that another program uses must not be removed.
check "the vGPU is made before its domain starts" vgpu create --uuid "$demand"
qemu-system-x86_64 -accel tcg -machine q35 -nodefaults -display none -S \
	-device "vfio-pci,sysfsdev=/sys/bus/mdev/devices/$demand" >"$work/qemu.log" 2>&1 &
holder=$!
group=$(basename "$(realpath "/sys/bus/mdev/devices/$demand/iommu_group")")
lab_wait 30 eval "ls -l /proc/$holder/fd | grep -q ' /dev/vfio/$group'"
check "a domain whose vGPU another program has does not start" eval '! virsh start win'
check "the other program keeps the vGPU" there "$demand"
kill "$holder" && wait "$holder" 2>/dev/null
holder=
check "a domain starts with a vGPU that existed before" virsh start --paused win
virsh destroy win >/dev/null
check "that vGPU is removed when the domain stops" gone "$demand"

# Another program holds the lock for a long time: only a domain that needs a vGPU must wait.
exec 5</run/vgpu
flock 5
check "a domain without a vGPU does not wait for the lock" timeout 60 virsh start --paused plain
check "it does not wait for the lock when it stops" timeout 60 virsh destroy plain
virsh start --paused win >"$work/said" 2>&1 5<&- & # otherwise it would hold the lock itself
starter=$!
check "a domain with a vGPU on demand waits for the lock" eval 'sleep 3; kill -0 "$starter" && gone "$demand"'
exec 5<&-
status=0
wait "$starter" || status=$?
same "it starts when the lock is free" 0 "$status"
virsh destroy win >/dev/null
check "the vGPU is removed when it stops" gone "$demand"

check "the vGPU is set to start by hand" vgpu set "$demand" --no-boot
refuses "then its domain does not start without it" 1 "$demand.* not found" \
	eval 'virsh start win 2>&1 >/dev/null | paste -sd " " >&2; false'

finish
