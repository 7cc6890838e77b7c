/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "vgpu/base/error.h"
#include "vgpu/base/log.h"
#include "vgpu/commands.h"

struct command {
	const char *name;
	const char *arguments;
	const char *summary;
	const char *help; /* what follows the usage line; ends with a newline */
	int (*run)(int argc, char **argv, struct base_error *err);
};

static const struct command commands[] = {
#if __has_include("vgpu/domain.h")
	{ "attach", "DOMAIN UUID | --xml FILE|- UUID", "give a virtual machine the vGPU",
	  "Adds the vGPU UUID to the libvirt domain DOMAIN, with a display that vgpu-display\n"
	  "can show, and says what it changed. The domain's next start uses it.\n"
	  "\n"
	  "  --xml FILE  read the domain's XML from FILE (- for standard input) instead\n"
	  "              and print the changed XML; no domain is touched\n",
	  vgpu_cmd_attach },
#endif
	{ NULL, NULL, NULL, NULL, NULL },
};

static const struct command *find(const char *name)
{
	for (const struct command *c = commands; c->name != NULL; c++) {
		if (strcmp(c->name, name) == 0)
			return c;
	}
	return NULL;
}

static int unknown(const char *name, struct base_error *err)
{
	return base_error_set(err, BASE_MISUSED,
			      "there is no command '%s'; 'vgpu --help' lists them", name);
}

static void print_usage(void)
{
	puts("usage: vgpu COMMAND [OPTION...] [ARGUMENT...]\n"
	     "\n"
	     "Virtual graphics cards (Intel GVT-g vGPUs, mediated devices) from the kernel to a\n"
	     "virtual machine.\n");
	for (const struct command *c = commands; c->name != NULL; c++)
		printf("  %-8s %s\n", c->name, c->summary);
	puts("\n'vgpu help COMMAND' tells more; so does the manual page vgpu(1).");
}

static void print_help(const struct command *c)
{
	printf("usage: vgpu %s %s\n\n%s", c->name, c->arguments, c->help);
}

static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--help") == 0)
			return true;
	}
	return false;
}

static int help(int argc, char **argv, struct base_error *err)
{
	const struct command *c;

	if (argc < 2 || strcmp(argv[1], "--help") == 0) {
		print_usage();
		return 0;
	}
	c = find(argv[1]);
	if (c == NULL)
		return unknown(argv[1], err);
	print_help(c);
	return 0;
}

static int run(int argc, char **argv, struct base_error *err)
{
	const struct command *c;

	if (argc < 2)
		return base_error_set(err, BASE_MISUSED, "which command? 'vgpu --help' lists them");
	if (strcmp(argv[1], "--version") == 0) {
		puts("vgpu " VGPU_VERSION);
		return 0;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
		return help(argc - 1, argv + 1, err);
	c = find(argv[1]);
	if (c == NULL)
		return unknown(argv[1], err);
	if (wants_help(argc - 1, argv + 1)) {
		print_help(c);
		return 0;
	}
	return c->run(argc - 1, argv + 1, err);
}

/* What was printed counts only if it arrived: a full disk is a failure. */
static int flush(struct base_error *err)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		return base_error_set(err, BASE_FAILED, "cannot write to standard output");
	return 0;
}

int main(int argc, char **argv)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	int status;

	base_log_init("vgpu", BASE_LOG_INFO);
	status = run(argc, argv, &err);
	if (status == 0)
		status = flush(&err);
	return status < 0 ? base_log_error(&err) : status;
}
