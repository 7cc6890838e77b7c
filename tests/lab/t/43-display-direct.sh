#!/usr/bin/env bash
# The vGPU's planes are read beside QEMU: every flip is shown, the CPU copies nothing, no memory is
# allocated for a flip, each buffer is imported once, and QEMU's pictures replace them without a gap.
#
# DIRECT_SECONDS: how long each rate is watched (10)
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh
# shellcheck source=tests/lab/guest/screen.sh
. /lab/tests/lab/guest/screen.sh

seconds=${DIRECT_SECONDS:-10}
log='' viewer=''

cleanup() {
	kill "$(viewer_pid)"
	screen_finish shown
} >/dev/null 2>&1
trap cleanup EXIT

# start_viewer NAME OPTION...: NAME.log, NAME.json
start_viewer() {
	log=$work/$1.log
	install -o user -g user /dev/null "$work/$1.json"
	as_user env COUNT_ALLOCATIONS="$work/shots/$1.count" LD_PRELOAD="${preload:-}" \
		vgpu-display --connect qemu:///system --debug --stats-json "$work/$1.json" \
		--screenshots "$work/shots" "${@:2}" shown >"$log" 2>&1 &
	viewer=$!
	lab_wait 60 grep -q '^vgpu-display: import 1:' "$log"
}

stop_viewer() {
	kill "$(viewer_pid)"
	wait "$viewer"
}

# took_to_planes TIMES: how often the viewer has switched to the planes
took_to_planes() { [ "$(grep -c "reading the vGPU's planes" "$log")" -ge "$1" ]; }

# lines NAME: prints for how many seconds there are figures
lines() { wc -l <"$work/$1.json"; }
has_lines() { [ "$(lines "$1")" -ge "$2" ]; }

# watch NAME HERTZ OPTION...: collects the figures of some seconds, without the first three
watch() {
	new_guest shown
	flip_at "$2"
	start_viewer "$1" "${@:3}"
	lab_wait $((seconds + 60)) has_lines "$1" $((seconds + 3))
	stop_viewer
	jq -s --argjson n "$seconds" '.[3:3 + $n] | {
		presented: ((map(.presented * .seconds) | add) / (map(.seconds) | add)),
		flipped: ((map(.flipped * .seconds) | add) / (map(.seconds) | add)),
		lost: (map(.lost) | add), median: (map(.latency_ms.median) | sort | .[length / 2 | floor]),
		p99: (map(.latency_ms.p99) | max), imports: (map(.imports) | add),
		copied: (map(.copied_bytes) | add), source: .[-1].source }' \
		"$work/$1.json" >"$work/$1.sum"
	echo "# $1, $2 Hz, ${*:3}: $(jq -c . "$work/$1.sum")"
}

# figure NAME FILTER: succeeds if the jq filter is true
figure() { jq -e "$2" "$work/$1.sum"; }

# How many flips are drawn depends on the emulated rasteriser. But the viewer must see each flip,
# and import each buffer at most twice: once from QEMU and once from the plane.
imported_once() { [ "$(grep -c '^vgpu-display: import ' "$log")" -le $((2 * $1)) ]; }

check "a guest with a vGPU runs" start_guest shown
# The period of this compositor's monitor is cut to whole milliseconds and starts when a picture is
# done: a monitor of 60 Hz shows fewer than 60 pictures.
start_sway 640 480 120
check "a compositor runs" sway_says -t get_version
mode 320x240 XR24 3

# The helper is not enabled yet.
start_viewer without
check "without the helper, the viewer says how to enable it" lab_wait 30 \
	grep -q 'at most about 31 a second.*systemctl enable --now vgpu-scanout.socket' "$log"
check "the helper's socket is started" systemctl start vgpu-scanout.socket
check "the running viewer switches to the planes" lab_wait 30 took_to_planes 1
check "a screenshot of the planes is written" eval \
	'kill -USR1 "$(viewer_pid)" && lab_wait 30 test -e "$work/shots/shown-0001.png"'
check "every pixel of it is in the window" check-pattern --at 0,0 "$work/shots/shown-0001.png"
flip_at 60
sleep 3
systemctl kill --signal=KILL 'vgpu-scanout@*'
check "if the helper is killed, QEMU's pictures follow without a gap" \
	lab_wait 20 has_lines without $(($(lines without) + 2))
check "the viewer switches back to the planes with the next helper" lab_wait 30 took_to_planes 2
stop_viewer

watch dbus 60 --source dbus
check "QEMU's pictures are shown" figure dbus '.source == "dbus" and .presented > 0'
watch direct 60 --source direct --pace immediate
check "the planes are shown" figure direct '.source == "direct"'
check "the viewer sees many more flips than the 31 pictures that QEMU delivers" figure direct '.flipped > 40'
check "the CPU copies nothing" figure direct '.copied == 0'
check "each buffer is imported once" imported_once 3
watch vsync 60 --source direct
check "the same with --pace vsync" figure vsync '.flipped > 40 and .copied == 0'
for buffers in 2 5; do
	mode 320x240 XR24 "$buffers"
	watch "buffers$buffers" 60 --source direct --pace immediate
	check "the same with $buffers buffers" figure "buffers$buffers" '.flipped > 40 and .copied == 0'
	check "each of the $buffers buffers is imported once" imported_once "$buffers"
done
mode 320x240 XR24 3
watch fast 144 --source direct --pace immediate
check "at 144 Hz it sees even more" figure fast '.source == "direct" and .flipped > 60'

preload=/lab/bin/count-allocations.so
flip_at 60
new_guest shown
start_viewer counted --source direct --pace immediate
lab_wait 60 has_lines counted 4
own() { od -An -tu8 -N8 "$work/shots/counted.count" | tr -d ' '; }
stands_still() { # the count does not change while figures of two more seconds come
	local before lines
	before=$(own) lines=$(lines counted)
	lab_wait 30 has_lines counted $((lines + 2)) && [ "$before" = "$(own)" ]
}
check "no memory is allocated once each buffer was seen" lab_wait 60 stands_still
check "allocations are counted at all" test "$(own)" -gt 0
stop_viewer
unset preload

flip_at 0
start_viewer still --source direct
stop_viewer
no_helper() { [ "$(systemctl list-units --no-legend --state=running 'vgpu-scanout@*' | wc -l)" = 0 ]; }
check "the helper ends with its viewer" lab_wait 5 no_helper
finish
