#!/usr/bin/env bash
# Patching a domain takes time in proportion to its devices: counted in instructions,
# so that what else the machine does changes nothing. How long it takes beside its
# peer is measured by tests/bench/xmlpatch.sh.
# shellcheck source=tests/check.sh
. "$(dirname "$0")/../check.sh"

vgpu=$build/bin/vgpu
# shellcheck source=tests/corpus/xmlpatch/many.sh
. "$top/tests/corpus/xmlpatch/many.sh"
uuid=4b20d080-1b54-4048-85b3-a6a62d165c01

# instructions COMMAND...: prints how many it takes, including the programs that it starts; 0 for
# programs that valgrind cannot run, which are those built with a sanitizer
instructions() {
	case $vgpu in
	*-address* | *-thread*)
		"$@" 2>/dev/null >"$work/out"
		echo 0
		return
		;;
	esac
	rm -f "$work"/counted.*
	valgrind --tool=cachegrind --cache-sim=no --trace-children=yes \
		--cachegrind-out-file="$work/counted.%p" "$@" 2>/dev/null >"$work/out" || return
	sed -n 's/^summary: //p' "$work"/counted.* | sort -n | tail -n 1
}

# Ten times the devices may take at most twelve times as long as the first ones. A step for every
# pair of devices would make it a hundred times.
check_growth() {
	local name=$1 first=$2 second=$3 third=$4
	case $vgpu in *-address* | *-thread*) return ;; esac
	check "$name is linear ($first, $second, $third instructions)" \
		test "$first" -gt 0 -a $((third - second)) -lt $((12 * (second - first)))
}

# There are fewer displays, because an attach removes no more than it can remember
# (XMLPATCH_UNDO_LIMIT).
for kind in disks displays; do
	case $kind in disks) counts=(30 300 3000) ;; *) counts=(15 150 1500) ;; esac
	attach=() detach=()
	for count in "${counts[@]}"; do
		"many_$kind" "$count" >"$work/$count.xml"
		attach+=("$(instructions "$vgpu" attach --xml "$work/$count.xml" "$uuid")")
		mv "$work/out" "$work/attached.xml"
		detach+=("$(instructions "$vgpu" detach --xml "$work/attached.xml")")
		check "$count $kind come back" cmp "$work/$count.xml" "$work/out"
	done
	check_growth "attaching to $kind" "${attach[@]}"
	check_growth "detaching from $kind" "${detach[@]}"
done
finish
