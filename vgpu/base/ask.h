/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_ASK_H
#define VGPU_ASK_H

#include <stdbool.h>

#include "vgpu/base/error.h"

/*
 * Asks the question on the terminal, unless is_agreed (--yes) has answered it
 * already. Returns 0 for yes; -1 for any other answer, or if there is no terminal
 * to ask on.
 */
int vgpu_ask(bool is_agreed, const char *question, struct base_error *err);

#endif
