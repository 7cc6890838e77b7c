/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_PLANES_H
#define DISPLAY_PLANES_H

#include <stdbool.h>

#include "display/mailbox/mailbox.h"
#include "display/source/vm.h"
#include "vgpu/base/error.h"

/*
 * The planes of the VM's vGPU, which the helper vgpu-scanout reads beside QEMU: every flip, at
 * any rate. They have a thread of their own. The mailbox holds QEMU's pictures back while the
 * planes have one. If the helper cannot be reached, this is reported once and tried again; if
 * the planes are `required`, the viewer ends. One thread calls the functions.
 */
struct display_planes;

/*
 * For the vGPU that is chosen in vm now; the mailbox is borrowed and must outlive the planes.
 * NULL and err if no vGPU is chosen, or on failure.
 */
struct display_planes *display_planes_create(const struct display_vm *vm,
					     struct display_mailbox *mailbox, bool required,
					     struct base_error *err);

/* From now on the mailbox is filled. -1 and err if the thread cannot be started. */
int display_planes_start(struct display_planes *planes, struct base_error *err);

/* While hidden, nobody sees the pictures, and the helper need not look. */
void display_planes_set_hidden(struct display_planes *planes, bool hidden);

/*
 * Input went to the guest: its effect must be shown at once, even if the screen stood still. May
 * be called at any rate: the helper, if there is one, is told at most once in
 * DISPLAY_PLANES_INPUT_MS. Does not wait.
 */
#define DISPLAY_PLANES_INPUT_MS 20
void display_planes_note_input(struct display_planes *planes);

/* Nothing is put into the mailbox afterwards. */
void display_planes_destroy(struct display_planes *planes); /* takes NULL */

#endif
