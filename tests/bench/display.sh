#!/usr/bin/env bash
# Compares vgpu-display with QEMU's own GTK display and with remote-viewer (SPICE with
# GL), and the two sources of vgpu-display with each other. Each shows the same vGPU, which
# flips at 60 Hz, on the same compositor, one after the other. Counted are the pictures that
# reach the compositor's output (tests/tools/output-watch), seen from outside of them all.
#
# BENCH_SECONDS: how long each one is watched (15)
set -uo pipefail
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh
# shellcheck source=tests/lab/guest/screen.sh
. /lab/tests/lab/guest/screen.sh
# shellcheck source=tests/bench/rows.sh
. /lab/tests/bench/rows.sh

seconds=${BENCH_SECONDS:-15}
node=/dev/dri/renderD128
viewer='' qemu='' missed=0

clean_up() {
	stop_peer
	screen_finish shown
} >/dev/null 2>&1
trap clean_up EXIT

# stop PID: the process may have ended by itself
stop() {
	[ -n "$1" ] || return 0
	kill "$1"
	for _ in {1..50}; do
		[ -e "/proc/$1" ] || return 0
		sleep 0.1
	done
	kill -KILL "$1"
} 2>/dev/null

# QEMU is stopped too: it keeps every listener that it ever had, and still sends each update
# to those that have gone.
stop_peer() {
	stop "$viewer"
	if [ "$qemu" = "$(cat /run/libvirt/qemu/shown.pid 2>/dev/null)" ]; then
		virsh destroy shown >/dev/null
	else
		stop "$qemu"
	fi
	viewer='' qemu=''
}

# Prints the user's newest process of that name.
newest() { pgrep -u user -n -x "$1"; }

# find_process NAME VARIABLE
find_process() {
	lab_wait 60 newest "$2"
	printf -v "$1" '%s' "$(newest "$2")"
}

# --- the viewers -------------------------------------------------------------

# show_vgpu_display OPTION...: shows a libvirt domain
show_vgpu_display() {
	[ "$(virsh domstate shown)" = paused ] || run_guest shown
	qemu=$(cat /run/libvirt/qemu/shown.pid)
	as_user vgpu-display --connect qemu:///system "$@" shown &
	find_process viewer vgpu-display
}

# start_qemu ARGUMENT...: a QEMU of the user, with the same guest
start_qemu() {
	virsh destroy shown
	# The user gets the vGPU's IOMMU group, and may lock as much memory as QEMU needs.
	chown user "/dev/vfio/$(basename "$(readlink "/sys/bus/mdev/devices/$screen_uuid/iommu_group")")"
	ulimit -l unlimited
	as_user env GDK_BACKEND=wayland qemu-system-x86_64 -machine pc,acpi=off -accel tcg -S -m 128 \
		-nodefaults -vga none -name shown \
		-device "vfio-pci-nohotplug,sysfsdev=/sys/bus/mdev/devices/$screen_uuid,display=on,ramfb=on" \
		"$@" &
	find_process qemu qemu-system-x86
}

# It scales the picture to the window that it opens for QEMU's first screen.
show_gtk() {
	local size
	size=$(cut -d' ' -f1 "$screen_sysfs/mode")
	start_qemu -display gtk,gl=on,show-menubar=off,show-tabs=off
	lab_wait 60 sway_says '[title="QEMU"]' resize set "${size%x*}" "${size#*x}"
}

show_spice() {
	rm -f "$run/spice"
	start_qemu -spice "unix=on,addr=$run/spice,disable-ticketing=on,gl=on,rendernode=$node"
	lab_wait 30 test -S "$run/spice"
	as_user env GDK_BACKEND=wayland remote-viewer "spice+unix://$run/spice" &
	find_process viewer remote-viewer
}

# --- the measurements --------------------------------------------------------

# Milliseconds since the machine started.
now() { awk '{ printf "%d\n", $1 * 1000 }' /proc/uptime; }

# Prints the milliseconds of processor time of these processes and the helper.
run_time() {
	local pid sum=0 tick
	tick=$((1000 / $(getconf CLK_TCK)))
	for pid in $viewer $qemu $(pgrep -x vgpu-scanout); do
		sum=$((sum + $(sed 's/.*) //' "/proc/$pid/stat" | cut -d' ' -f12,13 | tr ' ' '+')))
	done
	echo $((sum * tick))
}

# measure_peer NAME LABEL SIZE COMMAND...: a line of $work/results
measure_peer() {
	local name=$1 label=$2 size=$3 at began before cpu took
	flip_at 0
	"${@:4}" >"$work/$name.log" 2>&1
	if ! lab_wait 90 picture_place "$size"; then
		echo "# $label: its picture is not on the output: $(tail -n 1 "$work/$name.log")"
		cp "$work/shots/place.png" "/lab/out/$name.png"
		missed=1
		stop_peer
		return
	fi
	at=$(picture_place "$size")
	flip_at 60
	sleep 4
	began=$(now) before=$(run_time)
	as_user timeout $((seconds + 30)) output-watch "$at" "$size" "$seconds" >"$work/watch.json" \
		2>>"$work/$name.log"
	cpu=$(($(run_time) - before)) took=$(($(now) - began))
	jq -c --arg name "$name" --arg label "$label" --arg size "$size" \
		--argjson cpu "$cpu" --argjson took "$took" '{ name: $name, label: $label, size: $size, presented, flipped, lost, commits, latency_ms,
		cpu_ms: ($cpu / $took * 1000 / .presented) }' "$work/watch.json" |
		tee -a "$work/results" | sed 's/^/# /'
	[ "${PIPESTATUS[0]}" = 0 ] || missed=1
	stop_peer
}

# measure_all SIZE
measure_all() {
	echo "$1 XR24 3" >"$screen_sysfs/mode"
	measure_peer direct "vgpu-display, direct" "$1" show_vgpu_display --source direct
	measure_peer dbus "vgpu-display, dbus" "$1" show_vgpu_display --source dbus
	measure_peer gtk "QEMU's GTK, gl=on" "$1" show_gtk
	measure_peer spice "remote-viewer, SPICE GL" "$1" show_spice
}

# has_told LINES: succeeds if figures for that many seconds were written
has_told() { [ "$(wc -l <"$work/told.json")" -ge "$1" ]; }

# Prints the numbers after `summary:` in the dumps that callgrind has written.
counted() { sed -n 's/^summary: //p' "$work/shots/callgrind".* 2>/dev/null | jq -s 'add // empty'; }

# be_patient: libvirt drops a client that does not answer for half a minute
be_patient() {
	echo 'keepalive_interval = -1' >>/etc/libvirt/libvirtd.conf
	systemctl restart libvirtd.service
}

# count_instructions SIZE SOURCE: counts those of the viewer alone, in steady state. Under
# callgrind it is too slow for more than a few flips a second.
count_instructions() {
	local before
	echo "$1 XR24 3" >"$screen_sysfs/mode"
	flip_at 5
	[ "$(virsh domstate shown)" = paused ] || run_guest shown
	rm -f "$work/shots/callgrind"*
	install -o user -g user /dev/null "$work/told.json"
	as_user valgrind --tool=callgrind --instr-atstart=no \
		--callgrind-out-file="$work/shots/callgrind" \
		vgpu-display --connect qemu:///system --source "$2" --pace immediate \
		--stats-json "$work/told.json" shown &
	find_process viewer callgrind-amd64
	lab_wait 300 has_told 5
	as_user callgrind_control -i on "$viewer"
	lab_wait 300 has_told 8
	as_user callgrind_control -z "$viewer"
	before=$(wc -l <"$work/told.json")
	lab_wait 300 has_told $((before + 20))
	as_user callgrind_control -d "$viewer"
	lab_wait 30 eval '[ -n "$(counted)" ]'
	jq -s --argjson from "$before" --argjson all "$(counted)" \
		'.[$from:] | $all / (map(.presented * .seconds) | add) | round' "$work/told.json" \
		>"$work/instructions"
	qemu=$(cat /run/libvirt/qemu/shown.pid)
	stop_peer
} >"$work/callgrind.log" 2>&1

# A ratio above 1 means that the other program is that many times worse. For latency, the
# medians are compared.
table() {
	printf '%-24s %8s %8s %8s %12s %9s   %s\n' "$1, 60 Hz" shown/s flips/s lost latency CPU/frame \
		"ratios: shown, lost, latency, CPU"
	jq -rs --arg size "$1" '
		def ratio(a; b): if b > 0 then (a / b * 100 | round / 100 | tostring) else "-" end;
		map(select(.size == $size)) | .[0] as $own | .[] |
		[.label, .presented, .flipped, .lost, .latency_ms.median, .latency_ms.p99, .cpu_ms,
		ratio($own.presented; .presented), ratio(.lost; $own.lost),
		ratio(.latency_ms.median; $own.latency_ms.median), ratio(.cpu_ms; $own.cpu_ms)] | @tsv' \
		"$work/results" |
		while IFS=$'\t' read -r name shown flipped lost median p99 cpu ratios; do
			printf '%-24s %8.1f %8.1f %8d %5.1f/%-6.1f %6.1f ms   %s\n' "$name" "$shown" \
				"$flipped" "$lost" "$median" "$p99" "$cpu" "${ratios//$'\t'/ }"
		done
}

# rows SIZE: what vgpu-display shows of its two sources, and the direct one beside each peer
rows() {
	local name fps latency cpu
	local -A direct=()
	while read -r name fps latency cpu; do
		case $name in
		direct | dbus)
			bench_row "display.$1.$name.fps" "$fps" - 1/s
			bench_row "display.$1.$name.latency_ms" "$latency" - ms
			bench_row "display.$1.$name.cpu_ms" "$cpu" - ms
			;;
		*)
			bench_row "display.$1.$name.fps" "${direct[fps]-}" "$fps" 1/s
			bench_row "display.$1.$name.latency_ms" "${direct[latency]-}" "$latency" ms
			bench_row "display.$1.$name.cpu_ms" "${direct[cpu]-}" "$cpu" ms
			;;
		esac
		[ "$name" != direct ] || direct=([fps]=$fps [latency]=$latency [cpu]=$cpu)
	done < <(jq -r --arg size "$1" 'select(.size == $size) |
		[.name, .presented, .latency_ms.median, (.cpu_ms * 1000 | round / 1000)] | @tsv' "$work/results")
}

# What flips is the vGPU: the guest's processor, emulated by an emulated one, would only
# take everybody's time.
define_guest shown >"$work/guest.log" 2>&1 || exit
systemctl start vgpu-scanout.socket
start_sway 800 640 120
measure_all 320x240
measure_all 640x480
echo
table 320x240
echo
table 640x480
rows 320x240
rows 640x480
echo
be_patient
for source in direct dbus; do
	count_instructions 320x240 "$source"
	echo "instructions a frame of 320x240, $source: $(cat "$work/instructions")"
	bench_row "display.320x240.$source.instructions" "$(cat "$work/instructions")" - 1/frame
	rm -f "$work/instructions"
done
cat <<'NOTE'

shown/s: pictures with another frame on the compositor's output, of the flips/s that
the guest made meanwhile; latency: from the flip to the output's commit, median and
99th percentile, ms; CPU/frame: viewer, QEMU and the helper together. What bounds them
is the lab: each pixel is drawn by a software rasteriser on an emulated processor, and
the compositor copies it once more, on the same two processors. What else the machine
does counts: compare on one that has nothing else to do. Instructions a frame are the viewer's,
all that it and the software rasteriser in it did in 20 s by callgrind, for each picture
that was presented.
NOTE
exit "$missed"
