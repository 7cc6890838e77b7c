/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "vgpu/base/error.h"
#include "vgpu/base/log.h"
#include "vgpu/commands.h"
#include "vgpu/store.h"

struct command {
	const char *name;
	const char *arguments;
	const char *summary;
	const char *help; /* what follows the usage line; ends with a newline */
	int (*run)(int argc, char **argv, struct base_error *err);
};

#define CONFIG_DIR_HELP                                                                            \
	"  --config-dir DIR  where definitions are (default " VGPU_STORE_DIR "); must exist\n"

static const struct command commands[] = {
	{ "types", "[--json]", "show which vGPUs this machine can make",
	  "Shows each parent (a device that makes vGPUs) and its types: how many more can be\n"
	  "made now, how many fit if the parent makes no other, and what each gives.\n"
	  "Where there are none, says why.\n"
	  "\n"
	  "  --json  for programs\n",
	  vgpu_cmd_types },
	{ "list", "[--json]", "show the vGPUs that are active or defined",
	  "Shows each vGPU that is active in the kernel or defined: its UUID, parent and type,\n"
	  "and whether it comes back at boot.\n"
	  "\n"
	  "  --json            for programs\n" CONFIG_DIR_HELP,
	  vgpu_cmd_list },
	{ "create", "[--parent P] [--type T] [--uuid U]", "make a vGPU that comes back at boot",
	  "Makes a vGPU and its definition, and prints its UUID. With the UUID of a vGPU that\n"
	  "is only active or only defined, makes what is missing.\n"
	  "\n"
	  "  --parent P        on this parent (default: the first graphics processor with room)\n"
	  "  --type T          of this type (default: the largest that fits)\n"
	  "  --uuid U          with this UUID (default: a new one)\n" CONFIG_DIR_HELP,
	  vgpu_cmd_create },
	{ "remove", "UUID", "remove a vGPU and its definition",
	  "Removes the vGPU and its definition, unless a virtual machine is using it.\n"
	  "\n" CONFIG_DIR_HELP,
	  vgpu_cmd_remove },
	{ "restore", "[--parent P] [--at-boot]", "make the vGPUs that are to be there after boot",
	  "Makes each vGPU that is defined to start at boot and is not there, and all that can\n"
	  "be made even if some cannot. The service vgpu-restore runs this at boot.\n"
	  "\n"
	  "  --parent P        only those of this parent\n"
	  "  --at-boot         a parent that is not there yet is no failure: its udev rule\n"
	  "                    makes its vGPUs when it comes\n" CONFIG_DIR_HELP,
	  vgpu_cmd_restore },
	{ "attach", "DOMAIN UUID | --xml FILE|- UUID", "give a virtual machine the vGPU",
	  "Adds the vGPU UUID to the libvirt domain DOMAIN, with a display that vgpu-display\n"
	  "can show, and says what it changed. The domain's next start uses it.\n"
	  "\n"
	  "  --xml FILE        read the domain's XML from FILE (- for standard input) instead\n"
	  "                    and print the changed XML; no domain is touched\n"
	  "  --connect URI     libvirt's connection (default: LIBVIRT_DEFAULT_URI, else\n"
	  "                    qemu:///system)\n"
	  "  --rendernode PATH draw with this node (default: the parent's own)\n"
	  "  --dry-run         only say what would change\n" CONFIG_DIR_HELP,
	  vgpu_cmd_attach },
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
