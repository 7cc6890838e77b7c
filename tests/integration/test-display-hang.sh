#!/usr/bin/env bash
# A QEMU that hangs: the viewer's window goes on, says so, and has the picture again when
# QEMU does.
set -uo pipefail
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/viewer.sh
. "$(dirname "$0")/../viewer.sh"

guest=(firmware -device secondary-vga -machine i8042=off -device usb-ehci -device usb-tablet
	-trace 'input_event_*')
said() { wait_for 15 grep -q -- "$1" "$work/viewer.log"; }
hang() { kill -STOP "$qemu"; }
go_on() { kill -CONT "$qemu"; }
switch() { xdotool key "ctrl+alt+$1"; }

# milliseconds COMMAND...: how long it takes, which must not fail
milliseconds() {
	local began=${EPOCHREALTIME/./}
	"$@" >/dev/null 2>&1 && echo $(((${EPOCHREALTIME/./} - began) / 1000))
}
within() { [ "$(milliseconds "${@:2}")" -le "$1" ]; } # MILLISECONDS COMMAND...

# The window has something on it that is not the guest's.
has_notice() { shoot && ! shot_is; }
notice_changes() {
	shoot && cp "$shot" "$work/before.png" && sleep 1.1 && shoot &&
		! "$tools/compare-image" "$shot" "$work/before.png"
}

# In less than two seconds, of which one is for a thread that hangs; ThreadSanitizer sleeps
# for a second in the end, and its programs are slow.
case $build in
*thread*) at_once=5000000 ;;
*) at_once=2000000 ;;
esac
ends_at_once() {
	local began=${EPOCHREALTIME/./}
	kill -TERM "$shown" && viewer_ends 0 && [ $((${EPOCHREALTIME/./} - began)) -lt "$at_once" ]
}

start_x
start_qemu "${guest[@]}"
wait_for 30 text_is_there
start_viewer
stand_still >/dev/null
check "the window shows the guest" shows
xdotool windowfocus --sync "$window"
check "a guest that is paused is no hang" eval 'sleep 2.5; shoot && shot_is'

hang
check "a window whose QEMU hangs is photographed within a second" within 1000 shoot
check "it says so" wait_for 5 has_notice
check "and for how long" notice_changes
check "it does not end" kill -0 "$shown"
switch 2
check "a switch does not stop it" within 1000 shoot
check "nor is the old screen left" title_has "(screen 1 of 2)"
go_on
check "when QEMU goes on the screen is switched" wait_for 10 title_has "(screen 2 of 2)"
check "its picture comes" wait_for 10 picture_is_there
switch 1
check "the first screen comes back" wait_for 10 title_has "(screen 1 of 2)"
check "with the guest's picture and nothing else" shows

switch 7
check "a screen that there is not is said" said "'firmware' has no screen 7: it has 2"
check "and changes nothing" eval 'shows && title_has "(screen 1 of 2)"'

hang
switch 2
switch 1
sleep 0.5
go_on
# It may have been too late for the second screen to be given up.
sleep 1
check "of several wishes during a hang the last one counts" wait_for 10 title_has "(screen 1 of 2)"
check "and is shown" shows

hang
switch 2
check "a switch that gets no answer is given up" said "cannot switch to screen 2, screen 1 stays"
go_on
check "and the old screen stays" eval 'shows && title_has "(screen 1 of 2)"'
switch 2
check "the next one is not" wait_for 10 title_has "(screen 2 of 2)"

qmp '{"execute":"cont"}' >/dev/null
hang
sleep 2
xdotool key a
sleep 0.2
go_on
check "what is typed during a hang arrives after it" saw 'qcode a, down 0'

hang
sleep 0.2
ends_at_once
same "SIGTERM ends the viewer of a QEMU that hangs, at once" 0 $?

# QMP lets the viewer in and says nothing.
shot=$work/qmp-0001.png
"$viewer" --allow-root --debug --qmp "$socket" --screenshots "$work" >"$work/viewer.log" 2>&1 &
shown=$!
check "a QEMU that hangs from the beginning has a window, too" wait_for 10 find_window
check "which is drawn" shoot
check "that says so" notice_changes
ends_at_once
same "and ends at once by SIGTERM" 0 $?
"$viewer" --allow-root --debug --qmp "$socket" --screenshots "$work" >"$work/viewer.log" 2>&1 &
shown=$!
wait_for 10 find_window
go_on
shot=$work/firmware-0001.png
stand_still >/dev/null
check "and shows the guest when QEMU goes on" wait_for 20 picture_is_there
check "with nothing else on it" shows
kill -TERM "$shown"
viewer_ends 0
same "the viewer ends well" 0 $?
grep -A 8 'ERROR: LeakSanitizer' "$work/viewer.log"

# A libvirt that hangs is the same socket: it lets its client in and says nothing.
hang
"$viewer" --allow-root --debug --connect "qemu+unix:///system?socket=$socket" domain \
	>"$work/viewer.log" 2>&1 &
shown=$!
wait_for 10 find_window
check "a libvirt that hangs has a window of the domain's name" title_has domain
ends_at_once
same "and the viewer ends at once by SIGTERM" 0 $?
check "though its thread cannot" grep -q "left a thread behind that is still waiting for libvirt" "$work/viewer.log"

# A slow one is waited for also where no window can say so, since it knows the reason that counts.
env -u DISPLAY "$viewer" --allow-root --debug --connect "qemu+unix:///system?socket=$socket" domain \
	>"$work/viewer.log" 2>&1 &
shown=$!
sleep 3
check "without a display server a slow libvirt is waited for" kill -0 "$shown"
stop_qemu
viewer_ends 1 "cannot connect to libvirt at "
same "and what it says is the reason" 0 $?
finish
