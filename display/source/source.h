/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SOURCE_H
#define DISPLAY_SOURCE_H

#include <stdbool.h>

#include "display/mailbox/input.h"
#include "display/mailbox/mailbox.h"
#include "vgpu/base/error.h"

/* Where a vGPU's pictures come from. */
enum display_source_kind {
	DISPLAY_SOURCE_AUTO, /* the planes if they can be read, else QEMU */
	DISPLAY_SOURCE_DBUS,
	DISPLAY_SOURCE_DIRECT,
};

/* Which VM to show, and when. The strings are borrowed. */
struct display_source_wish {
	const char *domain;  /* its name or UUID; NULL: qmp is given */
	const char *uri;     /* of libvirt; NULL: the default, see display_domain_create */
	const char *qmp;     /* path of a QMP socket, or NULL */
	unsigned int screen; /* of the VM, from 1 on */
	enum display_source_kind kind;
	bool start, wait; /* what to do if the VM is not running yet */
	bool keep;	  /* when the VM has ended, wait until it runs again */
	bool follow;	  /* as wait */
	bool after_end;	  /* do not show the current run of the VM, but the next one */
};

/*
 * Where pictures come from: a VM's display, and everything needed to reach it. It has a thread
 * for everything that may wait: it finds the VM, waits for its start, connects to QEMU, switches
 * screens, and notices when the VM ends or comes back. It reports through the mailbox. The main
 * thread calls the functions; they return at once unless they say otherwise.
 */
struct display_source;

/*
 * Starts to look for the VM. Mailbox and input are borrowed and must outlive the source. NULL
 * and err only if the thread cannot be started: everything else is reported by the mailbox.
 */
struct display_source *display_source_create(const struct display_source_wish *wish,
					     struct display_mailbox *mailbox,
					     struct display_input *input, struct base_error *err);

/*
 * Allows the source to connect to QEMU's display, once the VM is found. It does not connect
 * before this call: QEMU serves one client at a time, and a viewer without a window must not
 * take the display from another one.
 */
void display_source_connect(struct display_source *source);

/*
 * Switches to another screen of the VM, numbered from 1; the last of several calls counts. The
 * old screen stays until the new one has a picture. If the new one does not exist or cannot be
 * opened, the old one stays, and a message says so.
 */
void display_source_switch(struct display_source *source, unsigned int screen);

/* While hidden, nobody sees the pictures, and the source may rest. */
void display_source_set_hidden(struct display_source *source, bool hidden);

/*
 * Sends the remaining input, as far as QEMU reads it, and ends the thread; nothing is put into
 * the mailbox afterwards. False if that takes longer than a second, because a libvirt call that
 * hangs cannot be interrupted: then the thread is left behind. What it has borrowed must never
 * be freed, and the program should end. Takes NULL: true.
 */
bool display_source_destroy(struct display_source *source);

/* Asks libvirt whether there is such a domain, and waits. -1 and err if there is none. */
int display_source_check_domain(const char *domain, const char *uri, struct base_error *err);

#endif
