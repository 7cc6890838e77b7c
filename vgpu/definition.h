/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_DEFINITION_H
#define VGPU_DEFINITION_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "vgpu/base/error.h"
#include "vgpu/base/name.h"

/* An attribute to write when the vGPU has been made. */
struct vgpu_attribute {
	const char *name; /* a path below the vGPU's sysfs directory */
	const char *value;
};

/*
 * A vGPU that is to exist, in the format of mdevctl(8): a JSON object with
 * `mdev_type`, `start` ("auto" or "manual") and `attrs`. What else the object
 * holds is kept. The strings of json are what type and attributes point into.
 */
struct vgpu_definition {
	char uuid[BASE_UUID_SIZE];
	char *parent; /* owned */
	const char *type;
	bool starts_at_boot;
	struct vgpu_attribute *attributes; /* owned */
	size_t attribute_count;
	struct json_object *json; /* owned */
};

/* A definition as vgpu makes it: without attributes. */
int vgpu_definition_init(struct vgpu_definition *definition, const char *parent, const char *uuid,
			 const char *type, bool starts_at_boot, struct base_error *err);

/* Reads what a file holds; the text is not trusted. */
int vgpu_definition_parse(struct vgpu_definition *definition, const char *parent, const char *uuid,
			  const char *text, size_t length, struct base_error *err);

/* The text for its file, owned by the caller; NULL without memory. */
char *vgpu_definition_format(const struct vgpu_definition *definition);

/* Takes NULL and a zeroed definition. */
void vgpu_definition_finish(struct vgpu_definition *definition);

BASE_DEFINE_CLEANUP(vgpu_definition, struct vgpu_definition, vgpu_definition_finish)

#endif
