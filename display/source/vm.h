/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_VM_H
#define DISPLAY_VM_H

#include <stdbool.h>
#include <stdint.h>

#include "display/mailbox/status.h"
#include "display/source/events.h"
#include "vgpu/base/error.h"
#include "vgpu/base/name.h"

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
	char *name;		/* owned; for people */
	enum display_peer peer; /* whose answers the operations below wait for */
	/* In lower case; empty where they are not known. */
	char domain_uuid[BASE_UUID_SIZE];
	char vgpu[BASE_UUID_SIZE]; /* of the one that choose_vgpu found */
	bool gone;		   /* it has ended since the last look that found it running */
	bool returns;		   /* saved, or moved to another host: it may come back */
	bool deaf;		   /* nobody tells us its end any more: look */
	bool stirred;		   /* it may run, or not, since the last look: look at once */
	int look_ms;		   /* between two looks otherwise */
	/* How long after QEMU's own sockets are closed `ended` may still come; ms. */
	int64_t lag_ms;
	/* A handler's call, once after each look that found it running. */
	void (*ended)(void *data, enum display_vm_end end);
	void *ended_data;
};

/*
 * All for the loop's thread, and not for handlers: QMP's run the loop until QEMU has
 * answered, 10 seconds at most; libvirt's hold the thread until libvirt has.
 */
struct display_vm_ops {
	/*
	 * 1 if it runs: open_display may be called. 0 if it does not, and err says
	 * so: it may later. -1 and err if it cannot be shown.
	 */
	int (*look)(struct display_vm *vm, struct base_error *err);
	int (*start)(struct display_vm *vm, struct base_error *err); /* NULL: it cannot be */
	/*
	 * Sets vgpu to the one whose screen QEMU calls by that label, its device's id;
	 * only_screen: it has no other. NULL: it has none.
	 */
	void (*choose_vgpu)(struct display_vm *vm, const char *label, bool only_screen);
	/* A socket that QEMU serves its D-Bus display on; owned by the caller. */
	int (*open_display)(struct display_vm *vm, struct base_error *err);
	void (*destroy)(struct display_vm *vm);
};

static inline int display_vm_look(struct display_vm *vm, struct base_error *err)
{
	return vm->ops->look(vm, err);
}

static inline int display_vm_open_display(struct display_vm *vm, struct base_error *err)
{
	return vm->ops->open_display(vm, err);
}

static inline void display_vm_choose_vgpu(struct display_vm *vm, const char *label,
					  bool only_screen)
{
	vm->vgpu[0] = '\0';
	if (vm->ops->choose_vgpu != NULL)
		vm->ops->choose_vgpu(vm, label, only_screen);
}

static inline void display_vm_destroy(struct display_vm *vm) /* takes NULL */
{
	if (vm != NULL)
		vm->ops->destroy(vm);
}

/*
 * A libvirt domain. uri NULL: LIBVIRT_DEFAULT_URI, else qemu:///system, where
 * vGPUs are. The loop must run for ended to be called; it is borrowed and
 * must outlive the VM. One at a time in a process, as libvirt has one event loop a
 * process. NULL and err if there is no such domain.
 */
struct display_vm *display_domain_create(const char *name, const char *uri,
					 struct display_events *loop, struct base_error *err);

/*
 * A QEMU by its QMP socket (-qmp unix:PATH,server=on,wait=off), which the
 * viewer keeps to itself until it ends. Another one may come at the same place.
 */
struct display_vm *display_qmp_create(const char *path, struct display_events *loop,
				      struct base_error *err);

#endif
