/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_SCANOUT_FILTER_H
#define DISPLAY_SCANOUT_FILTER_H

#include "display/scanout/device.h"
#include "vgpu/base/error.h"

/* 0 if built with a sanitizer, whose runtime makes system calls of its own. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SCANOUT_FILTERED 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SCANOUT_FILTERED 0
#endif
#endif
#ifndef SCANOUT_FILTERED
#define SCANOUT_FILTERED 1
#endif

/*
 * From now on this process can only serve: query the device's plane, talk to the viewer,
 * duplicate that one file of that one QEMU to check that it is still there, set its timer's
 * precision and wait, and write to its log. Any other system call kills it. It can open no
 * file and reach no other process, although it has CAP_SYS_PTRACE. -1 and err if the filter
 * cannot be set.
 *
 * Without SCANOUT_FILTERED this does nothing.
 */
int scanout_filter_close(const struct scanout_device *device, int socket, struct base_error *err);

#endif
