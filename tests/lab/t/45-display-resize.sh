#!/usr/bin/env bash
# The guest's screen follows the window when it is asked to, up to its type's
# resolution; and the window follows the VM: a launcher in the menu, a user's unit.
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

# window COMMAND...: a command of sway's for the viewer's window; fails without one
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

# on_output SIZE: the guest's picture is there, pixel for pixel, from the window's
# corner on; a window that is resized by command keeps its middle where it is
on_output() {
	window move absolute position 0 0 && photograph output.png &&
		check-pattern --expect-size "$1" --at 0,0 "$work/shots/output.png"
}

# resize_to WIDTH HEIGHT: by hand, as it were; then time for the guest to be asked
resize_to() { window resize set "$1" "$2" >"$work/resize.log" && sleep 2; }

times_told() { grep -c 'at most 1920x1200' "$log"; }

# follow_edid Y|N: whether the guest takes the mode that it is offered
follow_edid() { echo "$1" >/sys/module/gvtsim/parameters/follow_edid; }

unit_runs() { user_systemctl is-active "$unit"; }

# The unit's user manager makes the directory in which the compositor's socket is.
check "the user has a service manager" eval \
	'loginctl enable-linger user && lab_wait 60 user_systemctl is-active basic.target'
check "a guest with a vGPU runs" start_guest shown
check "its driver heeds its EDID" follow_edid Y
start_sway 2200 1400
check "a compositor runs" sway_says -t get_version
mode 640x480 XR24 3

start_viewer plain
resize_to 800 600
same "a window of another size is its user's affair: the guest keeps its mode" \
	"640x480 0" "$(guest_size) $(grep -c 'asking the guest' "$log")"
stop_viewer

start_viewer asked --resize guest
check "with --resize guest its picture is there" lab_wait 30 on_output 640x480
check "a larger window, of an odd size" window resize set 1002 701
check "is the guest's new mode" lab_wait 30 guest_has 1002x701
check "and filled by it" lab_wait 30 on_output 1002x701
check "a smaller window" window resize set 800 600
check "is the guest's new mode" lab_wait 30 guest_has 800x600
check "and filled by it" lab_wait 30 on_output 800x600
check "a window that is larger than the type's resolution" window resize set 2100 1300
check "has the most that the type has" lab_wait 30 guest_has 1920x1200
resize_to 2080 1250
same "which is said once" 1 "$(times_told)"
stop_viewer

same "a launcher is added to the menu" "$launcher" \
	"$(as_user vgpu-display --connect qemu:///system --install-launcher shown)"
check "a desktop takes it" desktop-file-validate "$launcher"
refuses "an unknown domain gets none" 1 "no domain 'nobody'" \
	as_user vgpu-display --connect qemu:///system --install-launcher nobody

virsh destroy shown >"$work/destroy.log"
user_systemctl set-environment "WAYLAND_DISPLAY=$display"
check "a unit of the user's is started" user_systemctl start "$unit"
sleep 3
check "there is no window while the VM does not run" no_window
for time in "when the VM starts" "when it starts again"; do
	virsh start shown >"$work/start.log"
	check "$time, a window opens" lab_wait 60 window nop
	virsh destroy shown >"$work/destroy.log"
	check "and closes when it stops" lab_wait 30 no_window
done
check "the unit goes on" unit_runs
check "and ends when it is told to" user_systemctl stop "$unit"
same "well" success "$(user_systemctl show --value --property Result "$unit")"
finish
