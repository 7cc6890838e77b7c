# shellcheck shell=bash
# Each system call of the commands that write, gone wrong or killed, on a /sys made
# of files with two parents: what is defined is what it was or what was asked for.
# Sourced by those who walk; what the kernel has then is seen in the lab
# (tests/lab/t/24-vgpu-faults.sh).
#
#	walk_each NAME COMMAND...    with each kind of fault; `old` is the definition
#	                             before the command: `text`, or nothing
#	clears_up NAME COMMAND...    a file that a killed writer has left
#
# FAULT_STRIDE: one call in so many (1)
# shellcheck source=tests/check.sh
. "$(dirname "${BASH_SOURCE[0]}")/check.sh"
# shellcheck source=tests/mock.sh
. "$top/tests/mock.sh"
# shellcheck source=tests/faults.sh
. "$top/tests/faults.sh"

uuid=4b20d080-1b54-4048-85b3-a6a62d165c01
parent=$mock/sys/devices/virtual/mtty/mtty
definition=$config/mtty/$uuid
faults=("$build/tests/tools/fault")
stride=${FAULT_STRIDE:-1}
vgpu() { "$build/bin/vgpu" "$@" --config-dir "$config"; }

for name in mtty mdpy; do
	types=$mock/sys/devices/virtual/$name/$name/mdev_supported_types/$name-1
	mkdir -p "$types"
	ln -s "../../devices/virtual/$name/$name" "$mock/sys/class/mdev_bus/$name"
	echo 8 >"$types/available_instances"
	: >"$types/create"
done

# For all that is started from here: an env(1) a run is a third of the time.
export "${mocked[@]:1}"
ASAN_OPTIONS+=:detect_leaks=0

# A sanitizer's own calls must not fail, and it makes a thousand of them before the command
# makes its first.
kinds=(EIO ENOSPC ENOMEM EINTR) killed_from=start
case $build in *-address* | *-thread*) kinds=() killed_from=lock ;; esac

# shellcheck disable=SC2034 # for those who walk
text='{"mdev_type":"mtty-1","start":"auto","attrs":[],"kept":1}'
# Usually only the definition exists, and the shell can restore it without other programs.
prepare() {
	local there=("$config"/mtty/{*,.[!.]*})
	if [ -z "$old" ] || [ "${there[*]}" != "$definition $config/mtty/.[!.]*" ]; then
		rm -rf "$config/mtty"
		[ -z "$old" ] || mkdir "$config/mtty"
	fi
	[ -z "$old" ] || printf '%s' "$old" >"$definition"
	: >"$parent/mdev_supported_types/mtty-1/create"
}

# Only a definition may exist, and a file that the next writer clears up.
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

# walk_each NAME COMMAND...: `new` is what the command writes without faults
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

# Each of the commands must clear up a file that a killed writer has left.
clears_up() {
	local name=$1
	shift
	prepare
	mkdir -p "$config/mtty"
	: >"$config/mtty/.$uuid.0123abcd"
	check "$name clears up what a killed writer has left" eval "vgpu $* && ! test -e '$config/mtty/.$uuid.0123abcd'"
}
