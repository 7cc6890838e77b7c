# shellcheck shell=bash
# What tests of vgpu-display share that give it a real QEMU's D-Bus display and a real
# X server's window. Sourced; all of it ends with the script.
# shellcheck source=tests/check.sh
. "$(dirname "${BASH_SOURCE[0]}")/check.sh"

viewer=$build/bin/vgpu-display
tools=$build/tests/tools
socket=$work/qmp     # the viewer's
control=$work/control # the test's
qemu='' xvfb='' shown='' keyboard='' told=''
# Memory that libraries keep is not ours to free, also where a test is run by itself.
export LSAN_OPTIONS=suppressions=$top/tests/integration/display.lsan:print_suppressions=0
export TSAN_OPTIONS=suppressions=$top/tests/integration/display.tsan:print_suppressions=0
# The threads of the software rasteriser would only slow each other down.
export LP_NUM_THREADS=0
unset WAYLAND_DISPLAY XDG_RUNTIME_DIR

clean_up() {
	local pid
	for pid in $shown $qemu $xvfb; do kill -KILL "$pid"; done
	[ -z "$keyboard" ] || exec {keyboard}>&-
	wait
}

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

# One xdotool serves many keys, because it is slow to start. It reads its commands from the
# file descriptor `keyboard`.
open_keyboard() { exec {keyboard}> >(exec xdotool - 2>/dev/null); }

# start_qemu NAME [ARGUMENTS]: without a disk, its firmware shows some text and waits
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

# start_display NAME: no machine, but one that shows what it is told, see tell_qemu
start_display() {
	rm -f "$socket"
	[ -p "$work/told" ] || mkfifo "$work/told"
	"$tools/qemu-display" "$socket" "$1" <"$work/told" >"$work/qemu.log" 2>&1 &
	qemu=$!
	exec {told}>"$work/told"
	wait_for 20 test -S "$socket"
}

# ppm WIDTH HEIGHT RED GREEN BLUE: what qemu-display shows by `pixels`, to compare with
ppm() {
	local left right row
	printf -v left '\\x%02x\\x%02x\\x%02x' "$3" "$4" "$5"
	printf -v right '\\x%02x\\x%02x\\x%02x' $((255 - $3)) $((255 - $4)) $((255 - $5))
	row=$(printf "%.0s${left//\\/\\\\}" $(seq $(($1 / 2))))$(printf "%.0s${right//\\/\\\\}" $(seq $(($1 / 2))))
	{
		printf 'P6\n%d %d\n255\n' "$1" "$2"
		for _ in $(seq "$2"); do printf '%b' "$row"; done
	} >"$work/want.ppm"
}

# tell_qemu COMMAND: of qemu-display's
tell_qemu() { printf '%s\n' "$1" >&"$told"; }

qmp() { "$tools/qmp" "$control" "$@"; }

view() { timeout 60 "$viewer" --allow-root "$@"; }

# start_viewer [ARGUMENTS]: starts the viewer in the background and waits for its window
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

# viewer_ends STATUS [PATTERN]: the last line of its messages must match
viewer_ends() {
	local status=0
	wait "$shown" || status=$?
	shown=''
	[ "$status" = "$1" ] && { [ -z "${2-}" ] || tail -n 1 "$work/viewer.log" | grep -E "$2"; }
}

end_viewer() {
	kill -TERM "$shown"
	viewer_ends 0
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

# Prints the newest screenshot of the viewer.
shot=$work/firmware-0001.png

# shoot: replaces the last screenshot with a new one of the running viewer
shoot() {
	rm -f "$shot"
	kill -USR1 "$shown"
	wait_for 20 test -e "$shot"
}

# shot_is [PLACE]: the screenshot shows what QEMU had when it was stopped
shot_is() { "$tools/compare-image" "$shot" "$work/want.ppm" "$@"; }

# shows [PLACE]: the window shows the same, perhaps only after a while on a busy machine
shows_now() { shoot && shot_is "$@"; }
shows() { wait_for 20 shows_now "$@"; }

saw() { wait_for 10 grep -qE -- "$1" "$work/qemu.log"; }
