/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/base/options.h"

#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "vgpu/base/text.h"

static const struct vgpu_option *find_option(const struct vgpu_option *options, const char *name,
					     size_t length)
{
	for (; options->name != NULL; options++) {
		if (strlen(options->name) == length && strncmp(options->name, name, length) == 0)
			return options;
	}
	return NULL;
}

int vgpu_options_refuse(struct base_error *err, const char *command, const char *format, ...)
{
	BASE_AUTO(free) char *what = NULL;
	va_list arguments;

	va_start(arguments, format);
	what = base_text_vformat(format, arguments);
	va_end(arguments);
	if (what == NULL)
		return base_error_no_memory(err, "%s", command);
	return base_error_set(err, BASE_MISUSED, "%s: %s; 'vgpu help %s' tells more", command, what,
			      command);
}

static int refuse_argument(const char *command, const char *argument, const char *why,
			   struct base_error *err)
{
	return vgpu_options_refuse(err, command, "%s: '%s'", why, argument);
}

/* Returns how many of argv's words the option took, or -1. */
static int take_option(int argc, char **argv, int i, const struct vgpu_option *options,
		       struct base_error *err)
{
	const char *name = argv[i] + 2;
	const char *equals = strchr(name, '=');
	size_t length = equals != NULL ? (size_t)(equals - name) : strlen(name);
	const struct vgpu_option *option = find_option(options, name, length);
	const char *value = equals != NULL ? equals + 1 : NULL;
	int taken = 1;

	if (option == NULL)
		return refuse_argument(argv[0], argv[i], "there is no such option", err);
	if (option->flag != NULL) {
		if (value != NULL)
			return refuse_argument(argv[0], argv[i], "this option takes no value", err);
		*option->flag = true;
		return taken;
	}
	if (value == NULL && i + 1 < argc) {
		value = argv[i + 1];
		taken = 2;
	}
	if (value == NULL || *value == '\0')
		return refuse_argument(argv[0], argv[i], "this option needs a value", err);
	if (*option->value != NULL)
		return refuse_argument(argv[0], argv[i], "this option was given twice", err);
	*option->value = value;
	return taken;
}

int vgpu_options_parse(int argc, char **argv, const struct vgpu_option *options,
		       const char **operands, int most, struct base_error *err)
{
	bool only_operands = false;
	int count = 0;

	for (int i = 1; i < argc;) {
		int taken = 1;

		if (!only_operands && strcmp(argv[i], "--") == 0) {
			only_operands = true;
		} else if (!only_operands && strncmp(argv[i], "--", 2) == 0) {
			taken = take_option(argc, argv, i, options, err);
			if (taken < 0)
				return -1;
		} else if (!only_operands && argv[i][0] == '-' && argv[i][1] != '\0') {
			return refuse_argument(argv[0], argv[i], "there is no such option", err);
		} else if (count == most) {
			return refuse_argument(argv[0], argv[i], "one argument too many", err);
		} else {
			operands[count++] = argv[i];
		}
		i += taken;
	}
	return count;
}
