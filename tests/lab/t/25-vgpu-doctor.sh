#!/usr/bin/env bash
# vgpu doctor on a real kernel, libvirt and QEMU: what it finds, and that systemd, modprobe and
# udev accept what --fix writes and --undo takes back.
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh

work=$(mktemp -d)
cleanup() {
	vgpu doctor --undo >/dev/null 2>&1
	rm -rf "$work" /home/user/.config/libvirt/qemu/win10.xml /etc/modprobe.d/vgpu.conf \
		/etc/mdevctl.d/absent
}
trap cleanup EXIT

# Prints every name, mode, owner, link and byte below /etc.
snapshot() {
	(
		cd /etc || exit
		find . -printf '%p %M %u %g %l\n' | sort
		find . -type f -exec sha256sum {} + | sort
	)
}

# look [COMMAND...]: keeps the doctor's findings, as root or as another user
look() { "$@" vgpu doctor --json >"$work/found" 2>"$work/said"; }

# finding ID: prints "VERDICT FOUND" for each one
finding() { jq -r --arg id "$1" '.findings[] | select(.id == $id) | "\(.verdict) \(.found)"' "$work/found"; }

# Without its driver, the lab's device does not look like Intel's.
modprobe -r gvtsim 2>/dev/null
look
same "without a GPU the host is not ready" 1 "$?"
same "without a GPU it reports only that" "gpu problem there is no Intel graphics processor" \
	"$(jq -r '.findings[] | "\(.id) \(.verdict) \(.found)"' "$work/found")"

lab_load_samples
lab_load_gvtsim
look
status=$?
same "it finds the GPU" "ok Intel graphics at $lab_gvt (Kaby Lake, 8086:5916)" \
	"$(finding gpu | sed 's/ok .* at/ok Intel graphics at/')"
same "it finds the driver" "ok i915" "$(finding driver)"
same "it checks the kernel" "ok $(uname -r) has GVT-g" "$(finding kernel)"
same "it checks GVT-g" "ok on" "$(finding enable_gvt)"
same "it checks GuC" "ok GuC submission is off" "$(finding enable_guc)"
same "it checks mdev" "ok loaded" "$(finding mdev)"
same "it checks vfio" "ok loaded" "$(finding vfio)"
same "it checks the aperture" "ok 1024 MB: the types _8, _4, _2, _1 fit" "$(finding aperture)"
same "it checks the types" "ok $lab_gvt offers 4" "$(finding types)"
same "it checks the IOMMU" "advice intel_iommu is not on the kernel's command line" "$(finding iommu)"
same "it checks /dev/vfio" "ok libvirt opens it for the virtual machines of qemu:///system" "$(finding vfio_access)"
same "it finds the render node" "ok $(find "/sys/bus/pci/devices/$lab_gvt/drm" -maxdepth 1 -name "renderD*" -printf "/dev/dri/%f")" "$(finding render_node)"
same "it finds libvirt's version" "ok $(libvirtd --version | sed 's/.* \([0-9]*\.[0-9]*\)\..*/\1/')" "$(finding libvirt)"
same "it finds QEMU's version" \
	"ok $(qemu-system-x86_64 --version | sed -n '1s/.*version \([0-9]*\.[0-9]*\).*/\1/p')" "$(finding qemu)"
same "it finds QEMU's D-Bus display" "ok there" "$(finding qemu_dbus)"
same "it finds QEMU's OpenGL" "ok there" "$(finding qemu_gl)"
same "it checks SELinux" "ok off, or permissive" "$(finding selinux)"
check "it checks ptrace_scope" eval 'finding ptrace | grep -x "ok .*"'
same "it finds mdevctl's rule" "ok its udev rule is installed too, which does no harm: the second one finds the vGPUs made" \
	"$(finding mdevctl)"
if [ -e /dev/kvm ]; then
	same "with KVM it is ready" 0 "$status"
else
	same "without KVM it is not ready" 1 "$status"
	same "that is the only problem" "kvm there is no /dev/kvm" \
		"$(jq -r '.findings[] | select(.verdict == "problem") | "\(.id) \(.found)"' "$work/found" | sed 's/:.*//')"
fi
if grep -qE "libvirt|virtqemud" /sys/kernel/security/apparmor/profiles 2>/dev/null; then
	same "AppArmor's own rules let programs trace QEMU" \
		"ok on, and lets programs without a profile trace QEMU" "$(finding apparmor)"
else
	same "AppArmor is off" "ok off, or without a profile for virtual machines" "$(finding apparmor)"
fi
look runuser -u user --
same "a user sees the same GPU and types" "ok $lab_gvt offers 4" "$(finding types)"
same "a user gets no errors" "" "$(cat "$work/said")"

# Now the aperture is half as large, and the definitions no longer fit.
vgpu create --type i915-GVTg_V5_1 --uuid 4b20d080-1b54-4048-85b3-a6a62d165e01 >/dev/null 2>&1
mkdir -p /etc/mdevctl.d/absent
cp "/etc/mdevctl.d/$lab_gvt/4b20d080-1b54-4048-85b3-a6a62d165e01" \
	/etc/mdevctl.d/absent/4b20d080-1b54-4048-85b3-a6a62d165e02
modprobe -r gvtsim
lab_load_gvtsim aperture_mb=256
look
same "a smaller aperture" "advice 256 MB: only the types _8, _4 fit" "$(finding aperture)"
same "definitions that no longer fit" \
	"problem 4b20d080-1b54-4048-85b3-a6a62d165e01: $lab_gvt has no type i915-GVTg_V5_1
problem 4b20d080-1b54-4048-85b3-a6a62d165e02: its parent absent makes no vGPUs" "$(finding definitions)"
rm -r /etc/mdevctl.d/absent
vgpu forget 4b20d080-1b54-4048-85b3-a6a62d165e01 2>/dev/null
modprobe -r gvtsim
lab_load_gvtsim

# This user has virtual machines in qemu:///session.
install -d -o user -g user /home/user/.config/libvirt/qemu
echo "<hostdev mode='subsystem' type='mdev'/>" >/home/user/.config/libvirt/qemu/win10.xml
check "a module is removed" modprobe -r vfio_iommu_type1
look
same "the missing module is a problem" "problem the module vfio_iommu_type1 is not loaded" "$(finding vfio)"
was=$(systemctl is-enabled vgpu-restore.service)
systemctl disable -q vgpu-restore.service
before=$(snapshot)
modprobe kvm
parameters=(/sys/module/kvm/parameters/ignore_msrs /sys/module/kvm/parameters/report_ignored_msrs)
told=$(cat "${parameters[@]}")
export SUDO_UID
SUDO_UID=$(id -u user)
refuses "--fix asks first" 1 "there is no terminal to ask on: .*--yes" vgpu doctor --fix
same "without an answer, --fix changes nothing" "$before" "$(snapshot)"
said=$(prlimit --memlock=8388608 vgpu doctor --fix --yes 2>&1)
same "--fix succeeds" 0 "$?"
printf '%s\n' "$said" | sed 's/^/# /'
check "the missing module is loaded at once" test -e /sys/module/vfio_iommu_type1
check "the module will be loaded at the next boot" grep -qx vfio_iommu_type1 /etc/modules-load.d/vgpu.conf
check "modprobe accepts the options" eval \
	'modprobe -c | grep -x "options i915 enable_gvt=1" && modprobe -c | grep -x "options kvm ignore_msrs=1 report_ignored_msrs=0"'
check "the real modules have these options" eval 'modinfo -F parm i915 | grep "^enable_gvt:" && modinfo -F parm kvm | grep "^report_ignored_msrs:"'
check "modules-load.d names existing modules" eval \
	'grep -v "^#" /etc/modules-load.d/vgpu.conf | xargs -r modprobe -n -a && grep -qx kvmgt /etc/modules-load.d/vgpu.conf'
# Whether kvmgt can be loaded depends on i915, whose device gvtsim has taken.
read_modules=$(SYSTEMD_LOG_LEVEL=debug SYSTEMD_LOG_TARGET=console \
	/usr/lib/systemd/systemd-modules-load /etc/modules-load.d/vgpu.conf 2>&1)
check "systemd reads the list of modules" grep -q "'kvmgt'" <<<"$read_modules"
check "systemd finds all modules in the list" eval '! grep -qE "Failed to (find|look up) module" <<<"$read_modules"'
check "udev verifies the rule" udevadm verify /etc/udev/rules.d/72-vgpu.rules
check "the limit is raised for the user" grep -qx "user - memlock unlimited" /etc/security/limits.d/vgpu.conf
same "the user may lock all memory" unlimited "$(su -l user -c 'ulimit -l')"
same "systemd has the service enabled" enabled "$(systemctl is-enabled vgpu-restore.service)"
check "it says that a reboot is left to do" grep -qx "left to do: reboot" <<<"$said"
look
same "KVM ignores unknown registers at once, and at the next boot" "ok on" "$(finding ignore_msrs)"
same "a second --fix has nothing to write" "there is nothing to write" \
	"$(prlimit --memlock=unlimited vgpu doctor --fix --yes | head -n 1)"

check "the rule gives a vGPU to the group kvm" eval '
	udevadm control --reload &&
	uuid=$(vgpu create --type i915-GVTg_V5_8 --transient 2>/dev/null || vgpu create --type i915-GVTg_V5_8 2>/dev/null) &&
	group=$(basename "$(realpath "/sys/bus/mdev/devices/$uuid/iommu_group")") && udevadm settle &&
	[ "$(stat -c "%G %a" "/dev/vfio/$group")" = "kvm 660" ]'
vgpu remove --all >/dev/null 2>&1 || vgpu list --json | jq -r '.[].uuid' | xargs -rn 1 vgpu remove 2>/dev/null

said=$(vgpu doctor --undo)
same "--undo succeeds" 0 "$?"
printf '%s\n' "$said" | sed 's/^/# /'
same "--undo restores every byte of /etc" "$before" "$(snapshot)"
check "--undo leaves no file of its own" test ! -e /var/lib/vgpu/doctor.json
same "--undo restores KVM's parameters" "$told" "$(cat "${parameters[@]}")"
same "--undo disables the service" disabled "$(systemctl is-enabled vgpu-restore.service)"
udevadm control --reload
[ "$was" != enabled ] || systemctl enable -q vgpu-restore.service

# Existing lines are kept.
echo 'options i915 fastboot=1' >/etc/modprobe.d/vgpu.conf
before=$(snapshot)
vgpu doctor --fix --yes >/dev/null 2>&1
check "lines are added to an existing file" eval \
	'modprobe -c | grep -x "options i915 fastboot=1" && modprobe -c | grep -x "options i915 enable_gvt=1"'
vgpu doctor --undo >/dev/null
same "--undo restores that file" "$before" "$(snapshot)"

finish
