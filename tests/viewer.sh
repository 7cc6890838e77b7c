# shellcheck shell=bash
# What tests of vgpu-display share that give it a real QEMU's D-Bus display and a real
# X server's window. Sourced after tap.sh; $work goes in the end, with all of it.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${BUILD:-$top/build/gcc}
viewer=$build/bin/vgpu-display
tools=$build/tests/tools
work=$(mktemp -d)
socket=$work/qmp     # the viewer's
control=$work/control # the test's
qemu='' xvfb='' shown='' keyboard=''
# Memory that libraries keep is not ours to free, also where a test is run by itself.
export LSAN_OPTIONS=suppressions=$top/tests/integration/display.lsan:print_suppressions=0
export TSAN_OPTIONS=suppressions=$top/tests/integration/display.tsan:print_suppressions=0
# Threads of the software rasteriser would only slow each other down.
export LP_NUM_THREADS=0
unset WAYLAND_DISPLAY XDG_RUNTIME_DIR

cleanup() {
	local pid
	for pid in $shown $qemu $xvfb; do kill -KILL "$pid"; done
	[ -z "$keyboard" ] || exec {keyboard}>&-
	wait
	rm -rf "$work"
} >/dev/null 2>&1
trap cleanup EXIT

# wait_for SECONDS COMMAND...: until the command succeeds
wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.05
	done
}

# start_x [SIZE]
start_x() {
	Xvfb -displayfd 3 -screen 0 "${1:-1280x1024}x24" -nolisten tcp -noreset 3>"$work/display" >"$work/x.log" 2>&1 &
	xvfb=$!
	wait_for 20 grep -q . "$work/display"
	DISPLAY=:$(cat "$work/display")
	export DISPLAY
}

# One xdotool for many keys, since it takes its time to start: its commands go to the
# file descriptor `keyboard`.
open_keyboard() { exec {keyboard}> >(exec xdotool - 2>/dev/null); }

# start_qemu NAME [ARGUMENTS]: without a disk its firmware shows some text and waits
start_qemu() {
	rm -f "$socket" "$control"
	qemu-system-x86_64 -name "$1" -machine pc,vmport=off -m 32 -nodefaults -vga std \
		-display dbus,p2p=yes -qmp "unix:$socket,server=on,wait=off" \
		-qmp "unix:$control,server=on,wait=off" "${@:2}" >"$work/qemu.log" 2>&1 &
	qemu=$!
	wait_for 20 test -S "$control"
}

stop_qemu() {
	kill -KILL "$qemu"
	wait "$qemu"
	qemu=''
} 2>/dev/null

qmp() { "$tools/qmp" "$control" "$@"; }

view() { timeout 60 "$viewer" --allow-root "$@"; }

# start_viewer [ARGUMENTS]: in the background, its window there
start_viewer() {
	"$viewer" --allow-root --debug --qmp "$socket" --screenshots "$work" "$@" \
		>"$work/viewer.log" 2>&1 &
	shown=$!
	wait_for 20 find_window && wait_for 20 picture_is_there && return
	not_ok "the viewer shows no window" "$(cat "$work/viewer.log")"
	finish
}

find_window() { window=$(xdotool search --onlyvisible --pid "$shown") && [ -n "$window" ]; }

window_name() { xdotool getwindowname "$window"; }

title_has() { window_name | grep -qF -- "$1"; }

picture_is_there() { window_name | grep -qE '^[a-z]+( \([^)]*\)| - [^-]*)? - Ctrl'; }

# viewer_ends STATUS [PATTERN]: and its last line matches
viewer_ends() {
	local status=0
	wait "$shown" || status=$?
	shown=''
	[ "$status" = "$1" ] && { [ -z "${2-}" ] || tail -n 1 "$work/viewer.log" | grep -E "$2"; }
}

# The text cursor blinks by the guest's clock: a stopped guest stands still.
stand_still() {
	qmp '{"execute":"stop"}' \
		"{\"execute\":\"screendump\",\"arguments\":{\"filename\":\"$work/want.ppm\"}}"
}

text_is_there() {
	qmp "{\"execute\":\"screendump\",\"arguments\":{\"filename\":\"$work/text.ppm\"}}" &&
		head -n 2 "$work/text.ppm" | grep -q '^720 400' &&
		[ "$(tail -c +20 "$work/text.ppm" | tr -d '\0' | wc -c)" -gt 10000 ]
}

# The viewer's newest screenshot.
shot=$work/firmware-0001.png

# shoot: one of the viewer that runs, in the place of the last one
shoot() {
	rm -f "$shot"
	kill -USR1 "$shown"
	wait_for 20 test -e "$shot"
}

# shot_is [PLACE]: it shows what QEMU had when it stood still
shot_is() { "$tools/compare-image" "$shot" "$work/want.ppm" "$@"; }

# shows [PLACE]: so does the window; a busy machine takes its time to draw what it was told
shows_now() { shoot && shot_is "$@"; }
shows() { wait_for 20 shows_now "$@"; }

saw() { wait_for 10 grep -qE -- "$1" "$work/qemu.log"; }
