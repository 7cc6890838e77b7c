#!/usr/bin/env bash
# The viewer's window under a Wayland compositor, sway without a screen: one that nobody
# sees costs nothing, and the film of it goes on. QEMU is one that shows what it is told.
set -uo pipefail
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/viewer.sh
. "$(dirname "$0")/../viewer.sh"

run=$work/run
export XDG_RUNTIME_DIR=$run SWAYSOCK=$run/sway.sock

# exec_sway OPTION...: as nobody where this is root, whom it refuses
exec_sway() {
	local user=()
	[ "$(id -u)" != 0 ] || user=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
	exec "${user[@]}" env HOME="$run" WLR_BACKENDS=headless WLR_LIBINPUT_NO_DEVICES=1 \
		WLR_RENDERER=pixman sway "$@"
}

start_sway() {
	chmod 711 "$work"
	install -d -m 700 "$run"
	[ "$(id -u)" != 0 ] || chown nobody "$run"
	printf '%s\n' 'output * mode 1280x1024@60Hz' \
		'default_border none' 'default_floating_border none' \
		'for_window [title=".*"] floating enable' >"$work/sway.conf"
	exec_sway --config "$work/sway.conf" >"$work/sway.log" 2>&1 &
	xvfb=$!
	export WAYLAND_DISPLAY=wayland-1 SDL_VIDEODRIVER=wayland
	wait_for 20 swaymsg -t get_version
}

# window COMMAND: of sway's for the viewer's window; fails without one
window() { swaymsg '[app_id="vgpu-display"]' "$*" >/dev/null; }

leave() { window move to workspace hidden; }
back() { swaymsg workspace hidden && window focus && window move to workspace 1 && swaymsg workspace 1; } >/dev/null

said() { [ "$(grep -c "$1" "$work/viewer.log")" -ge "${2:-1}" ]; }

start_seen() {
	: >"$work/stats.json"
	"$viewer" --allow-root --debug --qmp "$socket" --screenshots "$work" \
		--stats-json "$work/stats.json" "$@" >"$work/viewer.log" 2>&1 &
	shown=$!
	wait_for 20 window focus && wait_for 20 presents_over 0 && return
	not_ok "the viewer shows no window" "$(cat "$work/viewer.log" "$work/sway.log")"
	finish
}

# The last second's figures.
presented() { tail -n 1 "$work/stats.json" | jq ".presented"; }
presents_over() { [ "$(tail -n 1 "$work/stats.json" | jq ".presented > $1")" = true ]; }
presents_none() { [ "$(tail -n 1 "$work/stats.json" | jq '.presented == 0')" = true ]; }

# How often the window's thread waited for something.
waits() { sed -n 's/^voluntary_ctxt_switches:\t//p' "/proc/$shown/task/$shown/status"; }

# For two seconds nothing is presented, and 60 pictures a second wake the thread a few
# times each: the window's and those that QEMU's are handed over by.
rests() {
	local before
	wait_for 10 presents_none || return
	before=$(waits)
	sleep 2
	presents_none && [ $(($(waits) - before)) -lt 500 ]
}

# milliseconds COMMAND...: what it takes, or nothing if it fails
milliseconds() {
	local began=${EPOCHREALTIME/./}
	"$@" >/dev/null && echo $(((${EPOCHREALTIME/./} - began) / 1000))
}

comes_back() {
	local took
	back
	took=$(milliseconds wait_for 10 said 'the window is visible')
	echo "# seen again after ${took:-too many} ms"
	[ -n "$took" ]
}

start_sway
start_display firmware
ppm 640 480 0x20 0x40 0x60
for pace in vsync immediate; do
	start_seen --pace "$pace"
	tell_qemu "flip 100000 60"
	check "$pace: a window that is seen shows what the guest does" wait_for 20 presents_over 3
	leave
	check "$pace: one on another workspace is found hidden" wait_for 10 said 'the window is hidden'
	check "$pace: nothing is presented then" rests
	tell_qemu "pixels 640 480 204060"
	check "$pace: a screenshot shows what the guest does now" shows
	tell_qemu "flip 100000 60"
	check "$pace: it is seen when it comes back" comes_back
	check "$pace: and shows what the guest does" wait_for 20 presents_over 3
	end_viewer
done

# frames FILE: how many pictures the film has
frames() {
	ffprobe -v error -count_frames -select_streams v:0 -show_entries stream=nb_read_frames \
		-of csv=p=0 "$1" | tr -d ,
}

tell_qemu "pixels 640 480 204060"
start_seen --record "$work/film.mkv"
leave
wait_for 10 said 'the window is hidden'
: >"$work/qemu.log"
tell_qemu "flip 90 30"
check "the guest shows 90 pictures while nobody looks" wait_for 20 grep -q flipped "$work/qemu.log"
check "nothing is presented" wait_for 10 presents_none
end_viewer
left_out=$(sed -n 's/.*: \([0-9]*\) pictures are missing$/\1/p' "$work/viewer.log")
echo "# $(frames "$work/film.mkv") are in the film, for $left_out ffmpeg was too slow"
check "the film gets most of them" test $(($(frames "$work/film.mkv") + left_out)) -gt 60
stop_qemu
start_display "$(printf 'é%.0s' {1..2000})"
start_seen
title_length() { swaymsg -t get_tree | jq -r '.. | select(.app_id? == "vgpu-display").name' | wc -c; }
check "a VM with a name of 4,000 bytes has a window" presents_over 0
check "whose title is cut" test "$(title_length)" -gt 200 -a "$(title_length)" -le 1024
end_viewer

# The window comes a second after the viewer began to look at a guest that shows nothing.
tell_qemu "first nothing"
: >"$work/qemu.log"
"$viewer" --allow-root --debug --qmp "$socket" >"$work/viewer.log" 2>&1 &
shown=$!
wait_for 20 grep -q listener "$work/qemu.log"
kill -STOP "$xvfb"
sleep 2
kill -KILL "$xvfb"
wait "$xvfb" 2>/dev/null
viewer_ends 1 '^vgpu-display: cannot open a window: the compositor is gone' >/dev/null
same "a compositor that dies before it shows the window ends the viewer with one line" 0 $?
finish
