#!/usr/bin/env bash
# The viewer while a libvirt domain is started, reset, saved and restored, while libvirtd is
# restarted, and with a domain that has two screens.
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

# A start may show several pictures, of the firmware and of its modes.
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
check "its window is there" viewer_pid
check "the domain is reset" virsh reset plain
sleep 2
check "the viewer is still running" viewer_pid
check "the domain is saved" virsh save plain "$work/image"
check "the window of a saved domain stays" said 'was saved or has migrated; its window stays'
check "the viewer is still running after the save" viewer_pid
before=$(pictures)
check "the domain is restored" virsh restore "$work/image"
check "the restored domain is shown in the same window" shown_since "$before"
check "the domain is saved by libvirt itself" virsh managedsave plain
check "its window stays" said_times 2 'was saved or has migrated; its window stays'
before=$(pictures)
check "the domain is started from the saved image" virsh start plain
check "it is shown in the same window" shown_since "$before"
check "the domain is stopped" virsh destroy plain
ends_with 0
same "that ends the viewer" 0 $?

start_viewer wait --wait --keep plain
check "--wait waits" said "waiting for 'plain' to start"
check "the domain starts" virsh start plain
check "the domain is shown" shown_since 0
check "the domain stops" virsh destroy plain
check "--keep keeps the window" said "'plain' is not running; its window stays"
before=$(pictures)
check "the domain starts" virsh start plain
check "the domain is shown again" shown_since "$before"
kill "$(viewer_pid)"
ends_with 0
same "SIGTERM ends the viewer" 0 $?

start_viewer anew plain
check "a viewer runs" shown_since 0
check "libvirtd is restarted" systemctl restart libvirtd
check "the viewer says so and keeps running" said 'lost the connection to libvirt.*the picture continues'
# virsh fails to stop a domain before libvirtd knows it again.
check "libvirtd has the domain's monitor again" lab_wait 60 virsh qemu-monitor-command --hmp plain info\ status
check "the domain stops" virsh destroy plain
ends_with 0
same "the viewer sees that the domain was stopped" 0 $?
check "the viewer does not blame another viewer" eval '! grep "another viewer" "$log"'

# Here the guest has a vGPU and an emulated screen, as before it has a driver. QEMU delivers the
# emulated screen as a texture, which Mesa cannot export in software, so that it has no picture.
check "a guest with a vGPU runs" start_guest shown
check "it is stopped" virsh destroy shown
check "it gets an emulated screen too" eval \
	'vgpu detach --yes shown && vgpu attach --yes --install-drivers shown "$screen_uuid"'
check "it starts" run_guest shown
mode 640x480 XR24 3
shoot_screen() { # NUMBER FILE
	as_user vgpu-display --connect qemu:///system --debug --source "$3" --screen "$1" \
		--screenshot "$work/shots/$2" --after 1 shown
}
check "the second one is the vGPU's" shoot_screen 2 second.png dbus
check "every pixel of it is in the window" check-pattern --at 0,0 --expect-size 640x480 "$work/shots/second.png"
refuses "--source direct is refused for a screen that is not the vGPU's" 1 \
	"screen 1 of 'shown' does not belong to a vGPU.*--screen" eval \
	'as_user vgpu-display --connect qemu:///system --source direct shown'
check "the helper's socket is started" systemctl start vgpu-scanout.socket
check "--source direct works for the vGPU's screen" shoot_screen 2 planes.png direct
check "it shows the same pixels" check-pattern --at 0,0 --expect-size 640x480 "$work/shots/planes.png"

start_viewer orphan --screen 2 --source direct shown
check "a viewer runs" said "^vgpu-display: import 1:"
flip_at 60
pkill -KILL -u user -x weston
ends_with 0
same "a compositor that dies ends it" 0 $?
finish
