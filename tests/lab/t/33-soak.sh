#!/usr/bin/env bash
# Makes and removes vGPUs again and again, on each parent in turn: nothing may be left in the
# kernel, in its log or in the store.
#
#	CYCLES=80    the number of cycles; `make soak` uses 10000
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh

cycles=${CYCLES:-80}
step=$((cycles / 10)) # cycles between two samples of the kernel's memory
parents=("$lab_gvt" mbochs mdpy mtty)
types=(i915-GVTg_V5_8 mbochs-small mdpy-vga mtty-1)

# Programs that read the kernel's events may be late, and unread events use memory.
is_heard() { awk 'NR > 1 && $5 > 0 { exit 1 }' /proc/net/netlink; }

# Counts the objects of each kind in the kernel exactly: without caches, and without what the
# allocator reserves for each processor.
sample() {
	lab_wait 60 is_heard
	sync
	echo 3 >/proc/sys/vm/drop_caches
	sleep 1 # RCU frees objects with a delay
	find /sys/kernel/slab -mindepth 1 -maxdepth 1 -type d | while IFS= read -r cache; do
		echo 1 >"$cache/shrink"
	done
	awk 'NR > 2 { print $1, $2 }' /proc/slabinfo >>"$work/samples"
}

# Counts what a vGPU has in the kernel besides memory.
traces() {
	local directory
	for directory in /sys/bus/mdev/devices /sys/class/vfio /sys/class/vfio-dev /sys/kernel/iommu_groups /dev/vfio; do
		printf '%s: %d, ' "$directory" "$(find "$directory" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l)"
	done
}

# grown CYCLES: prints the kinds that never shrank, grew several times, and grew in total by at
# least one object in ten cycles. vmap_area is left out: it has the stack of each ended process
# until many of them are freed at once (lazy_max_pages in mm/vmalloc.c).
grown() {
	awk -v least="$(($1 / 10))" '
		$1 == "vmap_area" { next }
		!($1 in first) { first[$1] = last[$1] = $2 }
		$2 < last[$1] { fell[$1] = 1 }
		$2 > last[$1] { rises[$1]++ }
		{ last[$1] = $2 }
		END {
			for (kind in first)
				if (!(kind in fell) && rises[kind] > 2 && last[kind] - first[kind] >= least)
					printf "%s from %d to %d\n", kind, first[kind], last[kind]
		}' "$work/samples" | sort
}

# cycle FROM TO
cycle() {
	local i uuid
	for ((i = $1; i < $2; i++)); do
		uuid=$(printf '4b20d080-1b54-4048-85b3-%012d' "$i")
		vgpu create --parent "${parents[i % 4]}" --type "${types[i % 4]}" --uuid "$uuid" >/dev/null || return 1
		vgpu remove "$uuid" || return 1
		[ $(((i + 1) % step)) != 0 ] || sample
		[ $((i % 1000)) != 999 ] || echo "# soak: $((i + 1)) cycles" >&3
	done 2>>"$work/said"
}

# round FROM TO: takes a sample before and after; puts what grew into $work/grown
round() {
	: >"$work/samples"
	sample
	cycle "$1" "$2" && grown $(($2 - $1)) >"$work/grown"
}

# What a cycle leaks grows in each round. What happened to grow in the first round, such as the
# memory of systemd and udevd, does not grow in two more.
leaks() {
	local from=$cycles
	cp "$work/grown" "$work/leaks"
	for _ in 1 2; do
		[ -s "$work/leaks" ] || break
		sed 's/^/# looked at again: /' "$work/leaks" >&3
		round "$from" $((from + cycles * 4 / 5)) || {
			echo "a later cycle failed: $(cat "$work/said")"
			return
		}
		from=$((from + cycles * 4 / 5))
		join "$work/leaks" "$work/grown" >"$work/both"
		mv "$work/both" "$work/leaks"
	done
	cat "$work/leaks"
}

work=$(mktemp -d)
trap 'udevadm control --children-max=0; rm -rf "$work"' EXIT
exec 3>&1
lab_load_samples
lab_load_gvtsim
# Otherwise udevd would start one worker after the other, each with its sockets, as long as there
# are events.
udevadm control --children-max=1
files=$(find /etc/mdevctl.d /run/vgpu -type f 2>/dev/null | sort)
dmesg --clear
before=$(traces)
# The first cycles fill caches.
check "a fifth of $cycles cycles" cycle 0 $((cycles / 5))
check "the other cycles" round $((cycles / 5)) "$cycles"
same "no vGPU is left" "" "$(ls /sys/bus/mdev/devices)"
same "no file is left" "$files" "$(find /etc/mdevctl.d /run/vgpu -type f 2>/dev/null | sort)"
same "no other trace of a vGPU is left" "$before" "$(traces)"
same "no kind of object in the kernel grows with each cycle" "" "$(leaks)"
same "the kernel's log has nothing to say" "" "$(dmesg --level=emerg,alert,crit,err,warn | head -n 5)"
finish
