#!/usr/bin/env bash
# What the viewer and its helper cost while they wait: how often a second the kernel
# wakes the two, all threads together, beside a picture that stands still, beside a
# guest that flips at 60 Hz, and while nobody sees the window; and how soon after a flip
# the helper notices it, beside what this machine makes of any program that sleeps.
#
# BENCH_SECONDS: how long each is watched (15)
set -uo pipefail
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh
# shellcheck source=tests/lab/guest/screen.sh
. /lab/tests/lab/guest/screen.sh
# shellcheck source=tests/bench/rows.sh
. /lab/tests/bench/rows.sh

seconds=${BENCH_SECONDS:-15}
size=320x240

clean_up() {
	pkill -u user -x vgpu-display
	screen_finish shown
} >/dev/null 2>&1
trap clean_up EXIT

fail() {
	echo "bench: $*"
	exit 1
}

# only PROGRAM: prints its PID; fails unless there is exactly one
only() {
	local pids
	mapfile -t pids < <(pgrep -x "$1")
	[ "${#pids[@]}" = 1 ] && echo "${pids[0]}"
}

# "PROGRAM THREAD TIMES" of each thread of both: how often it went to sleep by itself,
# which is how often it was woken
sleeps() {
	local program thread
	for program in vgpu-display vgpu-scanout; do
		for thread in /proc/"$(only "$program")"/task/*; do
			awk -v id="$program ${thread##*/}" '/^voluntary_ctxt_switches:/ { print id, $2 }' "$thread/status"
		done
	done
}

# count_wakeups NAME LABEL [WANTED]: a thread that began meanwhile counts from its
# beginning. A program or a thread that ended meanwhile would make the count too small.
count_wakeups() {
	local before began took viewer helper both programs
	programs="$(only vgpu-display) $(only vgpu-scanout)" || fail "$2: viewer or helper is not running"
	before=$(sleeps) began=$(date +%s%N)
	sleep "$seconds"
	took=$(($(date +%s%N) - began))
	[ "$programs" = "$(only vgpu-display) $(only vgpu-scanout)" ] || fail "$2: viewer or helper has ended"
	read -r both viewer helper < <(awk -v took="$took" '
		NR == FNR { before[$2] = $3; next }
		{ sum[$1] += $3 - before[$2]; delete before[$2] }
		END {
			for (thread in before)
				exit 1
			second = took / 1e9
			viewer = sum["vgpu-display"] / second
			helper = sum["vgpu-scanout"] / second
			printf "%.1f %.1f %.1f\n", viewer + helper, viewer, helper
		}' <(echo "$before") <(sleeps))
	[ -n "$both" ] || fail "$2: a thread has ended"
	printf '%-32s %8s wake-ups/s (viewer %s, helper %s)\n' "$2" "$both" "$viewer" "$helper"
	bench_row "$1.wakeups" "$both" - 1/s ${3:+"$3"}
}

is_gone() { ! viewer_pid && ! pgrep -x vgpu-scanout; }

define_guest shown >"$work/guest.log" 2>&1 || fail "no guest: $(tail -n 1 "$work/guest.log")"
systemctl start vgpu-scanout.socket
start_sway 640 480
run_guest shown >/dev/null || fail "the guest is not running"
mode "$size" XR24 3
# Threads of the software rasteriser are not the viewer's.
as_user env LP_NUM_THREADS=0 vgpu-display --connect qemu:///system --source direct shown \
	>"$work/viewer.log" 2>&1 &
lab_wait 60 picture_place "$size" || fail "no picture: $(tail -n 1 "$work/viewer.log")"
sleep 10
count_wakeups idle "beside a still picture" 75
flip_at 60
sleep 3
frame=$(<"$screen_sysfs/frame")
count_wakeups busy "at 60 Hz" 600
frame=$(($(<"$screen_sysfs/frame") - frame))
[ "$frame" -ge $((seconds * 50)) ] || fail "the guest drew only $frame frames in $seconds seconds"
sway_says '[app_id=".*"] move container to workspace number 2' >/dev/null ||
	fail "the window is not moved away"
lab_wait 10 eval '! picture_place "$size"' || fail "the window is still seen"
sleep 5
count_wakeups hidden "at 60 Hz, not shown" 75
kill "$(viewer_pid)"
lab_wait 20 is_gone || fail "the viewer does not end"

as_user scanout-watch watch "$seconds" "$(virsh domuuid shown | head -n 1)" "$screen_uuid" \
	>"$work/watch.log" || fail "nothing is watched: $(cat "$work/watch.log")"
figure() { sed -n "s/.* $1=\([0-9]*\).*/\1/p" "$work/watch.log"; }
for which in median:median:500 99th:p99:2000; do
	IFS=: read -r figure name most <<<"$which"
	printf '%-32s %8d us (a program that sleeps: %d us)\n' "flip to notice, $name" \
		"$(figure "seen_us_$figure")" "$(figure "wake_us_$figure")"
	bench_row "notice.${name}_us" "$(figure "seen_us_$figure")" "$(figure "wake_us_$figure")" us "$most"
done
