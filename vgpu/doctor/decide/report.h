/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DOCTOR_REPORT_H
#define DOCTOR_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "vgpu/base/error.h"
#include "vgpu/doctor/gather/facts.h"

enum doctor_verdict {
	DOCTOR_FINE,
	DOCTOR_ADVICE,	/* it works, but not as well as it could, or not for everything */
	DOCTOR_UNKNOWN, /* it could not be found out; it does not count against the host */
	DOCTOR_PROBLEM, /* the host is not ready */
};

struct doctor_report;

/*
 * One condition of a host with GVT-g. decide() adds one finding or several, or none
 * if the condition has no meaning on this host.
 */
struct doctor_check {
	const char *id; /* for programs; never changes */
	const char *title;
	const char *why; /* why it matters; a sentence */
	void (*decide)(const struct doctor_facts *facts, struct doctor_report *report);
	bool prevents_parent; /* its problem can be why there are no vGPUs at all */
};

struct doctor_finding {
	const struct doctor_check *check;
	enum doctor_verdict verdict;
	char *found; /* owned; one line */
	char *mend;  /* owned; what to type or change; NULL if nothing is to be done */
};

struct doctor_report {
	struct doctor_finding *findings; /* in the order of cause and effect */
	size_t count;
	const struct doctor_check *check; /* the one that is being decided */
	bool no_memory;
};

/* Makes every check, or only those whose problem prevents a parent. */
int doctor_report_init(struct doctor_report *report, const struct doctor_facts *facts,
		       bool only_parents, struct base_error *err);

/* True if no finding is a problem. */
bool doctor_report_is_ready(const struct doctor_report *report);

/* The first problem; NULL if there is none. */
const struct doctor_finding *doctor_report_first_problem(const struct doctor_report *report);

const char *doctor_verdict_name(enum doctor_verdict verdict);

/* Takes NULL and a zeroed report. */
void doctor_report_finish(struct doctor_report *report);

BASE_DEFINE_CLEANUP(doctor_report, struct doctor_report, doctor_report_finish)

/* For decide(): add a finding, and say what repairs the one that was added last. */
void doctor_find(struct doctor_report *report, enum doctor_verdict verdict, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void doctor_mend(struct doctor_report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* All checks, in the order of the report. Ends with a NULL id. */
extern const struct doctor_check doctor_checks[];

/* How to see what only root may read. */
#define DOCTOR_AS_ROOT "sudo vgpu doctor"

/* The decisions, one file (check-*.c) for each theme. */
void doctor_check_gpu(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_check_driver(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_check_aperture(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_check_types(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_check_kernel(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_check_gvt(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_check_guc(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_check_kvmgt(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_check_mdev(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_check_vfio(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_check_iommu(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_check_kvm(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_check_msrs(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_check_kvm_node(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_check_vfio_node(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_check_render_node(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_check_memlock(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_check_libvirt(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_check_qemu(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_check_dbus(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_check_gl(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_check_apparmor(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_check_selinux(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_check_ptrace(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_check_restore(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_check_on_demand(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_check_mdevctl(const struct doctor_facts *facts, struct doctor_report *report);
void doctor_check_definitions(const struct doctor_facts *facts, struct doctor_report *report);

#endif
