#!/usr/bin/env bash
# Every display that attach can add, up to a running QEMU of a real libvirt, and detached again.
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh

uuid=4b20d080-1b54-4048-85b3-a6a62d165c01
work=$(mktemp -d)

cleanup() {
	virsh destroy screens
	virsh undefine screens
	[ -z "${xvfb-}" ] || kill "$xvfb"
	lab_remove_vgpu "$uuid"
	rm -rf "$work"
} >/dev/null 2>&1
trap cleanup EXIT

# domain: prints one as virt-manager makes it, with QXL and SPICE
domain() {
	cat <<XML
<domain type='qemu'>
  <name>screens</name>
  <memory unit='MiB'>128</memory>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
  </os>
  <on_reboot>destroy</on_reboot>
  <devices>
    <channel type='spicevmc'>
      <target type='virtio' name='com.redhat.spice.0'/>
    </channel>
    <graphics type='spice' autoport='yes'>
      <listen type='address' address='127.0.0.1'/>
    </graphics>
    <sound model='ich6'/>
    <video>
      <model type='$1'/>
    </video>
    <memballoon model='none'/>
  </devices>
</domain>
XML
}

# A domain whose start fails leaves QEMU's words in its log.
start() {
	virsh start screens || {
		tail -n 5 /var/log/libvirt/qemu/screens.log
		return 1
	}
	lab_command_line screens >"$work/command"
}

# has PATTERN...: QEMU's command line must match each pattern
has() {
	local pattern
	for pattern; do
		grep -E -e "$pattern" "$work/command" || { echo "no $pattern"; return 1; }
	done
}

lab_load_gvtsim
lab_create_vgpu "$lab_gvt" i915-GVTg_V5_8 "$uuid"
node=/dev/dri/$(basename "/sys/bus/pci/devices/$lab_gvt/drm"/renderD*)
vgpu='"driver":"vfio-pci-nohotplug","id":"ua-vgpu".*'$uuid'.*"display":"on".*"ramfb":true.*"addr":"0x2"'

Xvfb :7 -ac -screen 0 1280x800x24 >/dev/null 2>&1 &
xvfb=$!
export DISPLAY=:7
unset WAYLAND_DISPLAY XAUTHORITY

attach() { vgpu attach --yes "$@" screens "$uuid"; }

# attach_blindly OPTION...: attaches without asking what this QEMU can do
attach_blindly() {
	vgpu attach --rendernode "$node" "$@" --xml "$work/before" "$uuid" >"$work/blind.xml" &&
		virsh define --validate "$work/blind.xml"
}

# try MODE VIDEO START OPTIONS PATTERN...: attaches, starts and detaches
try() {
	local mode=$1 video=$2 start=$3 how=attach options
	[ "$start" != stops_though_told ] || how=attach_blindly
	read -ra options <<<"$4"
	shift 4
	domain "$video" >"$work/screens.xml"
	check "$mode: a domain is defined" virsh define --validate "$work/screens.xml"
	lab_definition screens >"$work/before"
	check "$mode: it is attached" "$how" "${options[@]}"
	"$start" "$mode"
	check "$mode: QEMU has what it needs" has "$@"
	virsh destroy screens >/dev/null 2>&1
	check "$mode: it is detached" eval 'vgpu detach --yes screens >"$work/said" 2>&1'
	check "$mode: what libvirt made of it is nobody's change" eval '! grep "note: " "$work/said"'
	lab_definition screens >"$work/after"
	check "$mode: the definition is what it was" diff -u "$work/before" "$work/after"
	virsh undefine screens >/dev/null
}

starts() { check "$1: it starts" start; }

# QEMU shows a vGPU only on displays that accept its dma-bufs: VNC never does, and GTK does not on
# the X server of the lab. QEMU gets that far with everything that it needs.
stops_at_dmabuf() {
	rm -f /var/log/libvirt/qemu/screens.log
	check "$1: QEMU finds no display for its dma-bufs" eval '! virsh start screens 2>&1'
	check "$1: QEMU says so in its log" grep "The console requires display DMABUF support" /var/log/libvirt/qemu/screens.log
	sed -e 's/ \\$//' -e 's/^-[a-z]* //' /var/log/libvirt/qemu/screens.log | tr -d "'" >"$work/command"
}

# attach must refuse what it knows cannot start, and it must refuse it for a good reason.
stops_though_told() {
	refuses "$1: attach refuses it if it knows QEMU" 1 "cannot start a vGPU that has a picture together with VNC.*--display dbus" \
		vgpu attach --yes --display vnc screens "$uuid"
	stops_at_dmabuf "$1"
}

try dbus qxl starts "" "$vgpu" "^dbus,p2p=(on|yes),gl=on,rendernode=$node,audiodev=audio1" '"driver":"dbus"'
check "dbus: QEMU has no emulated video" eval '! grep -E "VGA|cirrus|qxl" "$work/command"'
try spice qxl starts "--display spice" "$vgpu" "gl=on,rendernode=$node" spicevmc
try vnc qxl stops_though_told "--display vnc" "$vgpu" "^egl-headless,rendernode=$node" "^127.0.0.1:[0-9]"
try none qxl starts "--display none" "$uuid.*\"display\":\"off\"" '"driver":"qxl-vga"'
try gtk qxl stops_at_dmabuf "--display gtk" "$vgpu" "^gtk,gl=on" "^DISPLAY=:7" "^GDK_SCALE=1"
try install qxl starts "--install-drivers" "$vgpu" '"driver":"cirrus-vga".*"addr":"0x([3-9a-f]|1.)"' "^dbus,p2p"
try resolution vga starts "--xres 1280 --yres 720" '"xres":1280' '"yres":720'

finish
