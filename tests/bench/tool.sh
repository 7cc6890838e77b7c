#!/usr/bin/env bash
# The tool beside mdevctl, on the same four parents with the same 64 vGPUs, and
# alone on up to 10,000 definitions. The two take turns, so that what else the
# machine does meets both; what is told are medians.
set -euo pipefail
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh
# shellcheck source=tests/bench/rows.sh
. /lab/tests/bench/rows.sh
rounds=${ROUNDS:-31}
work=$(mktemp -d)
trap 'udevadm control --start-exec-queue' EXIT

uuid() { printf '4b20d080-1b54-4048-85b3-%012x' "$1"; }

# definition TYPE START: in mdevctl's format
definition() { printf '{\n  "mdev_type": "%s",\n  "start": "%s",\n  "attrs": []\n}' "$1" "$2"; }

# define FIRST COUNT PARENT TYPE
define() {
	local i
	mkdir -p "/etc/mdevctl.d/$3"
	for ((i = $1; i < $1 + $2; i++)); do
		definition "$4" auto >"/etc/mdevctl.d/$3/$(uuid "$i")"
	done
}

# Restores the state in which no vGPU was made since boot.
stop_all() {
	local device
	for device in /sys/bus/mdev/devices/*/remove; do
		[ ! -e "$device" ] || echo 1 >"$device"
	done
}

# compare NAME LABEL OURS PEER [TIMES]: the last two are shell words
compare() {
	local i
	: >"$work/ours"
	: >"$work/peer"
	for ((i = 0; i < rounds; i++)); do
		# shellcheck disable=SC2086
		measure $3 >>"$work/ours"
		# shellcheck disable=SC2086
		measure $4 >>"$work/peer"
	done
	bench_compare "tool.$1" "$2" "$work/ours" "$work/peer" "${5-}"
}

# Both keep definitions, but mdevctl needs one call for each parent.
restore_ours() { measure vgpu restore; }
restore_peer() {
	local parent
	for parent in "$lab_gvt" mbochs mdpy mtty; do
		measure mdevctl start-parent-mdevs "$parent"
	done | awk '{ sum += $1 } END { print sum }'
}

# restore_all WHOSE UDEV: makes all 64 vGPUs from nothing, and writes to $work/WHOSE. The
# kernel makes devices under the same lock under which udev's workers read them. With udev
# paused, only the tool and the kernel are measured.
restore_all() {
	stop_all
	udevadm settle
	[ "$2" = runs ] || udevadm control --stop-exec-queue
	"restore_$1" >>"$work/$1"
	[ "$2" = runs ] || udevadm control --start-exec-queue
	count_active
}

# compare_restore NAME LABEL UDEV ROUNDS
compare_restore() {
	local i
	: >"$work/ours"
	: >"$work/peer"
	for ((i = 0; i < $4; i++)); do
		restore_all ours "$3"
		restore_all peer "$3"
	done
	bench_compare "tool.$1" "$2" "$work/ours" "$work/peer" 2
}

count_active() {
	local active
	active=$(find /sys/bus/mdev/devices -mindepth 1 | wc -l)
	[ "$active" = 64 ] || { echo "bench: $active vGPUs instead of 64" >&2; exit 1; }
}

# store COUNT: writes that many definitions, none of which starts at boot
store() {
	local i parents=("$lab_gvt" mbochs mdpy mtty) text name
	text=$(definition mtty-2 manual)
	mkdir -p "${parents[@]/#/$work/$1/}"
	for ((i = 0; i < $1; i++)); do
		printf -v name '%08x-1b54-4048-85b3-a6a62d165c01' $((i * 2654435761 % 4294967296))
		printf '%s' "$text" >"$work/$1/${parents[i % 4]}/$name"
	done
}

# try COUNT NAME COMMAND...: runs the command once more, and writes to $work/COUNT.NAME
try() {
	local log=$work/$1.$2 directory=$work/$1
	shift 2
	measure "$@" --config-dir "$directory" >>"$log"
}

# cell COUNT NAME COMMAND...: median microseconds and peak KB, in `cells`. Ten times
# the definitions may take thirteen times as long, and no memory that shows.
cell() {
	local count=$1 name=$2 took peak bound=()
	shift 2
	took=$(bench_median "$work/$count.$name")
	peak=$(measure --peak "$@" --config-dir "$work/$count")
	cells+=$(printf ' %9d us %6d KB' "$took" "$peak")
	[ "$count" != 10000 ] || bound=("$(bench_ms $((13 * $(bench_median "$work/1000.$name"))))")
	bench_row "tool.${name}_${count}_ms" "$(bench_ms "$took")" - ms "${bound[@]}"
	[ "$count" != 10000 ] || bench_row "tool.${name}_${count}_kb" "$peak" - KB 16384
}

# The lab mounts the project from the host through 9p, and mdevctl is on the lab's disk. For
# a fair comparison, both are put on the disk.
for program in /usr/bin/vgpu /usr/libexec/vgpu/vgpu-domain; do
	cp "$program" "$program.disk"
	mv "$program.disk" "$program"
done
lab_load_samples
lab_load_gvtsim
systemctl stop 'vgpu-restore*' 2>/dev/null || true
define 0 7 "$lab_gvt" i915-GVTg_V5_8
define 100 4 mdpy mdpy-vga
define 200 24 mtty mtty-1
define 300 29 mbochs mbochs-small

printf '%-24s %12s %12s   %s\n' "4 parents, 64 vGPUs" vgpu mdevctl ratio
compare_restore restore64_ms "restore, 64" runs "${RESTORE_ROUNDS:-5}"
compare_restore restore64_udev_held_ms "the same, udev held" held "${RESTORE_ROUNDS:-5}"
stop_all
vgpu restore
udevadm settle
# What any program takes here to start and to end.
compare program_start_ms "start of a program" true true
compare types_ms types "vgpu types" "mdevctl types" 1
compare types_json_ms "types --json" "vgpu types --json" "mdevctl types --dumpjson"
compare list_brief_ms "list --brief, list" "vgpu list --brief" "mdevctl list" 1
compare list_brief_defined_ms "list --brief, list -d" "vgpu list --brief" "mdevctl list -d"
compare list_ms "list, list" "vgpu list" "mdevctl list"
stop_all

for count in 10 100 1000 10000; do
	store "$count"
done
for ((i = 0; i < 5; i++)); do
	for count in 10 100 1000 10000; do
		try "$count" list_brief vgpu list --brief
		try "$count" list_brief_json vgpu list --brief --json
		try "$count" restore vgpu restore
	done
done
printf '\n%-12s %22s %22s %22s\n' definitions "list --brief" "list --brief --json" restore
for count in 10 100 1000 10000; do
	cells=
	cell "$count" list_brief vgpu list --brief
	cell "$count" list_brief_json vgpu list --brief --json
	cell "$count" restore vgpu restore
	printf '%-12s%s\n' "$count" "$cells"
done
rm -rf "$work" /etc/mdevctl.d/*
