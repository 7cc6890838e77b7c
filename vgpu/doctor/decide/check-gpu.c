/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "vgpu/doctor/decide/decide.h"
#include "vgpu/host/gvt.h"

bool doctor_has_gvt_gpu(const struct doctor_facts *facts)
{
	return facts->gpu.address != NULL && vgpu_gvt_supports(facts->gpu.device);
}

bool doctor_has_i915(const struct doctor_facts *facts)
{
	return facts->gpu.driver != NULL && strcmp(facts->gpu.driver, "i915") == 0;
}

/* "Intel HD Graphics 620 (Kaby Lake, 8086:5916)", as far as it is known. */
static void describe_gpu(const struct vgpu_gpu *gpu, const char *generation, char *text,
			 size_t size)
{
	snprintf(text, size, "%s at %s (%s%s8086:%04" PRIx16 ")",
		 gpu->model != NULL ? gpu->model : "Intel graphics", gpu->address,
		 generation != NULL ? generation : "", generation != NULL ? ", " : "", gpu->device);
}

static void add_unsupported(struct doctor_report *report, const char *gpu,
			    enum vgpu_gvt_support support)
{
	static const struct {
		const char *found;
		const char *mend;
	} words[] = {
		[VGPU_GVT_UNKNOWN] = { "is not known to have GVT-g",
				       "no setting helps: GVT-g needs a processor from Broadwell "
				       "to Comet Lake" },
		[VGPU_GVT_TOO_OLD] = { "is too old for GVT-g",
				       "no setting helps: GVT-g begins with Broadwell" },
		[VGPU_GVT_NEVER] = { "has no GVT-g",
				     "no setting helps: Intel left this processor out" },
		[VGPU_GVT_TOO_NEW] = { "is too new for GVT-g",
				       "no setting helps: the successor of GVT-g, SR-IOV, begins "
				       "with Tiger Lake" },
		[VGPU_GVT_HAS_SRIOV] = { "is too new for GVT-g",
					 "use its successor, SR-IOV, which needs a driver that "
					 "offers it; vgpu cannot use it" },
	};

	doctor_find(report, DOCTOR_PROBLEM, "%s %s", gpu, words[support].found);
	doctor_mend(report, "%s", words[support].mend);
}

void doctor_check_gpu(const struct doctor_facts *facts, struct doctor_report *report)
{
	struct vgpu_gvt_model model;
	char text[256];

	if (facts->gpu.address == NULL) {
		doctor_find(report, DOCTOR_PROBLEM, "there is no Intel graphics processor");
		doctor_mend(report, "if the processor has one, switch it on in the firmware "
				    "(\"internal graphics\", \"iGPU multi-monitor\")");
		return;
	}
	model = vgpu_gvt_identify(facts->gpu.device);
	describe_gpu(&facts->gpu, model.generation, text, sizeof(text));
	if (model.support == VGPU_GVT_SUPPORTED)
		doctor_find(report, DOCTOR_FINE, "%s", text);
	else
		add_unsupported(report, text, model.support);
}

void doctor_check_driver(const struct doctor_facts *facts, struct doctor_report *report)
{
	const char *driver = facts->gpu.driver;

	if (!doctor_has_gvt_gpu(facts))
		return;
	if (doctor_has_i915(facts)) {
		doctor_find(report, DOCTOR_FINE, "i915");
	} else if (driver == NULL) {
		doctor_find(report, DOCTOR_PROBLEM, "no driver is bound to %s", facts->gpu.address);
		doctor_mend(report, "sudo modprobe i915; if it is not loaded by itself at boot, "
				    "look for nomodeset in /proc/cmdline and for a line 'blacklist "
				    "i915' in /etc/modprobe.d");
	} else if (strcmp(driver, "vfio-pci") == 0) {
		doctor_find(report, DOCTOR_PROBLEM, "vfio-pci is bound to %s instead of i915",
			    facts->gpu.address);
		doctor_mend(report,
			    "remove 8086:%04" PRIx16 " from vfio-pci.ids on the kernel's command "
			    "line and in /etc/modprobe.d, then reboot",
			    facts->gpu.device);
	} else {
		doctor_find(report, DOCTOR_PROBLEM, "%s is bound to %s instead of i915", driver,
			    facts->gpu.address);
		doctor_mend(report,
			    "add i915.force_probe=%04" PRIx16 " %s.force_probe=!%04" PRIx16
			    " to the kernel's command line, then reboot",
			    facts->gpu.device, driver, facts->gpu.device);
	}
}

/* "_8, _4": the types of which at least one vGPU fits. */
static size_t list_types(long aperture_mb, char *text, size_t size)
{
	long low = vgpu_gvt_room(aperture_mb).low_mb;
	size_t used = 0, count = 0;

	*text = '\0';
	for (size_t i = 0; i < VGPU_GVT_TYPES; i++) {
		if (vgpu_gvt_types[i].low_mb > low)
			break;
		used += (size_t)snprintf(text + used, size - used, "%s%s", i > 0 ? ", " : "",
					 vgpu_gvt_types[i].suffix);
		count++;
	}
	return count;
}

void doctor_check_aperture(const struct doctor_facts *facts, struct doctor_report *report)
{
	static const char mend[] = "for a larger type, set the aperture size (not DVMT, which is "
				   "other memory) to %s in the firmware";
	long aperture = facts->gpu.aperture_mb;
	size_t count;
	char types[64];

	if (!doctor_has_gvt_gpu(facts))
		return;
	count = list_types(aperture, types, sizeof(types));
	if (aperture == 0) {
		doctor_find(report, DOCTOR_UNKNOWN, "its size cannot be read");
		doctor_mend(report, "lspci -v -s %s shows it as the second prefetchable memory",
			    facts->gpu.address);
	} else if (count == 0) {
		doctor_find(report, DOCTOR_PROBLEM, "no type fits an aperture of %ld MB", aperture);
		doctor_mend(report,
			    "set the aperture size (not DVMT, which is other memory) to 512 MB "
			    "or more, 256 MB at least, in the firmware");
	} else if (count < 3) {
		doctor_find(report, DOCTOR_ADVICE, "%ld MB: only the types %s fit", aperture,
			    types);
		doctor_mend(report, mend, "512 MB or more");
	} else {
		doctor_find(report, DOCTOR_FINE, "%ld MB: the types %s fit", aperture, types);
	}
}

void doctor_check_types(const struct doctor_facts *facts, struct doctor_report *report)
{
	const struct vgpu_parent *parent = doctor_facts_parent(facts);
	const struct doctor_kernel *kernel = &facts->kernel;

	if (!doctor_has_gvt_gpu(facts))
		return;
	if (parent != NULL && parent->type_count > 0) {
		doctor_find(report, DOCTOR_FINE, "%s offers %zu", parent->name, parent->type_count);
	} else if (doctor_report_first_problem(report) != NULL) {
		doctor_find(report, DOCTOR_PROBLEM, "none, as the problems above explain");
	} else {
		doctor_find(report, DOCTOR_PROBLEM, "none, though nothing seems to prevent them");
		if (kernel->enable_gvt.now == DOCTOR_UNREADABLE)
			doctor_mend(report, DOCTOR_AS_ROOT " sees what only root may read");
		else
			doctor_mend(report, "sudo dmesg | grep -i gvt shows what i915 refused");
	}
}
