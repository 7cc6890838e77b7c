/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SOURCE_H
#define DISPLAY_SOURCE_H

#include <stdbool.h>

#include "display/mailbox/input.h"
#include "display/mailbox/mailbox.h"
#include "vgpu/base/error.h"

/* Where a vGPU's pictures come from. */
enum display_source_kind {
	DISPLAY_SOURCE_AUTO, /* the planes where they can be read, else QEMU */
	DISPLAY_SOURCE_DBUS,
	DISPLAY_SOURCE_DIRECT,
};

/* Which VM is to be shown, and when. The strings are borrowed. */
struct display_source_wish {
	const char *domain;  /* its name or UUID; NULL: qmp is given */
	const char *uri;     /* libvirt's; NULL: its default for us, see display_domain_create */
	const char *qmp;     /* path of a QMP socket, or NULL */
	unsigned int screen; /* of the VM, from 1 on */
	enum display_source_kind kind;
	bool start, wait; /* a VM that is not running yet */
	bool keep;	  /* wait for one that is not running any more */
	bool follow;	  /* as wait */
	bool after_end;	  /* the run that goes on now is not to be shown, the next one is */
};

/*
 * Where pictures come from: a VM's display, with all that it takes to get there. It has
 * a thread, which does whatever may have to wait: it finds the VM, waits for its start,
 * connects to QEMU, switches screens, and follows the VM's end and its return. What it
 * has to say is in the mailbox. The functions are the main thread's and return at once.
 */
struct display_source;

/*
 * Begins to look for the VM. Mailbox and input are borrowed and must outlive it. NULL
 * and err only if there is no thread to be had: all else is told by the mailbox.
 */
struct display_source *display_source_create(const struct display_source_wish *wish,
					     struct display_mailbox *mailbox,
					     struct display_input *input, struct base_error *err);

/*
 * QEMU's display may be taken once the VM is found. Not sooner: QEMU has one client at
 * a time, and a viewer that has no window must not take it from another.
 */
void display_source_connect(struct display_source *source);

/*
 * Another one of the VM's screens, from 1 on; of several wishes the last one counts. The
 * old screen stays until the new one has a picture, and for good if there is no such
 * screen or it cannot be had, which is said.
 */
void display_source_switch(struct display_source *source, unsigned int screen);

/* Nobody sees what it puts: it may rest until it is seen again. */
void display_source_set_hidden(struct display_source *source, bool hidden);

/*
 * Sends what input there is, as far as QEMU reads it, and ends the thread; nothing is
 * put any more after it. False if that takes longer than a second, as a libvirt that
 * hangs cannot be interrupted: then the thread is left behind, with all that it
 * borrowed, which is never to be freed, and the program should end. Takes NULL: true.
 */
bool display_source_destroy(struct display_source *source);

/* Waits for libvirt's word on whether there is such a domain. -1 and err if there is none. */
int display_source_check_domain(const char *domain, const char *uri, struct base_error *err);

#endif
