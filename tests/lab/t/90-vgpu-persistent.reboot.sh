#!/usr/bin/env bash
# After a real reboot the vGPUs of 90-vgpu-persistent.sh are there again.
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh

cleanup() {
	local uuid
	for uuid in $(jq -r '.[].uuid' /root/vgpus-before-reboot); do
		vgpu remove "$uuid"
	done 2>/dev/null
	systemctl disable vgpu-restore.service 2>/dev/null
	rm -f /etc/modules-load.d/vgpu-test.conf /etc/udev/rules.d/60-mdevctl.rules
}
trap cleanup EXIT

# Prints a unit's monotonic time in microseconds.
when() { systemctl show -p "$2" --value "$1"; }

check "there were four vGPUs before the reboot" test "$(jq length /root/vgpus-before-reboot)" = 4
same "all vGPUs are active and defined as before" "$(cat /root/vgpus-before-reboot)" "$(vgpu list --json)"
same "the service made them" success "$(systemctl show -p Result --value vgpu-restore)"
check "the service says which vGPUs it made" eval 'journalctl -b -o cat -u "vgpu-restore*" | grep -q ": made "'
same "neither mdevctl nor our services report an error" "" "$(journalctl -q -b -o cat -t mdevctl
	journalctl -q -b -o cat -p warning -u 'vgpu-restore*')"
echo "# made by the services: $(journalctl -b -o cat -u "vgpu-restore*" | grep -c ": made "); the boot service took $((($(when vgpu-restore ExecMainExitTimestampMonotonic) - $(when vgpu-restore ExecMainStartTimestampMonotonic)) / 1000)) ms"
check "the service has ended before libvirtd starts" test \
	"$(when vgpu-restore ExecMainExitTimestampMonotonic)" -gt 0 -a \
	"$(when vgpu-restore ExecMainExitTimestampMonotonic)" -lt \
	"$(when libvirtd ActiveEnterTimestampMonotonic)"
for uuid in $(jq -r '.[].uuid' /root/vgpus-before-reboot); do
	check "$uuid is removed" vgpu remove "$uuid"
done
same "no vGPU is left" "[]" "$(vgpu list --json)"

finish
