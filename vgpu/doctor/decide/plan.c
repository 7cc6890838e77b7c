/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/doctor/decide/plan.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "vgpu/base/array.h"
#include "vgpu/base/file.h"
#include "vgpu/base/text.h"
#include "vgpu/doctor/decide/decide.h"
#include "vgpu/doctor/gather/below.h"
#include "vgpu/doctor/gather/read.h"

#define HEADER "# Written by vgpu doctor --fix; vgpu doctor --undo takes it back.\n"
#define LIMIT  (1 << 20) /* bytes of an existing file */

#define FAILURE "cannot plan what to change"

static const char modprobe_path[] = DOCTOR_MODPROBE_PATH;
static const char modules_path[] = "/etc/modules-load.d/vgpu.conf";
static const char limits_path[] = "/etc/security/limits.d/vgpu.conf";
static const char rule_path[] = "/etc/udev/rules.d/72-vgpu.rules";
static const char service_path[] =
	"/etc/systemd/system/multi-user.target.wants/vgpu-restore.service";

static const char msrs_path[] = DOCTOR_PARAMETERS "kvm/parameters/ignore_msrs";
static const char report_path[] = DOCTOR_PARAMETERS "kvm/parameters/report_ignored_msrs";

static const char *const paths[] = { modprobe_path, modules_path, limits_path, rule_path,
				     service_path,  msrs_path,	  report_path };

bool doctor_plan_writes(const char *path)
{
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (strcmp(paths[i], path) == 0)
			return true;
	}
	return false;
}

bool doctor_plan_needs_directory(const char *path)
{
	size_t length = strlen(path);

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]) && length > 0; i++) {
		if (strncmp(paths[i], path, length) == 0 && paths[i][length] == '/')
			return true;
	}
	return false;
}

static struct doctor_change *add_change(struct doctor_plan *plan, const char *path)
{
	struct doctor_change *changes =
		vgpu_array_grow(plan->changes, plan->change_count, sizeof(*changes));

	if (changes == NULL)
		return NULL;
	plan->changes = changes;
	changes += plan->change_count;
	*changes = (struct doctor_change){ .path = strdup(path), .mode = 0644, .gid = getegid() };
	if (changes->path == NULL)
		return NULL;
	plan->change_count++;
	return changes;
}

static int refuse_change(const char *root, const struct doctor_change *change, const char *why,
			 struct base_error *err)
{
	return base_error_set(err, BASE_FAILED, "cannot change %s%s: %s", root, change->path, why);
}

/* Reads the file as it is. A missing file is not an error; a link or another user's file is. */
static int read_before(struct doctor_change *change, const char *root, struct base_error *err)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };
	const char *name;
	BASE_AUTO(fd) int fd = doctor_below_open(root, change->path, &name, &why);
	struct stat st;

	if (fd < 0)
		return why.errnum == ENOENT
			       ? 0
			       : refuse_change(root, change, "its directory cannot be opened", err);
	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : refuse_change(root, change, strerror(errno), err);
	if (!S_ISREG(st.st_mode))
		return refuse_change(root, change, "it is not a regular file", err);
	if (st.st_uid != geteuid() && geteuid() == 0)
		return refuse_change(root, change, "it does not belong to root", err);
	change->mode = st.st_mode & 0777;
	change->gid = st.st_gid;
	change->before = base_file_read_at(fd, name, LIMIT, NULL, &why);
	if (change->before == NULL)
		return refuse_change(root, change,
				     why.message != NULL ? why.message : "out of memory", err);
	return 0;
}

/* The old text, which may be NULL, with the lines after it; NULL without memory. */
static char *append_lines(const char *before, const char *lines)
{
	const char *old = before != NULL ? before : "";
	size_t length = strlen(old);
	bool is_cut = length > 0 && old[length - 1] != '\n';

	return base_text_format("%s%s%s%s", old, is_cut ? "\n" : "",
				strstr(old, HEADER) != NULL ? "" : HEADER, lines);
}

/* `lines` end with newlines; without any, there is nothing to do. */
static int plan_file(struct doctor_plan *plan, const char *root, const char *path,
		     const char *lines, struct base_error *err)
{
	struct doctor_change *change;

	if (*lines == '\0')
		return 0;
	change = add_change(plan, path);
	if (change == NULL)
		return base_error_no_memory(err, FAILURE);
	if (read_before(change, root, err) < 0)
		return -1;
	change->after = append_lines(change->before, lines);
	return change->after == NULL ? base_error_no_memory(err, FAILURE) : 0;
}

/* The parameter has the wanted value at the next boot, or can be given it. */
static bool can_set(const struct doctor_parameter *parameter, const struct doctor_module *module,
		    enum doctor_setting wanted)
{
	return doctor_next_setting(parameter, module) == wanted ||
	       !doctor_parameter_is_out_of_reach(parameter, module, wanted);
}

static bool wants_setting(const struct doctor_parameter *parameter,
			  const struct doctor_module *module, enum doctor_setting wanted)
{
	return doctor_next_setting(parameter, module) != wanted &&
	       !doctor_parameter_is_out_of_reach(parameter, module, wanted);
}

static bool ignores_msrs_next(const struct doctor_kernel *kernel)
{
	return can_set(&kernel->ignore_msrs, &kernel->modules[DOCTOR_KVM], DOCTOR_ON);
}

static int plan_modprobe(struct doctor_plan *plan, const struct doctor_kernel *kernel,
			 const char *root, struct base_error *err)
{
	const struct doctor_module *i915 = &kernel->modules[DOCTOR_I915];
	const struct doctor_module *kvm = &kernel->modules[DOCTOR_KVM];
	bool guc_is_on = kernel->enable_guc.now == DOCTOR_ON ||
			 doctor_next_setting(&kernel->enable_guc, i915) == DOCTOR_ON;
	bool gvt = wants_setting(&kernel->enable_gvt, i915, DOCTOR_ON);
	bool guc = guc_is_on && wants_setting(&kernel->enable_guc, i915, DOCTOR_OFF);
	bool msrs = kvm->exists && wants_setting(&kernel->ignore_msrs, kvm, DOCTOR_ON);
	bool report = !msrs && kvm->exists && kernel->report_msrs.now == DOCTOR_ON &&
		      ignores_msrs_next(kernel) &&
		      wants_setting(&kernel->report_msrs, kvm, DOCTOR_OFF);
	char lines[256];

	snprintf(lines, sizeof(lines), "%s%s%s%s", gvt ? "options i915 enable_gvt=1\n" : "",
		 guc ? "options i915 enable_guc=0\n" : "",
		 msrs ? "options kvm ignore_msrs=1 report_ignored_msrs=0\n" : "",
		 report ? "options kvm report_ignored_msrs=0\n" : "");
	plan->needs_boot = gvt || guc;
	return plan_file(plan, root, modprobe_path, lines, err);
}

/* Nothing else loads kvmgt; the other modules are mostly loaded by themselves. */
static bool wants_module(const struct doctor_module *module, bool always)
{
	return module->exists && !module->is_builtin && !module->at_boot &&
	       (always || !module->is_loaded);
}

static int plan_modules(struct doctor_plan *plan, const struct doctor_kernel *kernel,
			const char *root, struct base_error *err)
{
	static const enum doctor_module_name names[] = { DOCTOR_KVMGT, DOCTOR_MDEV,
							 DOCTOR_VFIO_MDEV,
							 DOCTOR_VFIO_IOMMU_TYPE1 };
	char lines[256];
	size_t used = 0;

	*lines = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (wants_module(&kernel->modules[names[i]], names[i] == DOCTOR_KVMGT))
			used += (size_t)snprintf(lines + used, sizeof(lines) - used, "%s\n",
						 doctor_module_names[names[i]]);
	}
	return plan_file(plan, root, modules_path, lines, err);
}

static bool is_plain(const char *name)
{
	for (; *name != '\0'; name++) {
		if (!isalnum((unsigned char)*name) && strchr("_.-", *name) == NULL)
			return false;
	}
	return true;
}

static int plan_limits(struct doctor_plan *plan, const struct doctor_permissions *permissions,
		       const char *root, struct base_error *err)
{
	const char *name = permissions->person.name;
	struct doctor_change *change;
	char line[128];
	int length;

	if (!doctor_locks_too_little(permissions) || !is_plain(name))
		return 0;
	length = snprintf(line, sizeof(line), "%s - memlock unlimited\n", name);
	if (length >= (int)sizeof(line))
		return 0;
	plan->needs_login = true;
	change = add_change(plan, limits_path);
	if (change == NULL)
		return base_error_no_memory(err, FAILURE);
	if (read_before(change, root, err) < 0)
		return -1;
	if (change->before != NULL &&
	    doctor_read_has_line(change->before, line, (size_t)length - 1)) {
		plan->change_count--;
		doctor_change_finish(change);
		return 0;
	}
	change->after = append_lines(change->before, line);
	return change->after == NULL ? base_error_no_memory(err, FAILURE) : 0;
}

static int plan_rule(struct doctor_plan *plan, const struct doctor_permissions *permissions,
		     const char *root, struct base_error *err)
{
	if (!permissions->has_session_vgpus || permissions->has_vfio_rule)
		return 0;
	return plan_file(plan, root, rule_path,
			 "SUBSYSTEM==\"vfio\", GROUP=\"kvm\", MODE=\"0660\"\n", err);
}

/* What `systemctl enable` does. */
static int plan_service(struct doctor_plan *plan, const struct doctor_services *services,
			struct base_error *err)
{
	struct doctor_change *change;

	if (services->restores_at_boot != DOCTOR_NO || services->unit == NULL ||
	    services->is_masked)
		return 0;
	change = add_change(plan, service_path);
	if (change == NULL)
		return base_error_no_memory(err, FAILURE);
	change->is_link = true;
	change->after = strdup(services->unit);
	return change->after == NULL ? base_error_no_memory(err, FAILURE) : 0;
}

static int add_step(struct doctor_plan *plan, const char *module, const char *attribute,
		    const char *value)
{
	struct doctor_step *steps = vgpu_array_grow(plan->steps, plan->step_count, sizeof(*steps));

	if (steps == NULL)
		return -1;
	plan->steps = steps;
	steps += plan->step_count++;
	*steps = (struct doctor_step){ 0 };
	if (module != NULL)
		steps->module = strdup(module);
	if (attribute != NULL)
		steps->attribute = strdup(attribute);
	if (value != NULL)
		steps->value = strdup(value);
	return (module != NULL && steps->module == NULL) ||
			       (attribute != NULL && steps->attribute == NULL) ||
			       (value != NULL && steps->value == NULL)
		       ? -1
		       : 0;
}

/* kvmgt is of no use before i915 has read its options. */
static int plan_steps(struct doctor_plan *plan, const struct doctor_kernel *kernel)
{
	static const enum doctor_module_name names[] = { DOCTOR_MDEV, DOCTOR_VFIO_MDEV,
							 DOCTOR_VFIO_IOMMU_TYPE1, DOCTOR_KVMGT };
	const struct doctor_module *kvm = &kernel->modules[DOCTOR_KVM];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i] == DOCTOR_KVMGT && kernel->enable_gvt.now != DOCTOR_ON)
			continue;
		if (doctor_can_load(&kernel->modules[names[i]]) &&
		    add_step(plan, doctor_module_names[names[i]], NULL, NULL) < 0)
			return -1;
	}
	/* The running kernel gets only settings that the next boot has, too. */
	if (kernel->ignore_msrs.now == DOCTOR_OFF && ignores_msrs_next(kernel) &&
	    add_step(plan, NULL, msrs_path, "1") < 0)
		return -1;
	if (kernel->report_msrs.now == DOCTOR_ON && ignores_msrs_next(kernel) &&
	    can_set(&kernel->report_msrs, kvm, DOCTOR_OFF) &&
	    add_step(plan, NULL, report_path, "0") < 0)
		return -1;
	return 0;
}

int doctor_plan_init(struct doctor_plan *plan, const struct doctor_facts *facts,
		     const struct doctor_place *place, struct base_error *err)
{
	const char *root = place->root;
	int status = 0;

	*plan = (struct doctor_plan){ 0 };
	if (!doctor_has_gvt_gpu(facts))
		return 0;
	if (doctor_has_gvt_kernel(facts))
		status = plan_modprobe(plan, &facts->kernel, root, err) < 0 ||
					 plan_modules(plan, &facts->kernel, root, err) < 0
				 ? -1
				 : 0;
	if (status == 0 && (plan_limits(plan, &facts->permissions, root, err) < 0 ||
			    plan_rule(plan, &facts->permissions, root, err) < 0 ||
			    plan_service(plan, &facts->services, err) < 0))
		status = -1;
	if (status == 0 && *root == '\0' && doctor_has_gvt_kernel(facts) &&
	    plan_steps(plan, &facts->kernel) < 0)
		status = base_error_no_memory(err, FAILURE);
	if (status < 0)
		doctor_plan_finish(plan);
	return status;
}

void doctor_plan_finish(struct doctor_plan *plan)
{
	if (plan == NULL)
		return;
	for (size_t i = 0; i < plan->change_count; i++)
		doctor_change_finish(&plan->changes[i]);
	for (size_t i = 0; i < plan->step_count; i++) {
		free(plan->steps[i].module);
		free(plan->steps[i].attribute);
		free(plan->steps[i].value);
	}
	free(plan->changes);
	free(plan->steps);
	*plan = (struct doctor_plan){ 0 };
}
