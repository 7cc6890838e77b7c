/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every host of tests/corpus/hosts is made, looked at and judged: what is not
 * fine must be what its description expects, and nothing else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/mock-host.h"
#include "tests/unit/scratch.h"
#include "vgpu/doctor/decide/report.h"

#define HOSTS	   "tests/corpus/hosts/"
#define MOST_HOSTS 200
#define PERSON	   54321 /* ada in the hosts' /etc/passwd */

/* Where all of them are, each in a directory of its name. */
static struct scratch *scratch;

/* Which verdicts each check has been seen to give, by its place in the table. */
static bool seen[64][4];

/* "ID VERDICT WORDS": the words are in what was found, or behind "; " in what mends it. */
static bool is_met(const char *line, const struct doctor_finding *finding)
{
	char id[32], verdict[16], text[1024];
	int words = 0;

	assert_int_equal(sscanf(line, "%31s %15s %n", id, verdict, &words), 2);
	assert_true(words > 0);
	snprintf(text, sizeof(text), "%s; %s", finding->found,
		 finding->mend != NULL ? finding->mend : "");
	return strcmp(id, finding->check->id) == 0 &&
	       strcmp(verdict, doctor_verdict_name(finding->verdict)) == 0 &&
	       strstr(text, line + words) != NULL;
}

static void fail_for(const char *what, const char *line)
{
	print_error("%s: %s\n", what, line);
	fail();
}

static void fail_for_finding(const struct doctor_finding *finding)
{
	print_error("not expected: %s %s %s; %s\n", finding->check->id,
		    doctor_verdict_name(finding->verdict), finding->found,
		    finding->mend != NULL ? finding->mend : "");
	fail();
}

static void compare(const struct doctor_report *report, char lines[][512], size_t count)
{
	bool met[64] = { false };

	for (size_t i = 0; i < report->count; i++) {
		const struct doctor_finding *finding = &report->findings[i];
		bool expected = false;

		seen[finding->check - doctor_checks][finding->verdict] = true;
		for (size_t k = 0; k < count && !expected; k++) {
			expected = !met[k] && is_met(lines[k], finding);
			met[k] |= expected;
		}
		if (!expected && finding->verdict != DOCTOR_FINE)
			fail_for_finding(finding);
	}
	for (size_t k = 0; k < count; k++) {
		if (!met[k])
			fail_for("not found", lines[k]);
	}
}

/* The `expect` lines of one host. */
static size_t read_expected(const char *host, char lines[][512], size_t most)
{
	FILE *file = popen("cat " HOSTS "processors " HOSTS "faults", "r");
	char line[4096], head[128];
	bool found = false;
	size_t count = 0;

	assert_non_null(file);
	snprintf(head, sizeof(head), "host %s\n", host);
	while (fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, "host ", 5) == 0)
			found = strcmp(line, head) == 0;
		if (!found || strncmp(line, "expect ", 7) != 0)
			continue;
		assert_true(count < most && strlen(line) < 512);
		line[strcspn(line, "\n")] = '\0';
		snprintf(lines[count++], 512, "%.511s", line + 7);
	}
	pclose(file);
	return count;
}

static void judge(struct doctor_report *report, struct doctor_facts *facts, const char *root)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(free) char *config_dir = NULL;
	struct doctor_place place = {
		.root = root, .kernel = root, .uid = PERSON, .may_run = true
	};

	assert_true(asprintf(&config_dir, "%s/etc/mdevctl.d", root) > 0);
	place.config_dir = config_dir;
	if (doctor_facts_gather(facts, &place, &err) < 0)
		fail_for("not gathered", err.message);
	assert_int_equal(doctor_report_init(report, facts, false, &err), 0);
}

static void a_host_is_judged_as_it_is(void **state)
{
	const char *host = *state;
	BASE_AUTO(free) char *root = NULL;
	BASE_AUTO(doctor_facts) struct doctor_facts facts = { .store.fd = -1 };
	BASE_AUTO(doctor_report) struct doctor_report report = { 0 };
	char lines[64][512];
	size_t count = read_expected(host, lines, 64);

	assert_true(asprintf(&root, "%s/%s", scratch->path, host) > 0);
	setenv("UMOCKDEV_DIR", root, 1);
	judge(&report, &facts, root);
	compare(&report, lines, count);
}

/* What no host shows is not tested at all. */
static void every_check_is_seen_fine_and_not(void **state)
{
	(void)state;
	for (size_t i = 0; doctor_checks[i].id != NULL; i++) {
		bool fine = seen[i][DOCTOR_FINE];
		bool not = seen[i][DOCTOR_ADVICE] || seen[i][DOCTOR_UNKNOWN] ||
			   seen[i][DOCTOR_PROBLEM];

		/* mdevctl's rule does no harm, whether it is there or not. */
		if (!fine || (!not &&strcmp(doctor_checks[i].id, "mdevctl") != 0))
			fail_for("no host has it both ways", doctor_checks[i].id);
	}
}

static size_t read_hosts(char names[][64])
{
	FILE *file = popen("sed -n 's/^host //p' " HOSTS "processors " HOSTS "faults", "r");
	size_t count = 0;

	while (file != NULL && count < MOST_HOSTS && fgets(names[count], 64, file) != NULL) {
		names[count][strcspn(names[count], "\n")] = '\0';
		count++;
	}
	if (file == NULL || pclose(file) != 0 || count == 0)
		exit(1);
	return count;
}

/* The state is left to the tests: it is the name of their host. */
static int make_hosts(void **state)
{
	void *made = NULL;
	char command[256];

	(void)state;
	if (scratch_set_up(&made) < 0)
		return -1;
	scratch = made;
	snprintf(command, sizeof(command), "env -u LD_PRELOAD " HOSTS "make --all '%s'",
		 scratch->path);
	return system(command);
}

static int remove_hosts(void **state)
{
	(void)state;
	return scratch_tear_down((void **)&scratch);
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[MOST_HOSTS + 1];
	static char names[MOST_HOSTS][64];
	size_t count;

	(void)argc;
	mock_host_enter(argv);
	count = read_hosts(names);
	for (size_t i = 0; i < count; i++)
		tests[i] = (struct CMUnitTest){ .name = names[i],
						.test_func = a_host_is_judged_as_it_is,
						.initial_state = names[i] };
	tests[count] = (struct CMUnitTest){ .name = "every_check_is_seen_fine_and_not",
					    .test_func = every_check_is_seen_fine_and_not };
	return _cmocka_run_group_tests("hosts", tests, count + 1, make_hosts, remove_hosts);
}
