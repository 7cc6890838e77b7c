/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "vgpu/base/options.h"
#include "vgpu/domain-commands/commands.h"
#include "vgpu/domain/claims-writer.h"
#include "vgpu/domain/libvirt.h"

#define PATIENCE_S 20 /* systemd may have to start libvirt first, on a busy machine */

static void give_up(int number)
{
	static const char words[] = "vgpu: libvirt does not answer\n";

	(void)number;
	(void)!write(STDERR_FILENO, words, sizeof(words) - 1);
	_exit(BASE_FAILED);
}

/* 'vgpu list' must not hang because libvirt hangs. */
static void limit_time(void)
{
	struct sigaction action = { .sa_handler = give_up };

	sigaction(SIGALRM, &action, NULL);
	alarm(PATIENCE_S);
}

int vgpu_cmd_claims(int argc, char **argv, struct base_error *err)
{
	BASE_AUTO(connection) virConnect *connection = NULL;
	const char *uri = NULL;
	const struct vgpu_option options[] = { { "connect", &uri, NULL }, { NULL, NULL, NULL } };

	if (vgpu_options_parse(argc, argv, options, NULL, 0, err) < 0)
		return -1;
	limit_time();
	connection = vgpu_libvirt_connect(uri, true, err);
	return connection == NULL ? -1 : vgpu_claims_write(connection, stdout, err);
}
