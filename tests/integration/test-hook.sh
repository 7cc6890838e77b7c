#!/usr/bin/env bash
# What libvirt's hook runs, on a /sys made of files; a real libvirt calls it in
# the lab (tests/lab/t/26-on-demand.sh).
# shellcheck source=tests/check.sh
. "$(dirname "$0")/../check.sh"
# shellcheck source=tests/mock.sh
. "$top/tests/mock.sh"

program=$build/bin/vgpu-domain
demand=4b20d080-1b54-4048-85b3-a6a62d165c01
manual=4b20d080-1b54-4048-85b3-a6a62d165c02
boot=4b20d080-1b54-4048-85b3-a6a62d165c03
gpu=$mock/sys/devices/pci0000:00/0000:00:02.0
created=$gpu/mdev_supported_types/i915-GVTg_V5_8/create

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

# hook WORD...: reads the XML from a file on standard input; with a pipe, a program that does
# not read it would fail the test
hook() {
	cat >"$work/input.xml"
	"${mocked[@]}" "$program" hook --config-dir "$config" -- "$@" <"$work/input.xml"
}

# makes WANT UUID...: the vGPU that is made when a domain with these UUIDs starts
makes() {
	local want=$1
	shift
	: >"$created"
	domain "$@" | hook d prepare begin - && [ "$(cat "$created")" = "$want" ]
}

# A host whose parent takes whatever is written and makes nothing of it.
mock_parent pci0000:00/0000:00:02.0 pci i915
mock_type i915-GVTg_V5_8 3
definition "$demand" manual ',"on_demand":true'
definition "$manual" manual
definition "$boot" auto

check "a vGPU on demand is made" makes "$demand" "$demand"
check "its UUID may be in upper case" makes "$demand" "${demand^^}"
check "a vGPU that starts by hand is not made" makes "" "$manual"
check "a vGPU that starts at boot is not made" makes "" "$boot"
check "an unknown vGPU is not made" makes "" 4b20d080-1b54-4048-85b3-a6a62d165cff
check "of several vGPUs, the one on demand is made" makes "$demand" "$manual" "$demand" "$boot"
check "a domain may have any name" eval 'domain "$demand" | hook --help prepare begin - && [ -s "$created" ]'
: >"$created"
for part in "prepare end" "start begin" "started begin" "stopped end" "reconnect begin" "migrate begin" "attach begin"; do
	# shellcheck disable=SC2086
	check "$part does nothing" eval "domain $demand | hook d $part - && ! [ -s $created ]"
done
# active UUID: one that is there
active() { mock_device "$1" i915-GVTg_V5_8; }
check "the end of what is not there is fine" eval 'domain "$demand" | hook d release end -'
active "$demand"
active "$manual"
check "what is there is not made again" makes "" "$demand"
check "the end of a domain with both is fine" eval 'domain "$manual" "$demand" | hook d release end -'
same "it removes what is on demand" 1 "$(cat "$gpu/$demand/remove")"
same "and nothing else" "" "$(cat "$gpu/$manual/remove")"
rm -r "${gpu:?}/$demand" "${gpu:?}/$manual" "$mock/sys/bus/mdev/devices"/*
check "a domain without vGPUs needs no definitions" eval \
	'domain | "$program" hook --config-dir "$work/missing" -- d prepare begin -'

refuses "text that is not XML" 1 "cannot read the domain d: " eval 'echo "<domain" | hook d prepare begin -'
refuses "an empty input" 1 "cannot read the domain d: " eval 'hook d prepare begin - </dev/null'
refuses "a DOCTYPE" 1 "cannot read the domain d: .*DOCTYPE" eval \
	'echo "<!DOCTYPE d [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><domain>&e;</domain>" | hook d prepare begin -'
refuses "too much XML" 1 "cannot read the domain d: " eval 'head -c 17000000 /dev/zero | tr "\0" " " | hook d prepare begin -'
refuses "arguments that libvirt never gives" 2 "DOMAIN OPERATION PART" hook d prepare
rm -r "$(dirname "$created")"
refuses "a vGPU that cannot be made is named with its domain" 1 \
	"^vgpu: cannot make the vGPU $demand, which domain d needs: 0000:00:02.0 has no type i915-GVTg_V5_8 now$" \
	eval 'domain "$demand" | hook d prepare begin -'

# The script that libvirt calls starts vgpu-domain only for events that it handles.
mkdir "$work/bin"
sed "s|/usr/libexec/vgpu/vgpu-domain|$work/bin/ours|" "$top/scripts/libvirt-hook" >"$work/bin/vgpu"
printf '#!/bin/sh\necho "$@" >>%s/calls\ncat >%s/xml\n' "$work" "$work" >"$work/bin/ours"
chmod +x "$work"/bin/*
check "the script succeeds for a domain without vGPUs" eval 'domain_none="<domain><name>x</name></domain>"
	echo "$domain_none" | "$work/bin/vgpu" d prepare begin - && ! [ -e "$work/calls" ]'
check "the script succeeds for all other events" eval \
	'domain "$demand" >"$work/one.xml"
	for part in "start begin" "migrate begin" "stopped end"; do "$work/bin/vgpu" d $part - <"$work/one.xml" || exit; done
	! [ -e "$work/calls" ]'
check "it passes a domain with a vGPU on" eval 'domain "$demand" | "$work/bin/vgpu" d prepare begin -'
same "with its arguments" "hook -- d prepare begin -" "$(cat "$work/calls")"
same "with its XML" "$(domain "$demand")" "$(cat "$work/xml")"

finish
