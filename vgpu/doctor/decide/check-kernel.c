/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "vgpu/doctor/decide/decide.h"
#include "vgpu/doctor/decide/plan.h"

#define COMMAND_LINE                                                                               \
	"the kernel's command line (with GRUB: /etc/default/grub, then sudo update-grub)"
#define FIX "sudo vgpu doctor --fix"

bool doctor_makes_vgpus(const struct doctor_facts *facts)
{
	const struct vgpu_parent *parent = doctor_facts_parent(facts);

	return parent != NULL && parent->type_count > 0;
}

bool doctor_has_gvt_kernel(const struct doctor_facts *facts)
{
	return doctor_makes_vgpus(facts) || facts->kernel.enable_gvt.now != DOCTOR_ABSENT ||
	       facts->kernel.modules[DOCTOR_KVMGT].exists;
}

bool doctor_can_load(const struct doctor_module *module)
{
	return module->exists && !module->is_loaded && !module->is_builtin;
}

enum doctor_setting doctor_next_setting(const struct doctor_parameter *parameter,
					const struct doctor_module *module)
{
	if (parameter->on_cmdline != DOCTOR_ABSENT)
		return parameter->on_cmdline;
	/* modprobe.d is only for modules that modprobe loads. */
	return module->is_builtin ? DOCTOR_ABSENT : parameter->in_file;
}

/* modprobe reads files in the order of their names, and the last setting wins. */
static bool file_wins(const struct doctor_parameter *parameter)
{
	return parameter->file != NULL &&
	       strcmp(strrchr(parameter->file, '/') + 1, DOCTOR_MODPROBE_NAME) > 0;
}

bool doctor_parameter_is_out_of_reach(const struct doctor_parameter *parameter,
				      const struct doctor_module *module,
				      enum doctor_setting wanted)
{
	if (parameter->on_cmdline != DOCTOR_ABSENT)
		return parameter->on_cmdline != wanted;
	return module->is_builtin || (parameter->in_file != wanted && file_wins(parameter));
}

/* i915 is often loaded from the initramfs, with the options that are in there. */
static void mend_initramfs(struct doctor_report *report, const struct doctor_kernel *kernel)
{
	if (kernel->initramfs != NULL)
		doctor_mend(report, "sudo %s, then reboot", kernel->initramfs);
	else
		doctor_mend(report, "reboot (if i915 is in the initramfs, rebuild that first)");
}

/* Says how to get the setting of i915 or kvm at the next boot. */
static void mend_parameter(struct doctor_report *report, const struct doctor_kernel *kernel,
			   const char *name, const char *value,
			   const struct doctor_parameter *parameter,
			   const struct doctor_module *module, enum doctor_setting wanted)
{
	if (parameter->on_cmdline == wanted)
		doctor_mend(report, "reboot");
	else if (doctor_next_setting(parameter, module) == wanted)
		mend_initramfs(report, kernel);
	else if (!doctor_parameter_is_out_of_reach(parameter, module, wanted))
		doctor_mend(report, FIX ", then reboot (or boot with %s=%s)", name, value);
	else if (parameter->on_cmdline != DOCTOR_ABSENT)
		doctor_mend(report, "change %s to %s=%s on " COMMAND_LINE ", then reboot", name,
			    name, value);
	else if (module->is_builtin)
		doctor_mend(report, "add %s=%s to " COMMAND_LINE ", then reboot", name, value);
	else
		doctor_mend(report, "change it to %s in %s, then reboot", value, parameter->file);
}

static void mend_modules(struct doctor_report *report, const struct doctor_kernel *kernel)
{
	doctor_mend(report,
		    "install all modules of the kernel (Ubuntu: sudo apt install "
		    "linux-modules-extra-%s)",
		    kernel->release);
}

void doctor_check_kernel(const struct doctor_facts *facts, struct doctor_report *report)
{
	const struct doctor_kernel *kernel = &facts->kernel;

	if (!doctor_has_gvt_gpu(facts))
		return;
	if (doctor_has_gvt_kernel(facts)) {
		doctor_find(report, DOCTOR_FINE, "%s has GVT-g", kernel->release);
	} else if (!kernel->has_modules) {
		doctor_find(report, DOCTOR_PROBLEM,
			    "the modules of the running kernel %s are missing", kernel->release);
		doctor_mend(report, "reboot, if the kernel was upgraded; else install its modules");
	} else if (kernel->config == DOCTOR_YES) {
		doctor_find(report, DOCTOR_PROBLEM, "%s has GVT-g, but its module kvmgt is missing",
			    kernel->release);
		mend_modules(report, kernel);
	} else {
		doctor_find(report, DOCTOR_PROBLEM,
			    "this kernel's i915 (%s) is built without GVT-g", kernel->release);
		doctor_mend(report, "use a kernel with CONFIG_DRM_I915_GVT_KVMGT, such as Debian's "
				    "linux-image-amd64");
	}
}

void doctor_check_gvt(const struct doctor_facts *facts, struct doctor_report *report)
{
	const struct doctor_kernel *kernel = &facts->kernel;
	const struct doctor_parameter *gvt = &kernel->enable_gvt;
	enum doctor_setting next = doctor_next_setting(gvt, &kernel->modules[DOCTOR_I915]);

	if (!doctor_has_gvt_gpu(facts) || !doctor_has_gvt_kernel(facts))
		return;
	if (gvt->now == DOCTOR_ON && next != DOCTOR_ON) {
		doctor_find(report, DOCTOR_ADVICE, "on, but nothing sets it for the next boot");
	} else if (gvt->now == DOCTOR_ON || doctor_makes_vgpus(facts)) {
		doctor_find(report, DOCTOR_FINE, "on");
		return;
	} else if (gvt->now == DOCTOR_UNREADABLE) {
		doctor_find(report, DOCTOR_UNKNOWN,
			    "only root may read it; it %s for the next boot",
			    next == DOCTOR_ON ? "is set" : "is not set");
		doctor_mend(report, DOCTOR_AS_ROOT);
		return;
	} else {
		doctor_find(report, DOCTOR_PROBLEM, "GVT-g is switched off%s",
			    next == DOCTOR_ON ? ", but set for the next boot" : "");
	}
	mend_parameter(report, kernel, "i915.enable_gvt", "1", gvt, &kernel->modules[DOCTOR_I915],
		       DOCTOR_ON);
}

/* By default, i915 leaves GuC off on all processors that have GVT-g. */
void doctor_check_guc(const struct doctor_facts *facts, struct doctor_report *report)
{
	const struct doctor_kernel *kernel = &facts->kernel;
	const struct doctor_parameter *guc = &kernel->enable_guc;
	enum doctor_setting next = doctor_next_setting(guc, &kernel->modules[DOCTOR_I915]);

	if (!doctor_has_gvt_gpu(facts) || !doctor_has_gvt_kernel(facts))
		return;
	if (guc->now == DOCTOR_ON) {
		doctor_find(report, DOCTOR_PROBLEM, "GuC submission is on");
	} else if (next == DOCTOR_ON) {
		doctor_find(report, DOCTOR_PROBLEM,
			    "GuC submission will be on at the next boot%s%s",
			    guc->on_cmdline == DOCTOR_ABSENT ? ", set in " : "",
			    guc->on_cmdline == DOCTOR_ABSENT ? guc->file : "");
	} else if (guc->now == DOCTOR_UNREADABLE && !doctor_makes_vgpus(facts)) {
		doctor_find(report, DOCTOR_UNKNOWN,
			    "only root may read it; nothing switches it on");
		doctor_mend(report, DOCTOR_AS_ROOT);
		return;
	} else {
		doctor_find(report, DOCTOR_FINE, "GuC submission is off");
		return;
	}
	mend_parameter(report, kernel, "i915.enable_guc", "0", guc, &kernel->modules[DOCTOR_I915],
		       DOCTOR_OFF);
}

static void find_missing(const struct doctor_facts *facts, struct doctor_report *report,
			 const struct doctor_module *module, const char *name)
{
	doctor_find(report, DOCTOR_PROBLEM, "the module %s is not loaded", name);
	if (doctor_can_load(module))
		doctor_mend(report, "sudo modprobe %s (and at every boot: " FIX ")", name);
	else if (!facts->kernel.has_modules)
		doctor_mend(report, "sudo modprobe %s; if the kernel was upgraded, reboot", name);
	else if (facts->kernel.config == DOCTOR_YES)
		mend_modules(report, &facts->kernel);
	else
		doctor_mend(report, "use a kernel that has it");
}

void doctor_check_kvmgt(const struct doctor_facts *facts, struct doctor_report *report)
{
	const struct doctor_module *module = &facts->kernel.modules[DOCTOR_KVMGT];

	if (!doctor_has_gvt_gpu(facts) || !doctor_has_gvt_kernel(facts))
		return;
	if (module->is_builtin) {
		doctor_find(report, DOCTOR_FINE, "built into the kernel");
	} else if (module->is_loaded && !module->at_boot) {
		doctor_find(report, DOCTOR_ADVICE, "loaded, but nothing loads it at the next boot");
		doctor_mend(report, FIX);
	} else if (module->is_loaded) {
		doctor_find(report, DOCTOR_FINE, "loaded, and at every boot");
	} else if (doctor_makes_vgpus(facts)) {
		doctor_find(report, DOCTOR_FINE, "not loaded, but vGPUs can be made without it");
	} else {
		find_missing(facts, report, module, "kvmgt");
	}
}

void doctor_check_mdev(const struct doctor_facts *facts, struct doctor_report *report)
{
	const struct doctor_module *mdev = &facts->kernel.modules[DOCTOR_MDEV];
	const struct doctor_module *old = &facts->kernel.modules[DOCTOR_VFIO_MDEV];

	if (!doctor_has_gvt_gpu(facts) || !doctor_has_gvt_kernel(facts))
		return;
	if (!mdev->is_loaded && !mdev->is_builtin && !doctor_makes_vgpus(facts))
		find_missing(facts, report, mdev, "mdev");
	else if (doctor_can_load(old))
		find_missing(facts, report, old, "vfio_mdev");
	else
		doctor_find(report, DOCTOR_FINE, "%s",
			    mdev->is_builtin ? "built into the kernel" : "loaded");
}

void doctor_check_vfio(const struct doctor_facts *facts, struct doctor_report *report)
{
	const struct doctor_module *module = &facts->kernel.modules[DOCTOR_VFIO_IOMMU_TYPE1];

	if (!doctor_has_gvt_gpu(facts) || !doctor_has_gvt_kernel(facts))
		return;
	if (module->is_loaded || module->is_builtin)
		doctor_find(report, DOCTOR_FINE, "%s",
			    module->is_builtin ? "built into the kernel" : "loaded");
	else
		find_missing(facts, report, module, "vfio_iommu_type1");
}

void doctor_check_iommu(const struct doctor_facts *facts, struct doctor_report *report)
{
	static const char *const words[] = {
		[DOCTOR_ABSENT] = "intel_iommu is not on the kernel's command line",
		[DOCTOR_OFF] = "intel_iommu=off is on the kernel's command line",
		[DOCTOR_ON] = "intel_iommu=on",
	};

	if (!doctor_has_gvt_gpu(facts))
		return;
	if (facts->kernel.iommu == DOCTOR_ON) {
		doctor_find(report, DOCTOR_FINE, "%s", words[DOCTOR_ON]);
		return;
	}
	doctor_find(report, DOCTOR_ADVICE, "%s", words[facts->kernel.iommu]);
	doctor_mend(report, "nothing for vGPUs; to pass whole devices to a virtual machine, add "
			    "intel_iommu=on iommu=pt to " COMMAND_LINE);
}

void doctor_check_kvm(const struct doctor_facts *facts, struct doctor_report *report)
{
	if (!doctor_has_gvt_gpu(facts))
		return;
	if (facts->permissions.kvm.path != NULL) {
		doctor_find(report, DOCTOR_FINE, "there");
		return;
	}
	doctor_find(report, DOCTOR_PROBLEM, "there is no /dev/kvm%s",
		    facts->kernel.vmx == DOCTOR_NO ? ": the processor does not report VT-x" : "");
	if (facts->kernel.vmx == DOCTOR_NO)
		doctor_mend(report, "switch on virtualisation (VT-x) in the firmware");
	else
		doctor_mend(
			report,
			"sudo modprobe kvm_intel; sudo dmesg | grep -i kvm shows what prevents it");
}

/* By default KVM logs what it ignores. */
static void check_reports(const struct doctor_facts *facts, struct doctor_report *report)
{
	const struct doctor_parameter *reports = &facts->kernel.report_msrs;
	const struct doctor_module *kvm = &facts->kernel.modules[DOCTOR_KVM];

	if (reports->now != DOCTOR_ON) {
		doctor_find(report, DOCTOR_FINE, "on");
		return;
	}
	doctor_find(report, DOCTOR_ADVICE, "on, but KVM logs each access, which fills the log");
	if (doctor_next_setting(reports, kvm) == DOCTOR_OFF)
		doctor_mend(report, "reboot, or echo 0 | sudo tee "
				    "/sys/module/kvm/parameters/report_ignored_msrs");
	else
		mend_parameter(report, &facts->kernel, "kvm.report_ignored_msrs", "0", reports, kvm,
			       DOCTOR_OFF);
}

void doctor_check_msrs(const struct doctor_facts *facts, struct doctor_report *report)
{
	const struct doctor_parameter *msrs = &facts->kernel.ignore_msrs;
	const struct doctor_module *kvm = &facts->kernel.modules[DOCTOR_KVM];
	enum doctor_setting next = doctor_next_setting(msrs, kvm);

	if (!doctor_has_gvt_gpu(facts) || !kvm->exists)
		return;
	if (next == DOCTOR_ON && msrs->now != DOCTOR_OFF) {
		check_reports(facts, report);
		return;
	}
	if (msrs->now == DOCTOR_ON) {
		doctor_find(report, DOCTOR_ADVICE, "on, but nothing sets it for the next boot");
	} else {
		doctor_find(report, DOCTOR_ADVICE, "off%s",
			    next == DOCTOR_ON ? ", but set for the next boot" : "");
	}
	if (next == DOCTOR_ON)
		doctor_mend(report,
			    "reboot, or echo 1 | sudo tee /sys/module/kvm/parameters/ignore_msrs");
	else
		mend_parameter(report, &facts->kernel, "kvm.ignore_msrs", "1", msrs, kvm,
			       DOCTOR_ON);
}
