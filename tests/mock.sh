# shellcheck shell=bash
# A /sys made of files, $mock/sys, which umockdev's library shows to a program in the
# real one's place. Sourced after check.sh.
#
#	"${mocked[@]}" PROGRAM...      sees it
#	config                         a directory of definitions, for --config-dir
#	mock_empty                     nothing is there, as in the beginning
#	mock_parent PATH BUS DRIVER    a parent below /sys/devices; `parent` is its directory
#	mock_type TYPE FREE [API]      of `parent`
#	mock_device UUID TYPE          a vGPU that `parent` has made

# shellcheck disable=SC2154 # check.sh has it
mock=$work/mock
config=$work/mdevctl.d
# shellcheck disable=SC2034 # for those who source this
mocked=(env "UMOCKDEV_DIR=$mock" LD_PRELOAD=libumockdev-preload.so.0
	"ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0")
parent=''

mock_empty() {
	rm -rf "$mock" "$config"
	mkdir -p "$mock/sys/class/mdev_bus" "$mock/sys/bus/mdev/devices" "$mock/dev" "$config"
}

mock_parent() {
	local bus=$mock/sys/bus/$2
	parent=$mock/sys/devices/$1
	mkdir -p "$parent/mdev_supported_types" "$bus/devices" "$bus/drivers/$3" "$config/${1##*/}"
	echo "DRIVER=$3" >"$parent/uevent"
	ln -sr "$bus" "$parent/subsystem"
	ln -sr "$bus/drivers/$3" "$parent/driver"
	ln -sr "$parent" "$bus/devices"
	ln -sr "$parent" "$mock/sys/class/mdev_bus"
}

mock_type() {
	local type=$parent/mdev_supported_types/$1
	mkdir "$type"
	echo "${1#*-}" >"$type/name"
	echo "$2" >"$type/available_instances"
	echo "${3:-vfio-pci}" >"$type/device_api"
	: >"$type/create"
}

mock_device() {
	mkdir "$parent/$1"
	: >"$parent/$1/uevent"
	: >"$parent/$1/remove"
	ln -sr "$mock/sys/bus/mdev" "$parent/$1/subsystem"
	ln -sr "$parent/mdev_supported_types/$2" "$parent/$1/mdev_type"
	ln -sr "$parent/$1" "$mock/sys/bus/mdev/devices"
}

mock_empty
