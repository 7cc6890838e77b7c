#!/usr/bin/env bash
# The viewer's window: scales, full screen, keys; a real QEMU tells what its guest got.
# shellcheck source=tests/viewer.sh
. "$(dirname "$0")/../viewer.sh"

# size WIDTH HEIGHT: resizes the window
size() { timeout 10 xdotool windowmove "$window" 0 0 windowsize --sync "$window" "$@"; }

# place_is X Y GUESTX GUESTY: the pointer there is on that pixel of the guest's 720x400,
# which QEMU tells in parts of 0x7fff
place_is() {
	xdotool mousemove --window "$window" "$1" "$2"
	saw "axis x, value $(printf 0x%x $(($3 * 0x7fff / 720)))" &&
		saw "axis y, value $(printf 0x%x $(($4 * 0x7fff / 400)))"
}

start_x 1600x1024
start_qemu firmware -machine i8042=off -device usb-ehci -device usb-tablet -trace 'input_event_*'
wait_for 30 text_is_there
stand_still >/dev/null

# The picture has 720x400 pixels.
refuses "a monitor that does not exist" 2 "no monitor 'DP-7'; the monitors are: 1 \(" \
	view --qmp "$socket" --fullscreen=DP-7
start_viewer --borderless
size 1600 1000
check "one pixel on one pixel, in the middle of a larger window" shows 720x400+440+300
end_viewer
start_viewer --scale integer
size 1600 1000
check "integer scale: each guest pixel is four pixels" shows 1440x800+80+100
end_viewer
start_viewer --scale fit
size 1600 1000
check "fit, sharp: each pixel keeps its colour" shows 1600x888+0+56
end_viewer
start_viewer --scale fit --filter smooth
size 1600 1000
check "fit, smooth: pixels are blended" eval 'shoot && ! shot_is 1600x888+0+56 | grep "^0 of"'
end_viewer

start_viewer
size 1600 1000
check "Ctrl+Alt+Z switches to integer scale" eval \
	'xdotool windowfocus --sync "$window" key ctrl+alt+z && shows 1440x800+80+100'
qmp '{"execute":"cont"}' >/dev/null
check "the guest's pointer is where the host's is: the first pixel" place_is 80 100 0 0
check "the same on the last pixel" place_is 1519 899 719 399
check "the same on a pixel in between" place_is $((80 + 2 * 333)) $((100 + 2 * 222)) 333 222
check "beside the picture, the guest's pointer is at its edge" place_is 10 600 0 250
stand_still >/dev/null
check "Ctrl+Alt+Z again: fit" eval 'xdotool key ctrl+alt+z && shows 1600x888+0+56'
check "Ctrl+Alt+Z again: 1:1" eval 'xdotool key ctrl+alt+z && shows 720x400+440+300'
size 300 200
check "a window that is too small shows the whole picture, scaled down" eval 'shoot &&
	[ "$(od -An -tx4 --endian=big -j16 -N8 "$shot")" = " 0000012c 000000c8" ]'
size 1600 1000
check "Ctrl+Alt+H shows the keys in the window" eval 'xdotool key ctrl+alt+h && shoot &&
	! shot_is 720x400+440+300'
check "Ctrl+Alt+H again hides them" eval 'xdotool key ctrl+alt+h && shows 720x400+440+300'
qmp '{"execute":"cont"}' >/dev/null
check "Ctrl+Alt+End is Ctrl+Alt+Del for the guest" eval \
	'xdotool key ctrl+alt+End && saw "qcode delete, down 1" && saw "qcode delete, down 0"'
xdotool keydown ctrl keydown alt keydown h
sleep 1
xdotool keyup h keyup alt keyup ctrl
check "holding a hotkey types nothing in the guest" eval '! grep "qcode h, down 1" "$work/qemu.log"'
check "Ctrl+Alt+End does not send End" eval '! grep "qcode end, " "$work/qemu.log"'
finish
