#!/usr/bin/env bash
# With --resize guest, the guest's screen follows the window, up to the resolution of its type. The
# window follows the VM with a launcher in the menu, and with a user unit.
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh
# shellcheck source=tests/lab/guest/screen.sh
. /lab/tests/lab/guest/screen.sh

unit=vgpu-display@shown.service
launcher=/home/user/.local/share/applications/vgpu-display-shown.desktop
viewer='' log=''

user_systemctl() { as_user systemctl --user "$@"; }

cleanup() {
	user_systemctl stop "$unit"
	kill "$(viewer_pid)"
	journalctl -o short-monotonic _SYSTEMD_USER_UNIT="$unit" >"$work/unit.log"
	screen_finish shown
	follow_edid N
	rm -f "$launcher"
	loginctl disable-linger user
	systemctl stop user@1000.service
} >/dev/null 2>&1
trap cleanup EXIT

# window COMMAND...: runs a command of sway for the viewer's window; fails if there is none
window() { sway_says '[app_id="vgpu-display"]' "$*"; }

no_window() { ! window nop; }

# start_viewer NAME OPTION...: NAME.log
start_viewer() {
	log=$work/$1.log
	as_user vgpu-display --connect qemu:///system --debug "${@:2}" shown >"$log" 2>&1 &
	viewer=$!
	lab_wait 60 window move absolute position 0 0
}

stop_viewer() {
	kill "$(viewer_pid)"
	wait "$viewer"
}

guest_size() { cut -d' ' -f1 "$screen_sysfs/mode"; }

guest_has() { [ "$(guest_size)" = "$1" ]; }

# on_output SIZE: the guest's picture must be there, pixel for pixel, starting at the corner of the
# window. A window that is resized by command keeps its middle in place.
on_output() {
	window move absolute position 0 0 && photograph output.png &&
		check-pattern --expect-size "$1" --at 0,0 "$work/shots/output.png"
}

# resize_to WIDTH HEIGHT: resizes like a user, then waits until the guest can have been asked
resize_to() { window resize set "$1" "$2" >"$work/resize.log" && sleep 2; }

times_told() { grep -c 'at most 1920x1200' "$log"; }

# follow_edid Y|N: sets whether the guest accepts the mode that its EDID offers
follow_edid() { echo "$1" >/sys/module/gvtsim/parameters/follow_edid; }

unit_runs() { user_systemctl is-active "$unit"; }

# The user manager of the unit makes the directory that contains the compositor's socket.
check "the user has a service manager" eval \
	'loginctl enable-linger user && lab_wait 60 user_systemctl is-active basic.target'
check "a guest with a vGPU runs" start_guest shown
check "the guest's driver follows its EDID" follow_edid Y
start_sway 2200 1400
check "a compositor runs" sway_says -t get_version
mode 640x480 XR24 3

start_viewer plain
resize_to 800 600
same "without --resize guest, the guest keeps its mode in a window of another size" \
	"640x480 0" "$(guest_size) $(grep -c 'asking the guest' "$log")"
stop_viewer

start_viewer asked --resize guest
check "with --resize guest, the picture is there" lab_wait 30 on_output 640x480
check "the window is made larger, with an odd size" window resize set 1002 701
check "the guest's new mode is 1002x701" lab_wait 30 guest_has 1002x701
check "the picture fills the larger window" lab_wait 30 on_output 1002x701
check "the window is made smaller" window resize set 800 600
check "the guest's new mode is 800x600" lab_wait 30 guest_has 800x600
check "the picture fills the smaller window" lab_wait 30 on_output 800x600
check "the window is made larger than the type's resolution" window resize set 2100 1300
check "the guest has the largest resolution of the type" lab_wait 30 guest_has 1920x1200
resize_to 2080 1250
same "a message says so once" 1 "$(times_told)"
stop_viewer

same "a launcher is added to the menu" "$launcher" \
	"$(as_user vgpu-display --connect qemu:///system --install-launcher shown)"
check "the launcher is a valid desktop entry" desktop-file-validate "$launcher"
refuses "an unknown domain gets no launcher" 1 "no domain 'nobody'" \
	as_user vgpu-display --connect qemu:///system --install-launcher nobody

virsh destroy shown >"$work/destroy.log"
user_systemctl set-environment "WAYLAND_DISPLAY=$display"
check "the user unit is started" user_systemctl start "$unit"
sleep 3
check "there is no window while the VM is not running" no_window
for time in "when the VM starts" "when it starts again"; do
	virsh start shown >"$work/start.log"
	check "$time, a window opens" lab_wait 60 window nop
	virsh destroy shown >"$work/destroy.log"
	check "the window closes when the VM stops" lab_wait 30 no_window
done
check "the unit keeps running" unit_runs
check "the unit can be stopped" user_systemctl stop "$unit"
same "the unit succeeded" success "$(user_systemctl show --value --property Result "$unit")"
finish
