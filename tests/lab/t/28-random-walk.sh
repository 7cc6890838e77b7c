#!/usr/bin/env bash
# A random walk of vgpu, mdevctl and virsh on the same vGPUs, side by side. After every step all
# three must see the same, and it must be what a model of them expects.
#
#	STEPS=500   the minimum number of operations; `make soak` uses 5000
#	SEED=...    repeats the walk with this seed
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh

steps=${STEPS:-500}
seed=${SEED:-$RANDOM}
RANDOM=$seed

# The pool: each UUID has a parent, a type, and another type that it may get. libvirt makes vGPUs
# only on PCI devices, so most of them are there. They are in the order in which vgpu lists them.
uuids=() parent=() type=() other=()
for n in 0 1 2 3 4 5 6; do
	uuids+=("4b20d080-1b54-4048-85b3-a6a62d16510$n")
	case $n in
	5) parent+=(mbochs) type+=(mbochs-small) other+=(mbochs-medium) ;;
	6) parent+=(mtty) type+=(mtty-2) other+=(mtty-1) ;;
	*) parent+=("$lab_gvt") type+=(i915-GVTg_V5_8) other+=(i915-GVTg_V5_4) ;;
	esac
done
# Indexed by number: active is 1 or empty; start is auto, manual, on-demand or empty.
declare -A active=() start=()
asleep=() # numbers of vGPUs that are removed until the machine wakes up

work=$(mktemp -d)
cleanup() {
	exec {to_virsh}>&- 2>/dev/null
	for n in "${!uuids[@]}"; do
		vgpu remove "${uuids[n]}"
	done >/dev/null 2>&1
	rm -rf "$work"
}
trap cleanup EXIT

# One virsh serves the whole walk, because starting and connecting it would take most of the
# time. It echoes a mark when a command is done.
mkfifo "$work/to" "$work/from" "$work/never"
virsh <"$work/to" >"$work/from" 2>&1 &
exec {to_virsh}>"$work/to" {from_virsh}<"$work/from"

# ask_virsh WORDS...: sets $answer to its answer; fails if that is an error
ask_virsh() {
	local line failed=0
	answer=''
	printf '%s\necho walk-mark\n' "$*" >&"$to_virsh"
	while IFS= read -r -t 60 -u "$from_virsh" line; do
		case $line in
		walk-mark) break ;;
		'' | 'virsh # '*) continue ;; # virsh prints its prompt and the command
		error:*) failed=1 ;;
		esac
		answer+=$line$'\n'
	done
	[ "$failed" = 0 ] || printf '%s' "$answer"
	return "$failed"
}

# A step starts the operation and only two programs that look, because each takes time in the
# lab. The shell itself therefore reads their output.
names=()
for n in "${!uuids[@]}"; do
	name=mdev_${uuids[n]//-/_}_${parent[n]//[:.]/_}
	names+=("$name")
done

# expect_json brief|full: puts what vgpu should print into `expected`
expect_json() {
	local n item is_active is_defined begin domains=null
	[ "$1" = brief ] || domains='[]'
	expected=
	for n in "${!uuids[@]}"; do
		[ -n "${active[$n]-}${start[$n]-}" ] || continue
		is_active=false is_defined=false begin=null
		[ -z "${active[$n]-}" ] || is_active=true
		[ -z "${start[$n]-}" ] || is_defined=true begin="\"${start[$n]}\""
		printf -v item '  {\n    "%s": "%s",\n    "%s": "%s",\n    "%s": "%s"' \
			uuid "${uuids[n]}" parent "${parent[n]}" type "${type[n]}"
		printf -v item '%s,\n    "%s": %s' "$item" active "$is_active"
		printf -v item '%s,\n    "%s": %s' "$item" defined "$is_defined"
		printf -v item '%s,\n    "%s": %s' "$item" start "$begin"
		printf -v item '%s,\n    "%s": %s' "$item" domains "$domains"
		expected+=${expected:+$',\n'}$item$',\n    "process": null\n  }'
	done
	expected="[${expected:+$'\n'$expected$'\n'}]"
}

# vgpu_agrees brief|full: with `full`, vgpu also asks libvirt and looks through /proc
vgpu_agrees() {
	local option=(--brief)
	[ "$1" = brief ] || option=()
	expect_json "$1"
	viewed=$(vgpu list --json "${option[@]}")
	viewed=${viewed//$'[\n    ]'/[]} # as older versions of json-c print it
	[ "$viewed" = "$expected" ]
}

# mdevctl lists active and defined vGPUs separately, and says which defined ones are active. So
# the second list is needed only if a vGPU is active and not defined.
mdevctl_agrees() {
	local n uuid where what when rest all=0 undefined="$1"
	local -A has=()
	while read -r uuid where what when rest; do
		has[$uuid]="$where $what $when $rest"
	done < <(mdevctl list -d)
	viewed=
	for n in "${!uuids[@]}"; do
		rest=${start[$n]-}
		[ -n "$rest" ] || { undefined+=${active[$n]-}; continue; }
		all=$((all + 1))
		rest="${parent[n]} ${type[n]} ${rest/on-demand/manual} ${active[$n]:+(active)}"
		[ "${has[${uuids[n]}]-}" = "$rest" ] || viewed+="${uuids[n]} ${has[${uuids[n]}]-}, not $rest; "
	done
	[ "${#has[@]}" = "$all" ] || viewed+="in all: ${!has[*]}"
	[ -n "$undefined" ] || { [ -z "$viewed" ]; return; }
	has=() all=0
	while read -r uuid where what _; do
		has[$uuid]="$where $what"
	done < <(mdevctl list)
	for n in "${!uuids[@]}"; do
		[ -n "${active[$n]-}" ] || continue
		all=$((all + 1))
		[ "${has[${uuids[n]}]-}" = "${parent[n]} ${type[n]}" ] || viewed+="${uuids[n]} is not active; "
	done
	[ "${#has[@]}" = "$all" ] || viewed+="active in all: ${!has[*]}"
	[ -z "$viewed" ]
}

# libvirt's lists contain only names, of active and of inactive vGPUs. libvirt learns from events
# what other programs do, so it may be late.
libvirt_agrees() {
	local n name
	local -A all=()
	viewed=''
	ask_virsh nodedev-list --cap mdev
	while read -r name _; do
		[ -z "$name" ] || all[$name]=1
	done <<<"$answer"
	ask_virsh nodedev-list --cap mdev --inactive
	while read -r name _; do
		[ -z "$name" ] || all[$name]=0
	done <<<"$answer"
	for n in "${!names[@]}"; do
		name=${names[n]}
		if [ -n "${active[$n]-}" ]; then
			[ "${all[$name]-}" = 1 ] || viewed+="$name should be active "
		elif [ -n "${start[$n]-}" ]; then
			[ "${all[$name]-}" = 0 ] || viewed+="$name should be inactive "
		elif [ -n "${all[$name]-}" ]; then
			viewed+="$name should not be there "
		fi
	done
	[ -z "$viewed" ]
}

# What libvirt says about each vGPU besides its name.
libvirt_knows() {
	local n starts
	viewed=''
	for n in "${!names[@]}"; do
		[ -n "${active[$n]-}${start[$n]-}" ] || continue
		starts=no
		[ "${start[$n]-}" != auto ] || starts=yes
		ask_virsh nodedev-dumpxml "${names[n]}"
		[[ $answer == *"<type id='${type[n]}'/>"*"<uuid>${uuids[n]}</uuid>"* ]] ||
			viewed+="${names[n]} should be a ${type[n]}: $answer"
		ask_virsh nodedev-info "${names[n]}"
		[[ $answer =~ Autostart:\ +$starts ]] || viewed+="autostart of ${names[n]} should be $starts: $answer"
	done
	[ -z "$viewed" ]
}

# wait_for_libvirt [also]: waits until libvirt has the same names, and says the same about them
wait_for_libvirt() {
	local end=$((SECONDS + 60))
	until libvirt_agrees && { [ "${1-}" != also ] || libvirt_knows; }; do
		[ "$SECONDS" -lt "$end" ] || return 1
		read -r -t 0.1 <>"$work/never" || :
	done
}

node_xml() {
	cat >"$work/node.xml" <<-XML
		<device>
		  <parent>pci_0000_00_02_0</parent>
		  <capability type='mdev'>
		    <type id='${type[$1]}'/>
		    <uuid>${uuids[$1]}</uuid>
		  </capability>
		</device>
	XML
}

# The operations. NAME NUMBER runs one and changes the model. Status 100 means that the operation
# makes no sense now.
is_pci() { [ "${parent[$1]}" = "$lab_gvt" ]; }

vgpu_create() {
	vgpu create --uuid "${uuids[$1]}" --parent "${parent[$1]}" --type "${type[$1]}" || return 1
	active[$1]=1 start[$1]=${start[$1]:-auto}
}
vgpu_create_transient() {
	[ -z "${active[$1]-}${start[$1]-}" ] || return 100
	vgpu create --transient --uuid "${uuids[$1]}" --parent "${parent[$1]}" --type "${type[$1]}" || return 1
	active[$1]=1
}
vgpu_create_no_boot() {
	[ -z "${active[$1]-}${start[$1]-}" ] || return 100
	vgpu create --no-boot --uuid "${uuids[$1]}" --parent "${parent[$1]}" --type "${type[$1]}" || return 1
	active[$1]=1 start[$1]=manual
}
vgpu_remove() {
	[ -n "${active[$1]-}${start[$1]-}" ] || { ! vgpu remove "${uuids[$1]}"; return; }
	vgpu remove "${uuids[$1]}" || return 1
	active[$1]='' start[$1]=''
}
vgpu_remove_keep() {
	[ -n "${active[$1]-}" ] || return 100
	vgpu remove --keep "${uuids[$1]}" || return 1
	active[$1]=''
}
vgpu_forget() {
	[ -n "${start[$1]-}" ] || { ! vgpu forget "${uuids[$1]}"; return; }
	vgpu forget "${uuids[$1]}" || return 1
	start[$1]=''
}
vgpu_set_boot() {
	[ -n "${start[$1]-}" ] || { ! vgpu set "${uuids[$1]}" --boot; return; }
	vgpu set "${uuids[$1]}" --boot || return 1
	start[$1]=auto
}
vgpu_set_no_boot() {
	[ -n "${start[$1]-}" ] || { ! vgpu set "${uuids[$1]}" --no-boot; return; }
	vgpu set "${uuids[$1]}" --no-boot || return 1
	start[$1]=manual
}
vgpu_set_on_demand() {
	[ -n "${start[$1]-}" ] || { ! vgpu set "${uuids[$1]}" --on-demand; return; }
	vgpu set "${uuids[$1]}" --on-demand || return 1
	start[$1]=on-demand
}
# An active vGPU would have two types then: its own and the defined one. So it must be inactive.
vgpu_set_type() {
	local was=${type[$1]}
	{ [ -n "${start[$1]-}" ] && [ -z "${active[$1]-}" ]; } || return 100
	vgpu set "${uuids[$1]}" --type "${other[$1]}" || return 1
	type[$1]=${other[$1]} other[$1]=$was
}
# The machine wakes up in the next step.
vgpu_suspend() {
	local n
	vgpu suspend || return 1
	for n in "${!active[@]}"; do
		[ -z "${active[$n]}" ] || asleep+=("$n")
		active[$n]=''
	done
}
vgpu_resume() {
	local n
	[ "${#asleep[@]}" -gt 0 ] || return 100
	vgpu resume || return 1
	for n in "${asleep[@]}"; do
		active[$n]=1
	done
	asleep=()
}
vgpu_restore() {
	local n
	vgpu restore || return 1
	for n in "${!uuids[@]}"; do
		[ "${start[$n]-}" != auto ] || active[$n]=1
	done
}
mdevctl_define() {
	[ -z "${start[$1]-}" ] || return 100
	mdevctl define -u "${uuids[$1]}" -p "${parent[$1]}" -t "${type[$1]}" || return 1
	start[$1]=manual
}
mdevctl_define_auto() {
	[ -z "${start[$1]-}" ] || return 100
	mdevctl define --auto -u "${uuids[$1]}" -p "${parent[$1]}" -t "${type[$1]}" || return 1
	start[$1]=auto
}
mdevctl_undefine() {
	[ -n "${start[$1]-}" ] || return 100
	mdevctl undefine -u "${uuids[$1]}" || return 1
	start[$1]=''
}
mdevctl_start() {
	[ -z "${active[$1]-}" ] || return 100
	mdevctl start -u "${uuids[$1]}" -p "${parent[$1]}" -t "${type[$1]}" || return 1
	active[$1]=1
}
mdevctl_stop() {
	[ -n "${active[$1]-}" ] || return 100
	mdevctl stop -u "${uuids[$1]}" || return 1
	active[$1]=''
}
mdevctl_auto() {
	[ -n "${start[$1]-}" ] || return 100
	mdevctl modify -u "${uuids[$1]}" -p "${parent[$1]}" --auto || return 1
	start[$1]=auto
}
mdevctl_manual() {
	[ -n "${start[$1]-}" ] || return 100
	mdevctl modify -u "${uuids[$1]}" -p "${parent[$1]}" --manual || return 1
	start[$1]=manual
}
virsh_define() {
	{ is_pci "$1" && [ -z "${active[$1]-}${start[$1]-}" ]; } || return 100
	node_xml "$1"
	ask_virsh nodedev-define "$work/node.xml" || return 1
	start[$1]=manual
}
virsh_create() {
	{ is_pci "$1" && [ -z "${active[$1]-}${start[$1]-}" ]; } || return 100
	node_xml "$1"
	ask_virsh nodedev-create "$work/node.xml" || return 1
	active[$1]=1
}
virsh_start() {
	{ is_pci "$1" && [ -z "${active[$1]-}" ] && [ -n "${start[$1]-}" ]; } || return 100
	ask_virsh nodedev-start "${names[$1]}" || return 1
	active[$1]=1
}
virsh_destroy() {
	{ is_pci "$1" && [ -n "${active[$1]-}" ]; } || return 100
	ask_virsh nodedev-destroy "${names[$1]}" || return 1
	active[$1]=''
}
virsh_undefine() {
	{ is_pci "$1" && [ -n "${start[$1]-}" ]; } || return 100
	ask_virsh nodedev-undefine "${names[$1]}" || return 1
	start[$1]=''
}
virsh_autostart() {
	{ is_pci "$1" && [ -n "${start[$1]-}" ]; } || return 100
	ask_virsh nodedev-autostart "${names[$1]}" || return 1
	start[$1]=auto
}
operations=(vgpu_create vgpu_create_transient vgpu_create_no_boot vgpu_remove vgpu_remove_keep
	vgpu_forget vgpu_set_boot vgpu_set_no_boot vgpu_set_on_demand vgpu_set_type vgpu_suspend
	vgpu_resume vgpu_restore mdevctl_define mdevctl_define_auto
	mdevctl_undefine mdevctl_start mdevctl_stop mdevctl_auto mdevctl_manual virsh_define
	virsh_create virsh_start virsh_destroy virsh_undefine virsh_autostart)

lab_load_samples
lab_load_gvtsim
ask_virsh version >/dev/null
# Earlier scripts may have given libvirt many vGPUs to look at. It looks at them in order: when it
# has seen this one come and go, it has seen all of them.
vgpu_create_transient 0 >/dev/null 2>&1
check "libvirt sees a vGPU" lab_wait 120 wait_for_libvirt
vgpu_remove 0 2>/dev/null
check "libvirt sees that it is gone" lab_wait 120 wait_for_libvirt

declare -A done_of=()

# Mostly chooses an operation that was not done yet, so that a short walk contains all of them.
missing=("${operations[@]}")
choose() {
	if [ "${#asleep[@]}" -gt 0 ]; then
		operation=vgpu_resume
	elif [ "${#missing[@]}" -gt 0 ] && [ $((RANDOM % 4)) != 0 ]; then
		operation=${missing[RANDOM % ${#missing[@]}]}
	else
		operation=${operations[RANDOM % ${#operations[@]}]}
	fi
}

# timed WHAT COMMAND...
declare -A spent=()
timed() {
	local what=$1 since=${EPOCHREALTIME/./} status=0
	shift
	"$@" || status=$?
	spent[$what]=$((${spent[$what]-0} + ${EPOCHREALTIME/./} - since))
	return "$status"
}

# Sets `broken` if one of the programs sees something else. All details are compared at every
# tenth step.
compare() {
	local much=brief also=
	[ $((done % 10)) != 0 ] || much=full also=also
	if ! timed vgpu vgpu_agrees "$much"; then
		broken="vgpu sees: $viewed not: $expected"
	elif ! timed mdevctl mdevctl_agrees "$also"; then
		broken="mdevctl sees: $viewed"
	elif ! timed libvirt wait_for_libvirt $also; then
		broken="libvirt: $viewed"
	fi
}

broken='' done=0
while [ "$done" -lt "$steps" ] || { [ "${#missing[@]}" -gt 0 ] && [ "$done" -lt $((steps * 3)) ]; }; do
	choose
	number=$((RANDOM % ${#uuids[@]}))
	status=0
	timed operations "$operation" "$number" >"$work/said" 2>&1 || status=$?
	[ "$status" != 100 ] || continue
	done=$((done + 1))
	done_of[$operation]=1 missing=()
	for name in "${operations[@]}"; do
		[ -n "${done_of[$name]-}" ] || missing+=("$name")
	done
	if [ "$status" = 0 ]; then
		compare
	else
		broken="it failed: $(<"$work/said")"
	fi
	[ -z "$broken" ] || break
	[ $((done % 100)) != 0 ] || echo "# $done operations after $SECONDS s"
done
for what in "${!spent[@]}"; do
	echo "# $what took $((spent[$what] / 1000 / done)) ms a step"
done
same "after each of $done operations vgpu, mdevctl and libvirt agree (seed $seed)" "" \
	"${broken:+step $done, $operation ${uuids[number]}: $broken}"
same "the walk contained every kind of operation" "" "${missing[*]}"
finish
