#!/usr/bin/env bash
# XML that means harm, or that is no domain, is refused in one line, soon, with
# nothing on standard output; what is only large is patched, and soon too.
# shellcheck source=tests/check.sh
. "$(dirname "$0")/../check.sh"

vgpu=$build/bin/vgpu
uuid=4b20d080-1b54-4048-85b3-a6a62d165c01
# Seconds for what takes one; a machine may be slow, but an algorithm that is not
# linear takes hours.
limit=60
commands=(attach detach)
# With a sanitizer each allocation takes a hundred times as long, so inputs are smaller.
fewer=1
case $vgpu in *address*|*thread*) fewer=20 ;; esac

secret=$work/secret
echo "do-not-show" >"$secret"

# repeat COUNT TEXT
repeat() { yes "$2" | head -n "$1" | tr -d '\n'; }

# numbered COUNT FORMAT: %d in FORMAT is the number
numbered() { seq 1 "$1" | awk -v format="$2" '{ printf format, $1, $1 }'; }

# domain [INSIDE [BEHIND-THE-DEVICES]]: the arguments are files, so that they may be large
domain() {
	printf "<domain type='kvm'><name>n</name><os><type arch='x86_64' machine='pc'>hvm</type></os>"
	printf '<devices>'
	[ -z "${1-}" ] || cat "$1"
	printf '</devices>'
	[ -z "${2-}" ] || cat "$2"
	printf '</domain>'
}

with_doctype() { printf '<!DOCTYPE domain [%s]><domain type="kvm"><name>%s</name></domain>' "$1" "$2"; }

utf16() { printf '\xff\xfe'; domain | iconv -f UTF-8 -t UTF-16LE; }

laughs() {
	local i previous=lol
	printf '<!DOCTYPE domain [<!ENTITY lol "lol">'
	for i in 1 2 3 4 5 6 7 8 9; do
		printf '<!ENTITY lol%d "%s">' "$i" "$(repeat 10 "&$previous;")"
		previous=lol$i
	done
	printf ']><domain type="kvm"><name>&lol9;</name></domain>'
}

# Writes the file of a case. It is written when its turn comes, and removed afterwards.
write_case() {
	case $1 in
	external) with_doctype "<!ENTITY x SYSTEM \"file://$secret\">" '&x;' ;;
	external-dtd) printf '<!DOCTYPE domain SYSTEM "file://%s"><domain type="kvm"/>' "$secret" ;;
	parameter) with_doctype "<!ENTITY % x SYSTEM \"file://$secret\"> %x;" n ;;
	laughs) laughs ;;
	blowup) with_doctype "<!ENTITY a \"$(repeat 50000 a)\">" "$(repeat 5000 '&a;')" ;;
	recursive) with_doctype '<!ENTITY a "&b;"><!ENTITY b "&a;">' '&a;' ;;
	lowercase) printf '<!doctype domain><domain type="kvm"><name>n</name></domain>' ;;
	deep) printf '<domain type="kvm"><name>n</name>'; repeat 10000 '<a>'; repeat 10000 '</a>'; printf '</domain>' ;;
	open-deep) printf '<domain type="kvm">'; repeat 1000000 '<a>' ;;
	latin1) printf '<domain type="kvm"><name>caf\xe9</name></domain>' ;;
	utf16) utf16 ;;
	utf16-said) printf '<?xml version="1.0" encoding="UTF-16"?>'; domain ;;
	unknown-said) printf '<?xml version="1.0" encoding="x-klingon"?>'; domain ;;
	surrogate) printf '<domain type="kvm"><name>\xed\xa0\x80</name></domain>' ;;
	truncated-utf8) printf '<domain type="kvm"><name>\xe2\x82' ;;
	nul) printf '<domain type="kvm"><name>n\0</name></domain>' ;;
	nul-reference) printf '<domain type="kvm"><name>n&#0;</name></domain>' ;;
	two-roots) domain; domain ;;
	no-root) printf '<!-- nothing -->' ;;
	empty) ;;
	truncated) domain | head -c 60 ;;
	no-name) domain | sed 's/<name>n//; s,</name>,,' ;;
	devices-twice) domain | sed 's,<devices></devices>,<devices/><devices/>,' ;;
	100-MB) truncate -s 100M "$work/case" ;;
	100-MB-of-disks) domain <(yes '<disk type="file"/>' | head -c 104857600) ;;
	attributes) numbered 1000000 "a%d='' " >"$work/many"; printf '<domain %s>' "$(cat "$work/many")" ;;
	namespaces) numbered $((500000 / fewer)) "xmlns:a%d='%d' " >"$work/many"; printf '<domain %s>' "$(cat "$work/many")" ;;
	nested-namespaces) numbered 250 '<a xmlns="%d">' >"$work/many"
		domain <(for _ in 1 2 3 4 5; do cat "$work/many"; repeat 250 '</a>'; done) ;;
	huge-attribute) printf '<domain type="kvm" a="%s"/>' "$(head -c 15000000 /dev/zero | tr '\0' a)" ;;
	huge-name) printf '<domain type="kvm"><%s/></domain>' "$(head -c 15000000 /dev/zero | tr '\0' a)" ;;
	esac
}

# bounded COMMAND...: fails with 124 if it does not end in time
bounded() { timeout "$limit" "$@"; }

# run COMMAND...: runs it once for all checks; replay prints the same messages and returns the
# same status
run() {
	ran=0
	bounded "$@" >"$work/out" 2>"$work/told" || ran=$?
}
replay() { cat "$work/told" >&2; return "$ran"; }

has_no_secret() { ! grep -q do-not-show "$work/out" "$work/told"; }

while IFS='|' read -r case pattern name; do
	write_case "$case" >"$work/written"
	[ -e "$work/case" ] || mv "$work/written" "$work/case"
	for command in "${commands[@]}"; do
		run "$vgpu" "$command" --xml "$work/case" "$uuid"
		refuses "$command: $name" 1 "$pattern" replay
		# It must print nothing on standard output, so that `... | virsh define` gets nothing.
		check "$command: $name: no output" test ! -s "$work/out"
		check "$command: $name: no contents of other files" has_no_secret
	done
	rm -f "$work/case" "$work/many"
done <<'EOT'
external|DOCTYPE|an external entity
external-dtd|DOCTYPE|an external DTD
parameter|DOCTYPE|a parameter entity
laughs|DOCTYPE|entities that explode
blowup|DOCTYPE|an entity that is used often
recursive|DOCTYPE|entities that name each other
lowercase|not well-formed|a DOCTYPE in lower case
deep|depth|10,000 levels
open-deep|depth|a million levels
latin1|not UTF-8|Latin-1
utf16|not UTF-8|UTF-16
utf16-said|UTF-16, not UTF-8|what calls itself UTF-16
unknown-said|x-klingon, not UTF-8|an unknown encoding
surrogate|not well-formed|half a surrogate pair
truncated-utf8|not UTF-8|half a character
nul|NUL byte|a NUL byte
nul-reference|not well-formed|a NUL byte by its number
two-roots|not well-formed|two roots
no-root|not well-formed|only a comment
empty|not well-formed|an empty file
truncated|not well-formed|a file that was cut
no-name|no <name>|a domain without a name
devices-twice|<devices> twice|devices twice
100-MB|bytes|100 MB of nothing
100-MB-of-disks|bytes|100 MB of disks
attributes|256 attributes|a million attributes
namespaces|1000 namespaces|half a million namespaces
nested-namespaces|1000 namespaces|namespaces within each other
huge-attribute|not well-formed|an attribute of 15 MB
huge-name|not well-formed|a name of 15 MB
EOT

domain <(repeat 400000 "<x><address type='pci' slot='3'/></x>") >"$work/clash"
refuses "attach: 400,000 devices in one slot" 1 'both at 00:03' \
	bounded "$vgpu" attach --xml "$work/clash" "$uuid"
refuses "attach: an endless file" 1 'bytes' bounded "$vgpu" attach --xml /dev/zero "$uuid"
refuses "attach: a directory" 1 'Is a directory' bounded "$vgpu" attach --xml "$work" "$uuid"

# XML that libvirt would accept, however odd, is patched, and no other file is read.
cat >"$work/include" <<EOT
<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='$secret' parse='text'/>
EOT
domain "$work/include" >"$work/included.xml"
run "$vgpu" attach --xml "$work/included.xml" "$uuid"
check "attach: an XInclude is accepted" replay
check "attach: an XInclude is not followed" has_no_secret

# records COUNT RECORD: metadata as attach would have written it, but forged
records() {
	printf "<metadata><vgpu:attached xmlns:vgpu='urn:vgpu:attached:1' uuid='%s' metadata='added'><vgpu:step>" "$uuid"
	repeat "$1" "$2"
	printf '</vgpu:step></vgpu:attached></metadata>'
}

# Forged records must do no harm: detach refuses, or leaves a domain with one <devices>.
while IFS='|' read -r name count record; do
	domain <(printf '<disk/>') <(records "$count" "$record") >"$work/recorded.xml"
	check "detach: $name: ends in time" eval \
		'bounded "$vgpu" detach --xml "$work/recorded.xml" >"$work/out.xml" 2>"$work/told"; test $? -le 1'
	check "detach: $name: leaves a whole domain, or nothing" eval \
		'[ ! -s "$work/out.xml" ] || [ "$(xmllint --xpath "count(/domain/devices)" "$work/out.xml")" = 1 ]'
	check "detach: $name: prints no more lines than there are records" test "$(wc -l <"$work/told")" -le $((count + 10))
done <<'EOT'
a second <devices>|1|<vgpu:removed path='' place='1'>&lt;devices/&gt;</vgpu:removed>
a second <devices> for a path of dots|1|<vgpu:removed path='..' place='1'>&lt;devices/&gt;</vgpu:removed>
another root|1|<vgpu:replaced path=''>&lt;network/&gt;</vgpu:replaced>
words for an element|1|<vgpu:removed path='devices'>words</vgpu:removed>
half an element|1|<vgpu:removed path='devices'>&lt;disk</vgpu:removed>
two elements|1|<vgpu:removed path='devices'>&lt;disk/&gt;&lt;disk/&gt;</vgpu:removed>
an end and a beginning|1|<vgpu:replaced path='devices/disk'>&lt;/devices&gt;&lt;devices&gt;</vgpu:replaced>
an element with entities|1|<vgpu:removed path='devices'>&lt;!DOCTYPE a [&lt;!ENTITY b "c"&gt;]&gt;&lt;a&gt;&amp;b;&lt;/a&gt;</vgpu:removed>
a negative place|1|<vgpu:removed path='devices' place='-1'>&lt;disk/&gt;</vgpu:removed>
a huge place|1|<vgpu:removed path='devices' place='18446744073709551615'>&lt;disk/&gt;</vgpu:removed>
a place that overflows|1|<vgpu:removed path='devices' skip='99999999999999999999999'>&lt;disk/&gt;</vgpu:removed>
no path|1|<vgpu:added/>
a path to the records|1|<vgpu:added path='metadata/attached/step'/>
a path to the root|1|<vgpu:added path='.'/>
an unknown record|1|<vgpu:frobnicated path='devices'/>
an attribute that is markup|1|<vgpu:set path='devices' name='a&gt;&lt;b' was='c'/>
a tag's end that is markup|1|<vgpu:opened path='devices'>/&gt;&lt;devices/&gt;</vgpu:opened>
one device taken out often|1000|<vgpu:added path='devices/disk'/>
100,000 records|100000|<vgpu:removed path='devices' place='1'>&lt;disk/&gt;</vgpu:removed>
steps within steps|200|<vgpu:step><vgpu:added path='devices/disk'/></vgpu:step>
EOT

# large NAME ELEMENT COUNT: that many elements, within the limit of 16 MB
large() {
	domain <(repeat "$(($3 / fewer))" "$2") >"$work/large.xml"
	check "attach: $1 are accepted" eval 'bounded "$vgpu" attach --xml "$work/large.xml" "$uuid" >"$work/out.xml"'
	check "attach: $1 stay" test "$(stat -c %s "$work/out.xml")" -gt "$(stat -c %s "$work/large.xml")"
}
large "a million elements" '<disk/>' 1000000
large "a million host devices" '<hostdev/>' 1000000
large "400,000 addresses" "<x><address type='drive' unit='3'/></x>" 400000
large "a million comments" '<!-- -->' 1000000
large "a million aliases" "<alias name='a'/>" 700000
finish
