/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/doctor/decide/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "vgpu/base/array.h"
#include "vgpu/base/line.h"
#include "vgpu/base/text.h"

/* The text may quote the machine's files, so it is made one line that is harmless on a terminal. */
__attribute__((format(printf, 1, 0))) static char *format_line(const char *format, va_list args)
{
	char *text = base_text_vformat(format, args);

	if (text != NULL)
		base_line_make(text);
	return text;
}

void doctor_find(struct doctor_report *report, enum doctor_verdict verdict, const char *format, ...)
{
	struct doctor_finding *findings =
		vgpu_array_grow(report->findings, report->count, sizeof(*findings));
	va_list args;

	if (findings == NULL) {
		report->no_memory = true;
		return;
	}
	report->findings = findings;
	findings += report->count++;
	*findings = (struct doctor_finding){ .check = report->check, .verdict = verdict };
	va_start(args, format);
	findings->found = format_line(format, args);
	va_end(args);
	report->no_memory |= findings->found == NULL;
}

void doctor_mend(struct doctor_report *report, const char *format, ...)
{
	struct doctor_finding *finding;
	va_list args;

	if (report->no_memory)
		return;
	finding = &report->findings[report->count - 1];
	va_start(args, format);
	finding->mend = format_line(format, args);
	va_end(args);
	report->no_memory = finding->mend == NULL;
}

int doctor_report_init(struct doctor_report *report, const struct doctor_facts *facts,
		       bool only_parents, struct base_error *err)
{
	*report = (struct doctor_report){ 0 };
	for (report->check = doctor_checks; report->check->id != NULL; report->check++) {
		if (report->check->prevents_parent || !only_parents)
			report->check->decide(facts, report);
	}
	if (!report->no_memory)
		return 0;
	doctor_report_finish(report);
	return base_error_no_memory(err, "cannot check this host");
}

const struct doctor_finding *doctor_report_first_problem(const struct doctor_report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		if (report->findings[i].verdict == DOCTOR_PROBLEM)
			return &report->findings[i];
	}
	return NULL;
}

bool doctor_report_is_ready(const struct doctor_report *report)
{
	return doctor_report_first_problem(report) == NULL;
}

const char *doctor_verdict_name(enum doctor_verdict verdict)
{
	static const char *const names[] = {
		[DOCTOR_FINE] = "ok",
		[DOCTOR_ADVICE] = "advice",
		[DOCTOR_UNKNOWN] = "unknown",
		[DOCTOR_PROBLEM] = "problem",
	};

	return names[verdict];
}

void doctor_report_finish(struct doctor_report *report)
{
	if (report == NULL)
		return;
	for (size_t i = 0; i < report->count; i++) {
		free(report->findings[i].found);
		free(report->findings[i].mend);
	}
	free(report->findings);
	*report = (struct doctor_report){ 0 };
}
