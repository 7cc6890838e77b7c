#!/usr/bin/env bash
# vGPUs on demand: libvirt's hook makes one just before its domain starts and
# removes it when that has stopped.
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
check "a vGPU is on demand" vgpu set "$demand" --on-demand
check "another by hand" vgpu set "$manual" --no-boot
vgpu remove --keep "$demand" 2>/dev/null
check "restore does not make it" eval 'vgpu restore 2>/dev/null && gone "$demand"'
check "domains are defined" eval 'define win "$demand" && define plain && define both "$manual" "$demand" &&
	define lost "$demand" "$unknown"'

check "its domain starts" virsh start win
same "with the vGPU as it is defined" i915-GVTg_V5_4 \
	"$(basename "$(realpath "/sys/bus/mdev/devices/$demand/mdev_type")")"
refuses "which is in use" 1 "$demand is in use by .*win" vgpu remove --keep "$demand"
check "libvirtd is restarted" systemctl restart libvirtd
check "the vGPU stays" there "$demand"
same "the domain, too" running "$(virsh domstate win | head -n 1)"
check "it stops" virsh destroy win
check "and the vGPU is gone" gone "$demand"
check "its definition is not" test -e "/etc/mdevctl.d/$lab_gvt/$demand"
check "the one by hand has nothing to do with it" there "$manual"

# It starts again and again below, in each case with something else about it: here a
# definition that is broken. The guest itself need not run for that.
printf '{' >"/etc/mdevctl.d/$lab_gvt/$unknown"
check "a broken definition beside it does not matter" eval 'virsh start --paused win && there "$demand"'
rm "/etc/mdevctl.d/$lab_gvt/$unknown"
kill "$(cat /run/libvirt/qemu/win.pid)"
check "it is gone, too, when QEMU just ends" lab_wait 20 gone "$demand"

refuses "a domain with two is refused by QEMU, not by us" 1 "qemu|QEMU|vfio" eval 'virsh start both 2>&1 >/dev/null | paste -sd " " >&2; false'
check "then nothing is left" gone "$demand"
check "but what was there" there "$manual"
refuses "a domain with an unknown one cannot start" 1 "$unknown.* not found" \
	eval 'virsh start lost 2>&1 >/dev/null | paste -sd " " >&2; false'
check "the one on demand is taken back" gone "$demand"

# No room: what libvirt shows is what is wrong.
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

# One that another program holds is not taken from it.
check "it is there when it was made before" vgpu create --uuid "$demand"
qemu-system-x86_64 -accel tcg -machine q35 -nodefaults -display none -S \
	-device "vfio-pci,sysfsdev=/sys/bus/mdev/devices/$demand" >"$work/qemu.log" 2>&1 &
holder=$!
group=$(basename "$(realpath "/sys/bus/mdev/devices/$demand/iommu_group")")
lab_wait 30 eval "ls -l /proc/$holder/fd | grep -q ' /dev/vfio/$group'"
check "a domain whose vGPU another program has does not start" eval '! virsh start win'
check "and that keeps it" there "$demand"
kill "$holder" && wait "$holder" 2>/dev/null
holder=
check "the domain starts with one that was there" virsh start --paused win
virsh destroy win >/dev/null
check "and it is gone when that stops" gone "$demand"

# Somebody changes vGPUs, for long: only who needs one waits.
exec 5</run/vgpu
flock 5
check "a domain without a vGPU waits for nobody" timeout 60 virsh start --paused plain
check "nor does its end" timeout 60 virsh destroy plain
virsh start --paused win >"$work/said" 2>&1 5<&- & # or it would have the lock itself
starter=$!
check "a domain with one on demand waits" eval 'sleep 3; kill -0 "$starter" && gone "$demand"'
exec 5<&-
status=0
wait "$starter" || status=$?
same "until its turn comes" 0 "$status"
virsh destroy win >/dev/null
check "and that was all" gone "$demand"

check "no longer on demand, it is by hand" vgpu set "$demand" --no-boot
refuses "and its domain does not start without it" 1 "$demand.* not found" \
	eval 'virsh start win 2>&1 >/dev/null | paste -sd " " >&2; false'

finish
