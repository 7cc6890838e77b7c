/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/domain/libvirt.h"

#include <stdlib.h>

#include <libvirt/virterror.h>

static void ignore(void *data, virErrorPtr error)
{
	(void)data;
	(void)error;
}

const char *vgpu_libvirt_uri(const char *uri)
{
	const char *wanted = uri != NULL ? uri : getenv("LIBVIRT_DEFAULT_URI");

	return wanted != NULL && *wanted != '\0' ? wanted : "qemu:///system";
}

int vgpu_libvirt_fail(struct base_error *err, const char *what, const char *on)
{
	return base_error_set(err, BASE_FAILED, "cannot %s %s: %s", what, on,
			      virGetLastErrorMessage());
}

virConnectPtr vgpu_libvirt_connect(const char *uri, bool only_to_look, struct base_error *err)
{
	const char *to = vgpu_libvirt_uri(uri);
	virConnectPtr connection;

	/* Without a handler of ours libvirt prints each error itself. */
	virSetErrorFunc(NULL, ignore);
	connection = only_to_look ? virConnectOpenReadOnly(to) : virConnectOpen(to);
	if (connection == NULL)
		base_error_set(err, BASE_FAILED,
			       "cannot connect to libvirt at %s: %s; is it running%s?", to,
			       virGetLastErrorMessage(),
			       only_to_look ? "" : ", and are you root or in the group libvirt");
	return connection;
}
