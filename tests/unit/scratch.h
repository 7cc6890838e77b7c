/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_UNIT_SCRATCH_H
#define TESTS_UNIT_SCRATCH_H

/* An empty directory for one test; its state. */
struct scratch {
	char path[64];
	int fd;
};

/* cmocka's set-up and tear-down, which removes the directory with all in it. */
int scratch_set_up(void **state);
int scratch_tear_down(void **state);

#endif
