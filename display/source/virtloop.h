/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_VIRTLOOP_H
#define DISPLAY_VIRTLOOP_H

#include <systemd/sd-event.h>

#include "vgpu/base/error.h"

/*
 * Lets libvirt's client run on an sd-event loop: its own loop would need a
 * thread of its own. libvirt knows one event loop a process and gives it no
 * user data, so the state is the file's. Call attach before the first
 * virConnectOpen, detach after the last virConnectClose, both while the loop
 * does not run elsewhere; libvirt must be called on the loop's thread, or
 * before it runs.
 */
int display_virtloop_attach(sd_event *event, struct base_error *err);
void display_virtloop_detach(void);

#endif
