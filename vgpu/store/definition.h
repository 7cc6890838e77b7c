/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_DEFINITION_H
#define VGPU_DEFINITION_H

#include <stddef.h>

#include "vgpu/base/error.h"
#include "vgpu/base/name.h"

/* When a vGPU is made. */
enum vgpu_start {
	VGPU_START_MANUAL,    /* by hand only */
	VGPU_START_BOOT,      /* with the machine */
	VGPU_START_ON_DEMAND, /* when the domain that has it starts */
};

/* For programs: "manual", "auto" or "on-demand"; a constant. */
const char *vgpu_start_name(enum vgpu_start start);

/* For people, with the vGPU as the subject: "comes back at boot"; a constant. */
const char *vgpu_start_describe(enum vgpu_start start);

/* An attribute to write when the vGPU has been made. Both texts are owned. */
struct vgpu_attribute {
	char *name; /* a path below the vGPU's sysfs directory */
	char *value;
};

/*
 * A vGPU that is to exist, in the format of mdevctl(8): a JSON object with
 * `mdev_type`, `start` ("auto" or "manual") and `attrs`. On demand is "manual" with
 * the member `on_demand` set to true, which mdevctl does not know. All other
 * members are kept. All texts are owned.
 */
struct vgpu_definition {
	char uuid[BASE_UUID_SIZE];
	enum vgpu_start start;
	char *parent;
	char *type;
	struct vgpu_attribute *attributes; /* owned */
	size_t attribute_count;
	char *text; /* the whole object */
};

/* A definition as vgpu makes it: without attributes. */
int vgpu_definition_init(struct vgpu_definition *definition, const char *parent, const char *uuid,
			 const char *type, enum vgpu_start start, struct base_error *err);

/* Parses the text of a file, which is not trusted. */
int vgpu_definition_parse(struct vgpu_definition *definition, const char *parent, const char *uuid,
			  const char *text, size_t length, struct base_error *err);

/* Makes `copy` an independent definition that may be changed; a store's own may not. */
int vgpu_definition_copy(struct vgpu_definition *copy, const struct vgpu_definition *definition,
			 struct base_error *err);

/*
 * Change one member and keep all others, even unknown ones. On failure (no memory,
 * a type that is not a valid name, a number too long to be kept) nothing is
 * changed.
 */
int vgpu_definition_set_start(struct vgpu_definition *definition, enum vgpu_start start,
			      struct base_error *err);
int vgpu_definition_set_type(struct vgpu_definition *definition, const char *type,
			     struct base_error *err);

/* Takes NULL and a zeroed definition. */
void vgpu_definition_finish(struct vgpu_definition *definition);

BASE_DEFINE_CLEANUP(vgpu_definition, struct vgpu_definition, vgpu_definition_finish)

#endif
