#!/usr/bin/env bash
# The vGPU is there again, and can be removed.
# shellcheck source=tests/lab/demo.d/common.sh
. /lab/tests/lab/demo.d/common.sh
trap 'printf "the demo stopped at line %d of %s\n" "$LINENO" "$0"' ERR
uuid=3f6c1bb2-8c1e-4d6f-9d0a-5b6a2f5d7e01

step "After the reboot the vGPU is there again"
run vgpu list
test -d "/sys/bus/mdev/devices/$uuid"

step "Remove it"
run vgpu remove "$uuid"
run vgpu list
test ! -e "/sys/bus/mdev/devices/$uuid"
test ! -e "/etc/mdevctl.d/$lab_gvt/$uuid"
echo "nothing of the vGPU is left"
