#!/usr/bin/env bash
# Definitions are shared: mdevctl and libvirt read what vgpu writes, and vgpu reads what they
# write.
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh

ours=4b20d080-1b54-4048-85b3-a6a62d165e01
theirs=4b20d080-1b54-4048-85b3-a6a62d165e02
libvirts=4b20d080-1b54-4048-85b3-a6a62d165e03
sample=4b20d080-1b54-4048-85b3-a6a62d165e04

cleanup() {
	local uuid
	for uuid in "$ours" "$theirs" "$libvirts" "$sample"; do
		vgpu remove "$uuid"
	done 2>/dev/null
	rm -rf /etc/mdevctl.d/mtty/broken
}
trap cleanup EXIT

listed() { vgpu list --json 2>/dev/null | jq -c --arg uuid "$1" '.[] | select(.uuid == $uuid) | [.parent, .type, .active, .defined, .start]'; }

node_name() { printf 'mdev_%s_0000_00_02_0' "${1//-/_}"; }

lab_load_samples
lab_load_gvtsim

vgpu create --parent "$lab_gvt" --type i915-GVTg_V5_8 --uuid "$ours" >/dev/null 2>&1
vgpu create --parent mtty --type mtty-1 --uuid "$sample" >/dev/null 2>&1
same "mdevctl reads what vgpu wrote" "$ours $lab_gvt i915-GVTg_V5_8 auto (active)" \
	"$(mdevctl list -d -u "$ours")"
same "mdevctl reads it on every parent" "$sample mtty mtty-1 auto (active)" "$(mdevctl list -d -u "$sample")"

check "mdevctl stops it" mdevctl stop -u "$ours"
same "then it is only defined" "[\"$lab_gvt\",\"i915-GVTg_V5_8\",false,true,\"auto\"]" "$(listed "$ours")"
check "libvirt lists it as inactive" lab_wait 20 eval \
	"virsh nodedev-list --cap mdev --inactive | grep -qx $(node_name "$ours")"
same "libvirt knows its type and UUID" "i915-GVTg_V5_8 $ours" "$(virsh nodedev-dumpxml "$(node_name "$ours")" |
	xmllint --xpath "concat(//type/@id, ' ', //uuid)" -)"
check "libvirt starts it" virsh nodedev-start "$(node_name "$ours")"
same "vgpu sees that it is active" "[\"$lab_gvt\",\"i915-GVTg_V5_8\",true,true,\"auto\"]" "$(listed "$ours")"

check "mdevctl defines one" mdevctl define -u "$theirs" -p "$lab_gvt" -t i915-GVTg_V5_4
same "vgpu lists it" "[\"$lab_gvt\",\"i915-GVTg_V5_4\",false,true,\"manual\"]" "$(listed "$theirs")"
check "vgpu restore leaves it alone, as its start is manual" eval \
	"vgpu restore 2>/dev/null && ! test -e /sys/bus/mdev/devices/$theirs"
check "mdevctl makes it start at boot" mdevctl modify -u "$theirs" -p "$lab_gvt" --auto
check "vgpu restore makes it" eval \
	"vgpu restore 2>/dev/null && test -e /sys/bus/mdev/devices/$theirs"
sum=$(sha256sum "/etc/mdevctl.d/$lab_gvt/$theirs")
check "vgpu create accepts it as it is" vgpu create --uuid "$theirs"
same "vgpu create does not change the definition" "$sum" "$(sha256sum "/etc/mdevctl.d/$lab_gvt/$theirs")"

cat >/tmp/nodedev.xml <<XML
<device>
  <parent>pci_0000_00_02_0</parent>
  <capability type='mdev'>
    <type id='i915-GVTg_V5_8'/>
    <uuid>$libvirts</uuid>
  </capability>
</device>
XML
check "libvirt defines one" virsh nodedev-define /tmp/nodedev.xml
same "vgpu lists what libvirt has defined" "[\"$lab_gvt\",\"i915-GVTg_V5_8\",false,true,\"manual\"]" "$(listed "$libvirts")"
check "vgpu removes its definition" vgpu remove "$libvirts"
same "mdevctl no longer has it" "" "$(mdevctl list -d -u "$libvirts")"

# An attribute is set as mdevctl sets it. If one is refused, everything is taken back.
vgpu remove "$sample" 2>/dev/null
printf '{"mdev_type":"mtty-1","start":"auto","attrs":[{"no_such_attribute":"1"}]}' >"/etc/mdevctl.d/mtty/$sample"
refuses "an attribute that does not exist" 1 "cannot restore $sample: .*no_such_attribute" vgpu restore
check "the refused attribute leaves no vGPU behind" eval "! test -e /sys/bus/mdev/devices/$sample"
refuses "create reports the refused attribute too" 1 "no_such_attribute" vgpu create --uuid "$sample"

mkdir -p /etc/mdevctl.d/mtty
mkfifo "/etc/mdevctl.d/mtty/broken"
check "a stray file hides nothing" eval "listed $ours | grep -q V5_8"

finish
