#!/usr/bin/env bash
# vGPUs made and removed over and over, on each parent in turn: nothing is left
# in the kernel, in its log or in the store.
#
#	CYCLES=80    `make soak` does 10000
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh

cycles=${CYCLES:-80}
step=$((cycles / 10)) # between two looks at the kernel's memory
parents=("$lab_gvt" mbochs mdpy mtty)
types=(i915-GVTg_V5_8 mbochs-small mdpy-vga mtty-1)

# Who listens to the kernel's events may be behind, and they wait in memory.
is_heard() { awk 'NR > 1 && $5 > 0 { exit 1 }' /proc/net/netlink; }

# How many objects of each kind the kernel has, exactly: without what it only caches,
# and without what its allocator keeps aside for each processor.
sample() {
	lab_wait 60 is_heard
	sync
	echo 3 >/proc/sys/vm/drop_caches
	sleep 1 # for what RCU frees
	find /sys/kernel/slab -mindepth 1 -maxdepth 1 -type d | while IFS= read -r cache; do
		echo 1 >"$cache/shrink"
	done
	awk 'NR > 2 { print $1, $2 }' /proc/slabinfo >>"$work/samples"
}

# What a vGPU has in the kernel besides memory.
traces() {
	local directory
	for directory in /sys/bus/mdev/devices /sys/class/vfio /sys/class/vfio-dev /sys/kernel/iommu_groups /dev/vfio; do
		printf '%s: %d, ' "$directory" "$(find "$directory" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l)"
	done
}

# grown CYCLES: kinds of which there were never fewer than before, more time and again,
# and in the end more by one in ten cycles. The stack of each process
# that has ended is a vmap_area until many are freed at once (lazy_max_pages in
# mm/vmalloc.c).
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

# round FROM TO: with a look before and after; what grew is in $work/grown
round() {
	: >"$work/samples"
	sample
	cycle "$1" "$2" && grown $(($2 - $1)) >"$work/grown"
}

# What a cycle leaks grows in each round. What happened to grow in the first one, as
# systemd's and udevd's own memory does, does not in two more.
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
# Or udevd has one worker after the other, each with its sockets, as long as there are
# more events.
udevadm control --children-max=1
files=$(find /etc/mdevctl.d /run/vgpu -type f 2>/dev/null | sort)
dmesg --clear
before=$(traces)
# The first ones fill caches.
check "a fifth of $cycles cycles" cycle 0 $((cycles / 5))
check "and the rest" round $((cycles / 5)) "$cycles"
same "no vGPU is left" "" "$(ls /sys/bus/mdev/devices)"
same "no file is left" "$files" "$(find /etc/mdevctl.d /run/vgpu -type f 2>/dev/null | sort)"
same "nor any other trace of one" "$before" "$(traces)"
same "the kernel has no more of anything with each of them" "" "$(leaks)"
same "the kernel's log has nothing to say" "" "$(dmesg --level=emerg,alert,crit,err,warn | head -n 5)"
finish
