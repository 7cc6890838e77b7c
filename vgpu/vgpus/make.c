/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/vgpus/make.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "vgpu/base/file.h"
#include "vgpu/base/text.h"
#include "vgpu/host/holder.h"
#include "vgpu/vgpus/remove.h"

/* What the kernel's answer to `create` means (drivers/vfio/mdev, i915/gvt). */
static int explain_create(int errnum, const char *parent, const char *type, const char *uuid,
			  struct base_error *err)
{
	switch (errnum) {
	case EACCES:
	case EPERM:
		return base_error_errno(err, errnum, "cannot make a vGPU (run this as root)");
	case EEXIST:
		return base_error_errno(err, errnum, "the UUID %s is taken (use another)", uuid);
	case ENOSPC:
		return base_error_errno(
			err, errnum,
			"%s is full: it has too little aperture, graphics memory, fences or ids "
			"for another %s, dmesg says which (remove a vGPU or use a smaller type)",
			parent, type);
	case EIO:
		return base_error_errno(err, errnum,
					"%s cannot make a %s (set a larger aperture in the "
					"firmware or use a smaller type)",
					parent, type);
	case ENODEV:
	case ENOENT:
		return base_error_errno(err, errnum,
					"%s can no longer make a %s: its driver is gone", parent,
					type);
	default:
		return base_error_errno(err, errnum, "%s refuses to make %s as a %s (see dmesg)",
					parent, uuid, type);
	}
}

static int create_device(const struct vgpu_parent *parent, const char *type, const char *uuid,
			 struct base_error *err)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };
	BASE_AUTO(free)
	char *path = base_text_format("%s/mdev_supported_types/%s/create", parent->syspath, type);

	if (path == NULL)
		return base_error_no_memory(err, "cannot make a vGPU");
	if (base_file_write_attribute(path, uuid, &why) < 0)
		return explain_create(why.errnum, parent->name, type, uuid, err);
	return 0;
}

/* The errno of this write is not the answer to `create`, so it must not look like a full parent. */
static int set_attribute(const char *syspath, const struct vgpu_definition *definition,
			 const struct vgpu_attribute *attribute, struct base_error *err)
{
	if (vgpu_device_set(syspath, attribute->name, attribute->value, err) == 0)
		return 0;
	base_error_wrap(err, "cannot give %s the attribute %s", definition->uuid, attribute->name);
	if (err != NULL)
		err->errnum = 0;
	return -1;
}

static int set_attributes(const struct vgpu_parent *parent,
			  const struct vgpu_definition *definition, struct base_error *err)
{
	BASE_AUTO(free)
	char *syspath = base_text_format("%s/%s", parent->syspath, definition->uuid);

	if (syspath == NULL)
		return base_error_no_memory(err, "cannot set attributes");
	for (size_t i = 0; i < definition->attribute_count; i++) {
		if (set_attribute(syspath, definition, &definition->attributes[i], err) < 0)
			return -1;
	}
	return 0;
}

/* An attribute that cannot be read counts as equal, because some can only be written. */
static bool differs(const struct vgpu_device *device, const struct vgpu_attribute *attribute)
{
	BASE_AUTO(free) char *path = NULL;
	BASE_AUTO(free) char *value = NULL;

	path = base_text_format("%s/%s", device->syspath, attribute->name);
	if (path == NULL)
		return false;
	value = base_file_read_attribute_at(AT_FDCWD, path);
	if (value == NULL)
		return false;
	value[strcspn(value, "\n")] = '\0';
	return strcmp(value, attribute->value) != 0;
}

/* Removes the vGPU again because of the error in err, which then also says whether that worked. */
static int take_back(const struct vgpu_parent *parent, const char *uuid, struct base_error *err)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };

	if (vgpu_remove_made(parent, uuid, &why) == 0)
		return base_error_wrap(err, "no vGPU was made");
	return base_error_wrap(err, "the vGPU %s was made and cannot be removed again (%s)", uuid,
			       why.message);
}

int vgpu_make(const struct vgpu_parent *parent, const struct vgpu_definition *definition,
	      struct base_error *err)
{
	if (create_device(parent, definition->type, definition->uuid, err) < 0)
		return -1;
	if (set_attributes(parent, definition, err) == 0)
		return 0;
	return take_back(parent, definition->uuid, err);
}

int vgpu_make_complete(const struct vgpu_device *device, const struct vgpu_definition *definition,
		       struct base_error *err)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };
	BASE_AUTO(fd) int held = -1;
	size_t i = 0;

	while (i < definition->attribute_count && !differs(device, &definition->attributes[i]))
		i++;
	if (i == definition->attribute_count)
		return 0;
	if (vgpu_holder_exclude(device, &held, &why) < 0)
		return why.errnum == EBUSY
			       ? 0
			       : base_error_set(err, BASE_FAILED,
						"cannot complete its attributes: %s", why.message);
	for (; i < definition->attribute_count; i++) {
		if (differs(device, &definition->attributes[i]) &&
		    set_attribute(device->syspath, definition, &definition->attributes[i], err) < 0)
			return -1;
	}
	return 0;
}

int vgpu_make_check(const struct vgpu_device *device, const char *parent, const char *type,
		    struct base_error *err)
{
	if ((parent == NULL || strcmp(device->parent, parent) == 0) &&
	    (type == NULL || strcmp(device->type, type) == 0))
		return 0;
	base_error_set(err, BASE_FAILED, "the UUID %s is taken by a %s on %s", device->uuid,
		       device->type, device->parent);
	if (err != NULL)
		err->errnum = EEXIST;
	return -1;
}
