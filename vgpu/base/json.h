/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_JSON_H
#define VGPU_JSON_H

#include <json-c/json.h>

#include "vgpu/base/cleanup.h"
#include "vgpu/base/error.h"

BASE_DEFINE_CLEANUP_PTR(json, struct json_object, json_object_put)
BASE_DEFINE_CLEANUP_PTR(json_tokener, struct json_tokener, json_tokener_free)

/*
 * How all JSON is written: pretty, because people read and edit it, and with
 * slashes that are not escaped, as in mdevctl's files.
 */
#define VGPU_JSON_STYLE                                                                            \
	(JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE)

/* Members of an object; NULL and negative numbers become null. -1 without memory. */
int vgpu_json_add_text(struct json_object *object, const char *key, const char *text);
int vgpu_json_add_number(struct json_object *object, const char *key, long number);
int vgpu_json_add_flag(struct json_object *object, const char *key, bool flag);

/*
 * Puts `item` into a member or at the end of an array, which then owns it. It
 * is freed on failure; NULL (no memory) is a failure.
 */
int vgpu_json_add(struct json_object *object, const char *key, struct json_object *item);
int vgpu_json_append(struct json_object *array, struct json_object *item);

/* Returns the object or array if it is complete; else frees it and returns NULL. */
struct json_object *vgpu_json_whole(struct json_object *json, bool is_whole);

/*
 * An array that is printed to standard output item by item, so that a long array
 * needs no more memory than a short one. Start with { 0 }. Adding prints and frees
 * the item; NULL (no memory) is a failure. vgpu_json_list_end prints the last
 * bracket.
 */
struct vgpu_json_list {
	size_t count;
};

int vgpu_json_list_add(struct vgpu_json_list *list, struct json_object *item,
		       struct base_error *err);
void vgpu_json_list_end(const struct vgpu_json_list *list);

/* Prints to standard output; NULL (no memory) is a failure. */
int vgpu_json_print(struct json_object *json, struct base_error *err);

#endif
