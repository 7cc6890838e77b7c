#!/usr/bin/env bash
# The commands as a person calls them, on a /sys made of files: umockdev's
# library redirects it. What the kernel answers is seen in the lab (tests/lab/t).
set -uo pipefail
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"

top=$(cd "$(dirname "$0")/../.." && pwd)
program=${BUILD:-$top/build/gcc}/bin/vgpu
active=4b20d080-1b54-4048-85b3-a6a62d165c01
defined=4b20d080-1b54-4048-85b3-a6a62d165c02
fresh=4b20d080-1b54-4048-85b3-a6a62d165c03
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
config=$work/mdevctl.d
gpu=$work/mock/sys/devices/pci0000:00/0000:00:02.0
types=$gpu/mdev_supported_types

mocked=(env "UMOCKDEV_DIR=$work/mock" LD_PRELOAD=libumockdev-preload.so.0
	"ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0" "$program")
vgpu() { "${mocked[@]}" "$@"; }

# type NAME FREE LOW HIGH RESOLUTION WEIGHT
type() {
	mkdir -p "$types/$1"
	printf '%s\n' "${1#i915-}" >"$types/$1/name"
	printf '%s\n' "$2" >"$types/$1/available_instances"
	echo vfio-pci >"$types/$1/device_api"
	printf 'low_gm_size: %dMB\nhigh_gm_size: %dMB\nfence: 4\nresolution: %s\nweight: %d\n' \
		"$3" "$4" "$5" "$6" >"$types/$1/description"
	: >"$types/$1/create"
}

# A host with GVT-g, one active vGPU and one that is only defined.
make_host() {
	rm -rf "$work/mock" "$config"
	mkdir -p "$types" "$gpu/$active" "$work/mock/sys/class/mdev_bus" \
		"$work/mock/sys/bus/mdev/devices" "$work/mock/sys/bus/pci/devices" \
		"$work/mock/sys/bus/pci/drivers/i915" "$work/mock/dev" "$config/0000:00:02.0"
	printf 'DRIVER=i915\nPCI_ID=8086:5916\n' >"$gpu/uevent"
	echo 0x8086 >"$gpu/vendor"
	echo 0x5916 >"$gpu/device"
	echo 0x030000 >"$gpu/class"
	ln -s ../../../bus/pci "$gpu/subsystem"
	ln -s ../../../bus/pci/drivers/i915 "$gpu/driver"
	ln -s ../../../devices/pci0000:00/0000:00:02.0 "$work/mock/sys/bus/pci/devices/0000:00:02.0"
	ln -s ../../devices/pci0000:00/0000:00:02.0 "$work/mock/sys/class/mdev_bus/0000:00:02.0"
	type i915-GVTg_V5_8 2 64 384 1024x768 2
	type i915-GVTg_V5_4 1 128 512 1920x1200 4
	type i915-GVTg_V5_2 0 256 1024 1920x1200 8
	: >"$gpu/$active/uevent"
	: >"$gpu/$active/remove"
	ln -s ../../../../bus/mdev "$gpu/$active/subsystem"
	ln -s ../mdev_supported_types/i915-GVTg_V5_4 "$gpu/$active/mdev_type"
	ln -s "../../../devices/pci0000:00/0000:00:02.0/$active" "$work/mock/sys/bus/mdev/devices/$active"
	printf '{"mdev_type":"i915-GVTg_V5_4","start":"auto","attrs":[]}' >"$config/0000:00:02.0/$active"
	printf '{"mdev_type":"i915-GVTg_V5_8","start":"auto","attrs":[],"extra":1}' >"$config/0000:00:02.0/$defined"
}

# What was written where; to see that nothing changed.
snapshot() { find "$work/mock" "$config" -type f -exec sha256sum {} + | sort; }

make_host
before=$(snapshot)

# --- asked for help, or not understood

check "--version is one line" eval '[ "$(vgpu --version | grep -cE "^vgpu [0-9]+\.[0-9]+")" = 1 ]'
for command in types list create remove restore attach; do
	check "--help names $command" eval "vgpu --help | grep -qE '^  $command +[a-z]'"
	same "help $command and $command --help are the same" "$(vgpu help "$command")" "$(vgpu "$command" --help)"
	check "help $command shows how to use it" eval "vgpu help $command | grep -q '^usage: vgpu $command '"
	refuses "$command takes no unknown option" 2 "no such option" vgpu "$command" --frobnicate
	check "bash completes $command" grep -qw "$command" "$top/scripts/completions/vgpu.bash"
	check "zsh completes $command" grep -qw "$command" "$top/scripts/completions/_vgpu"
	check "the manual has $command" grep -q "^\*$command\*" "$top/vgpu/vgpu.1.scd"
done
for option in $(vgpu --help | awk '/^  [a-z]/ { print $1 }' | while read -r command; do
	vgpu help "$command" | grep -oE '^  --[a-z-]+'
done | sort -u); do
	check "bash completes $option" grep -qwe "$option" "$top/scripts/completions/vgpu.bash"
	check "zsh completes $option" grep -qwe "$option" "$top/scripts/completions/_vgpu"
	check "the manual has $option" grep -qFe "*$option*" "$top/vgpu/vgpu.1.scd"
done
# completes WANT WORD...: what bash makes of the words typed
completes() {
	local want=$1 cur words cword
	shift
	same "bash completes: vgpu $*" "$want" "$(
		. "$top/scripts/completions/vgpu.bash"
		COMP_WORDS=(vgpu "$@") COMP_CWORD=$#
		_vgpu
		printf '%s\n' "${COMPREPLY[@]}" | paste -sd ' '
	)"
}
completes "remove restore" re
completes "--parent --type --uuid --config-dir --help" create --parent 0000:00:02.0 --
completes "i915-GVTg_V5_2 i915-GVTg_V5_4 i915-GVTg_V5_8" create --type i915
completes "$active" remove ""

refuses "no command" 2 "which command\?" vgpu
refuses "an unknown command" 2 "no command 'frobnicate'" vgpu frobnicate
refuses "help for an unknown command" 2 "no command 'frobnicate'" vgpu help frobnicate
refuses "an argument where there is none" 2 "one argument too many: 'all'" vgpu list all
refuses "a full disk" 1 "cannot write to standard output" eval 'vgpu types >/dev/full'

# --- looking

check "types shows what fits" eval \
	'vgpu types | grep -qE "^  i915-GVTg_V5_8 +2 +\? +vfio-pci +64 MB low, 384 MB high, 4 fences, 1024x768, weight 2$"'
check "types shows the most where it is known" eval 'vgpu types | grep -qE "^  i915-GVTg_V5_4 +1 +2 "'
check "types shows the driver" eval 'vgpu types | grep -qx "0000:00:02.0 (i915)"'
same "types for programs" \
	'[["0000:00:02.0","i915",[["i915-GVTg_V5_2",0,null],["i915-GVTg_V5_4",1,2],["i915-GVTg_V5_8",2,null]]]]' \
	"$(vgpu types --json | jq -c '[.[] | [.parent, .driver, [.types[] | [.type, .available, .maximum]]]]')"
same "list for people" "UUID PARENT TYPE STATE START
$active 0000:00:02.0 i915-GVTg_V5_4 active, defined at boot
$defined 0000:00:02.0 i915-GVTg_V5_8 defined at boot" "$(vgpu list --config-dir "$config" | sed 's/  */ /g')"
same "list for programs" '["'$active'","0000:00:02.0","i915-GVTg_V5_4",true,true,"auto"]
["'$defined'","0000:00:02.0","i915-GVTg_V5_8",false,true,"auto"]' \
	"$(vgpu list --json --config-dir "$config" | jq -c '.[] | [.uuid, .parent, .type, .active, .defined, .start]')"
same "an active one without a definition" '[true,false,null]' \
	"$(vgpu list --json --config-dir "$work/nowhere" | jq -c '.[] | [.active, .defined, .start]')"
same "looking changes nothing" "$before" "$(snapshot)"

# --- refusals

create() { vgpu create --config-dir "$config" "$@"; }
refuses "an unknown parent" 1 "no parent 0000:00:03.0; there are: 0000:00:02.0" create --parent 0000:00:03.0
refuses "an unknown type" 1 "no parent has the type i915-GVTg_V5_1; types: i915-GVTg_V5_2, i915-GVTg_V5_4, i915-GVTg_V5_8" create --type i915-GVTg_V5_1
refuses "a type without an instance" 1 "no free instance of i915-GVTg_V5_2" create --type i915-GVTg_V5_2
refuses "a bad UUID" 2 "'4b20d080' is not a UUID" create --uuid 4b20d080
refuses "a UUID of another type" 1 "$active is taken by a i915-GVTg_V5_4 on 0000:00:02.0" \
	create --uuid "$active" --type i915-GVTg_V5_8
refuses "a UUID that is defined as another type" 1 "$defined is taken: it is defined as a i915-GVTg_V5_8" \
	create --uuid "$defined" --type i915-GVTg_V5_4
refuses "a value that is missing" 2 "needs a value: '--type'" vgpu create --type
refuses "an option given twice" 2 "given twice" create --type a --type b
refuses "no directory for definitions" 1 "cannot lock $work/nowhere: No such file" \
	vgpu create --config-dir "$work/nowhere"
refuses "removing nothing" 2 "remove which vGPU" vgpu remove
refuses "removing what is no UUID" 2 "'mtty' is not a UUID" vgpu remove mtty
refuses "removing what is not there" 1 "there is no vGPU $fresh" vgpu remove --config-dir "$config" "$fresh"
same "a refusal changes nothing" "$before" "$(snapshot)"

# --- create, remove, restore

same "create prints the UUID" "$fresh" "$(create --uuid "${fresh^^}" 2>"$work/said")"
same "and says what it chose" \
	"vgpu: made $fresh on 0000:00:02.0: i915-GVTg_V5_4, the largest type that fits; it comes back at boot" \
	"$(cat "$work/said")"
same "the kernel is given the UUID" "$fresh" "$(cat "$types/i915-GVTg_V5_4/create")"
same "the definition is mdevctl's" '{"mdev_type":"i915-GVTg_V5_4","start":"auto","attrs":[]}' \
	"$(jq -c . "$config/0000:00:02.0/$fresh")"
check "create makes a UUID where none is given" eval \
	'create --type i915-GVTg_V5_8 2>/dev/null | grep -qE "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"'

make_host
refuses "a UUID that is used" 1 "$active is taken: it is a i915-GVTg_V5_4 on 0000:00:02.0" \
	create --uuid "${active^^}" --type i915-GVTg_V5_4
same "is no change" "$before" "$(snapshot)"
rm "$config/0000:00:02.0/$active"
same "one that is active only is defined" "$active" "$(create --uuid "$active" 2>/dev/null)"
same "as what it is" i915-GVTg_V5_4 "$(jq -r .mdev_type "$config/0000:00:02.0/$active")"
same "and not made again" "" "$(cat "$types/i915-GVTg_V5_4/create")"
make_host
check "what is defined is made" create --uuid "$defined"
same "as it is defined" "$defined" "$(cat "$types/i915-GVTg_V5_8/create")"
same "and its definition is kept" 1 "$(jq .extra "$config/0000:00:02.0/$defined")"

# The vGPU that `create` would make, so that there is something to undo.
make_host
mkdir -p "$gpu/$fresh" && : >"$gpu/$fresh/remove"
rm -r "$config/0000:00:02.0" && : >"$config/0000:00:02.0"
refuses "a definition that cannot be written" 1 "no vGPU was made: .*Not a directory" \
	create --uuid "$fresh" --type i915-GVTg_V5_8
same "takes the vGPU with it" 1 "$(cat "$gpu/$fresh/remove")"

make_host
check "restore makes what is missing" vgpu restore --config-dir "$config"
same "of its type" "$defined" "$(cat "$types/i915-GVTg_V5_8/create")"
same "and leaves what is there" "" "$(cat "$types/i915-GVTg_V5_4/create")"
make_host
refuses "restore for a parent that nothing knows" 1 "no parent 0000:00:02.1 and nothing is defined" \
	vgpu restore --parent 0000:00:02.1 --config-dir "$config"
mkdir "$config/mtty"
printf '{"mdev_type":"mtty-1","start":"manual"}' >"$config/mtty/$fresh"
check "restore for another parent does nothing" vgpu restore --parent mtty --config-dir "$config"
rm -r "$config/mtty"
same "nothing at all" "$before" "$(snapshot)"
sed -i s/auto/manual/ "$config/0000:00:02.0/$defined"
check "restore leaves what starts by hand" vgpu restore --config-dir "$config"
same "alone" "" "$(cat "$types/i915-GVTg_V5_8/create")"

make_host
mkdir "$config/mtty" "$config/scripts.d"
mkfifo "$config/mtty/$fresh"
printf '{"mdev_type":"mtty-1","start":"auto"}' >"$config/mtty/$defined"
said=$(vgpu restore --config-dir "$config" 2>&1)
same "restore fails if one cannot be made" 1 "$?"
same "a line for each failure and each success" 3 "$(wc -l <<<"$said")"
check "a broken definition is told" grep -q "skipped: $config/mtty: $fresh is not a regular file" <<<"$said"
check "a parent that is missing is told" grep -q "cannot restore $defined: its parent mtty" <<<"$said"
same "the others are made" "$defined" "$(cat "$types/i915-GVTg_V5_8/create")"
refuses "create with the UUID of a broken definition" 1 "broken definition" create --uuid "$fresh"
check "a broken definition can be removed" vgpu remove --config-dir "$config" "$fresh"
check "it is gone" test ! -e "$config/mtty/$fresh"

# What a driver that comes late looks like at boot.
rm "$config/mtty/$fresh"
same "at boot a parent that is missing is told" \
	"vgpu: $defined waits for its parent mtty, which makes no vGPUs yet" \
	"$(vgpu restore --at-boot --parent mtty --config-dir "$config" 2>&1)"
check "and is no failure" vgpu restore --at-boot --config-dir "$config"
sed -i s/V5_8/V5_9/ "$config/0000:00:02.0/$defined"
refuses "at boot a type that is missing is a failure" 1 "$defined: 0000:00:02.0 has no type i915-GVTg_V5_9" \
	vgpu restore --at-boot --parent 0000:00:02.0 --config-dir "$config"

make_host
mkdir "$config/mtty"
cp "$config/0000:00:02.0/$defined" "$config/mtty/$defined"
same "remove removes what is defined on several parents" \
	"vgpu: removed the definitions of $defined (it was not active)" \
	"$(vgpu remove --config-dir "$config" "$defined" 2>&1)"
same "all of it" "" "$(find "$config" -name "$defined")"

# A name can hold anything but a slash; a message stays one harmless line.
make_host
: >"$config/0000:00:02.0/$(printf 'a\nb\033[31m\302\233m')"
refuses "a file with a hostile name is one line" 0 "skipped: $config/0000:00:02.0: a b \[31m  m is not named by a UUID" \
	vgpu list --config-dir "$config"

# The kernel takes its time: a FIFO lets `create` wait for it until it is read.
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
same "what is asked to end half-way goes on" "$fresh" "$(timeout 5 cat "$types/i915-GVTg_V5_8/create")"
wait "$creator" 2>/dev/null
same "to its end" 0 "$?"
check "so that the definition is there too" test -e "$config/0000:00:02.0/$fresh"

make_host
check "remove" vgpu remove --config-dir "$config" "$active"
same "tells the kernel" 1 "$(cat "$gpu/$active/remove")"
check "and removes the definition" test ! -e "$config/0000:00:02.0/$active"
same "a definition alone is removed, too" \
	"vgpu: removed the definition of $defined (it was not active)" \
	"$(vgpu remove --config-dir "$config" "$defined" 2>&1)"

# --- no types, and why

rm -r "$work/mock/sys/class/mdev_bus" "$types" "$work/mock/sys/bus/mdev/devices/$active"
parameters=$work/mock/sys/module/i915/parameters
check "a kernel without GVT-g" eval 'vgpu types | grep -qx "no types: this kernel.s i915 is built without GVT-g.*"'
mkdir -p "$parameters" && echo N >"$parameters/enable_gvt"
check "GVT-g switched off" eval 'vgpu types | grep -q "i915.enable_gvt=1"'
same "none for programs" "[]" "$(vgpu types --json 2>/dev/null | jq -c .)"
echo Y >"$parameters/enable_gvt"
check "a module that is not loaded" eval 'vgpu types | grep -q "modprobe kvmgt"'
refuses "create says so, too" 1 "cannot make a vGPU: .*modprobe kvmgt" create
echo 0x9a49 >"$gpu/device"
check "a processor without GVT-g" eval 'vgpu types | grep -q "8086:9a49"'

finish
