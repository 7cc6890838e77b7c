#!/usr/bin/env bash
# What create says when a parent has no room: each kind of shortage, with the kernel's own
# numbers, and who uses the rest, including a real libvirt domain.
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh

uuids=()
for n in {0..7}; do
	uuids+=("4b20d080-1b54-4048-85b3-a6a62d165a0$n")
done
work=$(mktemp -d)

cleanup() {
	virsh destroy holder
	virsh undefine holder
	vgpu remove --all --yes
	rm -rf "$work"
} >/dev/null 2>&1
trap cleanup EXIT

# gvtsim [PARAMETER=VALUE...]: loads a GPU without vGPUs
gvtsim() {
	vgpu remove --all --yes >/dev/null 2>&1
	modprobe -r gvtsim
	lab_load_gvtsim "$@"
	dmesg --clear
}

# make TYPE N...: makes the vGPUs with these numbers
make() {
	local type=$1 n
	shift
	for n; do
		vgpu create --type "i915-GVTg_V5_$type" --uuid "${uuids[$n]}" || return
	done >/dev/null 2>&1
}

# short_of TYPE: prints what create says is short, without the rest of the message
short_of() { vgpu create --type "i915-GVTg_V5_$1" 2>&1 >/dev/null | sed 's/.*: short of //; s/; .*//'; }

# by_the_kernel TYPE: prints how the kernel refuses one more, as "RESOURCE NEED FREE TOTAL"
by_the_kernel() {
	dmesg --clear
	echo 4b20d080-1b54-4048-85b3-a6a62d165aff \
		>"/sys/class/mdev_bus/$lab_gvt/mdev_supported_types/i915-GVTg_V5_$1/create" && return 1
	dmesg | sed -n 's/.*fail to allocate resource \(.*\)/\1/p; s/.*request \([0-9]*\)MB avail \([0-9]*\)MB max \([0-9]*\)MB.*/\1 \2 \3/p' | paste -sd ' '
} 2>/dev/null

modprobe -r gvtsim mbochs mdpy mtty 2>/dev/null
lab_load_samples
unset LIBVIRT_DEFAULT_URI

# --- the aperture

gvtsim aperture_mb=512
make 2 0
before=$(vgpu list --brief --json)
same "the aperture is short" "128 MB of aperture (needs 256 MB, 128 of 384 MB are free)" "$(short_of 2)"
same "the kernel has the same numbers" "low GM space 256 128 384" "$(by_the_kernel 2)"
refuses "the holder and what can be done are named" 1 \
	"taken by ${uuids[0]}, a i915-GVTg_V5_2 not in use; you can take i915-GVTg_V5_4, which fits, or set an aperture of more than 512 MB in the firmware \(not DVMT\), or remove a vGPU; " \
	vgpu create --type i915-GVTg_V5_2
same "a refusal leaves nothing behind" "$before" "$(vgpu list --brief --json)"
make 8 1
refuses "a smaller type can have a higher resolution" 1 \
	"take i915-GVTg_V5_8, which fits \(xres and yres or CRU give it more than 1024x768\)" \
	vgpu create --type i915-GVTg_V5_4
check "the type that the message names fits" vgpu create --type i915-GVTg_V5_8 --uuid "${uuids[2]}"
refuses "without --type, no type fits" 1 \
	"$lab_gvt has no room for another vGPU, not even a i915-GVTg_V5_8: short of 64 MB of aperture \(needs 64 MB, 0 of 384 MB are free\)" \
	vgpu create
refuses "--max is the same" 1 "not even a i915-GVTg_V5_8" vgpu create --max
vgpu remove "${uuids[0]}" 2>/dev/null
same "create names the largest type that still fits" \
	"vgpu: made ${uuids[0]} on $lab_gvt: i915-GVTg_V5_2, the largest type that fits; it comes back at boot" \
	"$(vgpu create --max --uuid "${uuids[0]}" 2>&1 >/dev/null)"

gvtsim aperture_mb=256
make 8 0 1
same "a small aperture is short of 64 MB" "64 MB of aperture (needs 64 MB, 0 of 128 MB are free)" "$(short_of 8)"

# --- high memory, fences, ids

gvtsim
make 1 0
same "high memory is short" \
	"384 MB of high graphics memory (needs 1024 MB, 640 of 2688 MB are free)" "$(short_of 2)"
same "the kernel has the same numbers of it" "high GM space 1024 640 2688" "$(by_the_kernel 2)"
refuses "a larger aperture is not offered for that" 1 "you can take i915-GVTg_V5_4, which fits, or remove a vGPU" \
	vgpu create --type i915-GVTg_V5_2

gvtsim aperture_mb=512 fences=12
make 8 0 1
same "fences are short" "4 fences (needs 4, 0 of 8 are free)" "$(short_of 8)"
same "the kernel is short of fences too" "fence" "$(by_the_kernel 8 | cut -d ' ' -f 1)"

gvtsim
make 8 0 1 2 3 4 5 6
same "seven vGPUs are the maximum" \
	"384 MB of high graphics memory (needs 384 MB, 0 of 2688 MB are free) and 4 fences (needs 4, 0 of 28 are free) and 1 id (needs 1, 0 of 7 are free)" \
	"$(short_of 8)"
same "all seven are named" 7 "$(vgpu create 2>&1 | grep -o "165a0[0-6], a i915-GVTg_V5_8 not in use" | wc -l)"

# --- enough room in total, but in pieces

gvtsim aperture_mb=512
make 8 0 1 2 3 4 5
vgpu remove "${uuids[0]}" "${uuids[2]}" 2>/dev/null
same "the kernel counts enough room" 1 "$(cat "/sys/class/mdev_bus/$lab_gvt/mdev_supported_types/i915-GVTg_V5_4/available_instances")"
refuses "create says that the room is in pieces, and what to do" 1 \
	"128 MB of aperture count as free, but they are not in one piece, or the desktop uses them; .*create it before the display manager starts \(--stop-display-manager\)" \
	vgpu create --type i915-GVTg_V5_4 --uuid "${uuids[7]}"
check "no definition stays" test ! -e "/etc/mdevctl.d/$lab_gvt/${uuids[7]}"

# --- a driver that provides no numbers

for n in 0 1 2 3; do
	vgpu create --parent mbochs --type mbochs-large >/dev/null 2>&1
done
refuses "for another driver, create says in general words that there is no room" 1 \
	"^vgpu: mbochs has no room for another mbochs-large: its driver has no instance left; taken by [0-9a-f-]{36}, a mbochs-large not in use; .*; you can .*remove a vGPU" \
	vgpu create --parent mbochs --type mbochs-large

# --- the user is a domain

gvtsim aperture_mb=512
make 2 0
make 8 1
cat >"$work/holder.xml" <<XML
<domain type='qemu'>
  <name>holder</name>
  <memory unit='MiB'>64</memory>
  <os>
    <type arch='x86_64' machine='q35'>hvm</type>
  </os>
  <devices>
    <hostdev mode='subsystem' type='mdev' model='vfio-pci'>
      <source><address uuid='${uuids[0]}'/></source>
    </hostdev>
    <memballoon model='none'/>
  </devices>
</domain>
XML
check "a domain with the vGPU is defined" virsh define --validate "$work/holder.xml"
same "list shows the domain that has it" "holder -" \
	"$(vgpu list | awk -v uuid="${uuids[0]}" '$1 == uuid { print $(NF - 1), $NF }')"
same "list --json shows the domain" '["holder"] null [] null' \
	"$(vgpu list --json | jq -c '.[] | .domains, .process' | paste -sd ' ')"
refuses "create without room names the domain" 1 "${uuids[0]}, a i915-GVTg_V5_2 of the domain holder;" \
	vgpu create --type i915-GVTg_V5_2
check "the domain starts" virsh start --paused holder
pid=$(cat /run/libvirt/qemu/holder.pid)
same "list shows the process" "holder qemu-system-x86 ($pid)" \
	"$(vgpu list | awk -v uuid="${uuids[0]}" '$1 == uuid { print $(NF - 2), $(NF - 1), $NF }')"
same "list --json shows the process and its domain" "[$pid,\"qemu-system-x86\",\"holder\"]" \
	"$(vgpu list --json | jq -c --arg uuid "${uuids[0]}" '.[] | select(.uuid == $uuid) | .process | [.pid, .command, .domain]')"
same "list --brief does not look for it" "null" \
	"$(vgpu list --json --brief | jq -c --arg uuid "${uuids[0]}" '.[] | select(.uuid == $uuid) | .process')"
same "a user who is not root sees the domain" "holder -" \
	"$(runuser -u user -- vgpu list | awk -v uuid="${uuids[0]}" '$1 == uuid { print $(NF - 1), $NF }')"
held="in use by the domain holder \(qemu-system-x86, PID $pid\)"
refuses "create without room names domain and process" 1 "${uuids[0]}, a i915-GVTg_V5_2 $held;" vgpu create --type i915-GVTg_V5_2
refuses "a UUID that is taken names domain and process" 1 "${uuids[0]} is taken by a i915-GVTg_V5_2 on $lab_gvt, $held" \
	vgpu create --uuid "${uuids[0]}" --type i915-GVTg_V5_8
refuses "remove refuses, and names domain and process" 1 "${uuids[0]} is $held: shut the virtual machine down first" \
	vgpu remove "${uuids[0]}"
refuses "remove --keep refuses as well" 1 "$held" vgpu remove --keep "${uuids[0]}"
said=$(vgpu remove --all --yes 2>&1)
same "remove --all fails only for that vGPU" "1 1" "$? $(grep -cE "$held" <<<"$said")"
check "remove --all removes the other vGPU" eval \
	"test -e /sys/bus/mdev/devices/${uuids[0]} && ! test -e /sys/bus/mdev/devices/${uuids[1]}"
check "the vGPU in use stays defined" test -e "/etc/mdevctl.d/$lab_gvt/${uuids[0]}"
check "its definition can be forgotten" vgpu forget "${uuids[0]}"
check "it stays active" test -e "/sys/bus/mdev/devices/${uuids[0]}"
virsh destroy holder >/dev/null
check "it is removed when the domain is off" lab_wait 10 vgpu remove "${uuids[0]}"

make 8 1
kill -STOP "$(pidof libvirtd)"
refuses "a hanging libvirt does not block the list" 0 "it is not known which domains have the vGPUs: libvirt does not answer" \
	timeout 60 vgpu list
kill -CONT "$(pidof libvirtd)"
systemctl stop libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket libvirtd.service 2>/dev/null
refuses "without libvirt the list says so" 0 "it is not known which domains have the vGPUs: cannot connect to libvirt" vgpu list
same "the list is printed all the same" "? -" "$(vgpu list 2>/dev/null | awk -v uuid="${uuids[1]}" '$1 == uuid { print $(NF - 1), $NF }')"
systemctl start libvirtd.socket

finish
