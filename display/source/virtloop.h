/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_VIRTLOOP_H
#define DISPLAY_VIRTLOOP_H

#include <systemd/sd-event.h>

#include "vgpu/base/error.h"

/*
 * Runs libvirt's client on an sd-event loop, because libvirt's own loop would need a thread of
 * its own. libvirt has one event loop per process and passes no user data to it, so the state is
 * static. Call attach before the first virConnectOpen and detach after the last virConnectClose,
 * both while no other thread runs the loop. libvirt must be called on the loop's thread, or
 * before the loop runs. attach returns -1 and err on failure.
 */
int display_virtloop_attach(sd_event *event, struct base_error *err);
void display_virtloop_detach(void);

#endif
