#!/usr/bin/env bash
# What a real libvirtd makes of every shape in the corpus: it must accept each one patched, and
# detach must restore what libvirt gives back. This uses only definitions: nothing is started.
#
#	STRIDE=8    every 8th shape is attached and detached, and all shapes to which libvirt would
#	            add something
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh

corpus=/lab/tests/corpus/xmlpatch
vgpu=vgpu
# shellcheck source=tests/corpus/xmlpatch/shape.sh
. "$corpus/shape.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
names=()

# The lab has no KVM, and its QEMU has no machine types of old versions or other distributions.
for_the_lab() {
	sed -e 's/type\( *= *.\)kvm/type\1qemu/' -e 's/pc-i440fx-[a-z0-9.]*/pc/' \
		-e 's/pc-q35-[a-z0-9.]*/q35/' -e 's/host-passthrough/maximum/' \
		-e 's,/usr/libexec/qemu-kvm,/usr/bin/qemu-system-x86_64,' "$1"
}

name_of() { xmllint --xpath 'string(/domain/name)' "$1"; }

# define_all FROM TO [--validate]: defines $work/NAME.FROM for each shape, writes libvirt's version
# to NAME.TO, and undefines it. One virsh does all this, because each virsh has to connect first.
# libvirt reads its schema again for each definition that it validates, which takes long.
define_all() {
	local name commands='' from=$1 to=$2 option=${3-}
	for name in "${names[@]}"; do
		[ -s "$work/$name.$from" ] || continue
		commands+="echo @@define $name; define $option $work/$name.$from; echo @@dump $name; "
		commands+="dumpxml --inactive --security-info '$(name_of "$work/$name.$from")'; echo @@end; "
		commands+="undefine --nvram '$(name_of "$work/$name.$from")'; "
	done
	virsh "$commands" >"$work/said" 2>&1
	awk -v to="$to" -v work="$work" '
		/^@@define / { file = work "/" $2 "." to ".said"; next }
		/^@@dump / { file = work "/" $2 "." to; next }
		/^@@end/ { file = ""; next }
		file != "" && (/^error:/ || file ~ /said$/) { print >(file ~ /said$/ ? file : file ".said"); next }
		file != "" && NF { print >file }' "$work/said"
}

was_defined() {
	cat "$work/$1.$2.said"
	grep -q "</domain>" "$work/$1.$2"
}

was_patched() {
	cat "$work/$1.told"
	test -s "$work/$1.attach"
}

# is_nobodys SHAPE: succeeds if detach reports no change by others
is_nobodys() { ! grep -E "since|uses it|did not find" "$work/$1.told"; }

# Every shape is defined as attach makes it. Only some are attached and detached, because that
# takes five definitions each.
stride=${STRIDE:-8}
# libvirt would add something to these if attach did not. That would stay, or make the next
# definition fail.
always=" keep-video-at-a-function keep-video-primary-is-second none-i440fx-without-video
	none-q35-without-video q35-one-root-port-taken spice-from-sdl vnc-from-sdl "
for file in "$corpus"/*.in.xml; do
	name=$(basename "$file" .in.xml)
	names+=("$name")
	for_the_lab "$corpus/$name.out.xml" >"$work/$name.out"
done
# libvirt accepts some shapes only on other machines: the lab's has no TPM 2.0, and no ACPI with
# UEFI.
elsewhere="TPM version|UEFI requires ACPI"
define_all out patched --validate
for name in "${names[@]}"; do
	grep -qE "$elsewhere" "$work/$name.patched.said" || check "$name: libvirt takes it patched" was_defined "$name" patched
done

all=("${names[@]}")
names=()
for ((i = 0; i < ${#all[@]}; i++)); do
	[ $((i % stride)) = 0 ] || [[ $always =~ [[:space:]]${all[i]}[[:space:]] ]] || continue
	names+=("${all[i]}")
	for_the_lab "$corpus/${all[i]}.in.xml" >"$work/${all[i]}.in"
done
# libvirt sorts the controllers that it has added when it reads them again.
define_all in once
define_all once original
for name in "${names[@]}"; do
	# People write some shapes that libvirt refuses; attach repairs a few of them.
	was_defined "$name" original >/dev/null 2>&1 || continue
	corpus_patch "$corpus/$name" "$work/$name.original" >"$work/$name.attach" 2>"$work/$name.told"
	# libvirt may have put a device on a slot that QEMU's own arguments use.
	grep -q "are both at" "$work/$name.told" || check "$name: what libvirt gives back is patched" \
		was_patched "$name"
done

define_all attach attached
for name in "${names[@]}"; do
	[ -s "$work/$name.attached" ] || continue
	corpus_patch "$corpus/$name" "$work/$name.attached" >"$work/$name.twice" 2>/dev/null
	check "$name: libvirt changes nothing that attach would change again" \
		diff -u "$work/$name.attached" "$work/$name.twice"
	vgpu detach --xml "$work/$name.attached" >"$work/$name.detach" 2>"$work/$name.told"
done

define_all detach detached
for name in "${names[@]}"; do
	[ -s "$work/$name.attached" ] || continue
	check "$name: detach does not mistake libvirt's changes for those of others" \
		is_nobodys "$name"
	check "$name: libvirt accepts it detached" was_defined "$name" detached
	grep -q "not kept" "$work/$name.told" || check "$name: detached, libvirt has what it had" \
		diff -u "$work/$name.original" "$work/$name.detached"
done
finish
