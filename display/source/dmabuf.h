/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_DMABUF_H
#define DISPLAY_DMABUF_H

#include <systemd/sd-bus.h>

#include "display/picture/frame.h"

/*
 * The arguments of QEMU's ScanoutDMABUF and ScanoutDMABUF2 as a frame, which
 * gets fds of its own: the message keeps its. Nothing is judged here that
 * display_frame_check judges; a plane that the call has no value or fd for is
 * one without an fd. `frame` must be empty and is to be finished also after an
 * error, a negative errno for arguments that are not of the call's types.
 */
int display_dmabuf_read(sd_bus_message *m, struct display_frame *frame);
int display_dmabuf_read2(sd_bus_message *m, struct display_frame *frame);

#endif
