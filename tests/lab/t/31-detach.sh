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
	lab_remove_vgpu "$sample"
	rm -rf "$work" "$backups"
} >/dev/null 2>&1
trap cleanup EXIT

said() { grep -F -- "$1" "$work/said"; }
saved() { find "$backups/$(virsh domuuid "$1")" -name '*.xml' | sort; }

lab_load_gvtsim
lab_load_samples
check "two guests are there" eval 'virsh define --validate <(lab_domain one) &&
	virsh define --validate <(lab_domain two q35)'
lab_definition one >"$work/one.before"
lab_definition two >"$work/two.before"

refuses "without a vGPU it says how to make one" 1 "there is no free vGPU: 'vgpu create'" vgpu attach --yes one
check "two vGPUs are made" eval 'vgpu create --type i915-GVTg_V5_8 --uuid "$first" >/dev/null 2>&1 &&
	vgpu create --type i915-GVTg_V5_8 --uuid "$second" >/dev/null 2>&1'
refuses "if two vGPUs are free, one must be named" 1 "which vGPU\? These are free: $first, $second" vgpu attach --yes one
refuses "a missing terminal is reported in one line" 2 "no terminal to ask on: .*--yes" vgpu attach one "$first"
rm -rf "$backups" && mkdir -p "$(dirname "$backups")" && touch "$backups"
refuses "a definition that cannot be saved is not changed" 1 "cannot keep the old definition in $backups/.*Not a directory" \
	vgpu attach --yes one "$first"
rm "$backups"
same "after all that nothing is changed" "$(cat "$work/one.before")" "$(lab_definition one)"

check "attach succeeds" vgpu attach --yes one "$first"
same "root's backups are in /var/lib" "$(cat "$work/one.before")" "$(cat "$(saved one)")"
same "for root only" "600 700" "$(stat -c %a "$(saved one)") $(stat -c %a "$(dirname "$(saved one)")")"
check "others cannot see them" eval '! runuser -u user -- cat "$(saved one)"'
check "the one that is left is free" vgpu attach --yes two
check "it is taken" eval 'lab_definition two | grep "$second"'
refuses "one of another domain is refused" 1 "in the domain two already" vgpu attach --yes one "$second"
check "detach" vgpu detach --yes two
same "detach puts back all of it" "$(cat "$work/two.before")" "$(lab_definition two)"
refuses "a second GVT-g vGPU is refused" 1 "one has the GVT-g vGPU $first already" vgpu attach --yes one "$second"
lab_create_vgpu mbochs mbochs-small "$sample"
check "another parent's is not" eval 'vgpu attach --yes --display none two "$sample" && vgpu detach --yes two'
same "and goes without a trace" "$(cat "$work/two.before")" "$(lab_definition two)"

check "the guest starts" virsh start --paused one
vgpu detach --yes one >"$work/said" 2>&1
check "detached while it runs, it has to be restarted" said "one is running: shut it down and start it again"
same "its definition is what it was" "$(cat "$work/one.before")" "$(lab_definition one)"
check "what runs has the vGPU" eval 'virsh dumpxml one | grep "$first"'
refuses "so that another domain cannot have it" 1 "$first is in the domain one already" vgpu attach --yes two "$first"
check "attached again while it runs with it" vgpu attach --yes one "$first"
check "and detached" vgpu detach --yes one
virsh destroy one >/dev/null
check "it starts without the vGPU" eval 'virsh start --paused one && ! lab_command_line one | grep vfio'

virsh destroy one >/dev/null
printf '<domainsnapshot><name>clean</name><state>shutoff</state><creationTime>1700000000</creationTime>%s</domainsnapshot>' \
	"$(lab_definition one)" >"$work/snapshot.xml"
check "it has a snapshot" virsh snapshot-create --redefine one "$work/snapshot.xml"
check "and a saved image" eval 'virsh start --paused one && virsh managedsave one'
vgpu attach --yes one "$first" >"$work/said" 2>&1
check "a saved image is named" said "'virsh -c qemu:///system managedsave-remove one'"
check "a snapshot is named" said "one has 1 snapshot (clean), which brings the old definition back"
virsh managedsave-remove one >/dev/null
check "without it the guest starts with the vGPU" eval 'virsh start --paused one && lab_command_line one | grep "$first"'
virsh destroy one >/dev/null

check "a backup can be put back" eval 'virsh define "$(vgpu attach --backups --json one | jq -r ".[0].file")"'
same "it is what there was" "$(cat "$work/one.before")" "$(lab_definition one)"

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
