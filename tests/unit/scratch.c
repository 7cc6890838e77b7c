/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int scratch_set_up(void **state)
{
	static struct scratch scratch;

	scratch = (struct scratch){ .path = "/tmp/vgpu-test-XXXXXX" };
	if (mkdtemp(scratch.path) == NULL)
		return -1;
	scratch.fd = open(scratch.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*state = &scratch;
	return scratch.fd < 0 ? -1 : 0;
}

int scratch_tear_down(void **state)
{
	const struct scratch *scratch = *state;
	char command[128];

	close(scratch->fd);
	snprintf(command, sizeof(command), "rm -rf '%s'", scratch->path);
	return system(command);
}
