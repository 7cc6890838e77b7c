#!/usr/bin/env bash
# vgpu attach and vgpu detach when a domain is running, is saved, has snapshots, or shares the
# machine with other domains and processes.
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh

first=4b20d080-1b54-4048-85b3-a6a62d165c01
second=4b20d080-1b54-4048-85b3-a6a62d165c02
sample=c0ffee00-1b54-4048-85b3-a6a62d165c03
backups=/var/lib/vgpu/backups
work=$(mktemp -d)

cleanup() {
	local name
	[ -z "${stranger-}" ] || kill "$stranger"
	for name in one two; do
		virsh destroy "$name"
		virsh undefine "$name" --managed-save --snapshots-metadata
	done
	vgpu remove "$first" "$second"
	[ ! -e "/sys/bus/mdev/devices/$sample" ] || echo 1 >"/sys/bus/mdev/devices/$sample/remove"
	rm -rf "$work" "$backups"
} >/dev/null 2>&1
trap cleanup EXIT

# guest NAME MACHINE
guest() {
	cat <<-XML >"$work/$1.xml"
		<domain type='qemu'>
		  <name>$1</name>
		  <memory unit='MiB'>64</memory>
		  <os><type arch='x86_64' machine='$2'>hvm</type></os>
		  <devices>
		    <graphics type='vnc' autoport='yes'/>
		    <video><model type='vga'/></video>
		  </devices>
		</domain>
	XML
	virsh define --validate "$work/$1.xml" >/dev/null
}

definition() { virsh dumpxml --inactive --security-info "$1"; }
command_line() { tr '\0' '\n' <"/proc/$(cat "/run/libvirt/qemu/$1.pid")/cmdline"; }
said() { grep -F -- "$1" "$work/said"; }
saved() { find "$backups/$(virsh domuuid "$1")" -name '*.xml' | sort; }

lab_load_gvtsim
lab_load_samples
check "two guests are there" eval 'guest one pc && guest two q35'
definition one >"$work/one.before"
definition two >"$work/two.before"

refuses "without a vGPU it says how to make one" 1 "there is no free vGPU: 'vgpu create'" vgpu attach --yes one
check "two vGPUs are made" eval 'vgpu create --type i915-GVTg_V5_8 --uuid "$first" >/dev/null 2>&1 &&
	vgpu create --type i915-GVTg_V5_8 --uuid "$second" >/dev/null 2>&1'
refuses "if two vGPUs are free, one must be named" 1 "which vGPU\? These are free: $first, $second" vgpu attach --yes one
refuses "a missing terminal is reported in one line" 2 "no terminal to ask on: .*--yes" vgpu attach one "$first"
rm -rf "$backups" && mkdir -p "$(dirname "$backups")" && touch "$backups"
refuses "a definition that cannot be saved is not changed" 1 "cannot keep the old definition in $backups/.*Not a directory" \
	vgpu attach --yes one "$first"
rm "$backups"
same "after all refusals, nothing is changed" "$(cat "$work/one.before")" "$(definition one)"

check "attach succeeds" vgpu attach --yes one "$first"
same "root's backups are in /var/lib" "$(cat "$work/one.before")" "$(cat "$(saved one)")"
same "only root can read them" "600 700" "$(stat -c %a "$(saved one)") $(stat -c %a "$(dirname "$(saved one)")")"
check "other users cannot read them" eval '! runuser -u user -- cat "$(saved one)"'
check "without a UUID, attach takes the only free vGPU" vgpu attach --yes two
check "the other domain has that vGPU" eval 'definition two | grep "$second"'
refuses "a vGPU of another domain is refused" 1 "in the domain two already" vgpu attach --yes one "$second"
check "detach succeeds" vgpu detach --yes two
same "detach restores the whole definition" "$(cat "$work/two.before")" "$(definition two)"
refuses "a second GVT-g vGPU is refused" 1 "one has the GVT-g vGPU $first already" vgpu attach --yes one "$second"
echo "$sample" >/sys/class/mdev_bus/mbochs/mdev_supported_types/mbochs-small/create
check "a vGPU of another parent is not refused" eval 'vgpu attach --yes --display none two "$sample" && vgpu detach --yes two'
same "detach leaves no trace of it" "$(cat "$work/two.before")" "$(definition two)"

check "the guest starts" virsh start --paused one
vgpu detach --yes one >"$work/said" 2>&1
check "detach says that a running guest must be restarted" said "one is running: shut it down and start it again"
same "its definition is restored" "$(cat "$work/one.before")" "$(definition one)"
check "the running guest still has the vGPU" eval 'virsh dumpxml one | grep "$first"'
refuses "another domain cannot have that vGPU" 1 "$first is in the domain one already" vgpu attach --yes two "$first"
check "the vGPU can be attached again while the guest uses it" vgpu attach --yes one "$first"
check "the vGPU can be detached again" vgpu detach --yes one
virsh destroy one >/dev/null
check "it starts without the vGPU" eval 'virsh start --paused one && ! command_line one | grep vfio'

virsh destroy one >/dev/null
printf '<domainsnapshot><name>clean</name><state>shutoff</state><creationTime>1700000000</creationTime>%s</domainsnapshot>' \
	"$(definition one)" >"$work/snapshot.xml"
check "the guest gets a snapshot" virsh snapshot-create --redefine one "$work/snapshot.xml"
check "the guest gets a saved image" eval 'virsh start --paused one && virsh managedsave one'
vgpu attach --yes one "$first" >"$work/said" 2>&1
check "a saved image is named" said "'virsh managedsave-remove one'"
check "a snapshot is named" said "one has 1 snapshot (clean), which brings the old definition back"
virsh managedsave-remove one >/dev/null
check "without the saved image, the guest starts with the vGPU" eval 'virsh start --paused one && command_line one | grep "$first"'
virsh destroy one >/dev/null

check "a backup can be restored" eval 'virsh define "$(vgpu attach --backups --json one | jq -r ".[0].file")"'
same "the backup is the original definition" "$(cat "$work/one.before")" "$(definition one)"

qemu-system-x86_64 -name stranger -machine pc -m 32 -nodefaults -display none -S \
	-device "vfio-pci,sysfsdev=/sys/bus/mdev/devices/$first" >"$work/qemu.log" 2>&1 &
stranger=$!
lab_wait 30 eval 'ls -l /proc/$stranger/fd | grep vfio-device'
refuses "a vGPU that a process has open is refused" 1 "$first is in use by the domain stranger \(qemu-system-x86.*, PID $stranger\)" \
	vgpu attach --yes one "$first"
refuses "that vGPU is not listed as free" 1 "which vGPU\? These are free: $second, $sample" vgpu attach --yes one
kill "$stranger"
wait "$stranger"
stranger=

finish
