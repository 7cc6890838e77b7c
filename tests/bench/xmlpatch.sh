#!/usr/bin/env bash
# Patching a domain's XML beside virt-xml, which changes one device of it. The two
# take turns, so that what else the machine does meets both; what is told are medians.
# With 300 devices at most a twentieth of the peer's time is wanted.
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-$top/build/gcc}
# shellcheck source=tests/corpus/xmlpatch/many.sh
. "$top/tests/corpus/xmlpatch/many.sh"
# shellcheck source=tests/bench/rows.sh
. "$top/tests/bench/rows.sh"
uuid=4b20d080-1b54-4048-85b3-a6a62d165c01
rounds=${ROUNDS:-7}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

measure() { "$build/tests/tools/measure" "$@"; }

# ours COUNT reads a file; peer COUNT reads standard input, from which virt-xml takes a domain
ours() { measure "$build/bin/vgpu" attach --xml "$work/$1.xml" "$uuid"; }
peer() {
	# shellcheck disable=SC2016 # for the shell that is measured
	measure sh -c 'exec virt-xml --connect test:///default --edit --video model.type=none <"$1"' \
		sh "$work/$1.xml"
}

printf '%-24s %12s %12s   %s\n' "devices in the XML" "vgpu attach" "virt-xml" ratio
for count in 10 300 1000 10000; do
	many_disks "$count" >"$work/$count.xml"
	theirs=- times=''
	[ "$count" -gt 300 ] || theirs=$work/$count.peer
	[ "$count" != 300 ] || times=20
	for ((i = 0; i < rounds; i++)); do
		ours "$count" >>"$work/$count.ours"
		[ "$theirs" = - ] || peer "$count" >>"$theirs"
	done
	bench_compare "xmlpatch.${count}_devices_ms" "$count" "$work/$count.ours" "$theirs" "$times"
done
