/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <string.h>

#include "vgpu/base/error.h"
#include "vgpu/base/log.h"
#include "vgpu/domain-commands/commands.h"

/*
 * The commands that need libvirt or XML. vgpu starts this program for them
 * (vgpu/base/program.h) and prints their help; nobody else should start it.
 */
static const struct {
	const char *name;
	int (*run)(int argc, char **argv, struct base_error *err);
} commands[] = {
	{ "attach", vgpu_cmd_attach },
	{ "detach", vgpu_cmd_detach },
	/*
	 * Prints a line for each vGPU in the domain's definition; with --xml, the
	 * whole definition.
	 */
	{ "show", vgpu_cmd_show },
	/* Prints a line "UUID DOMAIN" for each vGPU that a domain has or runs with. */
	{ "claims", vgpu_cmd_claims },
	/* For libvirt's hook: DOMAIN OPERATION PART [EXTRA] <XML. */
	{ "hook", vgpu_cmd_hook },
};

static int run(int argc, char **argv, struct base_error *err)
{
	for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(*commands); i++) {
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1, err);
	}
	return base_error_set(err, BASE_MISUSED,
			      "this program does a part of vgpu's work: see 'vgpu --help'");
}

int main(int argc, char **argv)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	int status;

	base_log_init("vgpu", BASE_LOG_INFO);
	status = run(argc, argv, &err);
	if (status == 0)
		status = base_log_flush(&err);
	return status < 0 ? base_log_error(&err) : status;
}
