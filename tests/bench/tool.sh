#!/usr/bin/env bash
# The tool beside mdevctl, on the same four parents with the same vGPUs.
set -euo pipefail
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh
rounds=${ROUNDS:-20}

# duration COMMAND...: microseconds that $rounds runs take
duration() {
	local start=$EPOCHREALTIME i
	for ((i = 0; i < rounds; i++)); do
		"$@" >/dev/null 2>&1
	done
	echo $((${EPOCHREALTIME/./} - ${start/./}))
}

# compare NAME OURS PEER: both are shell words
compare() {
	local name=$1 ours peer
	# Both once before, so that neither pays for cold caches.
	$2 >/dev/null 2>&1
	$3 >/dev/null 2>&1
	# shellcheck disable=SC2086
	ours=$(duration $2)
	# shellcheck disable=SC2086
	peer=$(duration $3)
	printf '%-10s %12s us %12s us   %d.%02d\n' "$name" $((ours / rounds)) \
		$((peer / rounds)) $((peer / ours)) $((peer * 100 / ours % 100))
}

lab_load_samples
lab_load_gvtsim
for i in 1 2; do
	vgpu create --parent "$lab_gvt" --type i915-GVTg_V5_8 >/dev/null 2>&1
	vgpu create --parent mtty --type mtty-2 >/dev/null 2>&1
done
printf '%-10s %15s %15s   %s\n' "" vgpu mdevctl ratio
compare types "vgpu types" "mdevctl types"
compare list "vgpu list" "mdevctl list"
compare defined "vgpu list" "mdevctl list -d"
