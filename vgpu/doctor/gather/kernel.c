/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/file.h"
#include "vgpu/base/line.h"
#include "vgpu/doctor/gather/facts.h"
#include "vgpu/doctor/gather/read.h"

#define ATTRIBUTE_LIMIT 4096
#define MODULES		"/lib/modules/"

/* As the kernel's kstrtobool() reads it. */
static bool is_yes(const char *value)
{
	return (*value != '\0' && strchr("yYtT1", *value) != NULL) ||
	       ((*value == 'o' || *value == 'O') && (value[1] == 'n' || value[1] == 'N'));
}

/*
 * A switch is a word or a number. In enable_guc, bit 0 is GuC submission, which
 * GVT-g cannot work with; -1 leaves the choice to i915, which leaves it off before
 * Gen 12.
 */
static enum doctor_setting parse_setting(const char *value)
{
	long number = strtol(value, NULL, 0);

	if (number > 1)
		return (number & 1) != 0 ? DOCTOR_ON : DOCTOR_OFF;
	return is_yes(value) ? DOCTOR_ON : DOCTOR_OFF;
}

static enum doctor_setting read_now(const char *module, const char *name)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(free) char *text = NULL;
	char path[128];

	snprintf(path, sizeof(path), "/sys/module/%s/parameters/%s", module, name);
	text = base_file_read_at(AT_FDCWD, path, ATTRIBUTE_LIMIT, NULL, &err);
	if (text == NULL)
		return err.errnum == ENOENT ? DOCTOR_ABSENT : DOCTOR_UNREADABLE;
	return parse_setting(text);
}

/* Compares names of modules and parameters, in which - and _ are the same, as for the kernel. */
static bool is_named(const char *text, const char *name, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] != name[i] && !(text[i] == '-' && name[i] == '_'))
			return false;
	}
	return true;
}

/* "name=value", or "name" alone, which means on. NULL if the word has another name. */
static const char *value_of(const char *word, const char *name)
{
	size_t length = strlen(name);

	if (!is_named(word, name, length))
		return NULL;
	if (word[length] == '\0')
		return "Y";
	return word[length] == '=' ? word + length + 1 : NULL;
}

static enum doctor_setting find_on_cmdline(const char *cmdline, const char *name)
{
	BASE_AUTO(free) char *copy = strdup(cmdline != NULL ? cmdline : "");
	enum doctor_setting setting = DOCTOR_ABSENT;
	char *rest = copy;
	const char *word;

	while ((word = doctor_read_word(&rest)) != NULL) {
		const char *value = value_of(word, name);

		if (value != NULL)
			setting = parse_setting(value);
	}
	return setting;
}

/* A line of modprobe.d: "options MODULE NAME=VALUE...". */
static void take_options(char *line, const char *module, const char *name, const char *file,
			 struct doctor_parameter *parameter)
{
	const char *word = doctor_read_word(&line);

	if (word == NULL || strcmp(word, "options") != 0)
		return;
	word = doctor_read_word(&line);
	if (word == NULL || strcmp(word, module) != 0)
		return;
	while ((word = doctor_read_word(&line)) != NULL) {
		const char *value = value_of(word, name);

		if (value == NULL)
			continue;
		parameter->in_file = parse_setting(value);
		free(parameter->file);
		parameter->file = strdup(file);
	}
}

/* For modprobe, a line that ends with a backslash goes on in the next line. */
static void join_lines(char *text)
{
	char *to = text;

	for (; *text != '\0'; text++) {
		if (text[0] == '\\' && text[1] == '\n')
			text++;
		else
			*to++ = *text;
	}
	*to = '\0';
}

static int find_in_files(const struct doctor_files *files, const char *module, const char *name,
			 struct doctor_parameter *parameter)
{
	for (size_t i = 0; i < files->count; i++) {
		BASE_AUTO(free) char *copy = strdup(files->items[i].text);
		char *rest = copy;
		char *line;

		if (copy == NULL)
			return -1;
		join_lines(copy);
		while ((line = doctor_read_line(&rest)) != NULL)
			take_options(line, module, name, files->items[i].path, parameter);
	}
	return 0;
}

static int read_parameters(struct doctor_kernel *kernel, const char *root, const char *cmdline,
			   struct base_error *err)
{
	static const char *const directories[] = {
		"/etc/modprobe.d",     "/run/modprobe.d", "/usr/local/lib/modprobe.d",
		"/usr/lib/modprobe.d", "/lib/modprobe.d", NULL
	};
	const struct {
		const char *module;
		const char *name;
		const char *whole;
		struct doctor_parameter *parameter;
	} parameters[] = {
		{ "i915", "enable_gvt", "i915.enable_gvt", &kernel->enable_gvt },
		{ "i915", "enable_guc", "i915.enable_guc", &kernel->enable_guc },
		{ "kvm", "ignore_msrs", "kvm.ignore_msrs", &kernel->ignore_msrs },
		{ "kvm", "report_ignored_msrs", "kvm.report_ignored_msrs", &kernel->report_msrs },
	};
	BASE_AUTO(doctor_files) struct doctor_files files = { 0 };

	if (doctor_files_read(&files, root, directories, ".conf", err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++) {
		struct doctor_parameter *parameter = parameters[i].parameter;

		parameter->now = read_now(parameters[i].module, parameters[i].name);
		parameter->on_cmdline = find_on_cmdline(cmdline, parameters[i].whole);
		if (find_in_files(&files, parameters[i].module, parameters[i].name, parameter) < 0)
			return base_error_no_memory(err, "cannot read modprobe.d");
	}
	return 0;
}

/* modules.dep and modules.builtin have one file in each line: ".../NAME.ko.xz: ...". */
static bool lists_module(const char *text, const char *name)
{
	size_t length = strlen(name);

	for (const char *line = text; line != NULL && *line != '\0';) {
		const char *end = line + strcspn(line, ":\n");
		const char *slash = memrchr(line, '/', (size_t)(end - line));
		const char *file = slash != NULL ? slash + 1 : line;

		if (is_named(file, name, length) && strncmp(file + length, ".ko", 3) == 0)
			return true;
		line = strchr(end, '\n');
		line = line != NULL ? line + 1 : NULL;
	}
	return false;
}

static char *read_of_release(const char *root, const char *before, const char *release,
			     const char *after)
{
	char path[256];

	if (snprintf(path, sizeof(path), "%s%s%s", before, release, after) >= (int)sizeof(path))
		return NULL;
	return doctor_read(root, path);
}

static void mark_at_boot(char *text, struct doctor_kernel *kernel)
{
	const char *line;

	while ((line = doctor_read_line(&text)) != NULL) {
		size_t length = strcspn(line, " \t\r");

		for (size_t i = 0; i < DOCTOR_MODULES; i++) {
			if (strlen(doctor_module_names[i]) == length &&
			    is_named(line, doctor_module_names[i], length))
				kernel->modules[i].at_boot = true;
		}
	}
}

static int read_at_boot(struct doctor_kernel *kernel, const char *root, struct base_error *err)
{
	static const char *const directories[] = {
		"/etc/modules-load.d",	   "/run/modules-load.d", "/usr/local/lib/modules-load.d",
		"/usr/lib/modules-load.d", "/lib/modules-load.d", NULL
	};
	BASE_AUTO(doctor_files) struct doctor_files files = { 0 };
	BASE_AUTO(free) char *old = doctor_read(root, "/etc/modules");

	if (doctor_files_read(&files, root, directories, ".conf", err) < 0)
		return -1;
	for (size_t i = 0; i < files.count; i++)
		mark_at_boot(files.items[i].text, kernel);
	mark_at_boot(old, kernel);
	return 0;
}

static void read_modules(struct doctor_kernel *kernel, const char *root)
{
	BASE_AUTO(free)
	char *loadable = read_of_release(root, MODULES, kernel->release, "/modules.dep");
	BASE_AUTO(free)
	char *builtin = read_of_release(root, MODULES, kernel->release, "/modules.builtin");

	kernel->has_modules = loadable != NULL;
	for (size_t i = 0; i < DOCTOR_MODULES; i++) {
		struct doctor_module *module = &kernel->modules[i];
		char path[64];

		snprintf(path, sizeof(path), "/sys/module/%s", doctor_module_names[i]);
		module->is_builtin = lists_module(builtin, doctor_module_names[i]);
		module->is_loaded = access(path, F_OK) == 0;
		module->exists = module->is_builtin || module->is_loaded ||
				 lists_module(loadable, doctor_module_names[i]);
	}
}

static enum doctor_answer read_config(const char *root, const char *release)
{
	BASE_AUTO(free) char *text = read_of_release(root, "/boot/config-", release, "");

	if (text == NULL)
		text = read_of_release(root, MODULES, release, "/config");
	if (text == NULL)
		return DOCTOR_NOT_KNOWN;
	return strstr(text, "\nCONFIG_DRM_I915_GVT_KVMGT=") != NULL ? DOCTOR_YES : DOCTOR_NO;
}

/* Looks at the flags of the first processor, which are those of all. */
static enum doctor_answer find_vmx(const char *root)
{
	BASE_AUTO(free) char *text = doctor_read(root, "/proc/cpuinfo");
	char *flags = text != NULL ? strstr(text, "\nflags") : NULL;
	const char *word;

	if (flags == NULL)
		return DOCTOR_NOT_KNOWN;
	flags[1 + strcspn(flags + 1, "\n")] = '\0';
	while ((word = doctor_read_word(&flags)) != NULL) {
		if (strcmp(word, "vmx") == 0 || strcmp(word, "svm") == 0)
			return DOCTOR_YES;
	}
	return DOCTOR_NO;
}

static enum doctor_setting find_iommu(const char *cmdline)
{
	BASE_AUTO(free) char *copy = strdup(cmdline != NULL ? cmdline : "");
	enum doctor_setting setting = DOCTOR_ABSENT;
	char *rest = copy;
	const char *word;

	while ((word = doctor_read_word(&rest)) != NULL) {
		if (strncmp(word, "intel_iommu=on", strlen("intel_iommu=on")) == 0)
			setting = DOCTOR_ON;
		else if (strncmp(word, "intel_iommu=off", strlen("intel_iommu=off")) == 0)
			setting = DOCTOR_OFF;
	}
	return setting;
}

const char *doctor_kernel_initramfs(const char *root)
{
	static const struct {
		const char *path;
		const char *command;
	} makers[] = {
		{ "/usr/sbin/update-initramfs", "update-initramfs -u" },
		{ "/usr/bin/dracut", "dracut -f" },
		{ "/usr/bin/mkinitcpio", "mkinitcpio -P" },
	};

	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
		if (doctor_read_exists(root, makers[i].path))
			return makers[i].command;
	}
	return NULL;
}

int doctor_kernel_gather(struct doctor_kernel *kernel, const struct doctor_place *place,
			 struct base_error *err)
{
	BASE_AUTO(free) char *cmdline = doctor_read(place->kernel, "/proc/cmdline");

	kernel->release = doctor_read_sysctl(place->kernel, "/proc/sys/kernel/osrelease");
	if (kernel->release == NULL)
		kernel->release = strdup("?");
	if (kernel->release == NULL)
		return base_error_no_memory(err, "cannot look at the kernel");
	base_line_make(kernel->release);
	kernel->vmx = find_vmx(place->kernel);
	kernel->iommu = find_iommu(cmdline);
	kernel->initramfs = doctor_kernel_initramfs(place->root);
	kernel->config = read_config(place->root, kernel->release);
	read_modules(kernel, place->root);
	if (read_at_boot(kernel, place->root, err) < 0)
		return -1;
	return read_parameters(kernel, place->root, cmdline, err);
}
