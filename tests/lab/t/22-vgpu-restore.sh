#!/usr/bin/env bash
# vgpu restore: all that can be, from several at once, and for a parent that
# comes late.
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh

uuids=()
for n in 1 2 3 4; do
	uuids+=("4b20d080-1b54-4048-85b3-a6a62d165f0$n")
done

cleanup() {
	local uuid
	for uuid in "${uuids[@]}"; do
		vgpu remove "$uuid"
	done 2>/dev/null
	rm -rf /etc/mdevctl.d/absent
}
trap cleanup EXIT

# stop UUID...: as if it had never been made in this boot
stop() {
	local uuid
	for uuid; do
		echo 1 >"/sys/bus/mdev/devices/$uuid/remove"
	done
}

all_there() {
	local uuid
	for uuid; do
		[ -e "/sys/bus/mdev/devices/$uuid" ] || return 1
	done
}

check "systemd likes the services" systemd-analyze verify --man=no vgpu-restore.service vgpu-restore@mtty.service
check "udev likes the rule" udevadm verify /usr/lib/udev/rules.d/90-vgpu.rules

lab_load_samples
lab_load_gvtsim
vgpu create --parent "$lab_gvt" --type i915-GVTg_V5_8 --uuid "${uuids[0]}" >/dev/null 2>&1
vgpu create --parent mbochs --type mbochs-small --uuid "${uuids[1]}" >/dev/null 2>&1
vgpu create --parent mdpy --type mdpy-vga --uuid "${uuids[2]}" >/dev/null 2>&1
vgpu create --parent mtty --type mtty-1 --uuid "${uuids[3]}" >/dev/null 2>&1

stop "${uuids[@]}"
check "restore makes what is missing" vgpu restore
check "all of it" all_there "${uuids[@]}"
same "again, there is nothing to do" "" "$(vgpu restore 2>&1)"

stop "${uuids[@]}"
check "only those of one parent, if asked" vgpu restore --parent mdpy
check "no other" eval 'all_there "${uuids[2]}" && ! test -e "/sys/bus/mdev/devices/${uuids[0]}"'

stop "${uuids[2]}"
pids=() status=0
for _ in 1 2 3 4; do
	vgpu restore >/dev/null 2>&1 &
	pids+=($!)
done
for pid in "${pids[@]}"; do
	wait "$pid" || status=1
done
same "four at once all succeed" 0 "$status"
check "and all is there" all_there "${uuids[@]}"

# mdevctl's rule makes the same vGPUs and takes no lock of ours.
stop "${uuids[@]}"
pids=() status=0
for parent in "$lab_gvt" mbochs mdpy mtty; do
	mdevctl start-parent-mdevs "$parent" >/dev/null 2>&1 &
	pids+=($!)
done
vgpu restore >/dev/null 2>&1 || status=1
wait "${pids[@]}"
same "restore succeeds beside mdevctl" 0 "$status"
check "and all is there, too" all_there "${uuids[@]}"

stop "${uuids[@]}"
mkdir -p /etc/mdevctl.d/absent
cp "/etc/mdevctl.d/mtty/${uuids[3]}" /etc/mdevctl.d/absent/4b20d080-1b54-4048-85b3-a6a62d165f05
refuses "a parent that is not there is one line" 1 \
	"cannot restore 4b20d080-1b54-4048-85b3-a6a62d165f05: its parent absent" \
	eval 'vgpu restore 2>&1 >/dev/null | grep -v ": made " >&2; exit "${PIPESTATUS[0]}"'
check "the others are made all the same" all_there "${uuids[@]}"
systemctl restart vgpu-restore
same "at boot it may come later, and the service does not fail" success \
	"$(systemctl show -p Result --value vgpu-restore)"
check "but tells of it" eval \
	'journalctl -b -o cat -u vgpu-restore | grep -q "165f05 waits for its parent absent"'
rm -rf /etc/mdevctl.d/absent

# Twice: systemd must not take the second registration for the first.
for time in first second; do
	modprobe -r gvtsim
	check "without its driver the vGPU is gone, the $time time" eval \
		'! test -e "/sys/bus/mdev/devices/${uuids[0]}"'
	lab_load_gvtsim
	check "it is back when its parent registers, the $time time" lab_wait 20 all_there "${uuids[0]}"
	check "made by the service, the $time time" lab_wait 10 eval \
		"journalctl -b -o cat -u 'vgpu-restore@$lab_gvt' | grep -q 'made ${uuids[0]}'"
done

systemctl restart vgpu-restore
same "the boot service has nothing against that" success \
	"$(systemctl show -p Result --value vgpu-restore)"

finish
