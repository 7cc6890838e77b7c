/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_DMABUF_H
#define DISPLAY_DMABUF_H

#include <systemd/sd-bus.h>

#include "display/picture/frame.h"

/*
 * Read the arguments of QEMU's ScanoutDMABUF and ScanoutDMABUF2 into a frame, which gets fds of
 * its own; the message keeps its own. They check nothing that display_frame_check checks: if
 * the call has no value or fd for a plane, the plane has no fd. `frame` must be empty, and must
 * be finished also after an error. Return 0, or a negative errno if the arguments do not have
 * the call's types.
 */
int display_dmabuf_read(sd_bus_message *m, struct display_frame *frame);
int display_dmabuf_read2(sd_bus_message *m, struct display_frame *frame);

#endif
