#!/usr/bin/env bash
# Every shape of a domain in tests/corpus/xmlpatch: NAME.in.xml, attached with the
# options in NAME.options, is NAME.out.xml, and what is told is NAME.changes. What was
# attached is detached again: as it is, and after others wrote it anew.
# shellcheck source=tests/check.sh
. "$(dirname "$0")/../check.sh"

vgpu=$build/bin/vgpu
corpus=$top/tests/corpus/xmlpatch
# shellcheck source=tests/corpus/xmlpatch/shape.sh
. "$corpus/shape.sh"
# shellcheck source=tests/corpus/xmlpatch/many.sh
. "$corpus/many.sh"
# This schema comes with libvirt itself (Debian package libvirt0).
schema=/usr/share/libvirt/schemas/domain.rng
# A missing corpus must not look like one that passes.
minimum=60

# These shapes are not restored completely: a message says what is not kept.
declare -A partly=(
	[vnc-password]="a password is not kept"
	[layout-quotes-in-quotes]="a password is not kept"
)

# make SHAPE: writes the tool's results to $work
make() {
	local out=$work/$1
	corpus_patch "$corpus/$1" "$corpus/$1.in.xml" >"$out.out.xml" 2>"$out.told"
	corpus_patch "$corpus/$1" "$out.out.xml" >"$out.again.xml" 2>"$out.told-again"
	"$vgpu" detach --xml "$out.out.xml" >"$out.back.xml" 2>"$out.told-back"
}

# edit SHAPE: detaches it again after another program has rewritten it
edit() {
	"$vgpu" detach --xml "$work/$1.out.xml.anew" >"$work/$1.back-edited.xml" 2>/dev/null
}

# anew FILE...: writes FILE.anew as another program would, which keeps neither comments nor
# layout. One run of each program handles all files: each document contains its own name.
anew() {
	perl -0777 -e 'while (<>) {
		s/<!--.*?-->//gs; s/<\?(?!xml ).*?\?>//gs; s/>\s+</></g;
		s/^(\xef\xbb\xbf)?(<\?xml .*?\?>)?/$&<?file $ARGV?>/;
		open my $out, ">", "$ARGV.plain" or die; print $out $_;
	}' "$@"
	xmllint --nocdata --noblanks --format "${@/%/.plain}" | awk '
		/^<\?xml / { head = $0; next }
		/^<\?file / { close(name); name = substr($0, 8, length($0) - 9) ".anew"; print head >name; next }
		{ print >name }'
}

check_detached() {
	local name=$1
	if [ -n "${partly[$name]-}" ]; then
		check "$name: detach says what it could not restore" grep -q "not kept" "$work/$name.told-back"
		return
	fi
	check "$name: detach restores it byte for byte" cmp "$corpus/$name.in.xml" "$work/$name.back.xml"
	check "$name: rewritten, detach restores the same domain" \
		diff -u "$work/$name.in.xml.anew" "$work/$name.back-edited.xml.anew"
}

# for_all COMMAND: runs it for each shape, as many at once as there are processors
for_all() {
	local name i=0 processors
	processors=$(nproc)
	for name in "${names[@]}"; do
		[ $((i++)) -lt "$processors" ] || wait -n
		"$1" "$name" &
	done
	wait
}

make_all() {
	for_all make
	cp "$corpus"/*.in.xml "$work"
	anew "$work"/*.out.xml "$work"/*.in.xml
	for_all edit
	anew "$work"/*.back-edited.xml
}

# One xmllint checks all files, because reading the schema takes longest.
judge() {
	xmllint --noout --relaxng "$schema" "$corpus"/*.in.xml "$work"/*.out.xml >"$work/verdicts" 2>&1
}

declare -A verdict=()
is_valid() { [ "${verdict[$1]-}" = validates ]; }

names=()
for file in "$corpus"/*.in.xml; do
	names+=("$(basename "$file" .in.xml)")
done
check "there are at least $minimum shapes (there are ${#names[@]})" test "${#names[@]}" -ge "$minimum"
make_all
judge
while read -r name said; do
	verdict[$name]=$said
done <"$work/verdicts"
for name in "${names[@]}"; do
	check "$name: patched as expected" diff -u "$corpus/$name.out.xml" "$work/$name.out.xml"
	check "$name: messages as expected" diff -u "$corpus/$name.changes" <(corpus_told <"$work/$name.told")
	check "$name: attaching twice changes nothing" cmp "$work/$name.out.xml" "$work/$name.again.xml"
	check "$name: attaching twice says that nothing changed" grep -q 'already: nothing changed' "$work/$name.told-again"
	check_detached "$name"
	check "$name: libvirt's schema accepts it" is_valid "$corpus/$name.in.xml"
	check "$name: libvirt's schema accepts it patched" is_valid "$work/$name.out.xml"
done

many_disks 300 >"$work/many.xml"
check "300 disks: patched" eval 'corpus_patch "$work/many" "$work/many.xml" >"$work/many-attached.xml"'
check "300 disks: all stay" test "$(grep -c "<disk type" "$work/many-attached.xml")" = 300
check "300 disks: attaching twice changes nothing" \
	cmp "$work/many-attached.xml" <(corpus_patch "$work/many" "$work/many-attached.xml" 2>/dev/null)
check "300 disks: detach restores the original" cmp "$work/many.xml" <("$vgpu" detach --xml "$work/many-attached.xml" 2>/dev/null)
check "300 disks: libvirt's schema accepts it" xmllint --noout --relaxng "$schema" "$work/many-attached.xml"
finish
