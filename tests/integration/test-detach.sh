#!/usr/bin/env bash
# `vgpu detach` as a person calls it, on XML. Domains are in test-attach-domain.sh.
set -uo pipefail
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"

top=$(cd "$(dirname "$0")/../.." && pwd)
vgpu=${BUILD:-$top/build/gcc}/bin/vgpu
corpus=$top/tests/corpus/xmlpatch
uuid=4b20d080-1b54-4048-85b3-a6a62d165c01
other=4b20d080-1b54-4048-85b3-a6a62d165c02
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

detach() { "$vgpu" detach "$@" 2>"$work/said"; }
# Nothing at all on standard output, so that `... | virsh define` gets nothing.
says_nothing() { [ -z "$("$@" 2>/dev/null)" ]; }

cp "$corpus/sdl.in.xml" "$work/before.xml"
"$vgpu" attach --xml "$work/before.xml" "$uuid" >"$work/after.xml" 2>/dev/null

detach --xml "$work/after.xml" >"$work/back.xml"
check "detach gives back what attach was given, byte for byte" cmp "$work/back.xml" "$work/before.xml"
check "it says what it does, a line each" grep -c '^vgpu: [a-z]' "$work/said"
check "standard input is read for -" cmp <(detach --xml - <"$work/after.xml") "$work/before.xml"
check "the vGPU may be named" cmp <(detach --xml "$work/after.xml" "${uuid^^}") "$work/before.xml"
check "by the beginning of its UUID, too" cmp <(detach --xml "$work/after.xml" 4B20) "$work/before.xml"
check "what has nothing of ours stays, byte for byte" cmp <(detach --xml "$work/before.xml") "$work/before.xml"
detach --xml "$work/before.xml" >/dev/null
same "that is said" "vgpu: the XML has nothing of 'vgpu attach': nothing changed" "$(cat "$work/said")"
detach --xml "$work/after.xml" "$other" >"$work/back.xml"
check "of another vGPU's XML nothing is changed" cmp "$work/back.xml" "$work/after.xml"
same "that is said, too" "vgpu: the XML has not the vGPU $other: nothing changed" "$(cat "$work/said")"
cp "$work/after.xml" "$work/patched.xml"
detach --dry-run --xml "$work/after.xml" >"$work/diff"
same "a dry run says nothing beside the diff" "" "$(cat "$work/said")"
same "nor where nothing is to be done" "" "$("$vgpu" detach --dry-run --xml "$work/before.xml" 2>&1)"
check "a dry run prints what patch makes the same of" eval \
	'patch -s "$work/patched.xml" "$work/diff" && cmp "$work/patched.xml" "$work/before.xml"'

sed "s|</devices>|<hostdev mode='subsystem' type='mdev' \
model='vfio-pci'><source><address uuid='$other'/></source></hostdev></devices>|" "$work/before.xml" >"$work/stranger.xml"
check "a vGPU that somebody else put there stays" cmp <(detach --xml "$work/stranger.xml") "$work/stranger.xml"
detach --xml "$work/stranger.xml" >/dev/null
check "how to take it out is said" grep -F "name the vGPU $other, and it is taken out" "$work/said"
detach --xml "$work/stranger.xml" "$other" >"$work/back.xml"
check "named, it goes" eval '! grep "$other" "$work/back.xml"'

sed "s|<metadata>|<metadata><!-- ours -->|; s|</name>|</name><title>later</title>|" "$work/after.xml" >"$work/edited.xml"
detach --xml "$work/edited.xml" >"$work/back.xml"
check "what was changed since stays" grep '<title>later</title>' "$work/back.xml"
check "and the vGPU goes" eval '! grep "$uuid" "$work/back.xml"'

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
--xml with two arguments is misuse|2|UUID is the one argument|--xml $work/after.xml $uuid $other
--connect with --xml is misuse|2|--connect goes not with --xml|--connect test:///default --xml -
what is no UUID is misuse|2|'../x' is not a UUID|--xml $work/after.xml ../x
a missing file is an error|1|cannot open .*nothing.xml: No such file|--xml $work/nothing.xml
broken XML is an error with file and line|1|broken.xml: .*line 2|--xml $work/broken.xml
an external entity is an error|1|external.xml: .*DOCTYPE|--xml $work/external.xml
too long a file is an error|1|long.xml: .*bytes|--xml $work/long.xml
a domain that does not exist is an error|1|no domain 'nobody'.*virsh list|--connect test:///default nobody
a libvirt that does not answer is an error|1|cannot connect to libvirt at nowhere:///|--connect nowhere:///x guest
EOT
refuses "a full disk is a failure" 1 'cannot write' \
	bash -c '"$@" >/dev/full 2> >(tail -n 1 >&2)' sh "$vgpu" detach --xml "$work/after.xml"

finish
