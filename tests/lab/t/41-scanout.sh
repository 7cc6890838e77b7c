#!/usr/bin/env bash
# vgpu-scanout as systemd runs it, on a real libvirt's domain with a vGPU: who gets a
# picture, what viewers that mean harm can do, when it lets go of QEMU, how soon it
# notices a flip, and how often it wakes for that.
#
# SCANOUT_SECONDS: how long each rate is watched (5)
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh
# shellcheck source=tests/lab/guest/screen.sh
. /lab/tests/lab/guest/screen.sh

seconds=${SCANOUT_SECONDS:-5}
helper=/usr/libexec/vgpu/vgpu-scanout
# The other VM belongs to the user's own session.
own_vm=4b20d080-1b54-4048-85b3-a6a62d165d41
own_vgpu=4b20d080-1b54-4048-85b3-a6a62d165c41
drop_in=/run/systemd/system/vgpu-scanout.socket.d
vm='' qemu='' holder=''

cleanup() {
	kill "$qemu" "$holder"
	wait "$qemu"
	rm -rf "$drop_in"
	systemctl daemon-reload
	systemctl stop vgpu-scanout.socket
	userdel member
	echo 1 >"/sys/bus/mdev/devices/$own_vgpu/remove"
	screen_finish shown
} >/dev/null 2>&1
trap cleanup EXIT

# Starts a VM as libvirt would for the user, as far as it matters here.
start_own_vm() {
	local group
	echo "$own_vgpu" >"/sys/class/mdev_bus/$lab_gvt/mdev_supported_types/i915-GVTg_V5_8/create"
	group=$(basename "$(readlink "/sys/bus/mdev/devices/$own_vgpu/iommu_group")")
	udevadm settle
	chown user "/dev/vfio/$group"
	as_user qemu-system-x86_64 -accel tcg -m 64 -nodefaults -display none -uuid "$own_vm" \
		-device "vfio-pci,sysfsdev=/sys/bus/mdev/devices/$own_vgpu" >"$work/qemu.log" 2>&1 &
	qemu=$!
	lab_wait 30 pgrep -u user -f "^qemu-system-x86_64.*$own_vm"
}

watch() { as_user scanout-watch "$@"; }
opens() { [ "$(watch "$@")" = opened ]; }
helpers() { pgrep -x vgpu-scanout; }
no_helper() { [ -z "$(helpers)" ]; }
# has_device PID: succeeds for QEMU, and for the helper while it looks
has_device() { readlink "/proc/$1/fd/"* | grep -q vfio-device; }

# hold DOMAIN VGPU: starts a viewer that stays until file 9 is closed. Not for use in `check`, which
# has files of its own.
hold() {
	rm -f "$work/fifo" "$work/held.log"
	mkfifo "$work/fifo"
	watch hold "$@" <"$work/fifo" >"$work/held.log" 2>&1 &
	holder=$!
	exec 9>"$work/fifo"
	lab_wait 30 grep -q opened "$work/held.log"
}

# waits SECONDS PID: how often a second the process waits, its threads together; each time
# it is woken again
waits() {
	local before
	before=$(switches "$2")
	sleep "$1"
	echo $((($(switches "$2") - before) / $1))
}
switches() {
	cat "/proc/$1/task/"*/status | awk '/^voluntary_ctxt_switches:/ { sum += $2 } END { print sum }'
}

# The milliseconds until the command succeeds.
took() {
	local began
	began=$(date +%s%N)
	lab_poll "$@"
	echo $((($(date +%s%N) - began) / 1000000))
}
lab_poll() {
	local end=$((SECONDS + 20))
	until "$@" >/dev/null 2>&1 || [ "$SECONDS" -ge "$end" ]; do sleep 0.01; done
}

check "a guest with a vGPU runs" start_guest shown
vm=$(virsh domuuid shown | head -n 1)
check "a VM of the user's own session is running too" start_own_vm
mode 320x240 XR24 3
useradd --no-create-home --groups libvirt member
# This user may open the socket, so that the helper decides.
mkdir -p "$drop_in"
printf '[Socket]\nSocketMode=0666\n' >"$drop_in/all.conf"
systemctl daemon-reload
check "the socket is started" systemctl restart vgpu-scanout.socket

# --- who gets a picture ---
check "a member of the group libvirt sees the system's VM" opens open "$vm" "$screen_uuid"
check "another member of the group sees it too" runuser -u member -- scanout-watch open "$vm" "$screen_uuid"
check "root sees it" scanout-watch open "$vm" "$screen_uuid"
check "root sees a user's VM" scanout-watch open "$own_vm" "$own_vgpu"
check "a user sees a VM of the user's own session" opens open "$own_vm" "$own_vgpu"
none="no running domain $vm that you may see"
refuses "a user outside of the group does not see the system's VM" 1 "refused: $none" \
	runuser -u nobody -- scanout-watch open "$vm" "$screen_uuid"
refuses "that user does not see a VM of another user" 1 "refused: no running domain $own_vm" \
	runuser -u nobody -- scanout-watch open "$own_vm" "$own_vgpu"
refuses "a member of the group libvirt does not see a VM of another user" 1 "refused: no running domain $own_vm" \
	runuser -u member -- scanout-watch open "$own_vm" "$own_vgpu"
refuses "a domain that does not exist is refused with the same message" 1 "refused: ${none/$vm/$own_vgpu}" \
	watch open "$own_vgpu" "$screen_uuid"
refuses "a vGPU of another domain is refused" 1 "the domain $vm does not have the vGPU $own_vgpu" \
	watch open "$vm" "$own_vgpu"
refuses "the reverse is refused too, even for root" 1 "does not have the vGPU $screen_uuid" \
	scanout-watch open "$own_vm" "$screen_uuid"
refuses "a vGPU that does not exist is refused" 1 "does not have the vGPU" watch open "$vm" "$vm"
refuses "QEMU's process id is refused" 1 "refused: OPEN needs the UUIDs" \
	watch pid "$(cat /run/libvirt/qemu/shown.pid)" "$screen_uuid"

# --- a helper that the viewer starts ---
sysctl -q kernel.yama.ptrace_scope=0
check "a user's own helper sees the user's own VM" opens --helper "$helper" open "$own_vm" "$own_vgpu"
refuses "it does not see the system's VM" 1 "the kernel does not let vgpu-scanout use QEMU's open files" \
	watch --helper "$helper" open "$vm" "$screen_uuid"
sysctl -q kernel.yama.ptrace_scope=1
refuses "it sees no VM if ptrace_scope is 1" 1 "the kernel does not let vgpu-scanout use QEMU's open files" \
	watch --helper "$helper" open "$own_vm" "$own_vgpu"
check "the helper that systemd starts sees it all the same" opens open "$own_vm" "$own_vgpu"

# --- its rights while it looks ---
hold "$vm" "$screen_uuid"
same "a viewer has the vGPU" opened "$(cat "$work/held.log")"
pid=$(helpers)
status() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$pid/status"; }
check "the helper has the vGPU open" has_device "$pid"
check "the viewer does not have it open" eval '! has_device "$(pgrep -u user -x scanout-watch)"'
same "it filters its system calls and gains no privileges" "2 1" "$(status Seccomp) $(status NoNewPrivs)"
same "it has one capability, CAP_SYS_PTRACE" "0000000000080000 0000000000080000" "$(status CapEff) $(status CapPrm)"
check "its user is not root" test "$(status Uid | cut -f1)" -ge 1000
check "it opens nothing else for writing" eval \
	'! find "/proc/$pid/fd" -lname "/dev/*" ! -lname /dev/null -printf "%l\n" | grep .'

# --- it closes the vGPU ---
exec 9>&-
echo "# a helper whose viewer hung up has ended after $(took no_helper) ms"
check "it ends when the viewer hangs up" no_helper
hold "$vm" "$screen_uuid"
kill -KILL "$(pgrep -u user -x scanout-watch)"
echo "# one whose viewer was killed after $(took no_helper) ms"
check "it ends when the viewer is killed" no_helper
exec 9>&-
hold "$vm" "$screen_uuid"
virsh destroy shown >/dev/null
echo "# one whose VM stopped after $(took no_helper) ms"
check "it ends when the VM stops" no_helper
wait "$holder"
# A process closes its files before it ends: the helper may see either first.
check "it has told the viewer" eval \
	'tr "\n" " " <"$work/held.log" | grep -Ex "opened gone: the VM (ended|released the vGPU) closed "'
exec 9>&-
check "the VM can start with its vGPU again" run_guest shown
mode 320x240 XR24 3
hold "$own_vm" "$own_vgpu"
kill -KILL "$(pgrep -u user -x qemu-system-x86)"
lab_poll no_helper
check "it ends when QEMU is killed" no_helper
exec 9>&-

# --- malicious viewers ---
flip_at 60
for lie in $(scanout-watch lies | grep -vx silence); do
	same "a lie ends a connection that is in use: $lie" ended "$(watch lie "$lie" "$vm" "$screen_uuid" | tail -n 1)"
done
watch lie silence "$vm" "$screen_uuid" >"$work/silence.log" 2>&1 &
holder=$!
watch watch 5 "$vm" "$screen_uuid" >"$work/watch.log" 2>&1
check "another viewer is served while one stalls" grep '^flips=[1-9]' "$work/watch.log"
wait "$holder"
same "the helper does not wait for a viewer that stalls" "scanout-watch: it does not end" "$(cat "$work/silence.log")"
check "no helper is left" lab_wait 20 no_helper
began=$SECONDS
check "10,000 connections" timeout 300 runuser -u user -- scanout-watch connect 10000
echo "# they took $((SECONDS - began)) s; $(helpers | wc -l) helpers run then"
check "a viewer is served after them" lab_wait 60 opens open "$vm" "$screen_uuid"
check "the socket is still listening" systemctl -q is-active vgpu-scanout.socket
check "their helpers end" lab_wait 60 no_helper
same "none of them failed" "" "$(systemctl list-units --no-legend --state=failed 'vgpu-scanout*')"

# --- the unit ---
systemd-analyze security --no-pager --offline=true "vgpu-scanout@.service" 2>&1 | tail -n 1 | sed 's/^/# /'
check "the service has an exposure of 1.5 at most" \
	systemd-analyze security --no-pager --offline=true --threshold=15 "vgpu-scanout@.service"

# --- how often it wakes ---
mode 320x240 XR24 3
hold "$vm" "$screen_uuid"
sleep 4
still=$(waits 5 "$(helpers)")
flip_at 60
sleep 2
steady=$(waits 5 "$(helpers)")
exec 9>&-
echo "# the helper waits $still times a second beside a picture that stands still, $steady at 60 Hz"
check "beside a picture that stands still it is woken once a refresh" test "$still" -le 70
# Some 200 times where it is woken in time; 2,000 without a rhythm that it could follow.
check "beside a guest at a steady rate it is woken for few looks" test "$steady" -le 800
check "that helper ends, too" lab_wait 20 no_helper

# --- how soon a flip is noticed ---
figure() { sed -n "s/.* $1=\([0-9]*\).*/\1/p" "$work/watch.log"; }
for hertz in 60 144; do
	for buffers in 2 3 5; do
		mode 320x240 XR24 "$buffers"
		flip_at "$hertz"
		watch watch "$seconds" "$vm" "$screen_uuid" >"$work/watch.log" 2>&1
		echo "# $hertz Hz, $buffers buffers: $(cat "$work/watch.log")"
		check "flips are reported: $hertz Hz, $buffers buffers" grep '^flips=[1-9]' "$work/watch.log"
		# On an emulated machine that shares its processors with others, processes are woken late: the one
		# that flips, between the stamp and the flip, and the one that has to notice it.
		check "a flip is noticed after 0.5 ms in the median, plus the machine's wake-up delay" \
			test "$(figure seen_us_median)" -le $((500 + 2 * $(figure wake_us_median)))
		check "the file of each buffer was sent once" test "$(figure files)" -le "$buffers"
	done
done
finish
