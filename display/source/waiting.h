/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_WAITING_H
#define DISPLAY_WAITING_H

#include <systemd/sd-event.h>

#include "display/mailbox/input.h"
#include "display/mailbox/mailbox.h"
#include "display/source/source.h"
#include "display/source/vm.h"
#include "vgpu/base/error.h"

/*
 * What stands in for a VM that does not run: no picture, and nobody who takes
 * input. Ends well when the VM runs, else with why it never will. Runs the event
 * loop on a thread of its own, as display_qemu_create's source does. All arguments
 * are borrowed and must outlive it.
 */
struct display_source *display_waiting_create(struct display_vm *vm, const char *title,
					      sd_event *event, struct display_mailbox *mailbox,
					      struct display_input *input, struct base_error *err);

#endif
