#!/usr/bin/env bash
# What libvirt's hook runs, on a /sys made of files; a real libvirt calls it in
# the lab (tests/lab/t/26-on-demand.sh).
set -uo pipefail
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"

top=$(cd "$(dirname "$0")/../.." && pwd)
program=${BUILD:-$top/build/gcc}/bin/vgpu-domain
demand=4b20d080-1b54-4048-85b3-a6a62d165c01
manual=4b20d080-1b54-4048-85b3-a6a62d165c02
boot=4b20d080-1b54-4048-85b3-a6a62d165c03
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
config=$work/mdevctl.d
gpu=$work/mock/sys/devices/pci0000:00/0000:00:02.0
created=$gpu/mdev_supported_types/i915-GVTg_V5_8/create

# A host whose parent takes whatever is written and makes nothing of it.
make_host() {
	mkdir -p "$(dirname "$created")" "$work/mock/sys/class/mdev_bus" "$work/mock/dev" \
		"$work/mock/sys/bus/mdev/devices" "$work/mock/sys/bus/pci/devices" "$config/0000:00:02.0"
	printf 'DRIVER=i915\nPCI_ID=8086:5916\n' >"$gpu/uevent"
	ln -s ../../../bus/pci "$gpu/subsystem"
	ln -s ../../../devices/pci0000:00/0000:00:02.0 "$work/mock/sys/bus/pci/devices/0000:00:02.0"
	ln -s ../../devices/pci0000:00/0000:00:02.0 "$work/mock/sys/class/mdev_bus/0000:00:02.0"
	echo 3 >"$(dirname "$created")/available_instances"
	echo vfio-pci >"$(dirname "$created")/device_api"
	: >"$created"
}

# definition UUID START [MORE]
definition() {
	printf '{"mdev_type":"i915-GVTg_V5_8","start":"%s","attrs":[]%s}' "$2" "${3-}" >"$config/0000:00:02.0/$1"
}

# domain UUID...
domain() {
	printf '<domain type="kvm"><name>d</name><devices>'
	printf '<hostdev type="mdev" model="vfio-pci"><source><address uuid="%s"/></source></hostdev>' "$@"
	printf '</devices></domain>\n'
}

# hook WORD...: with the XML on standard input, by way of a file: who does not
# care for it would break a pipe
hook() {
	cat >"$work/input.xml"
	env "UMOCKDEV_DIR=$work/mock" LD_PRELOAD=libumockdev-preload.so.0 \
		"ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0" "$program" hook --config-dir "$config" -- "$@" \
		<"$work/input.xml"
}

# makes WANT UUID...: what a start of a domain with these has made
makes() {
	local want=$1
	shift
	: >"$created"
	domain "$@" | hook d prepare begin - && [ "$(cat "$created")" = "$want" ]
}

make_host
definition "$demand" manual ',"on_demand":true'
definition "$manual" manual
definition "$boot" auto

check "what is on demand is made" makes "$demand" "$demand"
check "as it is written in any way" makes "$demand" "${demand^^}"
check "what is by hand is not" makes "" "$manual"
check "nor what is at boot" makes "" "$boot"
check "nor what nobody knows" makes "" 4b20d080-1b54-4048-85b3-a6a62d165cff
check "one among others is" makes "$demand" "$manual" "$demand" "$boot"
check "a domain may be called anything" eval 'domain "$demand" | hook --help prepare begin - && [ -s "$created" ]'
: >"$created"
for part in "prepare end" "start begin" "started begin" "stopped end" "reconnect begin" "migrate begin" "attach begin"; do
	# shellcheck disable=SC2086
	check "$part does nothing" eval "domain $demand | hook d $part - && ! [ -s $created ]"
done
# active UUID: one that is there
active() {
	mkdir -p "$gpu/$1"
	: >"$gpu/$1/uevent"
	: >"$gpu/$1/remove"
	ln -s ../../../../bus/mdev "$gpu/$1/subsystem"
	ln -s ../mdev_supported_types/i915-GVTg_V5_8 "$gpu/$1/mdev_type"
	ln -s "../../../devices/pci0000:00/0000:00:02.0/$1" "$work/mock/sys/bus/mdev/devices/$1"
}
check "the end of what is not there is fine" eval 'domain "$demand" | hook d release end -'
active "$demand"
active "$manual"
check "what is there is not made again" makes "" "$demand"
check "the end of a domain with both is fine" eval 'domain "$manual" "$demand" | hook d release end -'
same "it removes what is on demand" 1 "$(cat "$gpu/$demand/remove")"
same "and nothing else" "" "$(cat "$gpu/$manual/remove")"
rm -r "${gpu:?}/$demand" "${gpu:?}/$manual" "$work/mock/sys/bus/mdev/devices"/*
check "a domain without vGPUs needs no definitions" eval \
	'domain | "$program" hook --config-dir "$work/missing" -- d prepare begin -'

refuses "XML that is none" 1 "cannot read the domain d: " eval 'echo "<domain" | hook d prepare begin -'
refuses "nothing at all" 1 "cannot read the domain d: " eval 'hook d prepare begin - </dev/null'
refuses "a DOCTYPE" 1 "cannot read the domain d: .*DOCTYPE" eval \
	'echo "<!DOCTYPE d [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><domain>&e;</domain>" | hook d prepare begin -'
refuses "too much of it" 1 "cannot read the domain d: " eval 'head -c 17000000 /dev/zero | tr "\0" " " | hook d prepare begin -'
refuses "what libvirt never says" 2 "DOMAIN OPERATION PART" hook d prepare
rm -r "$(dirname "$created")"
refuses "a vGPU that cannot be made is named with its domain" 1 \
	"^vgpu: cannot make the vGPU $demand, which domain d needs: 0000:00:02.0 has no type i915-GVTg_V5_8 now$" \
	eval 'domain "$demand" | hook d prepare begin -'

# The script that libvirt calls starts us for what we need to see only.
mkdir "$work/bin"
sed "s|/usr/libexec/vgpu/vgpu-domain|$work/bin/ours|" "$top/scripts/libvirt-hook" >"$work/bin/vgpu"
printf '#!/bin/sh\necho "$@" >>%s/calls\ncat >%s/xml\n' "$work" "$work" >"$work/bin/ours"
chmod +x "$work"/bin/*
check "the script is fine with a domain without vGPUs" eval 'domain_none="<domain><name>x</name></domain>"
	echo "$domain_none" | "$work/bin/vgpu" d prepare begin - && ! [ -e "$work/calls" ]'
check "and with all else that happens" eval \
	'domain "$demand" >"$work/one.xml"
	for part in "start begin" "migrate begin" "stopped end"; do "$work/bin/vgpu" d $part - <"$work/one.xml" || exit; done
	! [ -e "$work/calls" ]'
check "it hands a domain with one on" eval 'domain "$demand" | "$work/bin/vgpu" d prepare begin -'
same "with its words" "hook -- d prepare begin -" "$(cat "$work/calls")"
same "and its XML" "$(domain "$demand")" "$(cat "$work/xml")"

finish
