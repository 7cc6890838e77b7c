/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/make.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "vgpu/device.h"

static int set_attributes(const struct vgpu_parent *parent,
			  const struct vgpu_definition *definition, struct base_error *err)
{
	BASE_AUTO(free) char *syspath = NULL;

	if (asprintf(&syspath, "%s/%s", parent->syspath, definition->uuid) < 0)
		return base_error_errno(err, ENOMEM, "cannot set attributes");
	for (size_t i = 0; i < definition->attribute_count; i++) {
		const struct vgpu_attribute *attribute = &definition->attributes[i];

		if (vgpu_device_set(syspath, attribute->name, attribute->value, err) < 0)
			return base_error_wrap(err, "cannot give %s the attribute %s",
					       definition->uuid, attribute->name);
	}
	return 0;
}

int vgpu_make(const struct vgpu_parent *parent, const struct vgpu_definition *definition,
	      struct base_error *err)
{
	if (vgpu_device_create(parent, definition->type, definition->uuid, err) < 0)
		return -1;
	if (set_attributes(parent, definition, err) == 0)
		return 0;
	return vgpu_make_undo(parent, definition->uuid, err);
}

int vgpu_make_undo(const struct vgpu_parent *parent, const char *uuid, struct base_error *err)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };

	if (vgpu_device_undo(parent, uuid, &why) == 0)
		return base_error_wrap(err, "no vGPU was made");
	return base_error_wrap(err, "the vGPU %s was made and cannot be removed again (%s)", uuid,
			       why.message);
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
