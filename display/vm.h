/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_VM_H
#define DISPLAY_VM_H

#include <stdint.h>
#include <systemd/sd-event.h>

#include "vgpu/base/error.h"

enum display_vm_end {
	DISPLAY_VM_STOPPED, /* shut down by its guest or by somebody's order */
	DISPLAY_VM_FAILED,  /* QEMU went away without a word */
};

/*
 * Where a display's socket comes from and who tells how the VM ended: libvirt
 * (display_domain_create) or QEMU's own QMP socket (display_qmp_create).
 */
struct display_vm {
	const struct display_vm_ops *ops;
	char *name; /* owned; for people */
	/* How long after QEMU's own sockets are closed `ended` may still come; ms. */
	int64_t lag_ms;
	/* Called from the event loop once at most, after watch. */
	void (*ended)(void *data, enum display_vm_end end);
	void *ended_data;
};

struct display_vm_ops {
	/* A socket that QEMU serves its D-Bus display on; owned by the caller. */
	int (*open_display)(struct display_vm *vm, struct base_error *err);
	void (*destroy)(struct display_vm *vm);
};

static inline int display_vm_open_display(struct display_vm *vm, struct base_error *err)
{
	return vm->ops->open_display(vm, err);
}

/* Takes NULL; not while the event loop runs. */
static inline void display_vm_destroy(struct display_vm *vm)
{
	if (vm != NULL)
		vm->ops->destroy(vm);
}

/*
 * A running libvirt domain. uri NULL: LIBVIRT_DEFAULT_URI, else qemu:///system,
 * where vGPUs are. The event loop must run for ended to be called; it is
 * borrowed and must outlive the VM. One at a time in a process, as libvirt has
 * one event loop a process. NULL and err if there is no such running domain or
 * it has no D-Bus display for us.
 */
struct display_vm *display_domain_create(const char *name, const char *uri, sd_event *event,
					 struct base_error *err);

/*
 * A QEMU by its QMP socket (-qmp unix:PATH,server=on,wait=off), which the
 * viewer keeps to itself until it ends.
 */
struct display_vm *display_qmp_create(const char *path, sd_event *event, struct base_error *err);

#endif
