/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/doctor/act/print.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "vgpu/base/json.h"

#define RED    "31"
#define GREEN  "32"
#define YELLOW "33"
#define CYAN   "36"

/* https://no-color.org */
static bool is_colourful(void)
{
	const char *none = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && (none == NULL || *none == '\0') &&
	       (term == NULL || strcmp(term, "dumb") != 0);
}

static void print_verdict(enum doctor_verdict verdict, bool colourful)
{
	static const char *const colours[] = {
		[DOCTOR_FINE] = GREEN,
		[DOCTOR_ADVICE] = YELLOW,
		[DOCTOR_UNKNOWN] = CYAN,
		[DOCTOR_PROBLEM] = RED,
	};

	if (colourful)
		printf("\033[%sm%-7s\033[0m", colours[verdict], doctor_verdict_name(verdict));
	else
		printf("%-7s", doctor_verdict_name(verdict));
}

static int widest_title(const struct doctor_report *report)
{
	size_t width = 0;

	for (size_t i = 0; i < report->count; i++) {
		size_t length = strlen(report->findings[i].check->title);

		width = length > width ? length : width;
	}
	return (int)width;
}

static size_t count_verdicts(const struct doctor_report *report, enum doctor_verdict verdict)
{
	size_t n = 0;

	for (size_t i = 0; i < report->count; i++)
		n += report->findings[i].verdict == verdict;
	return n;
}

static void print_summary(const struct doctor_report *report)
{
	size_t problems = count_verdicts(report, DOCTOR_PROBLEM);

	if (problems > 0)
		printf("\nnot ready: %zu problem%s", problems, problems == 1 ? "" : "s");
	else
		printf("\nready");
	if (count_verdicts(report, DOCTOR_UNKNOWN) > 0)
		printf("; what is unknown may be a problem");
	putchar('\n');
}

void doctor_print_people(const struct doctor_report *report)
{
	bool colourful = is_colourful();
	int width = widest_title(report);

	for (size_t i = 0; i < report->count; i++) {
		const struct doctor_finding *finding = &report->findings[i];

		print_verdict(finding->verdict, colourful);
		printf("  %-*s  %s\n", width, finding->check->title, finding->found);
		if (finding->verdict == DOCTOR_FINE)
			continue;
		printf("%9swhy: %s\n", "", finding->check->why);
		if (finding->mend != NULL)
			printf("%9sdo:  %s\n", "", finding->mend);
	}
	print_summary(report);
}

static struct json_object *finding_to_json(const struct doctor_finding *finding)
{
	const char *verdict = doctor_verdict_name(finding->verdict);
	struct json_object *json = json_object_new_object();
	bool is_whole = json != NULL && vgpu_json_add_text(json, "id", finding->check->id) == 0 &&
			vgpu_json_add_text(json, "verdict", verdict) == 0 &&
			vgpu_json_add_text(json, "title", finding->check->title) == 0 &&
			vgpu_json_add_text(json, "found", finding->found) == 0 &&
			vgpu_json_add_text(json, "why", finding->check->why) == 0 &&
			vgpu_json_add_text(json, "mend", finding->mend) == 0;

	return vgpu_json_whole(json, is_whole);
}

static struct json_object *findings_to_json(const struct doctor_report *report)
{
	struct json_object *json = json_object_new_array();
	bool is_whole = json != NULL;

	for (size_t i = 0; is_whole && i < report->count; i++)
		is_whole = vgpu_json_append(json, finding_to_json(&report->findings[i])) == 0;
	return vgpu_json_whole(json, is_whole);
}

static struct json_object *report_to_json(const struct doctor_report *report)
{
	struct json_object *json = json_object_new_object();
	bool is_whole = json != NULL &&
			vgpu_json_add_flag(json, "ready", doctor_report_is_ready(report)) == 0 &&
			vgpu_json_add(json, "findings", findings_to_json(report)) == 0;

	return vgpu_json_whole(json, is_whole);
}

int doctor_print_json(const struct doctor_report *report, struct base_error *err)
{
	BASE_AUTO(json) struct json_object *json = report_to_json(report);

	return vgpu_json_print(json, err);
}
