#!/usr/bin/env bash
# vgpu attach with a real libvirtd and vGPUs of two kernel drivers, up to the command line of
# QEMU.
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh

gvt=4b20d080-1b54-4048-85b3-a6a62d165c01
sample=4b20d080-1b54-4048-85b3-a6a62d165c02
planned=4b20d080-1b54-4048-85b3-a6a62d165c03
work=$(mktemp -d)

cleanup() {
	local name
	virsh list --all --name 2>/dev/null | while read -r name; do
		[ -n "$name" ] || continue
		virsh destroy "$name"
		virsh undefine "$name" --nvram
	done >/dev/null 2>&1
	lab_remove_vgpu "$gvt" "$sample"
	rm -rf "$work" "/etc/mdevctl.d/$lab_gvt/$planned"
}
trap cleanup EXIT

define() {
	lab_domain "$@" >"$work/$1.xml" && virsh define --validate "$work/$1.xml"
}

xpath() { lab_definition "$1" | xmllint --xpath "$2" - 2>&1; }

unchanged() {
	[ "$(lab_definition "$1")" = "$(cat "$work/before")" ]
}

lab_load_gvtsim
lab_load_samples
check "a GVT-g vGPU is there" lab_create_vgpu "$lab_gvt" i915-GVTg_V5_8 "$gvt"
check "a sample vGPU is there" lab_create_vgpu mbochs mbochs-small "$sample"
check "guests are defined" eval \
	'define plain pc && define modern q35 && define other pc'

node=/dev/dri/$(basename "/sys/bus/pci/devices/$lab_gvt/drm"/renderD*)
changes=$(vgpu attach --yes plain "$gvt" 2>&1)
same "attach prints each change" "vgpu: removed the display vnc, which cannot be combined with a D-Bus display with GL
vgpu: added a D-Bus display with GL on $node
vgpu: replaced the video device vga with none
vgpu: added the vGPU $gvt at 00:02.0
vgpu: set QEMU's property x-igd-opregion of the vGPU to true
vgpu: added a USB tablet, so that the guest's pointer follows yours
vgpu: added a channel for the guest's agent (clipboard)
vgpu: note: the domain's type is 'qemu', which emulates the processor: GVT-g needs type='kvm'" "$(grep -v "the old definition is in" <<<"$changes")"
same "libvirt has the vGPU" "$gvt" "$(xpath plain "string(//hostdev[@type='mdev']/source/address/@uuid)")"
same "its display is on" on "$(xpath plain "string(//hostdev/@display)")"
same "its ramfb is on" on "$(xpath plain "string(//hostdev/@ramfb)")"
same "it is at 00:02.0" "0x00 0x02" \
	"$(xpath plain "concat(//hostdev/address/@bus, ' ', //hostdev/address/@slot)")"
same "libvirt has the D-Bus display" "yes yes" \
	"$(xpath plain "concat(//graphics[@type='dbus']/@p2p, ' ', //graphics[@type='dbus']/gl/@enable)")"
same "it draws on the parent's own render node" "$node" \
	"$(xpath plain "string(//graphics[@type='dbus']/gl/@rendernode)")"
same "libvirt has no emulated video" none "$(xpath plain "string(//video/model/@type)")"

lab_definition plain >"$work/before"
same "attaching twice says that nothing changed" \
	"vgpu: the domain plain has the vGPU $gvt already: nothing changed" \
	"$(vgpu attach plain "$gvt" 2>&1)"
check "attaching twice changes nothing" unchanged plain

check "the guest starts" virsh start plain
lab_command_line plain >"$work/command"
check "QEMU has the vGPU, its display and ramfb" \
	grep -E '"vfio-pci-nohotplug".*'"$gvt"'.*"display":"on".*"ramfb":true.*"addr":"0x2"' "$work/command"
check "QEMU has the D-Bus display" grep -E '^dbus,p2p=(on|yes),gl=on' "$work/command"
check "QEMU has no emulated video" eval '! grep -E "VGA|cirrus|qxl|virtio-vga" "$work/command"'
virsh destroy plain >/dev/null # a running guest keeps a processor busy

lab_definition modern >"$work/before"
refuses "a vGPU that another domain has is refused" 1 "$gvt is in the domain plain" \
	vgpu attach modern "$gvt"
refuses "a vGPU that does not exist is refused" 1 "no vGPU $planned" vgpu attach modern "$planned"
refuses "a bad UUID is refused" 2 "is not a UUID" vgpu attach modern 4b20d08x
refuses "the beginning of two UUIDs is refused" 1 "UUIDs of several vGPUs begin with" \
	vgpu attach modern 4b20d080
refuses "a domain that does not exist is refused" 1 "no domain 'nobody'" vgpu attach nobody "$sample"
refuses "a relative render node is refused" 2 "not an absolute path" \
	vgpu attach --rendernode renderD128 modern "$sample"
check "a dry run shows the changes" eval 'vgpu attach --dry-run modern "$sample" 2>&1 | grep "^+.*$sample"'
check "after all refusals, nothing is changed" unchanged modern

# --- addresses that are used already

# The domain `crowded` has a sound device at 00:05.0, and a device on each of the two USB ports.
crowded() {
	lab_domain crowded pc "<sound model='ich6'>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x05' function='0x0'/>
    </sound>
    <input type='keyboard' bus='usb'><address type='usb' bus='0' port='1'/></input>
    <input type='mouse' bus='usb'><address type='usb' bus='0' port='2'/></input>"
}

saved() { find /var/lib/vgpu/backups -path "*/$(virsh domuuid crowded)/*"; }

crowded >"$work/crowded.xml"
check "a crowded guest is defined" virsh define --validate "$work/crowded.xml"
virsh dumpxml --inactive crowded >"$work/crowded.before"
refuses "attach says who has a taken slot and which are free, before libvirt is asked" 1 \
	"domain crowded: the PCI address 00:05.0 is taken by the sound device ich6; free: 00:02-00:04, 00:06" \
	vgpu attach --yes --slot 00:05.0 crowded "$sample"
sed "s|</sound>|</sound><interface type='user'><model type='e1000'/><address type='pci' slot='0x05'/></interface>|" \
	"$work/crowded.before" >"$work/twice.xml"
refuses "two devices at one address are both named" 1 \
	"the sound device ich6 and the network interface e1000.* are both at 00:05.0: give one of them another slot" \
	vgpu attach --xml "$work/twice.xml" "$sample"
check "libvirt refuses them too" eval '! virsh define --validate "$work/twice.xml" >"$work/said" 2>&1 &&
	grep -i "double use of PCI address" "$work/said"'
refuses "an error that only libvirt finds is printed in libvirt's words" 1 \
	"cannot change the definition of the domain crowded: internal error: No free USB ports" \
	vgpu attach --yes crowded "$sample"
virsh dumpxml --inactive crowded >"$work/crowded.after"
check "the definition is unchanged, byte for byte" cmp "$work/crowded.before" "$work/crowded.after"
same "nothing is saved for it" "" "$(saved)"
virsh undefine crowded >/dev/null

check "a user of the group libvirt may attach" \
	runuser -u user -- vgpu attach --yes --rendernode "$node" modern "$sample"
same "the render node is that of --rendernode" "$node" \
	"$(xpath modern "string(//graphics[@type='dbus']/gl/@rendernode)")"
check "a q35 guest with a sample vGPU starts" virsh start modern
virsh destroy modern >/dev/null

check "attach says that a running guest must be restarted" eval \
	'virsh start --paused other && mkdir -p "/etc/mdevctl.d/$lab_gvt" &&
	printf "{\"mdev_type\":\"i915-GVTg_V5_8\",\"start\":\"manual\",\"attrs\":[]}\n" >"/etc/mdevctl.d/$lab_gvt/$planned" &&
	vgpu attach --yes other "$planned" 2>&1 | grep "other is running: shut it down"'
check "what runs is not changed" eval '! virsh dumpxml other | grep "$planned"'
check "a vGPU that is only defined is attached" \
	grep -q "$planned" <(lab_definition other)

lab_domain passing pc >"$work/passing.xml"
check "a transient guest is created" virsh create --paused "$work/passing.xml"
refuses "a transient domain is refused" 1 "passing is transient" vgpu attach passing "$sample"

finish
