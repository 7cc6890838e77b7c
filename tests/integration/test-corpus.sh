#!/usr/bin/env bash
# Every shape of a domain in tests/corpus/xmlpatch: NAME.in.xml, attached with the
# options in NAME.options, is NAME.out.xml, and what is told is NAME.changes. What was
# attached is detached again: as it is, and after others wrote it anew.
set -uo pipefail
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"

top=$(cd "$(dirname "$0")/../.." && pwd)
vgpu=${BUILD:-$top/build/gcc}/bin/vgpu
corpus=$top/tests/corpus/xmlpatch
# shellcheck source=tests/corpus/xmlpatch/shape.sh
. "$corpus/shape.sh"
# shellcheck source=tests/corpus/xmlpatch/many.sh
. "$corpus/many.sh"
# Comes with the library itself (Debian package libvirt0).
schema=/usr/share/libvirt/schemas/domain.rng
# A corpus that is not found must not look like one that passes.
minimum=60
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# These do not come back whole: what is not kept is told instead.
declare -A partly=(
	[vnc-password]="a password is not kept"
	[layout-quotes-in-quotes]="a password is not kept"
)

# make SHAPE: all that is looked at below, in $work
make() {
	local out=$work/$1
	corpus_patch "$corpus/$1" "$corpus/$1.in.xml" >"$out.out.xml" 2>"$out.told"
	corpus_patch "$corpus/$1" "$out.out.xml" >"$out.again.xml" 2>"$out.told-again"
	"$vgpu" detach --xml "$out.out.xml" >"$out.back.xml" 2>"$out.told-back"
	anew "$out.out.xml" >"$out.edited"
	"$vgpu" detach --xml "$out.edited" 2>/dev/null | anew - >"$out.back-edited"
	anew "$corpus/$1.in.xml" >"$out.wanted-edited"
}

# anew FILE: as somebody else writes it, who knows neither comments nor its layout
anew() {
	perl -0777 -pe 's/<!--.*?-->//gs; s/<\?(?!xml ).*?\?>//gs; s/>\s+</></g' "$1" | xmllint --nocdata --noblanks --format -
}

check_detached() {
	local name=$1
	if [ -n "${partly[$name]-}" ]; then
		check "$name: detach says what it could not put back" grep -q "not kept" "$work/$name.told-back"
		return
	fi
	check "$name: detach gives it back byte for byte" cmp "$corpus/$name.in.xml" "$work/$name.back.xml"
	check "$name: written anew, detach gives the same domain" \
		diff -u "$work/$name.wanted-edited" "$work/$name.back-edited"
}

# As many at once as there are processors.
make_all() {
	local name
	for name in "${names[@]}"; do
		while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do
			wait -n
		done
		make "$name" &
	done
	wait
}

# Together they are read once: reading the schema is what takes long.
judge() {
	xmllint --noout --relaxng "$schema" "$corpus"/*.in.xml "$work"/*.out.xml >"$work/verdicts" 2>&1
}

is_valid() { grep -Fx "$1 validates" "$work/verdicts"; }

names=()
for file in "$corpus"/*.in.xml; do
	names+=("$(basename "$file" .in.xml)")
done
check "there are at least $minimum shapes (there are ${#names[@]})" test "${#names[@]}" -ge "$minimum"
make_all
judge
for name in "${names[@]}"; do
	check "$name: patched as wanted" diff -u "$corpus/$name.out.xml" "$work/$name.out.xml"
	check "$name: told as wanted" diff -u "$corpus/$name.changes" <(corpus_told <"$work/$name.told")
	check "$name: attaching twice changes nothing" cmp "$work/$name.out.xml" "$work/$name.again.xml"
	check "$name: attaching twice says so" grep -q 'already: nothing changed' "$work/$name.told-again"
	check_detached "$name"
	check "$name: libvirt's schema accepts it" is_valid "$corpus/$name.in.xml"
	check "$name: libvirt's schema accepts it patched" is_valid "$work/$name.out.xml"
done

many_disks 300 >"$work/many.xml"
check "300 disks: patched" eval 'corpus_patch "$work/many" "$work/many.xml" >"$work/many-attached.xml"'
check "300 disks: all stay" test "$(grep -c "<disk type" "$work/many-attached.xml")" = 300
check "300 disks: attaching twice changes nothing" \
	cmp "$work/many-attached.xml" <(corpus_patch "$work/many" "$work/many-attached.xml" 2>/dev/null)
check "300 disks: detach gives it back" cmp "$work/many.xml" <("$vgpu" detach --xml "$work/many-attached.xml" 2>/dev/null)
check "300 disks: libvirt's schema accepts it" xmllint --noout --relaxng "$schema" "$work/many-attached.xml"
finish
