#!/usr/bin/env bash
# vgpu restore: makes all vGPUs that can be made, several restores at the same time, and a
# parent that appears late.
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh

uuids=()
for n in 1 2 3 4; do
	uuids+=("4b20d080-1b54-4048-85b3-a6a62d165f0$n")
done

many=()
for n in {10..33}; do
	many+=("4b20d080-1b54-4048-85b3-a6a62d165e$n")
done

qemu=
cleanup() {
	local uuid
	[ -z "$qemu" ] || { kill "$qemu" && wait "$qemu"; } 2>/dev/null
	for uuid in "${uuids[@]}"; do
		vgpu remove "$uuid"
	done 2>/dev/null
	for uuid in "${many[@]}"; do
		vgpu remove "$uuid"
	done 2>/dev/null
	rm -rf /etc/mdevctl.d/absent
	udevadm control --start-exec-queue
	[ ! -L /usr/sbin/mdevctl ] || rm /usr/sbin/mdevctl
}
trap cleanup EXIT

# stop UUID...: restores the state in which these were never made since boot
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

check "systemd verifies the services" systemd-analyze verify --man=no vgpu-restore.service vgpu-restore@mtty.service
for unit in vgpu-restore.service vgpu-restore@mtty.service; do
	check "$unit has an exposure of 2.0 at most" systemd-analyze security --no-pager --threshold=20 "$unit"
done
check "udev verifies the rule" udevadm verify /usr/lib/udev/rules.d/90-vgpu.rules

lab_load_samples
lab_load_gvtsim
vgpu create --parent "$lab_gvt" --type i915-GVTg_V5_8 --uuid "${uuids[0]}" >/dev/null 2>&1
vgpu create --parent mbochs --type mbochs-small --uuid "${uuids[1]}" >/dev/null 2>&1
vgpu create --parent mdpy --type mdpy-vga --uuid "${uuids[2]}" >/dev/null 2>&1
vgpu create --parent mtty --type mtty-1 --uuid "${uuids[3]}" >/dev/null 2>&1

stop "${uuids[@]}"
check "restore makes what is missing" vgpu restore
check "restore makes all of them" all_there "${uuids[@]}"
same "a second restore has nothing to do" "" "$(vgpu restore 2>&1)"

stop "${uuids[@]}"
check "restore --parent succeeds" vgpu restore --parent mdpy
check "restore --parent makes only the vGPUs of that parent" eval 'all_there "${uuids[2]}" && ! test -e "/sys/bus/mdev/devices/${uuids[0]}"'

stop "${uuids[2]}"
pids=() status=0
for _ in 1 2 3 4; do
	vgpu restore >/dev/null 2>&1 &
	pids+=($!)
done
for pid in "${pids[@]}"; do
	wait "$pid" || status=1
done
same "four restores at the same time all succeed" 0 "$status"
check "all vGPUs are there after them" all_there "${uuids[@]}"

# mdevctl's rule makes the same vGPUs, and does not take our lock.
stop "${uuids[@]}"
pids=() status=0
for parent in "$lab_gvt" mbochs mdpy mtty; do
	mdevctl start-parent-mdevs "$parent" >/dev/null 2>&1 &
	pids+=($!)
done
vgpu restore >/dev/null 2>&1 || status=1
wait "${pids[@]}"
same "restore succeeds beside mdevctl" 0 "$status"
check "all vGPUs are there after both" all_there "${uuids[@]}"

stop "${uuids[@]}"
mkdir -p /etc/mdevctl.d/absent
cp "/etc/mdevctl.d/mtty/${uuids[3]}" /etc/mdevctl.d/absent/4b20d080-1b54-4048-85b3-a6a62d165f05
refuses "a missing parent is reported in one line" 1 \
	"cannot restore 4b20d080-1b54-4048-85b3-a6a62d165f05: its parent absent" \
	eval 'vgpu restore 2>&1 >/dev/null | grep -v ": made " >&2; exit "${PIPESTATUS[0]}"'
check "the others are made all the same" all_there "${uuids[@]}"
# took SECONDS: succeeds if that much time has passed since `since`
took() { [ $((SECONDS - since)) -ge "$1" ]; }
since=$SECONDS
refuses "a parent that does not appear in time is reported in one line" 1 "165f05: its parent absent makes no vGPUs now" \
	eval 'vgpu restore --wait 2 2>&1 >/dev/null | grep -v ": waiting " >&2; exit "${PIPESTATUS[0]}"'
check "restore has waited for it" took 2
systemctl restart vgpu-restore
same "at boot a parent may appear later, and the service does not fail" success \
	"$(systemctl show -p Result --value vgpu-restore)"
check "the service reports the missing parent" eval \
	'journalctl -b -o cat -u vgpu-restore | grep -q "165f05 waits for its parent absent"'
rm -rf /etc/mdevctl.d/absent

# A restore must not change the attributes of a vGPU that a virtual machine uses.
vgpu restore 2>/dev/null
refresh=/sys/bus/mdev/devices/${uuids[0]}/gvtsim/refresh_mhz
was=$(<"$refresh")
cp "/etc/mdevctl.d/$lab_gvt/${uuids[0]}" /tmp/definition
printf '{"mdev_type":"i915-GVTg_V5_8","start":"auto","attrs":[{"gvtsim/refresh_mhz":"12345"}]}' \
	>"/etc/mdevctl.d/$lab_gvt/${uuids[0]}"
qemu-system-x86_64 -accel tcg -machine q35 -nodefaults -display none -S \
	-device "vfio-pci,sysfsdev=/sys/bus/mdev/devices/${uuids[0]}" >/tmp/qemu.log 2>&1 &
qemu=$!
group=$(basename "$(realpath "/sys/bus/mdev/devices/${uuids[0]}/iommu_group")")
check "a virtual machine has a vGPU" lab_wait 30 eval "ls -l /proc/$qemu/fd | grep -q ' /dev/vfio/$group'"
for unit in vgpu-restore.service "vgpu-restore@$lab_gvt.service"; do
	systemctl restart "$unit"
	same "$unit leaves its attributes alone and does not fail" "$was success" \
		"$(<"$refresh") $(systemctl show -p Result --value "$unit")"
done
kill "$qemu" && wait "$qemu" 2>/dev/null
qemu=
systemctl restart "vgpu-restore@$lab_gvt.service"
same "restore sets them once the vGPU is free" 12345 "$(<"$refresh")"
cp /tmp/definition "/etc/mdevctl.d/$lab_gvt/${uuids[0]}"
echo "$was" >"$refresh"

# udevd is stopped, so that only the kernel reports the parent.
vgpu restore 2>/dev/null
modprobe -r gvtsim
stop "${uuids[1]}"
udevadm control --stop-exec-queue
strace -f -e trace=poll,ppoll,clock_nanosleep,flock -o /tmp/waiting vgpu restore --wait 60 2>/tmp/said &
waiter=$!
check "restore says for which parent it waits" lab_wait 20 grep -q "waiting up to 60 s for the parent $lab_gvt" /tmp/said
check "vGPUs of other parents are made at once" all_there "${uuids[1]}"
check "restore does not hold the lock while it waits" timeout 5 vgpu remove --keep "${uuids[1]}"
sleep 2
modprobe gvtsim
status=0
wait "$waiter" || status=$?
same "restore succeeds once the parent is there" 0 "$status"
check "restore has made the vGPU of that parent" all_there "${uuids[0]}"
udevadm control --start-exec-queue
udevadm settle
check "it slept until something happened" eval '[ "$(grep -cE "poll|nanosleep" /tmp/waiting)" -lt 50 ]'

# This is done twice: systemd must not mistake the second registration for the first.
for time in first second; do
	modprobe -r gvtsim
	check "without its driver the vGPU is gone, the $time time" eval \
		'! test -e "/sys/bus/mdev/devices/${uuids[0]}"'
	lab_load_gvtsim
	check "it is back when its parent registers, the $time time" lab_wait 20 all_there "${uuids[0]}"
	check "made by the service, the $time time" lab_wait 10 eval \
		"journalctl -b -o cat -u 'vgpu-restore@$lab_gvt' | grep -q 'made ${uuids[0]}'"
done

# This is mdevctl's rule, which in Debian 13 has a wrong path to mdevctl.
[ -e /usr/sbin/mdevctl ] || ln -s "$(command -v mdevctl)" /usr/sbin/mdevctl
for uuid in "${uuids[@]:1:2}"; do
	vgpu remove "$uuid" 2>/dev/null
	vgpu create --parent "$lab_gvt" --type i915-GVTg_V5_8 --uuid "$uuid" >/dev/null 2>&1
done
# Messages of what the rule started before the link existed must not count.
udevadm settle
sleep 3
began=$(date +%s)
rounds=0
for _ in 1 2 3; do
	modprobe -r gvtsim
	lab_load_gvtsim
	vgpu restore --parent "$lab_gvt" >>/tmp/rounds 2>&1 &
	lab_wait 20 all_there "${uuids[@]:0:3}" && rounds=$((rounds + 1))
	wait "$!" || rounds=-10
	lab_wait 20 eval '[ "$(systemctl is-active "vgpu-restore@$lab_gvt")" = inactive ]'
done
same "with mdevctl's rule, all vGPUs are there in each of three rounds" 3 "$rounds"
same "no vGPU is there twice" 3 "$(find /sys/bus/mdev/devices -name '4b20d080-*' -lname "*$lab_gvt*" | wc -l)"
same "mdevctl has nothing to report" "" "$(journalctl -q -o cat --since "@$began" -t mdevctl)"
same "our services have nothing to report" "" \
	"$(journalctl -q -o cat --since "@$began" -p warning -u "vgpu-restore@$lab_gvt" -u vgpu-restore; grep -v ": made " /tmp/rounds)"

# vgpu and mdevctl restore at the same time, each of them a little earlier in turn, with enough
# vGPUs to take some time. mdevctl warns about vGPUs that exist or appear while it looks, even if
# only two mdevctl run: that is why the services let its rule go first.
for uuid in "${many[@]}"; do
	printf '{"mdev_type":"mtty-1","start":"auto","attrs":[]}' >"/etc/mdevctl.d/mtty/$uuid"
done
vgpu remove "${uuids[3]}" 2>/dev/null
rm -f /tmp/mdevctl /tmp/ours
touch /tmp/mdevctl /tmp/ours
by_us=0 by_all=0
# race VGPU_LATER MDEVCTL_LATER: delays in seconds
race() {
	local uuid pid
	for uuid in "${many[@]}"; do
		[ ! -e "/sys/bus/mdev/devices/$uuid" ] || stop "$uuid"
	done
	{ sleep "$1"; vgpu restore --parent mtty || echo failed; } >/tmp/made 2>&1 &
	pid=$!
	sleep "$2"
	mdevctl start-parent-mdevs mtty >>/tmp/mdevctl 2>&1 || echo failed >>/tmp/mdevctl
	wait "$pid"
	grep -v ": made " /tmp/made >>/tmp/ours
	by_us=$((by_us + $(grep -c ": made " /tmp/made))) by_all=$((by_all + ${#many[@]}))
	all_there "${many[@]}" || echo missing >>/tmp/ours
}
for later in 0.1 0.2; do
	race 0 "$later"
done
for later in 0.05 0.1 0.15 0.2; do
	race "$later" 0
done
echo "# $by_us of $by_all vGPUs were made by vgpu, the others by mdevctl"
same "whichever comes first, vgpu has nothing to report" "" "$(cat /tmp/ours)"
same "mdevctl has nothing else to report" "" \
	"$(grep -vE "Device already exists|Failed to create mdev .* on mtty|No available instances|File exists" /tmp/mdevctl)"

systemctl restart vgpu-restore
same "the boot service succeeds after that" success \
	"$(systemctl show -p Result --value vgpu-restore)"

finish
