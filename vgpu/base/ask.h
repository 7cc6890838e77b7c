/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_ASK_H
#define VGPU_ASK_H

#include <stdbool.h>

#include "vgpu/base/error.h"

/*
 * Asks on the terminal; nothing is asked if is_agreed (--yes) says so before. 0
 * for yes. -1 for anything else, and where there is no terminal to ask on.
 */
int vgpu_ask(bool is_agreed, const char *question, struct base_error *err);

#endif
