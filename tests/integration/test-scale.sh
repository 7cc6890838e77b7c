#!/usr/bin/env bash
# Thousands of definitions: all are seen, and the memory that they take is bounded.
# How long they take is measured in the lab (tests/bench/tool.sh).
# shellcheck source=tests/check.sh
. "$(dirname "$0")/../check.sh"
# shellcheck source=tests/mock.sh
. "$top/tests/mock.sh"

count=10000
limit=16384 # KB

parents=(0000:00:02.0 mbochs mdpy mtty)
mkdir "${parents[@]/#/$config/}"
for ((i = 0; i < count; i++)); do
	printf -v name '%08x-1b54-4048-85b3-a6a62d165c01' $((i * 2654435761 % 4294967296))
	printf '{\n  "mdev_type": "mtty-2",\n  "start": "manual",\n  "attrs": []\n}' \
		>"$config/${parents[i % 4]}/$name"
done

vgpu() { "${mocked[@]}" "$build/bin/vgpu" "$@" --config-dir "$config"; }

same "all are listed" $((count + 1)) "$(vgpu list --brief | wc -l)"
vgpu list --brief --json >"$work/json"
same "--json lists them all" "$count" "$(jq length "$work/json")"
same "the JSON has the usual format" "$(jq . "$work/json" | sha256sum)" "$(sha256sum <"$work/json")"
check "restore prints nothing if none starts at boot" eval '[ -z "$(vgpu restore 2>&1)" ]'

# below NAME COMMAND...: checks the peak memory of the command
below() {
	local name=$1 peak
	shift
	peak=$("${mocked[@]}" "$build/tests/tools/measure" --peak "$build/bin/vgpu" "$@" --config-dir "$config")
	check "$name takes less than $limit KB (it takes $peak)" test "$peak" -gt 0 -a "$peak" -lt "$limit"
}

case $build in
*-address* | *-thread*) vgpu remove --all --yes 2>/dev/null ;; # a sanitizer itself uses more memory
*)
	below "list" list
	below "list --json" list --json
	below "restore" restore
	below "set" set 00000000-1b54-4048-85b3-a6a62d165c01 --boot
	below "doctor" doctor
	below "remove --all" remove --all --yes
	;;
esac
same "all are removed" 0 "$(find "$config" -type f | wc -l)"
finish
