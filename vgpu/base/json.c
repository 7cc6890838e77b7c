/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/base/json.h"

#include <stdio.h>
#include <string.h>

int vgpu_json_add(struct json_object *object, const char *key, struct json_object *item)
{
	if (item != NULL && json_object_object_add(object, key, item) == 0)
		return 0;
	json_object_put(item);
	return -1;
}

int vgpu_json_append(struct json_object *array, struct json_object *item)
{
	if (item != NULL && json_object_array_add(array, item) == 0)
		return 0;
	json_object_put(item);
	return -1;
}

int vgpu_json_add_text(struct json_object *object, const char *key, const char *text)
{
	if (text == NULL)
		return json_object_object_add(object, key, NULL);
	return vgpu_json_add(object, key, json_object_new_string(text));
}

int vgpu_json_add_number(struct json_object *object, const char *key, long number)
{
	if (number < 0)
		return json_object_object_add(object, key, NULL);
	return vgpu_json_add(object, key, json_object_new_int64(number));
}

int vgpu_json_add_flag(struct json_object *object, const char *key, bool flag)
{
	return vgpu_json_add(object, key, json_object_new_boolean(flag));
}

struct json_object *vgpu_json_whole(struct json_object *json, bool is_whole)
{
	if (is_whole)
		return json;
	json_object_put(json);
	return NULL;
}

/* NULL if there is no object. */
static const char *format(struct json_object *json)
{
	return json != NULL ? json_object_to_json_string_ext(json, VGPU_JSON_STYLE) : NULL;
}

/* A text in JSON contains no line break: each one here separates members. */
static void print_indented(const char *text)
{
	for (;;) {
		size_t length = strcspn(text, "\n");

		fputs("  ", stdout);
		fwrite(text, 1, length, stdout);
		if (text[length] == '\0')
			return;
		putchar('\n');
		text += length + 1;
	}
}

int vgpu_json_list_add(struct vgpu_json_list *list, struct json_object *item,
		       struct base_error *err)
{
	BASE_AUTO(json) struct json_object *json = item;
	const char *text = format(json);

	if (text == NULL)
		return base_error_no_memory(err, "cannot write JSON");
	puts(list->count++ == 0 ? "[" : ",");
	print_indented(text);
	return 0;
}

void vgpu_json_list_end(const struct vgpu_json_list *list)
{
	puts(list->count == 0 ? "[]" : "\n]");
}

int vgpu_json_print(struct json_object *json, struct base_error *err)
{
	const char *text = format(json);

	if (text == NULL)
		return base_error_no_memory(err, "cannot write JSON");
	puts(text);
	return 0;
}
