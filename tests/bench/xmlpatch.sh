#!/usr/bin/env bash
# Patching a domain's XML beside virt-xml, which changes one device of it. The two
# take turns, so that what else the machine does meets both; what is printed are
# medians. A failure if with 300 devices it takes more than a twentieth of the time.
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-$top/build/gcc}
# shellcheck source=tests/corpus/xmlpatch/many.sh
. "$top/tests/corpus/xmlpatch/many.sh"
uuid=4b20d080-1b54-4048-85b3-a6a62d165c01
rounds=${ROUNDS:-7}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

measure() { "$build/tests/tools/measure" "$@"; }
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# ours COUNT: from file; peer COUNT: from standard input, which it reads a domain from
ours() { measure "$build/bin/vgpu" attach --xml "$work/$1.xml" "$uuid"; }
peer() {
	# shellcheck disable=SC2016 # for the shell that is measured
	measure sh -c 'exec virt-xml --connect test:///default --edit --video model.type=none <"$1"' \
		sh "$work/$1.xml"
}

printf '%-24s %12s %12s   %s\n' "devices in the XML" "vgpu attach" "virt-xml" ratio
for count in 10 300 1000 10000; do
	many_disks "$count" >"$work/$count.xml"
	for ((i = 0; i < rounds; i++)); do
		ours "$count" >>"$work/$count.ours"
		[ "$count" -gt 300 ] || peer "$count" >>"$work/$count.peer"
	done
	mine=$(median "$work/$count.ours")
	if [ -e "$work/$count.peer" ]; then
		theirs=$(median "$work/$count.peer")
		printf '%-24s %9d us %9d us   %d.%02d\n' "$count" "$mine" "$theirs" \
			$((theirs / mine)) $((theirs * 100 / mine % 100))
		ratio=$((theirs / mine)) # that of 300 in the end
	else
		printf '%-24s %9d us\n' "$count" "$mine"
	fi
done
echo
if [ "$ratio" -lt 20 ]; then
	echo "with 300 devices virt-xml takes only $ratio times as long, not 20" >&2
	exit 1
fi
