#!/usr/bin/env bash
# Makes one vGPU on each parent, which 90-vgpu-persistent.reboot.sh must find again.
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh

lab_load_samples
lab_load_gvtsim
printf '%s\n' vfio_iommu_type1 mdev mbochs mdpy mtty gvtsim >/etc/modules-load.d/vgpu-test.conf
# Installs mdevctl's rule with the right path (Debian 13's has a wrong path to mdevctl), without the
# part for old kernels, after which mdevctl would complain about itself.
sed '/^ACTION=="add"/d; s|/usr/sbin/mdevctl|/usr/bin/mdevctl|; s|^ACTION=="change"|KERNEL=="m[dt]*", &|' \
	/usr/lib/udev/rules.d/60-mdevctl.rules >/etc/udev/rules.d/60-mdevctl.rules
check "mdevctl's rule will make the vGPUs on mdpy and mtty" grep -q '^KERNEL.*/usr/bin/mdevctl' \
	/etc/udev/rules.d/60-mdevctl.rules
check "the boot service is enabled" systemctl enable vgpu-restore.service
for parent in "$lab_gvt" mbochs mdpy mtty; do
	check "a vGPU is made on $parent" vgpu create --parent "$parent"
done
vgpu list --json >/root/vgpus-before-reboot
same "there are four vGPUs" 4 "$(jq length /root/vgpus-before-reboot)"

finish
