# shellcheck shell=bash
# Each system call of the commands that write, gone wrong or killed, on a /sys made
# of files with two parents: what is defined is what it was or what was asked for.
# Sourced after tap.sh by those who walk; what the kernel has then is seen in the lab
# (tests/lab/t/24-vgpu-faults.sh).
#
#	walk_each NAME COMMAND...    with each kind of fault; `old` is the definition
#	                             before it: `text`, or nothing
#	clears_up NAME COMMAND...    a killed writer's file
#
# FAULT_STRIDE: one call in so many (1)
# shellcheck source=tests/faults.sh
. "$(dirname "${BASH_SOURCE[0]}")/faults.sh"

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${BUILD:-$top/build/gcc}
uuid=4b20d080-1b54-4048-85b3-a6a62d165c01
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
config=$work/mdevctl.d
parent=$work/mock/sys/devices/virtual/mtty/mtty
definition=$config/mtty/$uuid
faults=("$build/tests/tools/fault")
stride=${FAULT_STRIDE:-1}
vgpu() { "$build/bin/vgpu" "$@" --config-dir "$config"; }

mkdir -p "$config" "$work/mock/sys/class/mdev_bus" "$work/mock/sys/bus/mdev/devices" "$work/mock/dev"
for name in mtty mdpy; do
	types=$work/mock/sys/devices/virtual/$name/$name/mdev_supported_types/$name-1
	mkdir -p "$types"
	ln -s "../../devices/virtual/$name/$name" "$work/mock/sys/class/mdev_bus/$name"
	echo 8 >"$types/available_instances"
	: >"$types/create"
done

# For all that is started from here: an env(1) a run is a third of the time.
export "UMOCKDEV_DIR=$work/mock" LD_PRELOAD=libumockdev-preload.so.0
export "ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0:detect_leaks=0"

# A sanitizer's own calls must not fail, and it makes a thousand before the command
# makes one.
kinds=(EIO ENOSPC ENOMEM EINTR) killed_from=start
case $build in *-address* | *-thread*) kinds=() killed_from=lock ;; esac

# shellcheck disable=SC2034 # for those who walk
text='{"mdev_type":"mtty-1","start":"auto","attrs":[],"kept":1}'
# Mostly nothing but the definition is there, and the shell itself can put it back.
prepare() {
	local there=("$config"/mtty/{*,.[!.]*})
	if [ -z "$old" ] || [ "${there[*]}" != "$definition $config/mtty/.[!.]*" ]; then
		rm -rf "$config/mtty"
		[ -z "$old" ] || mkdir "$config/mtty"
	fi
	[ -z "$old" ] || printf '%s' "$old" >"$definition"
	: >"$parent/mdev_supported_types/mtty-1/create"
}

# Nothing but a definition and what the next writer clears up.
judge() {
	local file
	for file in "$config"/mtty/* "$config"/mtty/.[!.]*; do
		case $file in
		"$definition" | *\*) ;;
		"$config/mtty/.$uuid."????????) [ "$fault" = KILL ] || verdict="$file is left" ;;
		*) verdict="$file is there" ;;
		esac
	done
}

# walk_each NAME COMMAND...: `new` is what the command makes undisturbed
walk_each() {
	local name=$1 fault
	shift
	prepare
	vgpu "$@" >/dev/null 2>&1
	read_definition
	new=$found
	for fault in "${kinds[@]}"; do
		walk "$name" lock "$fault" "$build/bin/vgpu" "$@" --config-dir "$config"
	done
	walk "$name, from its $killed_from" "$killed_from" KILL "$build/bin/vgpu" "$@" --config-dir "$config"
}

# A killed writer's file, cleared up by each of them.
clears_up() {
	local name=$1
	shift
	prepare
	mkdir -p "$config/mtty"
	: >"$config/mtty/.$uuid.0123abcd"
	check "$name clears up what was left" eval "vgpu $* && ! test -e '$config/mtty/.$uuid.0123abcd'"
}
