/* SPDX-License-Identifier: GPL-2.0-or-later */
#define VGPU_UDEV_LOADER
#include "vgpu/host/udev.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>

struct vgpu_udev vgpu_udev;

static __typeof__(udev_new) *create;

static bool load(void)
{
	void *library = dlopen("libudev.so.1", RTLD_NOW);
	bool is_whole = library != NULL;

	if (!is_whole)
		return false;
#define LOAD(name)                                                                                 \
	vgpu_udev.name = (__typeof__(name) *)dlsym(library, #name);                                \
	is_whole = is_whole && vgpu_udev.name != NULL;
	VGPU_UDEV_CALLS(LOAD)
#undef LOAD
	if (is_whole)
		create = (__typeof__(udev_new) *)dlsym(library, "udev_new");
	return create != NULL;
}

struct udev *vgpu_udev_new(void)
{
	if (create != NULL || load())
		return create();
	errno = ELIBACC;
	return NULL;
}
