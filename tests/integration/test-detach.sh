#!/usr/bin/env bash
# `vgpu detach` as a person calls it, on XML. Domains are in test-attach-domain.sh.
# shellcheck source=tests/check.sh
. "$(dirname "$0")/../check.sh"

vgpu=$build/bin/vgpu
corpus=$top/tests/corpus/xmlpatch
uuid=4b20d080-1b54-4048-85b3-a6a62d165c01
other=4b20d080-1b54-4048-85b3-a6a62d165c02

detach() { "$vgpu" detach "$@" 2>"$work/said"; }

cp "$corpus/sdl.in.xml" "$work/before.xml"
"$vgpu" attach --xml "$work/before.xml" "$uuid" >"$work/after.xml" 2>/dev/null

detach --xml "$work/after.xml" >"$work/back.xml"
check "detach restores the original, byte for byte" cmp "$work/back.xml" "$work/before.xml"
check "it prints a line for each change" grep -c '^vgpu: [a-z]' "$work/said"
check "- means standard input" cmp <(detach --xml - <"$work/after.xml") "$work/before.xml"
check "the vGPU can be named" cmp <(detach --xml "$work/after.xml" "${uuid^^}") "$work/before.xml"
check "the vGPU can be named by the beginning of its UUID" cmp <(detach --xml "$work/after.xml" 4B20) "$work/before.xml"
check "a domain without anything from attach stays, byte for byte" cmp <(detach --xml "$work/before.xml") "$work/before.xml"
detach --xml "$work/before.xml" >/dev/null
same "it says that nothing changed" "vgpu: the XML has nothing from 'vgpu attach': nothing changed" "$(cat "$work/said")"
detach --xml "$work/after.xml" "$other" >"$work/back.xml"
check "XML with another vGPU is not changed" cmp "$work/back.xml" "$work/after.xml"
same "it says that the XML does not have that vGPU" "vgpu: the XML does not have the vGPU $other: nothing changed" "$(cat "$work/said")"
cp "$work/after.xml" "$work/patched.xml"
detach --dry-run --xml "$work/after.xml" >"$work/diff"
same "a dry run prints only the diff" "" "$(cat "$work/said")"
same "a dry run with nothing to change prints nothing" "" "$("$vgpu" detach --dry-run --xml "$work/before.xml" 2>&1)"
check "patch makes the same result from the diff of a dry run" eval \
	'patch -s "$work/patched.xml" "$work/diff" && cmp "$work/patched.xml" "$work/before.xml"'

sed "s|</devices>|<hostdev mode='subsystem' type='mdev' \
model='vfio-pci'><source><address uuid='$other'/></source></hostdev></devices>|" "$work/before.xml" >"$work/stranger.xml"
check "a vGPU that attach did not add stays" cmp <(detach --xml "$work/stranger.xml") "$work/stranger.xml"
detach --xml "$work/stranger.xml" >/dev/null
check "it says how to take that vGPU out" grep -F "to take out its vGPU $other, name it" "$work/said"
detach --xml "$work/stranger.xml" "$other" >"$work/back.xml"
check "that vGPU is removed when it is named" eval '! grep "$other" "$work/back.xml"'

sed "s|<metadata>|<metadata><!-- ours -->|; s|</name>|</name><title>later</title>|" "$work/after.xml" >"$work/edited.xml"
detach --xml "$work/edited.xml" >"$work/back.xml"
check "later changes of others stay" grep '<title>later</title>' "$work/back.xml"
check "the vGPU is removed all the same" eval '! grep "$uuid" "$work/back.xml"'

printf '<domain type="kvm">\n<name>x</nam></domain>' >"$work/broken.xml"
printf '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><domain>&x;</domain>' >"$work/external.xml"
truncate -s 17M "$work/long.xml"
while IFS='|' read -r name status pattern arguments; do
	read -ra words <<<"$arguments"
	refuses "$name" "$status" "$pattern" "$vgpu" detach "${words[@]}"
	check "$name: no output" says_nothing "$vgpu" detach "${words[@]}"
done <<EOT
no arguments are misuse|2|detach from which domain|
three arguments are misuse|2|too many|guest $uuid more
an unknown option is misuse|2|no such option|--display dbus guest
--xml with two arguments is misuse|2|UUID is the only argument|--xml $work/after.xml $uuid $other
--connect with --xml is misuse|2|--connect cannot be combined with --xml|--connect test:///default --xml -
what is no UUID is misuse|2|'../x' is not a UUID|--xml $work/after.xml ../x
a missing file is an error|1|cannot open .*nothing.xml: No such file|--xml $work/nothing.xml
broken XML is an error with file and line|1|broken.xml: .*line 2|--xml $work/broken.xml
an external entity is an error|1|external.xml: .*DOCTYPE|--xml $work/external.xml
too long a file is an error|1|long.xml: .*bytes|--xml $work/long.xml
a domain that does not exist is an error|1|no domain 'nobody'.*virsh -c test:///default list|--connect test:///default nobody
a libvirt that does not answer is an error|1|cannot connect to libvirt at nowhere:///|--connect nowhere:///x guest
EOT
refuses "a full disk is a failure" 1 'cannot write' \
	bash -c '"$@" >/dev/full 2> >(tail -n 1 >&2)' sh "$vgpu" detach --xml "$work/after.xml"

finish
