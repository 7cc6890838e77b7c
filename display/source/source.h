/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SOURCE_H
#define DISPLAY_SOURCE_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "display/mailbox/input.h"
#include "display/mailbox/mailbox.h"
#include "display/source/vm.h"
#include "vgpu/base/error.h"

/*
 * Where frames come from. A source puts frames, damage and its end into the
 * mailbox it was made with, from a thread of its own or from an event loop, until
 * it is destroyed.
 */
struct display_source {
	const struct display_source_ops *ops;
	const char *title;	      /* what is shown, for people; the source's */
	uint32_t width, height;	      /* a first guess at the picture's size; pixels */
	unsigned int screen, screens; /* the VM's, from 1 on; 0: it has none now */
};

struct display_source_ops {
	/* From now on the mailbox is filled. -1 and err if that cannot begin. */
	int (*start)(struct display_source *source, struct base_error *err);
	/*
	 * Nobody sees what it puts: it may rest until it is seen again. NULL for
	 * a source that cannot.
	 */
	void (*set_hidden)(struct display_source *source, bool hidden);
	/*
	 * Stops it if it was started: what input there is still goes to the
	 * guest, nothing is put any more after it.
	 */
	void (*destroy)(struct display_source *source);
};

static inline int display_source_start(struct display_source *source, struct base_error *err)
{
	return source->ops->start(source, err);
}

static inline void display_source_set_hidden(struct display_source *source, bool hidden)
{
	if (source->ops->set_hidden != NULL)
		source->ops->set_hidden(source, hidden);
}

static inline void display_source_destroy(struct display_source *source) /* takes NULL */
{
	if (source != NULL)
		source->ops->destroy(source);
}

/*
 * QEMU's D-Bus display of a VM: its screen of that number, from 1 on, or the last
 * one. It runs the event loop, which must be the one
 * that vm was made with, on a thread of its own: nobody else may touch the loop
 * or vm between start and destroy. Takes input to the guest's keyboard and
 * mouse. All arguments are borrowed and must outlive the source.
 */
struct display_source *display_qemu_create(struct display_vm *vm, unsigned int screen,
					   sd_event *event, struct display_mailbox *mailbox,
					   struct display_input *input, struct base_error *err);

/*
 * The planes of the VM's vGPU, read beside QEMU by the helper vgpu-scanout, on a
 * thread of its own: every flip, at any rate. Goes beside display_qemu_create's,
 * whose pictures the mailbox holds back while the planes have one. A helper that is
 * not to be had is said once and tried again, or, if it is `required`, the end.
 * Both are borrowed and must outlive the source. NULL and err if the VM has no
 * such vGPU.
 */
struct display_source *display_planes_create(const struct display_vm *vm,
					     struct display_mailbox *mailbox, bool required,
					     struct base_error *err);

#endif
