/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/create/reason.h"

#include <string.h>

#include "vgpu/base/text.h"
#include "vgpu/doctor/decide/report.h"
#include "vgpu/doctor/gather/facts.h"

static char *put_in_words(const struct doctor_finding *finding)
{
	char *text = NULL;

	text = base_text_format("%s%s%s; 'vgpu doctor' tells more", finding->found,
				finding->mend != NULL ? ": " : "",
				finding->mend != NULL ? finding->mend : "");
	if (text == NULL)
		return NULL;
	return text;
}

char *vgpu_reason_no_parent(struct base_error *err)
{
	const struct doctor_place place = { .root = "", .kernel = "" };
	BASE_AUTO(doctor_facts) struct doctor_facts facts = { .store.fd = -1 };
	BASE_AUTO(doctor_report) struct doctor_report report = { 0 };
	const struct doctor_finding *problem;
	char *text;

	if (doctor_facts_gather_gvt(&facts, &place, err) < 0 ||
	    doctor_report_init(&report, &facts, true, err) < 0)
		return NULL;
	problem = doctor_report_first_problem(&report);
	text = problem != NULL ? put_in_words(problem) : strdup("'vgpu doctor' may tell why");
	if (text == NULL)
		base_error_no_memory(err, "cannot tell why there are no types");
	return text;
}

/* The aperture is the only reason that a parent itself shows. */
char *vgpu_reason_no_types(const struct vgpu_parent *parent)
{
	BASE_AUTO(doctor_report) struct doctor_report report = { 0 };
	struct doctor_facts facts = { 0 };
	const struct doctor_finding *problem = NULL;
	char *text;

	if (vgpu_gpu_gather(&facts.gpu, NULL) == 0 && facts.gpu.address != NULL &&
	    strcmp(facts.gpu.address, parent->name) == 0) {
		doctor_check_aperture(&facts, &report);
		problem = doctor_report_first_problem(&report);
	}
	text = problem != NULL ? put_in_words(problem)
			       : strdup("its driver offers no types: dmesg may say why; "
					"'vgpu doctor' tells more");
	vgpu_gpu_finish(&facts.gpu);
	return text;
}
