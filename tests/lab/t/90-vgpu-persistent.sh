#!/usr/bin/env bash
# One vGPU on each parent, for 90-vgpu-persistent.reboot.sh to find again.
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh

lab_load_samples
lab_load_gvtsim
printf '%s\n' vfio_iommu_type1 mdev mbochs mdpy mtty gvtsim >/etc/modules-load.d/vgpu-test.conf
check "the boot service is enabled" systemctl enable vgpu-restore.service
for parent in "$lab_gvt" mbochs mdpy mtty; do
	check "a vGPU is made on $parent" vgpu create --parent "$parent"
done
vgpu list --json >/root/vgpus-before-reboot
same "there are four" 4 "$(jq length /root/vgpus-before-reboot)"

finish
