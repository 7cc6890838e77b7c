#!/usr/bin/env bash
# The viewer and the life of a libvirt domain: started, reset, saved and restored,
# a libvirtd that starts anew, and a domain with two screens.
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh
# shellcheck source=tests/lab/guest/screen.sh
. /lab/tests/lab/guest/screen.sh

log='' viewer=''

cleanup() {
	kill "$(viewer_pid)"
	virsh destroy plain
	virsh undefine plain --managed-save
	screen_finish shown
} >/dev/null 2>&1
trap cleanup EXIT

# start_viewer NAME OPTION...: NAME.log
start_viewer() {
	log=$work/$1.log
	as_user vgpu-display --connect qemu:///system --debug --screenshots "$work/shots" "${@:2}" \
		>"$log" 2>&1 &
	viewer=$!
}

said() { lab_wait 60 grep -q -- "$1" "$log"; }
said_times() { lab_wait 60 eval "[ \"\$(grep -c '$2' '$log')\" -ge $1 ]"; }

# A start may show several: the firmware's and the BIOS' mode.
pictures() { grep -c '^vgpu-display: picture of' "$log"; }
shown_since() { lab_wait 60 eval "[ \$(pictures) -gt $1 ]"; }
ends_with() { # STATUS
	local status=0
	lab_wait 60 eval '! viewer_pid' || return 1
	wait "$viewer" || status=$?
	[ "$status" = "$1" ]
}

cat >"$work/plain.xml" <<'XML'
<domain type='qemu'>
  <name>plain</name>
  <memory unit='MiB'>64</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices>
    <graphics type='dbus' p2p='yes'/>
    <video><model type='vga'/></video>
    <memballoon model='none'/>
  </devices>
</domain>
XML
check "a domain is defined" virsh define "$work/plain.xml"
start_weston 1280 1024
check "a compositor runs" test -S "$run/wayland-test"

start_viewer life --start plain
check "--start starts it" shown_since 0
check "and its window is there" viewer_pid
check "the domain is reset" virsh reset plain
sleep 2
check "the viewer goes on" viewer_pid
check "the domain is saved" virsh save plain "$work/image"
check "the window of a saved domain stays" said 'is saved or elsewhere; its window stays'
check "the viewer goes on" viewer_pid
before=$(pictures)
check "the domain is restored" virsh restore "$work/image"
check "and shown in the same window" shown_since "$before"
check "the domain is saved by libvirt itself" virsh managedsave plain
check "its window stays too" said_times 2 'is saved or elsewhere; its window stays'
before=$(pictures)
check "it is started from that" virsh start plain
check "and shown in the same window" shown_since "$before"
check "the domain is stopped" virsh destroy plain
ends_with 0
same "which ends the viewer" 0 $?

start_viewer wait --wait --keep plain
check "--wait waits" said "waiting for 'plain' to start"
check "the domain starts" virsh start plain
check "and is shown" shown_since 0
check "the domain stops" virsh destroy plain
check "--keep keeps the window" said "'plain' does not run; its window stays"
before=$(pictures)
check "the domain starts" virsh start plain
check "and is shown again" shown_since "$before"
kill "$(viewer_pid)"
ends_with 0
same "SIGTERM ends the viewer" 0 $?

start_viewer anew plain
check "a viewer runs" shown_since 0
check "libvirtd starts anew" systemctl restart libvirtd
check "the viewer says so and goes on" said 'lost the connection to libvirt.*the picture goes on'
# One that is stopped before libvirtd knows it again is an error of virsh's.
check "libvirtd has its monitor again" lab_wait 60 virsh qemu-monitor-command --hmp plain info\ status
check "the domain stops" virsh destroy plain
ends_with 0
same "which the viewer takes for what it is" 0 $?
check "no other viewer is blamed" eval '! grep "another viewer" "$log"'

# A vGPU beside an emulated screen, as before the guest has a driver. QEMU hands out the
# emulated one as a texture, which Mesa cannot export in software: it has no picture here.
check "a guest with a vGPU runs" start_guest shown
check "it is stopped" virsh destroy shown
check "it gets an emulated screen, too" eval \
	'vgpu detach --yes shown && vgpu attach --yes --install-drivers shown "$screen_uuid"'
check "it starts" run_guest shown
mode 640x480 XR24 3
shoot_screen() { # NUMBER FILE
	as_user vgpu-display --connect qemu:///system --debug --source "$3" --screen "$1" \
		--screenshot "$work/shots/$2" --after 1 shown
}
check "the second one is the vGPU's" shoot_screen 2 second.png dbus
check "every pixel of it is on the window" check-pattern --at 0,0 --expect-size 640x480 "$work/shots/second.png"
refuses "planes of a screen that is no vGPU's are refused" 1 \
	"screen 1 of 'shown' is no vGPU's.*--screen" eval \
	'as_user vgpu-display --connect qemu:///system --source direct shown'
check "the helper's socket is started" systemctl start vgpu-scanout.socket
check "the vGPU's screen has planes" shoot_screen 2 planes.png direct
check "with the same pixels" check-pattern --at 0,0 --expect-size 640x480 "$work/shots/planes.png"

start_viewer orphan --screen 2 --source direct shown
check "a viewer runs" said "^vgpu-display: import 1:"
flip_at 60
pkill -KILL -u user -x weston
ends_with 0
same "a compositor that dies ends it" 0 $?
finish
