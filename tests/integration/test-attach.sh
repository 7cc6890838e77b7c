#!/usr/bin/env bash
# `vgpu attach` as a person calls it, on XML and against libvirt's own test
# driver. Domains of QEMU are changed for real in the lab (tests/lab/t); all shapes
# of domains are in test-corpus.sh.
# shellcheck source=tests/check.sh
. "$(dirname "$0")/../check.sh"

vgpu=$build/bin/vgpu
corpus=$top/tests/corpus/xmlpatch
uuid=4b20d080-1b54-4048-85b3-a6a62d165c01
node=/dev/dri/renderD129

patch() { "$vgpu" attach --rendernode "$node" --xml "$@" 2>"$work/changes"; }

patch "$corpus/sdl.in.xml" "$uuid" >"$work/sdl.xml"
same "each change is a line on standard error" \
	"$(sed 's/^/vgpu: /' "$corpus/sdl.changes")" "$(cat "$work/changes")"
check "- means standard input" \
	cmp <(patch - "$uuid" <"$corpus/sdl.in.xml") "$work/sdl.xml"
ln -s "$corpus/sdl.in.xml" "$work/link.xml"
check "a link and a pipe are read too" \
	cmp <(patch "$work/link.xml" "$uuid") <(patch <(cat "$corpus/sdl.in.xml") "$uuid")
check "the UUID may be in upper case" \
	cmp <(patch "$corpus/sdl.in.xml" "${uuid^^}") "$work/sdl.xml"
patch "$work/sdl.xml" "$uuid" >"$work/again.xml"
check "attaching twice changes nothing" cmp "$work/sdl.xml" "$work/again.xml"
same "attaching twice says that nothing changed" \
	"vgpu: the XML has the vGPU $uuid already: nothing changed" "$(tail -n 1 "$work/changes")"
"$vgpu" attach --rendernode "$node" --dry-run --xml "$corpus/sdl.in.xml" "$uuid" >"$work/sdl.diff" 2>"$work/changes"
same "a dry run prints only the diff" "" "$(cat "$work/changes")"
cp "$corpus/sdl.in.xml" "$work/sdl.patched.xml"
check "patch makes the same result from the diff of a dry run" eval \
	'command patch -s "$work/sdl.patched.xml" "$work/sdl.diff" && cmp "$work/sdl.patched.xml" "$work/sdl.xml"'
refuses "a full disk is a failure" 1 'cannot write' \
	bash -c '"$@" >/dev/full 2> >(tail -n 1 >&2)' sh "$vgpu" attach --xml "$work/sdl.xml" "$uuid"

printf '<domain type="kvm">\n<name>x</nam></domain>' >"$work/broken.xml"
printf '<!DOCTYPE d [<!ENTITY x SYSTEM "file://%s">]><domain>&x;</domain>' "$work/sdl.xml" \
	>"$work/external.xml"
truncate -s 17M "$work/long.xml"
sed "s/machine='pc'/machine='isapc'/" "$corpus/i440fx-minimal.in.xml" >"$work/isapc.xml"
while IFS='|' read -r name status pattern arguments; do
	read -ra words <<<"$arguments"
	refuses "$name" "$status" "$pattern" "$vgpu" attach "${words[@]}"
	check "$name: no output" says_nothing "$vgpu" attach "${words[@]}"
done <<EOT
no arguments are misuse|2|needs a domain|
three arguments are misuse|2|too many|guest $uuid more
an unknown option is misuse|2|no such option|--frobnicate guest $uuid
--xml without a UUID is misuse|2|UUID is the only argument|--xml $work/sdl.xml
--connect with --xml is misuse|2|--connect cannot be combined with --xml|--connect test:///default --xml - $uuid
a bad UUID is misuse|2|'4b20d080' is not a UUID|--xml $work/sdl.xml 4b20d080
a path as UUID is misuse|2|is not a UUID|guest ../../../../etc/passwd
a relative render node is misuse|2|not an absolute path|--rendernode renderD128 --xml $work/sdl.xml $uuid
a missing file is an error|1|cannot open .*nothing.xml: No such file|--xml $work/nothing.xml $uuid
a directory is an error|1|Is a directory|--xml $work $uuid
broken XML is an error with file and line|1|broken.xml: .*line 2|--xml $work/broken.xml $uuid
an external entity is an error|1|external.xml: .*DOCTYPE|--xml $work/external.xml $uuid
too long a file is an error|1|long.xml: .*bytes|--xml $work/long.xml $uuid
a domain without PCI is an error|1|isapc.xml: .*isapc has no PCI|--xml $work/isapc.xml $uuid
a domain that does not exist is an error|1|no domain 'nobody'.*virsh -c test:///default list|--connect test:///default nobody $uuid
a libvirt that does not answer is an error|1|cannot connect to libvirt at nowhere:///|--connect nowhere:///x guest $uuid
a vGPU that does not exist is an error|1|no vGPU $uuid.*vgpu create|--connect test:///default test $uuid
EOT
check "/dev/null is an error" bash -c '! "$1" attach --xml /dev/null "$2" 2>/dev/null' sh "$vgpu" "$uuid"

finish
