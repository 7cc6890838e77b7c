#!/usr/bin/env bash
# A window that nobody sees, on another workspace of the compositor's: nothing is drawn
# for it, the helper that reads the vGPU's planes rests; and it is there at once when it
# comes back.
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh
# shellcheck source=tests/lab/guest/screen.sh
. /lab/tests/lab/guest/screen.sh

log=$work/viewer.log stats=$work/viewer.json
viewer=''

cleanup() {
	kill "$(viewer_pid)"
	screen_finish shown
} >/dev/null 2>&1
trap cleanup EXIT

# start_viewer OPTION...: its window's corner is the output's
start_viewer() {
	install -o user -g user /dev/null "$stats"
	as_user vgpu-display --connect qemu:///system --debug --stats-json "$stats" \
		--screenshots "$work/shots" "$@" shown >"$log" 2>&1 &
	viewer=$!
	lab_wait 60 grep -q "reading the vGPU's planes" "$log" &&
		lab_wait 30 window move absolute position 0 0
}

stop_viewer() {
	kill "$(viewer_pid)"
	wait "$viewer"
}

# window COMMAND...: of sway's for the viewer's window; fails without one
window() { sway_says '[app_id="vgpu-display"]' "$*"; }

leave() { window move to workspace other; }
back() { sway_says workspace other && window move to workspace 1 && sway_says workspace 1; }

said() { grep -q "$1" "$log"; }
presented() { tail -n 1 "$stats" | jq -e ".presented $1"; }

# waits PID: how often the first thread of a process has waited for something: the
# helper's only one, and the viewer's window's
waits() { sed -n 's/^voluntary_ctxt_switches:\t//p' "/proc/$1/task/$1/status"; }

helper_pid() { pgrep -x vgpu-scanout | tail -n 1; }

# waits_of PID SECONDS: in that time
waits_of() {
	local before
	before=$(waits "$1")
	sleep "$2"
	echo $(($(waits "$1") - before))
}

on_output() { photograph output.png && check-pattern --expect-size 320x240 --at 0,0 "$work/shots/output.png"; }

# milliseconds COMMAND...: what it takes until it succeeds
milliseconds() {
	local began=${EPOCHREALTIME/./}
	lab_wait 20 "$@" >/dev/null && echo $(((${EPOCHREALTIME/./} - began) / 1000))
}

check "a guest with a vGPU runs" start_guest shown
check "the helper's socket is started" systemctl start vgpu-scanout.socket
start_sway 640 480
check "a compositor runs" sway_says -t get_version
mode 320x240 XR24 3
flip_at 30

for pace in vsync immediate; do
	start_viewer --source direct --pace "$pace"
	check "$pace: a window that is seen presents" lab_wait 30 presented '> 5'
	echo "# $pace: $(tail -n 1 "$stats")"
	busy=$(waits_of "$(helper_pid)" 3)
	leave >"$work/leave.log"
	check "$pace: one on another workspace is found hidden" lab_wait 20 said 'the window is hidden'
	check "$pace: presents stop" lab_wait 20 presented '== 0'
	resting=$(waits_of "$(helper_pid)" 3)
	idle=$(waits_of "$(viewer_pid)" 3)
	echo "# $pace: in three seconds the helper waited $busy times when seen, $resting hidden; the viewer's window, hidden, $idle"
	check "$pace: the helper rests" test "$resting" -le $((busy / 10))
	check "$pace: and so does the viewer's window" test "$idle" -le 60
	check "$pace: nothing is presented still" presented '== 0'
	back >"$work/back.log"
	took=$(milliseconds said 'the window is visible')
	echo "# $pace: seen again after $took ms"
	check "$pace: it is back" test -n "$took"
	check "$pace: and presents" lab_wait 20 presented '> 5'
	stop_viewer
done

# What a person sees, by the compositor's own output.
start_viewer --source direct
leave >"$work/leave.log"
check "it is hidden once more" lab_wait 20 said 'the window is hidden'
back >"$work/back.log"
figures=$(as_user output-watch 0,0 320x240 5)
echo "# on the output: $figures"
check "its pictures are on the output, none of them older than a moment" \
	jq -e '.presented > 5 and .latency_ms.median < 200' <<<"$figures"
leave >"$work/leave.log"
stop_viewer

flip_at 0
mode 320x240 XR24 3
start_viewer --source direct
check "a picture that stands still is on the output" lab_wait 30 on_output
leave >"$work/leave.log"
lab_wait 20 said 'the window is hidden'
echo 1 >"$screen_sysfs/step"
rm -f "$work"/shots/shown-*.png
kill -USR1 "$(viewer_pid)"
check "a hidden window can be photographed" lab_wait 30 test -e "$work/shots/shown-0001.png"
check "and shows what the guest does" check-pattern --at 0,0 "$work/shots/shown-0001.png"
back >"$work/back.log"
took=$(milliseconds on_output)
echo "# the guest's new picture was on the output after $took ms, a photograph with grim included"
check "it comes back with the guest's new picture" test -n "$took"
stop_viewer
finish
