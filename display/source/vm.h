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
	DISPLAY_VM_STOPPED, /* shut down by the guest or on request */
	DISPLAY_VM_FAILED,  /* QEMU ended unexpectedly */
};

/*
 * Provides the display's socket and reports how the VM ended. It is either a libvirt domain
 * (display_domain_create) or QEMU's own QMP socket (display_qmp_create).
 */
struct display_vm {
	const struct display_vm_ops *ops;
	char *name;		/* owned; for people */
	enum display_peer peer; /* whose answers the operations below wait for */
	/* In lower case; empty if not known. */
	char domain_uuid[BASE_UUID_SIZE];
	char vgpu[BASE_UUID_SIZE]; /* set by choose_vgpu */
	bool gone;		   /* it has ended since the last look that found it running */
	bool returns;		   /* saved, or moved to another host: it may come back */
	bool deaf;		   /* its end will not be reported any more: look */
	bool stirred;		   /* its state may have changed since the last look: look now */
	int look_ms;		   /* between two looks otherwise */
	/* How long after QEMU has closed its sockets `ended` may still be called; ms. */
	int64_t lag_ms;
	/* Called by a handler when the VM ends; once after each look that found it running. */
	void (*ended)(void *data, enum display_vm_end end);
	void *ended_data;
};

/*
 * To be called on the loop's thread, but not by handlers: those of QMP run the loop until QEMU
 * has answered, for at most 10 seconds; those of libvirt block the thread until libvirt has.
 */
struct display_vm_ops {
	/*
	 * 1 if the VM is running: open_display may be called. 0 if it is not running, and err
	 * says so: it may start later. -1 and err if it cannot be shown.
	 */
	int (*look)(struct display_vm *vm, struct base_error *err);
	/* Starts the VM; -1 and err on failure. NULL: the VM cannot be started. */
	int (*start)(struct display_vm *vm, struct base_error *err);
	/*
	 * Sets vm->vgpu to the vGPU of the screen with that label, which is QEMU's id of its
	 * device. only_screen: the VM has no other screen. NULL: the vGPU is never known.
	 */
	void (*choose_vgpu)(struct display_vm *vm, const char *label, bool only_screen);
	/* The fd, owned by the caller, of a socket with QEMU's D-Bus display; -1 and err. */
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
 * A libvirt domain. uri NULL: LIBVIRT_DEFAULT_URI, else qemu:///system, where VMs with vGPUs
 * are. `ended` is called while the loop runs; the loop is borrowed and must outlive the VM. Only
 * one at a time in a process, because libvirt has one event loop per process. NULL and err if
 * there is no such domain.
 */
struct display_vm *display_domain_create(const char *name, const char *uri,
					 struct display_events *loop, struct base_error *err);

/*
 * A QEMU at its QMP socket (-qmp unix:PATH,server=on,wait=off). The viewer keeps the connection
 * until that QEMU ends; another QEMU may then appear at the same path. NULL and err if memory
 * is short.
 */
struct display_vm *display_qmp_create(const char *path, struct display_events *loop,
				      struct base_error *err);

#endif
