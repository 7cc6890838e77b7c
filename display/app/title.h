/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_TITLE_H
#define DISPLAY_TITLE_H

#include <stdbool.h>

/* What the window's title shows. */
struct display_title {
	const char *vm;
	unsigned int screen, screens; /* the one that is shown, from 1 on, and all */
	bool away;		      /* the VM is not running */
	bool blank;		      /* the guest shows no picture */
	bool new;		      /* it has not shown one before either */
	bool grabbed;
};

/* Owned by the caller; NULL without memory. */
char *display_title_format(const struct display_title *title);

#endif
