#!/usr/bin/env bash
# vgpu-display against a real QEMU's D-Bus display, in a real X server's window,
# on a machine that needs no GPU. Dma-bufs are for the lab (tests/lab/t).

# shellcheck source=tests/viewer.sh
. "$(dirname "$0")/../viewer.sh"

start_x
refuses "no such socket" 1 "cannot connect to QEMU's QMP socket .*No such file" \
	view --qmp "$work/nothing"
start_qemu "no display" -display none
refuses "a QEMU without a D-Bus display" 1 "no D-Bus display \(start QEMU with" view --qmp "$socket"
stop_qemu
refuses "a socket that no process serves any more" 1 "cannot connect to QEMU's QMP socket" \
	view --qmp "$socket"
refuses "a file that is not a socket" 1 "cannot connect to QEMU's QMP socket" view --qmp "$0"

# Without a PS/2 mouse, the tablet is the guest's pointing device.
start_qemu firmware -machine i8042=off -device usb-ehci -device usb-tablet -trace 'input_event_*'
wait_for 30 text_is_there
env -u DISPLAY "$viewer" --allow-root --qmp "$socket" 2>"$work/error"
same "no display server: exit 1" 1 $?
same "no display server: one line that says what was tried" \
	"vgpu-display: cannot open a window: no display server answers (WAYLAND_DISPLAY is unset, XDG_RUNTIME_DIR is unset, DISPLAY is unset): run the viewer in a graphical session" \
	"$(cat "$work/error")"
stand_still >/dev/null
check "a screenshot is written" view --qmp "$socket" --screenshot "$work/one.png"
check "it is QEMU's own picture, pixel for pixel" \
	"$tools/compare-image" "$work/one.png" "$work/want.ppm"
refuses "a screenshot in a missing directory" 1 "cannot write a screenshot into $work/none" \
	view --qmp "$socket" --screenshot "$work/none/one.png"
check "--frames 2 waits for two frames" eval \
	"qmp '{\"execute\":\"cont\"}' && view --qmp '$socket' --screenshot '$work/two.png' --frames 2"

start_viewer
check "the window shows the guest" picture_is_there
check "its title has the VM's name and the keys" eval 'window_name | grep -E "^firmware - Ctrl\+Alt\+G"'
eval "$(xdotool getwindowgeometry --shell "$window")"
same "the window has the guest's size" 720x400 "$WIDTH"x"$HEIGHT"
stand_still >/dev/null
check "a screenshot is written on SIGUSR1" shoot
check "it is QEMU's own picture" shows
qmp '{"execute":"cont"}' >/dev/null

xdotool windowfocus --sync "$window" mousemove --window "$window" 300 200 key a key F11 key Home
check "a key arrives" saw 'qcode a, down 1'
check "a key of the upper row arrives" saw 'qcode f11, down 1'
check "a key of the second block arrives" saw 'qcode home, down 0'
xdotool mousemove --window "$window" 360 100 click 3 click 4
check "the pointer's position arrives" eval 'saw "axis x, value 0x3fff|axis x, value 0x4000" && saw "axis y"'
check "a button arrives" saw 'button right, down 1'
check "the wheel arrives" saw 'button wheel-up, down 1'
rm -f "$shot"
xdotool key ctrl+alt+s
check "Ctrl+Alt+S takes a screenshot" wait_for 10 test -e "$shot"
check "the guest does not get this key" eval '! grep "qcode s, down 1" "$work/qemu.log"'
xdotool keydown shift
check "a key is held" saw 'qcode shift, down 1'
xdotool windowunmap "$window"
check "it is released when the window loses the focus" saw 'qcode shift, down 0'
xdotool keyup shift
check "a hidden window can write a screenshot" shoot
check "QEMU quits" qmp '{"execute":"quit"}'
viewer_ends 0
same "the viewer ends well" "0" "$?"
wait "$qemu"

start_qemu other -vga none -device virtio-vga,xres=800,yres=600 -trace 'input_event_*'
start_viewer
check "another graphics card is shown" picture_is_there
xdotool windowfocus --sync "$window" mousemove --window "$window" 50 50 click 1
check "a click captures a relative mouse" eval \
	'wait_for 10 eval "xdotool mousemove_relative 5 3; grep -q \"input_event_rel\" $work/qemu.log"'
check "the guest does not get the capturing click" eval '! grep "button left" "$work/qemu.log"'
check "the title says how to release it" wait_for 10 title_has "Ctrl+Alt+G releases"
xdotool key ctrl+alt+g
check "Ctrl+Alt+G releases it" wait_for 10 title_has "Ctrl+Alt+G takes"
stop_qemu
viewer_ends 1 "^vgpu-display: the VM 'other' ended unexpectedly: QEMU is gone" >/dev/null
same "a QEMU that dies ends the viewer with one line" 0 $?

start_qemu firmware -machine i8042=off -device usb-ehci -device usb-tablet -trace 'input_event_*'
wait_for 30 text_is_there
start_viewer
xdotool windowfocus --sync "$window" mousemove --window "$window" 200 100 mousedown 3
check "a button is held when the viewer ends" saw 'button right, down 1'
kill -TERM "$shown"
viewer_ends 0
same "SIGTERM ends the viewer well" 0 $?
check "the button does not stay down in the guest" saw 'button right, down 0'
xdotool mouseup 3
"$viewer" --allow-root --debug --qmp "$socket" --screenshot "$work/pipe.png" 2> >(exec 2>&-; sleep 0.2) &
shown=$!
viewer_ends 0
same "the viewer survives when the reader of its messages ends" 0 $?
check "it still writes its screenshot" test -s "$work/pipe.png"
start_viewer
check "another viewer takes the display over" view --qmp "$control" --screenshot "$work/three.png"
viewer_ends 1 "the VM 'firmware' closed its display: another viewer" >/dev/null
same "the first one ends with one line" 0 $?
check "the VM keeps running" qmp '{"execute":"query-status"}'
check "--help" view --help
same "--version" "vgpu-display 0.1.0" "$(view --version)"
refuses "an unknown option" 2 "unknown option --nonsense" view --nonsense
if [ "$(id -u)" = 0 ]; then
	refuses "root is refused" 2 "refusing to run as root" "$viewer" --qmp "$socket"
fi
finish
