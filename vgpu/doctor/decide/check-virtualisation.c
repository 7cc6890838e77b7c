/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "vgpu/doctor/decide/decide.h"

/* The features that old versions lack, the newest first; versions are as in the facts. */
struct lack {
	const char *what;
	int since;
	bool is_needed; /* vGPUs are of no use without it */
};

static const struct lack libvirt_lacks[] = {
	{ "the D-Bus display, which vgpu-display shows", 8004, false },
	{ "changes to QEMU's options", 8002, false },
	{ "vGPUs on demand", 6005, false },
	{ "a picture before the guest's driver is up (ramfb)", 5010, false },
	{ "a vGPU's display", 4006, true },
	{ "vGPUs", 3002, true },
	{ NULL, 0, false },
};

static const struct lack qemu_lacks[] = {
	{ "the D-Bus display, which vgpu-display shows", 7000, false },
	{ "a picture before the guest's driver is up (ramfb)", 3001, false },
	{ "a vGPU's display", 2012, true },
	{ NULL, 0, false },
};

static void check_version(const char *name, const struct doctor_program *program,
			  const struct lack *lacks, struct doctor_report *report)
{
	char missing[512] = "";
	bool is_useless = false;
	size_t used = 0;

	for (; lacks->what != NULL && program->version < lacks->since; lacks++) {
		used += (size_t)snprintf(missing + used, sizeof(missing) - used, "%s%s",
					 used > 0 ? "; " : "", lacks->what);
		is_useless |= lacks->is_needed;
	}
	if (used == 0) {
		doctor_find(report, DOCTOR_FINE, "%d.%d", program->version / 1000,
			    program->version % 1000);
		return;
	}
	doctor_find(report, is_useless ? DOCTOR_PROBLEM : DOCTOR_ADVICE, "%d.%d lacks: %s",
		    program->version / 1000, program->version % 1000, missing);
	doctor_mend(report, "upgrade %s, if necessary with the distribution", name);
}

static void check_program(const char *name, const char *packages,
			  const struct doctor_program *program, const struct lack *lacks,
			  struct doctor_report *report)
{
	if (program->installed == DOCTOR_NO) {
		doctor_find(report, DOCTOR_PROBLEM, "not installed");
		doctor_mend(report, "%s", packages);
	} else if (program->version == 0) {
		doctor_find(report, DOCTOR_UNKNOWN, "installed, but its version is not known");
		doctor_mend(report, "%s --version shows it", program->path);
	} else {
		check_version(name, program, lacks, report);
	}
}

void doctor_check_libvirt(const struct doctor_facts *facts, struct doctor_report *report)
{
	if (doctor_has_gvt_gpu(facts))
		check_program("libvirt",
			      "sudo apt install libvirt-daemon-system (Fedora: sudo dnf install "
			      "libvirt-daemon-kvm; Arch: sudo pacman -S libvirt)",
			      &facts->virtualisation.libvirt, libvirt_lacks, report);
}

void doctor_check_qemu(const struct doctor_facts *facts, struct doctor_report *report)
{
	if (doctor_has_gvt_gpu(facts))
		check_program(
			"QEMU",
			"sudo apt install qemu-system-x86 (Fedora: sudo dnf install qemu-kvm; "
			"Arch: sudo pacman -S qemu-base)",
			&facts->virtualisation.qemu, qemu_lacks, report);
}

static void check_display(enum doctor_answer answer, const char *name, const char *packages,
			  struct doctor_report *report)
{
	switch (answer) {
	case DOCTOR_YES:
		doctor_find(report, DOCTOR_FINE, "there");
		break;
	case DOCTOR_NO:
		doctor_find(report, DOCTOR_PROBLEM, "QEMU has no display '%s'", name);
		doctor_mend(report, "%s", packages);
		break;
	case DOCTOR_NOT_KNOWN:
		doctor_find(report, DOCTOR_UNKNOWN, "QEMU was not asked, or did not answer");
		doctor_mend(report, "qemu-system-x86_64 -display help lists '%s' if it is there",
			    name);
		break;
	}
}

/* An older QEMU has no such display at all, which the check of its version reports. */
static bool has_modules(const struct doctor_facts *facts)
{
	const struct doctor_program *qemu = &facts->virtualisation.qemu;

	return doctor_has_gvt_gpu(facts) && qemu->installed == DOCTOR_YES &&
	       (qemu->version == 0 || qemu->version >= 7000);
}

void doctor_check_dbus(const struct doctor_facts *facts, struct doctor_report *report)
{
	if (has_modules(facts))
		check_display(facts->virtualisation.dbus, "dbus",
			      "sudo apt install qemu-system-modules-opengl (Fedora: sudo dnf "
			      "install qemu-ui-dbus; Arch: sudo pacman -S qemu-ui-dbus)",
			      report);
}

void doctor_check_gl(const struct doctor_facts *facts, struct doctor_report *report)
{
	if (has_modules(facts))
		check_display(facts->virtualisation.gl, "egl-headless",
			      "sudo apt install qemu-system-modules-opengl (Fedora: sudo dnf "
			      "install qemu-ui-egl-headless; Arch: sudo pacman -S "
			      "qemu-ui-egl-headless)",
			      report);
}
