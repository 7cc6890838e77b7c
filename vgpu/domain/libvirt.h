/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_LIBVIRT_H
#define VGPU_LIBVIRT_H

#include <stdbool.h>

#include <libvirt/libvirt.h>

#include "vgpu/base/error.h"

/*
 * Connects to `uri` or, if that is NULL, to LIBVIRT_DEFAULT_URI or, without that,
 * to qemu:///system, because mdevs belong to the host. With only_to_look no rights
 * are needed. NULL with an error. Close it with virConnectClose().
 */
virConnectPtr vgpu_libvirt_connect(const char *uri, bool only_to_look, struct base_error *err);

/*
 * The URI that a connection to `uri` (--connect; NULL: none was given) uses, for commands
 * that people are told to type. Borrowed from the argument or the environment.
 */
const char *vgpu_libvirt_uri(const char *uri);

/* Sets an error with libvirt's own words for its last one: "cannot WHAT ON: ..."; -1. */
int vgpu_libvirt_fail(struct base_error *err, const char *what, const char *on);

static inline void vgpu_libvirt_close(virConnectPtr connection)
{
	virConnectClose(connection);
}

BASE_DEFINE_CLEANUP_PTR(connection, virConnect, vgpu_libvirt_close)

#endif
