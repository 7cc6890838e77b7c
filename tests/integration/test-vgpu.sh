#!/usr/bin/env bash
# The commands as a person calls them, on a /sys made of files: umockdev's
# library redirects it. What the kernel answers is seen in the lab (tests/lab/t).
# shellcheck source=tests/check.sh
. "$(dirname "$0")/../check.sh"
# shellcheck source=tests/mock.sh
. "$top/tests/mock.sh"

program=$build/bin/vgpu
active=4b20d080-1b54-4048-85b3-a6a62d165c01
defined=4b20d080-1b54-4048-85b3-a6a62d165c02
fresh=4b20d080-1b54-4048-85b3-a6a62d165c03
gpu=$mock/sys/devices/pci0000:00/0000:00:02.0
types=$gpu/mdev_supported_types

mocked+=("$program")
vgpu() { "${mocked[@]}" "$@"; }

# type NAME FREE LOW HIGH RESOLUTION WEIGHT
type() {
	mock_type "$1" "$2"
	printf 'low_gm_size: %dMB\nhigh_gm_size: %dMB\nfence: 4\nresolution: %s\nweight: %d\n' \
		"$3" "$4" "$5" "$6" >"$types/$1/description"
}

# This host has GVT-g, one active vGPU and one that is only defined.
make_host() {
	mock_empty
	mock_parent pci0000:00/0000:00:02.0 pci i915
	echo PCI_ID=8086:5916 >>"$gpu/uevent"
	echo 0x8086 >"$gpu/vendor"
	echo 0x5916 >"$gpu/device"
	echo 0x030000 >"$gpu/class"
	# Its aperture, BAR 2, has 384 MB.
	printf '0x%016x 0x%016x 0x%016x\n' 0xde000000 0xdeffffff 0x140204 0 0 0 \
		0xc0000000 0xd7ffffff 0x14220c >"$gpu/resource"
	type i915-GVTg_V5_8 2 64 384 1024x768 2
	type i915-GVTg_V5_4 1 128 512 1920x1200 4
	type i915-GVTg_V5_2 0 256 1024 1920x1200 8
	mock_device "$active" i915-GVTg_V5_4
	printf '{"mdev_type":"i915-GVTg_V5_4","start":"auto","attrs":[]}' >"$config/0000:00:02.0/$active"
	printf '{"mdev_type":"i915-GVTg_V5_8","start":"auto","attrs":[],"extra":1}' >"$config/0000:00:02.0/$defined"
}

# What was written where; to see that nothing changed.
snapshot() { find "$mock" "$config" -type f -exec sha256sum {} + | sort; }

make_host
before=$(snapshot)

# --- help and wrong usage

check "--version is one line" eval '[ "$(vgpu --version | grep -cE "^vgpu [0-9]+\.[0-9]+")" = 1 ]'
for command in types list create remove set forget restore suspend resume doctor attach detach setup; do
	check "--help names $command" eval "vgpu --help | grep -qE '^  $command +[a-z]'"
	same "help $command and $command --help are the same" "$(vgpu help "$command")" "$(vgpu "$command" --help)"
	check "help $command shows how to use it" eval "vgpu help $command | grep -q '^usage: vgpu $command '"
	refuses "$command takes no unknown option" 2 "no such option" vgpu "$command" --frobnicate
	check "the man page has $command" grep -q "^\*$command\*" "$top/vgpu/vgpu.1.scd"
done
for option in $(vgpu --help | awk '/^  [a-z]/ { print $1 }' | while read -r command; do
	vgpu help "$command" | grep -oE '^  --[a-z-]+'
done | sort -u); do
	check "the man page has $option" grep -qFe "*$option*" "$top/vgpu/vgpu.1.scd"
done
# completes WANT WORD...: what bash completes the typed words to
completes() {
	local want=$1 cur words cword
	shift
	same "bash completes: vgpu $*" "$want" "$(
		# shellcheck source=scripts/completions/vgpu.bash
		. "$top/scripts/completions/vgpu.bash"
		COMP_WORDS=(vgpu "$@") COMP_CWORD=$#
		_vgpu
		printf '%s\n' "${COMPREPLY[@]}" | paste -sd ' '
	)"
}
completes "remove restore resume" re
completes "--parent --type --max --uuid --transient --no-boot --stop-display-manager --yes --config-dir --help" create --parent 0000:00:02.0 --
completes "i915-GVTg_V5_2 i915-GVTg_V5_4 i915-GVTg_V5_8" create --type i915
completes "$active" remove ""
completes "$active" attach win10 4
completes "$active" detach win10 4
completes "dbus gtk spice vnc none" attach --display ""
completes "on off" attach --opregion o
completes "" attach --slot ""
completes "--install-drivers" attach --in

refuses "no command" 2 "which command\?" vgpu
refuses "an unknown command" 2 "no command 'frobnicate'" vgpu frobnicate
refuses "help for an unknown command" 2 "no command 'frobnicate'" vgpu help frobnicate
refuses "an argument where there is none" 2 "one argument too many: 'all'" vgpu list all
refuses "a full disk" 1 "cannot write to standard output" eval 'vgpu types >/dev/full'

# --- types and list

check "types shows how many fit" eval \
	'vgpu types | grep -qE "^  i915-GVTg_V5_8 +2 +4 +vfio-pci +64 MB low, 384 MB high, 4 fences, 1024x768, weight 2$"'
check "types shows the maximum if it is known" eval 'vgpu types | grep -qE "^  i915-GVTg_V5_4 +1 +2 "'
check "types names the processor and its driver" eval 'vgpu types | grep -qxE "0000:00:02.0 (8086:5916|Intel .*HD Graphics 620) \(i915\)"'
same "a parent that is not on PCI has no such name" "null null" "$(
	mkdir -p "$mock/sys/devices/virtual/mtty/mtty/mdev_supported_types/mtty-1"
	echo vfio-pci >"$mock/sys/devices/virtual/mtty/mtty/mdev_supported_types/mtty-1/device_api"
	: >"$mock/sys/devices/virtual/mtty/mtty/uevent"
	ln -s ../../devices/virtual/mtty/mtty "$mock/sys/class/mdev_bus/0-tty"
	vgpu types --json | jq -r '.[1] | "\(.pci_id) \(.model)"'
)"
same "graphics come before other parents" "0000:00:02.0,0-tty" "$(vgpu types --json | jq -r '.[].parent' | paste -sd ,)"
rm -r "$mock/sys/devices/virtual" "$mock/sys/class/mdev_bus/0-tty"
same "types for programs" \
	'[["0000:00:02.0","i915",[["i915-GVTg_V5_2",0,1],["i915-GVTg_V5_4",1,2],["i915-GVTg_V5_8",2,4]]]]' \
	"$(vgpu types --json | jq -c '[.[] | [.parent, .driver, [.types[] | [.type, .available, .maximum]]]]')"
# This is libvirt's own test driver, with two domains that have the same vGPU.
mdev="<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source><address uuid='$active'/></source></hostdev>"
{
	echo "<node>"
	for name in win10 "win 11"; do
		echo "<domain type='test'><name>$name</name><memory>65536</memory><os><type>hvm</type></os>
			<devices>$mdev</devices></domain>"
	done
	echo "</node>"
} >"$work/node.xml"
export LIBVIRT_DEFAULT_URI=test://$work/node.xml
list() { vgpu list --config-dir "$config" "$@"; }
rows() { sed 's/  */ /g'; }
same "list prints a table" "UUID PARENT TYPE STATE START DOMAIN PROCESS
$active 0000:00:02.0 i915-GVTg_V5_4 active, defined at boot win 11, win10 -
$defined 0000:00:02.0 i915-GVTg_V5_8 defined at boot - -" "$(list | rows)"
same "list --brief leaves out domains and processes" "UUID PARENT TYPE STATE START
$active 0000:00:02.0 i915-GVTg_V5_4 active, defined at boot
$defined 0000:00:02.0 i915-GVTg_V5_8 defined at boot" "$(list --brief | rows)"
same "list --json" '["'$active'","0000:00:02.0","i915-GVTg_V5_4",true,true,"auto",["win 11","win10"],null]
["'$defined'","0000:00:02.0","i915-GVTg_V5_8",false,true,"auto",[],null]' \
	"$(list --json | jq -c '.[] | [.uuid, .parent, .type, .active, .defined, .start, .domains, .process]')"
same "list --brief --json has null for domains and processes" '["'$active'",null,null]
["'$defined'",null,null]' "$(list --brief --json | jq -c '.[] | [.uuid, .domains, .process]')"
rm "$mock/sys/bus/mdev/devices/$active"
same "none for programs" "[]" "$(vgpu list --json --config-dir "$work/nowhere")"
make_host
with_libvirt=$LIBVIRT_DEFAULT_URI
export LIBVIRT_DEFAULT_URI=test:///nowhere
same "without libvirt the domains are not known" "? ?" "$(list 2>/dev/null | awk 'NR > 1 { print $(NF - 1) }' | paste -sd ' ')"
refuses "a message says so, and it is not a failure" 0 "it is not known which domains have the vGPUs: .*test:///nowhere" list
same "--json has null for the domains then" "null null" "$(list --json 2>/dev/null | jq -c '.[].domains' | paste -sd ' ')"
same "--connect asks another libvirt" "win 11, win10" "$(list --connect "$with_libvirt" | grep -o 'win 11, win10')"
check "--brief does not ask libvirt" eval '[ -z "$(list --brief 2>&1 >/dev/null)" ]'
export LIBVIRT_DEFAULT_URI=$with_libvirt
same "an active one without a definition" '[true,false,null]' \
	"$(vgpu list --json --config-dir "$work/nowhere" | jq -c '.[] | [.active, .defined, .start]')"
same "types and list change nothing" "$before" "$(snapshot)"

# --- refusals

create() { vgpu create --config-dir "$config" "$@"; }
refuses "an unknown parent" 1 "no parent 0000:00:03.0; parents: 0000:00:02.0" create --parent 0000:00:03.0
refuses "an unknown type" 1 "no parent has the type i915-GVTg_V5_1; types: i915-GVTg_V5_2, i915-GVTg_V5_4, i915-GVTg_V5_8" create --type i915-GVTg_V5_1
refuses "a type without room" 1 "0000:00:02.0 has no room for another i915-GVTg_V5_2: short of 128 MB of aperture \(needs 256 MB, 128 of 256 MB are free\); taken by $active, a i915-GVTg_V5_4 of the domain win 11, win10; you can take i915-GVTg_V5_4, which fits, or set an aperture of more than 384 MB in the firmware \(not DVMT\), or remove a vGPU; 'vgpu help create' tells more$" \
	create --type i915-GVTg_V5_2
refuses "--max cannot be combined with --type" 2 "--max cannot be combined with --type" create --max --type i915-GVTg_V5_8
refuses "--transient cannot be combined with --no-boot" 2 "no definition" create --transient --no-boot
refuses "what is defined cannot be transient" 1 "$defined is defined already: leave out --transient" \
	create --transient --uuid "$defined"
refuses "what is defined keeps its start" 1 "$defined is defined already, but not to start by hand: 'vgpu set --no-boot" \
	create --no-boot --uuid "$defined"
refuses "a bad UUID" 2 "'4b20d08x' is not a UUID" create --uuid 4b20d08x
refuses "the beginning of no vGPU's UUID" 2 "'5' is not a UUID; uuidgen" create --uuid 5
refuses "the beginning of several" 1 "the UUIDs of several vGPUs begin with 4B20D080: $active, $defined" \
	create --uuid 4B20D080
refuses "a UUID of another type" 1 "$active is taken by a i915-GVTg_V5_4 on 0000:00:02.0, of the domain win 11, win10$" \
	create --uuid "$active" --type i915-GVTg_V5_8
refuses "a UUID that is defined as another type" 1 "$defined is taken: it is defined as a i915-GVTg_V5_8" \
	create --uuid "$defined" --type i915-GVTg_V5_4
refuses "a value that is missing" 2 "needs a value: '--type'" vgpu create --type
refuses "an option given twice" 2 "given twice" create --type a --type b
refuses "a directory for definitions that does not exist" 1 "cannot lock $work/nowhere: No such file" \
	vgpu create --config-dir "$work/nowhere"
refuses "removing nothing" 2 "remove which vGPU" vgpu remove
refuses "removing something that is not a UUID" 2 "'mtty' is not a UUID or the beginning of one" vgpu remove mtty
refuses "removing a vGPU that does not exist" 1 "there is no active or defined vGPU $fresh" vgpu remove --config-dir "$config" "$fresh"
same "a refusal changes nothing" "$before" "$(snapshot)"

# --- create, remove, restore

mkdir "$work/alone"
same "a shortened UUID means the existing vGPU" "$active" \
	"$(vgpu create --config-dir "$work/alone" --uuid 4B2 2>/dev/null)"
check "the definition of that vGPU is made" test -f "$work/alone/0000:00:02.0/$active"
same "create prints the UUID" "$fresh" "$(create --uuid "${fresh^^}" 2>"$work/said")"
same "create says what it has chosen" \
	"vgpu: made $fresh on 0000:00:02.0: i915-GVTg_V5_4, the largest type that fits; it comes back at boot" \
	"$(cat "$work/said")"
same "the kernel is given the UUID" "$fresh" "$(cat "$types/i915-GVTg_V5_4/create")"
same "the definition has mdevctl's format" '{"mdev_type":"i915-GVTg_V5_4","start":"auto","attrs":[]}' \
	"$(jq -c . "$config/0000:00:02.0/$fresh")"
check "create makes a UUID where none is given" eval \
	'create --type i915-GVTg_V5_8 2>/dev/null | grep -qE "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"'

make_host
same "creating an existing vGPU again is not a failure" "$active" "$(create --uuid "$active" --type i915-GVTg_V5_4 2>/dev/null)"
same "creating an existing vGPU again changes nothing" "$before" "$(snapshot)"
check "a vGPU that is only defined is made" create --uuid "$defined"
same "it is made as it is defined" "$defined" "$(cat "$types/i915-GVTg_V5_8/create")"
same "its definition is kept" 1 "$(jq .extra "$config/0000:00:02.0/$defined")"

make_host
same "create --transient says that it is not defined" \
	"vgpu: made $fresh on 0000:00:02.0: i915-GVTg_V5_8; it lasts until the machine restarts (it is not defined)" \
	"$(create --transient --type i915-GVTg_V5_8 --uuid "$fresh" 2>&1 >/dev/null)"
same "the kernel has it" "$fresh" "$(cat "$types/i915-GVTg_V5_8/create")"
check "a transient vGPU has no definition" test ! -e "$config/0000:00:02.0/$fresh"
same "create --no-boot says that it does not come back" \
	"vgpu: made $fresh on 0000:00:02.0: i915-GVTg_V5_4, the largest type that fits; it comes back only by hand" \
	"$(create --no-boot --max --uuid "$fresh" 2>&1 >/dev/null)"
same "--no-boot is in the definition" manual "$(jq -r .start "$config/0000:00:02.0/$fresh")"

# Here the kernel has less room than it counts.
make_host
rm "$types/i915-GVTg_V5_4/create" && ln -s /dev/full "$types/i915-GVTg_V5_4/create"
same "if there is no room after all, a smaller type is made" \
	"vgpu: 0000:00:02.0 has no room for a i915-GVTg_V5_4, although it counts some: trying the smaller i915-GVTg_V5_8
vgpu: made $fresh on 0000:00:02.0: i915-GVTg_V5_8, the largest type that fits; it comes back at boot" \
	"$(create --uuid "$fresh" 2>&1 >/dev/null)"
same "the kernel is asked for that type" "$fresh" "$(cat "$types/i915-GVTg_V5_8/create")"
same "that type is in the definition" i915-GVTg_V5_8 "$(jq -r .mdev_type "$config/0000:00:02.0/$fresh")"
rm "$config/0000:00:02.0/$fresh"
refuses "a type given with --type is not replaced" 1 "no room for another i915-GVTg_V5_4: 128 MB of aperture count as free" \
	create --uuid "$fresh" --type i915-GVTg_V5_4
rm "$types/i915-GVTg_V5_8/create" && ln -s /dev/full "$types/i915-GVTg_V5_8/create"
check "if no smaller type has room either, create fails" eval '! create --uuid "$fresh" 2>"$work/said" &&
	tail -n 1 "$work/said" | grep -q "no room for another i915-GVTg_V5_8: .* count as free"'
check "that failure leaves no definition" test ! -e "$config/0000:00:02.0/$fresh"

# This libvirt is asked which domain has which vGPU while a refusal is explained, and is slow.
make_host
mkdir "$work/bin" && cp "$program" "$work/bin/vgpu"
printf '#!/bin/sh\nkill -TERM "$PPID"; sleep 0.2\n' >"$work/bin/vgpu-domain" && chmod +x "$work/bin/vgpu-domain"
"${mocked[@]/#"$program"/$work/bin/vgpu}" create --config-dir "$config" --uuid "$active" --type i915-GVTg_V5_8 2>/dev/null
same "vgpu can be ended while it waits for libvirt to explain a refusal" 143 $?

make_host
rm -r "$config/0000:00:02.0" && : >"$config/0000:00:02.0"
refuses "a definition that cannot be written" 1 "no vGPU was made: .*Not a directory" \
	create --uuid "$fresh" --type i915-GVTg_V5_8
same "the kernel is not asked to make that vGPU" "" "$(cat "$types/i915-GVTg_V5_8/create")"
make_host
rm "$types/i915-GVTg_V5_8/create"
refuses "a vGPU that cannot be made" 1 "0000:00:02.0 can no longer make a i915-GVTg_V5_8" \
	create --uuid "$fresh" --type i915-GVTg_V5_8
check "a vGPU that cannot be made leaves no definition" test ! -e "$config/0000:00:02.0/$fresh"

# A killed writer leaves a file, and there are files of other programs.
make_host
: >"$config/0000:00:02.0/.$fresh.0123abcd"
: >"$config/0000:00:02.0/.$fresh.swp"
: >"$config/0000:00:02.0/.note.0123abcd"
same "a file of a killed writer is not a definition" 2 "$(vgpu list --brief --json --config-dir "$config" 2>&1 | jq length)"
check "the next writer removes that file" eval \
	'create --uuid "$fresh" --type i915-GVTg_V5_8 && ! test -e "$config/0000:00:02.0/.$fresh.0123abcd"'
same "the next writer removes no other file" ".$fresh.swp .note.0123abcd" \
	"$(cd "$config/0000:00:02.0" && echo .[!.]*)"

make_host
check "restore makes what is missing" vgpu restore --config-dir "$config"
same "restore makes it with its type" "$defined" "$(cat "$types/i915-GVTg_V5_8/create")"
same "restore leaves active vGPUs alone" "" "$(cat "$types/i915-GVTg_V5_4/create")"
make_host
# systemd names the file that the journal reads by its device and inode.
: >"$work/journal"
stream=$(stat -c %d:%i "$work/journal")
JOURNAL_STREAM=$stream vgpu restore --parent nowhere --config-dir "$config" 2>"$work/journal"
check "in the journal an error has its priority" grep -q "^<3>vgpu: there is no parent nowhere" "$work/journal"
JOURNAL_STREAM=1$stream vgpu restore --parent nowhere --config-dir "$config" 2>"$work/journal"
check "elsewhere an error has no priority" grep -q "^vgpu: there is no parent nowhere" "$work/journal"
refuses "restore for a parent that nothing knows" 1 "no parent 0000:00:02.1 and nothing is defined" \
	vgpu restore --parent 0000:00:02.1 --config-dir "$config"
mkdir "$config/mtty"
printf '{"mdev_type":"mtty-1","start":"manual"}' >"$config/mtty/$fresh"
check "restore for another parent does nothing" vgpu restore --parent mtty --config-dir "$config"
rm -r "$config/mtty"
same "restore for another parent changes nothing" "$before" "$(snapshot)"
sed -i s/auto/manual/ "$config/0000:00:02.0/$defined"
check "restore succeeds if a vGPU starts by hand" vgpu restore --config-dir "$config"
same "restore leaves a vGPU that starts by hand alone" "" "$(cat "$types/i915-GVTg_V5_8/create")"

make_host
mkdir "$config/mtty" "$config/scripts.d"
mkfifo "$config/mtty/$fresh"
printf '{"mdev_type":"mtty-1","start":"auto"}' >"$config/mtty/$defined"
said=$(vgpu restore --config-dir "$config" 2>&1)
same "restore fails if one cannot be made" 1 "$?"
same "restore prints a line for each failure and each success" 3 "$(wc -l <<<"$said")"
check "restore reports a broken definition" grep -q "skipped: $config/mtty: $fresh is not a regular file" <<<"$said"
check "restore reports a missing parent" grep -q "cannot restore $defined: its parent mtty" <<<"$said"
same "the others are made" "$defined" "$(cat "$types/i915-GVTg_V5_8/create")"
refuses "create with the UUID of a broken definition" 1 "broken definition" create --uuid "$fresh"
check "a broken definition can be removed" vgpu remove --config-dir "$config" "$fresh"
check "the broken definition is removed" test ! -e "$config/mtty/$fresh"

# At boot, the driver of a parent may be loaded late.
rm "$config/mtty/$fresh"
same "--at-boot reports a missing parent" \
	"vgpu: $defined waits for its parent mtty, which makes no vGPUs yet" \
	"$(vgpu restore --at-boot --parent mtty --config-dir "$config" 2>&1)"
check "--at-boot does not fail for a missing parent" vgpu restore --at-boot --config-dir "$config"
same "--at-boot does not wait for a parent that is not a PCI device of this machine" 0 \
	"$(vgpu restore --at-boot --wait 60 --parent mtty --config-dir "$config" 2>&1 | grep -c waiting)"
said=$(vgpu restore --wait 1 --parent mtty --config-dir "$config" 2>&1)
same "without --at-boot, a parent that does not appear in time is a failure" 1 "$?"
same "the failure is reported when the time is over" \
	"vgpu: waiting up to 1 s for the parent mtty
vgpu: warning: cannot restore $defined: its parent mtty makes no vGPUs now; 'vgpu types' shows the parents that do" "$said"
for seconds in x 1.5 -1 86401 99999999999999999999; do
	refuses "$seconds is not a time to wait" 2 "--wait takes whole seconds up to 86400" vgpu restore "--wait=$seconds"
done
sed -i s/V5_8/V5_9/ "$config/0000:00:02.0/$defined"
refuses "--at-boot fails for a missing type" 1 "$defined: 0000:00:02.0 has no type i915-GVTg_V5_9" \
	vgpu restore --at-boot --parent 0000:00:02.0 --config-dir "$config"

make_host
mkdir "$config/mtty"
cp "$config/0000:00:02.0/$defined" "$config/mtty/$defined"
same "remove removes a vGPU that is defined on several parents" \
	"vgpu: removed the definitions of $defined (it was not active)" \
	"$(vgpu remove --config-dir "$config" "$defined" 2>&1)"
same "remove removes all its definitions" "" "$(find "$config" -name "$defined")"

# A file name can contain anything but a slash. A message about it must stay one harmless line.
make_host
: >"$config/0000:00:02.0/$(printf 'a\nb\033[31m\302\233m')"
refuses "a file with a hostile name is one line" 0 "skipped: $config/0000:00:02.0: the name a b \[31m  m is not a UUID in lower case" \
	vgpu list --brief --config-dir "$config"

make_host
flock "$config" sleep 2 &
holder=$!
for _ in {1..100}; do
	flock -n "$config" true || break
	sleep 0.05
done
refuses "a command says for which process it waits" 0 "^vgpu: waiting for flock \(PID $holder\)" eval \
	'create --uuid "$active" 2>&1 >/dev/null | grep -v "already there" >&2'

# This kernel is slow: `create` waits until the other end of a FIFO is read.
make_host
rm "$types/i915-GVTg_V5_8/create" && mkfifo "$types/i915-GVTg_V5_8/create"
"${mocked[@]}" create --config-dir "$config" --uuid "$fresh" --type i915-GVTg_V5_8 >/dev/null 2>&1 &
creator=$!
for _ in {1..100}; do
	flock -n "$config" true || break
	sleep 0.05
done
sleep 0.3
kill -TERM "$creator"
same "create goes on after a signal half-way" "$fresh" "$(timeout 5 cat "$types/i915-GVTg_V5_8/create")"
wait "$creator" 2>/dev/null
same "create then succeeds" 0 "$?"
check "create then leaves the definition too" test -e "$config/0000:00:02.0/$fresh"

make_host
check "remove" vgpu remove --config-dir "$config" "$active"
same "remove tells the kernel" 1 "$(cat "$gpu/$active/remove")"
check "remove removes the definition" test ! -e "$config/0000:00:02.0/$active"
same "remove removes a vGPU that is only defined" \
	"vgpu: removed the definition of $defined (it was not active)" \
	"$(vgpu remove --config-dir "$config" "$defined" 2>&1)"

# --- several vGPUs, the beginnings of UUIDs, and what remains

make_host
other=c0ffee00-1b54-4048-85b3-a6a62d165c04
refuses "the beginning of two UUIDs" 1 "the UUIDs of several vGPUs begin with 4b20: $active, $defined$" \
	vgpu remove --config-dir "$config" 4b20
refuses "the beginning of no UUID" 1 "no active or defined vGPU has a UUID that begins with ffff;" \
	vgpu remove --config-dir "$config" ffff
refuses "--keep cannot be combined with --forget" 2 "--keep cannot be combined with --forget" vgpu remove --keep --forget "$active"
refuses "--all takes no UUID" 2 "takes no UUIDs" vgpu remove --all "$active"
refuses "--all needs --yes without a terminal" 2 "no terminal to ask on: Remove every vGPU and its definition\? Add --yes to agree" \
	vgpu remove --all --config-dir "$config"
refuses "one argument that is not a UUID keeps all from being removed" 2 "'mtty' is not" \
	vgpu remove --config-dir "$config" "$active" mtty
same "after all these refusals, nothing is changed" "$before" "$(snapshot)"
said=$(vgpu remove --config-dir "$config" --keep "${active^^}" 2>&1)
same "remove --keep says what stays" \
	"vgpu: removed $active: i915-GVTg_V5_4 on 0000:00:02.0; it stays defined and comes back at boot" "$said"
same "remove --keep removes the vGPU" 1 "$(cat "$gpu/$active/remove")"
check "remove --keep keeps the definition" test -e "$config/0000:00:02.0/$active"
same "remove --keep leaves a vGPU that is not active as it is" \
	"vgpu: $defined is not active; it stays defined and comes back at boot" \
	"$(vgpu remove --config-dir "$config" --keep "$defined" 2>&1)"
echo broken >"$config/0000:00:02.0/$defined"
refuses "remove --keep does not miss a vGPU with a broken definition" 1 \
	"$defined is not active and has a broken definition, repair or remove it: $config/0000:00:02.0" \
	vgpu remove --config-dir "$config" --keep "$defined"
make_host
echo broken >"$config/0000:00:02.0/$active"
check "a broken definition does not keep the active vGPU from being removed" eval \
	'vgpu remove --config-dir "$config" --keep "$active" 2>&1 | grep -q "on 0000:00:02.0; its definition stays, but is broken: "'

if unshare -m true 2>/dev/null; then
	# undeletable UUID START: removes a vGPU whose definition cannot be removed
	undeletable() {
		make_host
		vgpu set --config-dir "$config" "--$2" "$1" 2>/dev/null
		# shellcheck disable=SC2016
		unshare -m sh -c 'mount --bind "$1" "$1" && shift && exec "$@"' sh "$config/0000:00:02.0/$1" \
			"${mocked[@]}" remove --config-dir "$config" "$1"
	}
	refuses "remove reports a definition that stays" 1 "removed, but it stays defined and comes back at boot: .*busy" \
		undeletable "$active" boot
	refuses "that report says how the vGPU starts" 1 "removed, but it stays defined and comes back only by hand: .*busy" undeletable "$active" no-boot
else
	skip "remove reports a definition that stays" "no mount namespaces here"
fi

make_host
cp "$config/0000:00:02.0/$defined" "$config/0000:00:02.0/$other"
said=$(vgpu remove --config-dir "$config" ffff c "$fresh" "$defined" "$other" 2>&1)
same "remove fails if one vGPU cannot be removed" 1 "$?"
same "remove prints a line for each vGPU" "vgpu: no active or defined vGPU has a UUID that begins with ffff; 'vgpu list' shows the vGPUs
vgpu: removed the definition of $other (it was not active)
vgpu: there is no active or defined vGPU $fresh; 'vgpu list' shows the vGPUs
vgpu: removed the definition of $defined (it was not active)" "$said"
check "remove --all succeeds" vgpu remove --all --yes --config-dir "$config"
same "remove --all removes all definitions" "" "$(find "$config" -type f)"
same "remove --all removes the active vGPU" 1 "$(cat "$gpu/$active/remove")"
make_host
check "remove --all --keep succeeds" vgpu remove --all --keep --yes --config-dir "$config"
same "remove --all --keep keeps all definitions" 2 "$(find "$config" -type f | wc -l)"
same "on a terminal, the answer no is obeyed" "nothing was changed" "$(script -qec \
	"$(printf '%q ' "${mocked[@]}" remove --all --config-dir "$config")" /dev/null <<<n | tr -d '\r' | grep -o "nothing was changed")"
same "after a no, nothing is changed" 2 "$(find "$config" -type f | wc -l)"
check "on a terminal, the answer yes is obeyed" eval "script -qec \"$(printf '%q ' "${mocked[@]}" remove --all --config-dir "$config")\" /dev/null <<<yes"
same "after a yes, everything is removed" 0 "$(find "$config" -type f | wc -l)"

# --- set and forget

make_host
start() { jq -r '[.start, .on_demand] | map(tostring) | join(" ")' "$config/0000:00:02.0/$defined"; }
settings() { vgpu set --config-dir "$config" "$@"; }
refuses "set needs a vGPU" 2 "which vGPU" vgpu set
refuses "set needs a change" 2 "nothing to set" settings "$defined"
refuses "set takes one kind of start" 2 "--on-demand cannot be combined" settings --boot --on-demand "$defined"
refuses "set takes one vGPU" 2 "one argument too many" settings --boot "$active" "$defined"
refuses "set needs a definition" 1 "there is no vGPU $fresh" settings --boot "$fresh"
refuses "set refuses a type that the parent does not have" 1 "0000:00:02.0 has no type i915-GVTg_V5_1; types: i915-GVTg_V5_2" \
	settings --type i915-GVTg_V5_1 "$defined"
same "a refusal changes nothing" "$before" "$(snapshot)"
same "set prints the new definition" "vgpu: $defined: i915-GVTg_V5_8 on 0000:00:02.0, it comes back only by hand" \
	"$(settings --no-boot "$defined" 2>&1)"
same "--no-boot writes manual" "manual null" "$(start)"
check "set --on-demand succeeds" settings --on-demand "$defined"
same "--on-demand writes manual for other programs" "manual true" "$(start)"
hook=/etc/libvirt/hooks/qemu.d/vgpu
same "--on-demand notes a missing libvirt hook" "$([ -x $hook ] && echo 0 || echo 1)" \
	"$(settings --on-demand "$defined" 2>&1 | grep -c "no hook $hook that makes it: .*restart libvirt once")"
check "set --boot succeeds" settings --boot "$defined"
same "--boot writes auto" "auto null" "$(start)"
same "set keeps other members of the definition" 1 "$(jq .extra "$config/0000:00:02.0/$defined")"
same "the same set again changes nothing" "vgpu: $defined: i915-GVTg_V5_8 on 0000:00:02.0, it comes back at boot (nothing changed)" \
	"$(settings --boot "$defined" 2>&1)"
same "a new type takes effect when the vGPU is made the next time" "vgpu: $active: i915-GVTg_V5_8 on 0000:00:02.0, it comes back at boot
vgpu: it is active as a i915-GVTg_V5_4: that changes when it is made again ('vgpu remove --keep $active', then 'vgpu create --uuid $active')" \
	"$(settings --type i915-GVTg_V5_8 "$active" 2>&1)"
same "the new type is in the definition" i915-GVTg_V5_8 "$(jq -r .mdev_type "$config/0000:00:02.0/$active")"
refuses "until then, create refuses the vGPU" 1 "$active is active as a i915-GVTg_V5_4 on 0000:00:02.0 but defined as a i915-GVTg_V5_8 on 0000:00:02.0: to get what is defined, type 'vgpu remove --keep $active' and then this command again" \
	create --uuid "$active"
refuses "until then, create also refuses it with its new type" 1 "'vgpu remove --keep $active'" \
	create --uuid "$active" --type i915-GVTg_V5_8
mkdir "$config/mtty" && cp "$config/0000:00:02.0/$defined" "$config/mtty/$other"
same "set accepts any type if the parent is not present" "vgpu: mtty is not there now, so it is not known whether it has the type mtty-2
vgpu: $other: mtty-2 on mtty, it comes back at boot" "$(settings --type mtty-2 c0f 2>&1)"
cp "$config/0000:00:02.0/$defined" "$config/mtty/$defined"
refuses "a vGPU that is defined on two parents" 1 "defined on several parents, 0000:00:02.0 and mtty" \
	settings --no-boot "$defined"
echo broken >"$config/mtty/$other"
refuses "a broken definition is not changed" 1 "broken definition" settings --no-boot "$other"

make_host
refuses "forget needs a vGPU" 2 "which vGPU" vgpu forget
same "forget says that it stays active" \
	"vgpu: removed the definition of $active; it stays active until it is removed or the machine restarts
vgpu: removed the definition of $defined" "$(vgpu forget --config-dir "$config" "$active" "$defined" 2>&1)"
same "forget does not remove the active vGPU" "" "$(cat "$gpu/$active/remove")"
same "forget removes the definition" "" "$(find "$config" -type f)"
refuses "forgetting twice" 1 "$active is active but not defined" vgpu forget --config-dir "$config" "$active"
refuses "forgetting a vGPU that does not exist" 1 "there is no vGPU $fresh" vgpu forget --config-dir "$config" "$fresh"
refuses "set refuses a vGPU that is not defined" 1 "active but not defined; 'vgpu create --uuid $active' defines it" \
	settings --boot "$active"

make_host
# --- no types, and the reason

rm -r "$types"
mkdir "$types"
check "types says why a parent has none, and which command has more" eval \
	'vgpu types | grep -qE "^  no types: .+; .vgpu doctor. tells more$"'
rm -r "$mock/sys/class/mdev_bus" "$types" "$mock/sys/bus/mdev/devices/$active"
parameters=$mock/sys/module/i915/parameters
mkdir -p "$mock/proc/sys/kernel"
echo 0.0-none >"$mock/proc/sys/kernel/osrelease"
check "a kernel without its modules" eval \
	'vgpu types | grep -qx "no types: the modules of the running kernel 0.0-none are missing: .*; .vgpu doctor. tells more"'
mkdir -p "$parameters" && echo N >"$parameters/enable_gvt"
check "types says that GVT-g is off" eval 'vgpu types | grep -q "i915.enable_gvt=1"'
same "types --json prints an empty array then" "[]" "$(vgpu types --json 2>/dev/null | jq -c .)"
echo Y >"$parameters/enable_gvt"
check "types names a module that is not loaded" eval 'vgpu types | grep -q "modprobe kvmgt"'
refuses "create says so too" 1 "cannot make a vGPU: .*modprobe kvmgt" create
echo 0x9a49 >"$gpu/device"
check "types names a processor without GVT-g" eval 'vgpu types | grep -q "8086:9a49"'

# --- the part of create that systemd-run starts while the desktop is stopped

make_host
mkdir "$work/bin"
printf '#!/bin/sh\necho active\n' >"$work/bin/systemctl"
printf '#!/bin/sh\nprintf "%%s\\n" "$*"\n' >"$work/bin/systemd-run"
chmod +x "$work/bin/systemctl" "$work/bin/systemd-run"
without_desktop() { PATH=$work/bin:$PATH vgpu create --stop-display-manager --yes --config-dir "$config" "$@"; }
if [ "$(id -u)" = 0 ]; then
	said=$(without_desktop 2>"$work/said")
	check "it says where to find the outcome" grep -q "journalctl -u vgpu-without-desktop" "$work/said"
	check "the UUID is chosen before the desktop is stopped" eval \
		'grep -qE -- "-- [^ ]*/vgpu create --config-dir $config --uuid [0-9a-f-]{36}$" <<<"$said"'
	same "a given UUID is passed on once" 1 "$(without_desktop --uuid "$fresh" 2>&1 | grep -o -e --uuid | wc -l)"
else
	skip "it says where to find the outcome" "only root may stop the desktop"
fi
if command -v strace >/dev/null; then
	# journal COMMAND...: counts the journal's entries, without a desktop
	journal() {
		strace -f -o "$work/trace" -E VGPU_DISPLAY_MANAGER_STOPPED=1 -E LD_PRELOAD=libumockdev-preload.so.0 \
			-E UMOCKDEV_DIR="$mock" -E "ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0:detect_leaks=0" \
			"$program" "$@" --config-dir "$config" >/dev/null 2>&1
		echo "$?" "$(grep -c 'connect(.*"/dev/log"' "$work/trace")"
	}
	same "success is written to the journal" "0 1" "$(journal create --type i915-GVTg_V5_8 --uuid "$fresh" | sed 's/ [1-9].*/ 1/')"
	same "failure is written to the journal" "1 1" "$(journal create --type none | sed 's/ [1-9].*/ 1/')"
else
	skip "success is written to the journal" "there is no strace(1)"
fi

finish
