/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/doctor/act/fix.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "vgpu/base/ask.h"
#include "vgpu/base/file.h"
#include "vgpu/base/log.h"
#include "vgpu/base/program.h"
#include "vgpu/doctor/act/journal.h"
#include "vgpu/doctor/decide/decide.h"
#include "vgpu/doctor/decide/plan.h"
#include "vgpu/doctor/gather/below.h"
#include "vgpu/doctor/gather/read.h"
#include "vgpu/store/lock.h"

static int show_plan(const struct doctor_plan *plan, struct base_error *err)
{
	for (size_t i = 0; i < plan->change_count; i++) {
		BASE_AUTO(free) char *text = doctor_change_show(&plan->changes[i]);

		if (text == NULL)
			return base_error_no_memory(err, "cannot show the changes");
		fputs(text, stdout);
	}
	for (size_t i = 0; i < plan->step_count; i++) {
		const struct doctor_step *step = &plan->steps[i];

		if (step->module != NULL)
			printf("run modprobe %s\n", step->module);
		else
			printf("write %s to %s\n", step->value, step->attribute);
	}
	return 0;
}

/* It is not a misuse if there is no terminal: the user may only want to see the plan. */
static int ask_for_all(bool yes, struct base_error *err)
{
	fflush(stdout);
	if (vgpu_ask(yes, "Do all this?", err) == 0)
		return 0;
	if (err != NULL)
		err->status = BASE_FAILED;
	return -1;
}

/* Notes the directories that `path` needs and that are not there. */
static int note_directories(struct doctor_journal *journal, const char *root, const char *path,
			    struct base_error *err)
{
	BASE_AUTO(free) char *copy = strdup(path);

	if (copy == NULL)
		return base_error_no_memory(err, "cannot note what is changed");
	for (char *slash = strchr(copy + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		BASE_AUTO(base_error) struct base_error why = { 0 };
		BASE_AUTO(fd) int fd = -1;

		*slash = '\0';
		fd = doctor_below_open_directory(root, copy, &why);
		if (fd < 0 && why.errnum == ENOENT &&
		    doctor_journal_add_directory(journal, copy, err) < 0)
			return -1;
		*slash = '/';
	}
	return 0;
}

static int make_directories(const struct doctor_journal *journal, const char *root,
			    struct base_error *err)
{
	for (size_t i = 0; i < journal->directory_count; i++) {
		const char *name;
		BASE_AUTO(fd)
		int fd = doctor_below_open(root, journal->directories[i], &name, err);

		if (fd < 0)
			return -1;
		if (mkdirat(fd, name, 0755) < 0 && errno != EEXIST)
			return base_error_errno(err, errno, "cannot make %s%s", root,
						journal->directories[i]);
	}
	return 0;
}

static int write_change(const struct doctor_change *change, const char *root,
			struct base_error *err)
{
	const char *name;
	BASE_AUTO(fd) int fd = doctor_below_open(root, change->path, &name, err);

	if (fd < 0)
		return -1;
	if (!change->is_link)
		return doctor_change_write(change, fd, name, change->after, err);
	if (symlinkat(change->after, fd, name) < 0 && errno != EEXIST)
		return base_error_errno(err, errno, "cannot make the link %s%s", root,
					change->path);
	return 0;
}

/* Notes a step that sets a parameter, and the old value. */
static int note_step(struct doctor_journal *journal, const struct doctor_step *step,
		     struct base_error *err)
{
	BASE_AUTO(free) char *before = NULL;
	struct doctor_change change = { .path = step->attribute, .after = step->value };

	if (step->attribute == NULL)
		return 0;
	before = base_file_read_attribute_at(AT_FDCWD, step->attribute);
	if (before == NULL)
		return 0;
	before[strcspn(before, "\n")] = '\0';
	change.before = before;
	return doctor_journal_add(journal, &change, err);
}

/* The journal comes first: whatever is written after it can be taken back. */
static int write_changes(const struct doctor_plan *plan, const char *root, struct base_error *err)
{
	BASE_AUTO(doctor_journal) struct doctor_journal journal = { 0 };

	if (plan->change_count == 0 && plan->step_count == 0)
		return 0;
	if (doctor_journal_init(&journal, root, err) < 0)
		return -1;
	for (size_t i = 0; i < plan->change_count; i++) {
		if (doctor_journal_add(&journal, &plan->changes[i], err) < 0 ||
		    note_directories(&journal, root, plan->changes[i].path, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < plan->step_count; i++) {
		if (note_step(&journal, &plan->steps[i], err) < 0)
			return -1;
	}
	if (doctor_journal_write(&journal, root, err) < 0 ||
	    make_directories(&journal, root, err) < 0)
		return -1;
	for (size_t i = 0; i < plan->change_count; i++) {
		if (write_change(&plan->changes[i], root, err) < 0)
			return -1;
		printf("%s %s%s\n", plan->changes[i].is_link ? "linked" : "wrote", root,
		       plan->changes[i].path);
	}
	return 0;
}

/* A step that fails now is not a failure, because the next boot does it anyway. */
static void take_steps(const struct doctor_plan *plan)
{
	for (size_t i = 0; i < plan->step_count; i++) {
		BASE_AUTO(base_error) struct base_error err = { 0 };
		const struct doctor_step *step = &plan->steps[i];
		int status;

		if (step->module != NULL)
			status = vgpu_program_run(
				"modprobe", (const char *const[]){ "modprobe", step->module, NULL },
				1, NULL, &err);
		else
			status = base_file_write_attribute(step->attribute, step->value, &err);
		if (status < 0)
			base_warning("not before the next boot: %s", err.message);
		else if (step->module != NULL)
			printf("loaded the module %s\n", step->module);
		else
			printf("set %s\n", step->attribute);
	}
}

void doctor_print_initramfs(const char *root)
{
	const char *command = doctor_kernel_initramfs(root);

	if (command != NULL)
		printf("left to do: sudo %s, as i915 may be in the initramfs\n", command);
}

/* The part of the repair that --fix does not do; NULL if there is none. */
static const char *find_rest(const char *mend)
{
	static const char ours[] = "vgpu doctor --fix";
	const char *behind = strstr(mend, ours);

	if (behind == NULL)
		return mend;
	behind += strlen(ours);
	return strncmp(behind, "; ", 2) == 0 ? behind + 2 : NULL;
}

/* True if a step has just done it. */
static bool is_done(const struct doctor_plan *plan, const char *rest)
{
	for (size_t i = 0; i < plan->step_count; i++) {
		const char *attribute = plan->steps[i].attribute;

		if (attribute != NULL && strstr(rest, attribute) != NULL)
			return true;
	}
	return false;
}

/* vgpu does not change the boot loader, the firmware or packages. */
static void print_rest(const struct doctor_plan *plan, const struct doctor_report *report,
		       const char *root)
{
	for (size_t i = 0; i < report->count; i++) {
		const struct doctor_finding *finding = &report->findings[i];
		bool is_problem = finding->verdict == DOCTOR_PROBLEM;
		const char *rest = NULL;

		if ((is_problem || finding->verdict == DOCTOR_ADVICE) && finding->mend != NULL)
			rest = find_rest(finding->mend);
		if (rest != NULL && !is_done(plan, rest))
			printf("%s: %s: %s; %s\n", is_problem ? "left to you" : "advice",
			       finding->check->title, finding->found, rest);
	}
	if (plan->needs_boot) {
		doctor_print_initramfs(root);
		printf("left to do: reboot\n");
	}
	if (plan->needs_login)
		printf("left to do: log in again\n");
}

static int apply_plan(const struct doctor_plan *plan, const char *root, struct base_error *err)
{
	BASE_AUTO(fd) int lock = -1;

	if (*root == '\0' && geteuid() != 0)
		return base_error_set(
			err, BASE_FAILED,
			"nothing was changed, because that needs root: sudo vgpu doctor --fix");
	/* It also keeps a Ctrl-C from ending this half-way. */
	if (*root == '\0') {
		lock = vgpu_lock_take(NULL, err);
		if (lock < 0)
			return -1;
	}
	if (write_changes(plan, root, err) < 0)
		return base_error_wrap(
			err,
			"not everything was written (sudo vgpu doctor --undo takes back what was)");
	take_steps(plan);
	return 0;
}

int doctor_fix(const struct doctor_facts *facts, const struct doctor_report *report,
	       const struct doctor_place *place, bool yes, struct base_error *err)
{
	BASE_AUTO(doctor_plan) struct doctor_plan plan = { 0 };

	if (!doctor_has_gvt_gpu(facts))
		return base_error_set(err, BASE_FAILED, "nothing to change: %s",
				      report->findings[0].found);
	if (doctor_plan_init(&plan, facts, place, err) < 0 || show_plan(&plan, err) < 0)
		return -1;
	if (plan.change_count == 0 && plan.step_count == 0) {
		printf("there is nothing to write\n");
	} else {
		if (ask_for_all(yes, err) < 0)
			return -1;
		if (apply_plan(&plan, place->root, err) < 0)
			return -1;
	}
	print_rest(&plan, report, place->root);
	return BASE_DONE;
}
