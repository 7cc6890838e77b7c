/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_PLANES_H
#define DISPLAY_PLANES_H

#include <stdbool.h>

#include "display/mailbox/mailbox.h"
#include "display/source/vm.h"
#include "vgpu/base/error.h"

/*
 * The planes of the VM's vGPU, read beside QEMU by the helper vgpu-scanout, on a
 * thread of its own: every flip, at any rate. They go beside QEMU's pictures, which the
 * mailbox holds back while the planes have one. A helper that is not to be had is said
 * once and tried again, or, if it is `required`, the end. The functions are for one
 * thread.
 */
struct display_planes;

/*
 * Of the vGPU that the VM names now; the mailbox is borrowed and must outlive them. NULL
 * and err if the VM has no such vGPU.
 */
struct display_planes *display_planes_create(const struct display_vm *vm,
					     struct display_mailbox *mailbox, bool required,
					     struct base_error *err);

/* From now on the mailbox is filled. -1 and err if that cannot begin. */
int display_planes_start(struct display_planes *planes, struct base_error *err);

/* Nobody sees what they put: they may rest until they are seen again. */
void display_planes_set_hidden(struct display_planes *planes, bool hidden);

/*
 * Input went to the guest: what it changes is to be shown at once, also on a screen that
 * stood still. At any rate: the helper is told once in DISPLAY_PLANES_INPUT_MS at most, if
 * there is one, and nobody is waited for.
 */
#define DISPLAY_PLANES_INPUT_MS 20
void display_planes_note_input(struct display_planes *planes);

/* Nothing is put any more after it. */
void display_planes_destroy(struct display_planes *planes); /* takes NULL */

#endif
