#!/usr/bin/env bash
# One guest pixel is one pixel of the screen: checked on screenshots of the compositor's output, at
# each scale that a desktop may have.
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh
# shellcheck source=tests/lab/guest/screen.sh
. /lab/tests/lab/guest/screen.sh

# The size of the output in pixels: a whole number of points at each of the scales.
width=900 height=720
viewer='' shots=0

cleanup() {
	kill "$(viewer_pid)"
	screen_finish shown
} >/dev/null 2>&1
trap cleanup EXIT

# window COMMAND...: runs a command of sway for the viewer's window; fails if there is none
window() { sway_says '[app_id="vgpu-display"]' "$*"; }

# start_viewer OPTION...: puts its window into the corner of the output
start_viewer() {
	as_user vgpu-display --connect qemu:///system --debug --screenshots "$work/shots" "$@" shown \
		>"$work/viewer.log" 2>&1 &
	viewer=$!
	lab_wait 60 window move absolute position 0 0
}

stop_viewer() {
	kill "$(viewer_pid)"
	wait "$viewer"
	rm -f "$work"/shots/shown-*.png
	shots=0
}

# on_output SIZE [OPTION...]: the guest's picture must be there, pixel for pixel
on_output() {
	photograph output.png && check-pattern --expect-size "$1" "${@:2}" "$work/shots/output.png"
}

# own_picture SIZE: the same for what the viewer has drawn
own_picture() {
	shots=$((shots + 1))
	kill -USR1 "$(viewer_pid)" && lab_wait 30 test -e "$work/shots/shown-000$shots.png" &&
		check-pattern --expect-size "$1" "$work/shots/shown-000$shots.png"
}

# try_scale SCALE SIZE: some of the sizes are not a whole number of points
try_scale() {
	local scale=$1 size=$2
	sway_says output '*' scale "$scale" >"$work/scale.log"
	mode "$size" XR24 3
	start_viewer
	check "scale $scale: $size in a window at the corner" lab_wait 30 on_output "$size"
	check "scale $scale: the viewer's own screenshot shows the same" own_picture "$size"
	window move absolute position 7 10 >"$work/move.log"
	check "scale $scale: at a position that is not a whole number of pixels" lab_wait 30 on_output "$size"
	window fullscreen enable >"$work/full.log"
	check "scale $scale: in full screen, in the middle" lab_wait 30 on_output "$size" \
		--at "$(((width - ${size%x*}) / 2)),$(((height - ${size#*x}) / 2))"
	stop_viewer
}

# magnified SIZE+X+Y: the screenshot must show the guest's picture in that place
magnified() {
	photograph magnified.png && compare-image "$work/shots/magnified.png" "$work/shots/guest.ppm" "$1"
}

# try_magnified SCALE: uses a window of 600x600 pixels
try_magnified() {
	local points
	points=$(jq -n "600 / $1")
	sway_says output '*' scale "$1" >"$work/scale.log"
	start_viewer --scale integer
	window resize set "$points" "$points", move absolute position 0 0 >"$work/size.log"
	check "scale $1, --scale integer: each pixel is a square of four" \
		lab_wait 30 magnified 476x356+62+122
	stop_viewer
	start_viewer --scale fit
	window resize set "$points" "$points", move absolute position 0 0 >"$work/size.log"
	check "scale $1, --scale fit: as wide as the window, and sharp" \
		lab_wait 30 magnified 600x448+0+76
	stop_viewer
}

# pointer_on AXIS SIZE: prints the last position that QEMU was told, in pixels of the guest. The
# pointer is absolute because of the agent's channel, which vgpu attach has added.
pointer_on() {
	local axis=$1 size=$2 value
	value=$(sed -n "s/.*input_event_abs .*axis $axis, value \(0x[0-9a-f]*\).*/\1/p" \
		/var/log/libvirt/qemu/shown.log | tail -n 1)
	[ -n "$value" ] && echo $(((value * size + 16383) / 32767))
}

# One point is one and a half pixels, so the position may differ by that.
near() { [ -n "$1" ] && [ $(($1 - $2)) -ge -2 ] && [ $(($1 - $2)) -le 2 ]; }

pointer_is() { near "$(pointer_on x 640)" "$1" && near "$(pointer_on y 480)" "$2"; }

# pointer_at X Y: moves the pointer to a pixel of the output; the guest must have it there
pointer_at() {
	as_user move-pointer 3 "${width}x$height" 500,400 "$1,$2" && lab_wait 30 pointer_is "$1" "$2"
}

check "a guest with a vGPU runs" start_guest shown
start_sway "$width" "$height"
check "a compositor runs" sway_says -t get_version

try_scale 1 640x480
try_scale 1.25 642x478
new_guest shown
try_scale 1.5 640x479
try_scale 2 639x479
try_scale 3 640x479

# Takes the guest's picture, to find it again when it is magnified.
sway_says output '*' scale 1 >"$work/scale.log"
new_guest shown
mode 238x178 XR24 3
start_viewer
check "a small picture is there" lab_wait 30 on_output 238x178 --at 0,0
as_user grim -t ppm -g '0,0 238x178' "$work/shots/guest.ppm"
stop_viewer
for scale in 1.5 2; do
	try_magnified "$scale"
done

sway_says output '*' scale 1 >"$work/scale.log"
mode 640x480 XR24 3
start_viewer
check "scale 1 again: the picture is there" lab_wait 30 on_output 640x480
for scale in 1.5 2 1; do
	sway_says output '*' scale "$scale" >"$work/scale.log"
	check "it stays pixel for pixel when the desktop changes to scale $scale" \
		lab_wait 30 on_output 640x480
done
stop_viewer

sway_says output '*' scale 1.5 >"$work/scale.log"
new_guest shown
# A stopped virtual machine accepts no input.
virsh resume shown >/dev/null
mode 640x480 XR24 3
virsh qemu-monitor-command shown --hmp 'trace-event input_event_abs on' >"$work/trace.log"
start_viewer
check "scale 1.5: the picture is there" lab_wait 30 on_output 640x480
check "scale 1.5: the guest's pointer is where the host's is" pointer_at 301 152
check "scale 1.5: the same in the far corner" pointer_at 638 478
stop_viewer
finish
