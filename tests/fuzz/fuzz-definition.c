/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Feeds the reader of definitions and changes what it read. Whatever comes in,
 * either it is refused with one line, or the definition
 *	- names a type and attributes that lead nowhere else in sysfs,
 *	- is read again as what it was changed to, with the attributes as they were,
 *	- keeps all other members,
 *	- stays byte for byte the same when the same is set once more.
 * The first byte of the input chooses the changes; the text follows.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/require.h"
#include "vgpu/base/json.h"
#include "vgpu/store/definition.h"

#define UUID "4b20d080-1b54-4048-85b3-a6a62d165c01"

static void check_refusal(const struct base_error *err, const struct vgpu_definition *definition)
{
	require(err->status != BASE_DONE && err->message != NULL, "a refusal has a message");
	require(definition->text == NULL && definition->attribute_count == 0,
		"a refusal has no result");
}

static void check_names(const struct vgpu_definition *definition)
{
	require(base_name_is_component(definition->type), "the type is a name");
	for (size_t i = 0; i < definition->attribute_count; i++) {
		const char *name = definition->attributes[i].name;

		require(name[0] != '/' && name[0] != '.' && strstr(name, "/.") == NULL,
			"an attribute is below the vGPU");
	}
}

static void require_same(const struct vgpu_definition *a, const struct vgpu_definition *b)
{
	require(strcmp(a->type, b->type) == 0 && a->start == b->start, "it is what was set");
	require(a->attribute_count == b->attribute_count, "no attribute comes or goes");
	for (size_t i = 0; i < a->attribute_count; i++)
		require(strcmp(a->attributes[i].name, b->attributes[i].name) == 0 &&
				strcmp(a->attributes[i].value, b->attributes[i].value) == 0,
			"each attribute stays");
}

/* What is left of a text without what may change. */
static struct json_object *read_rest(const char *text)
{
	BASE_AUTO(json_tokener) struct json_tokener *tokener = json_tokener_new_ex(16);
	struct json_object *json = json_tokener_parse_ex(tokener, text, (int)strlen(text) + 1);

	json_object_object_del(json, "start");
	json_object_object_del(json, "on_demand");
	json_object_object_del(json, "mdev_type");
	return json;
}

static void require_kept(const char *before, const char *after)
{
	BASE_AUTO(json) struct json_object *old = read_rest(before);
	BASE_AUTO(json) struct json_object *new = read_rest(after);

	require(json_object_equal(old, new), "all else is kept");
}

static int change(struct vgpu_definition *definition, uint8_t choice, struct base_error *err)
{
	static const char *const types[] = { "i915-GVTg_V5_4", "mtty-1" };
	enum vgpu_start start = (enum vgpu_start)(choice % 3);

	if (vgpu_definition_set_start(definition, start, err) < 0)
		return -1;
	require(definition->start == start, "the start is set");
	if ((choice & 4) == 0)
		return 0;
	if (vgpu_definition_set_type(definition, types[choice >> 3 & 1], err) < 0)
		return -1;
	require(strcmp(definition->type, types[choice >> 3 & 1]) == 0, "the type is set");
	return 0;
}

static void check_change(const struct vgpu_definition *definition, uint8_t choice)
{
	BASE_AUTO(vgpu_definition) struct vgpu_definition changed = { 0 };
	BASE_AUTO(vgpu_definition) struct vgpu_definition again = { 0 };
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(free) char *text = NULL;

	require(vgpu_definition_copy(&changed, definition, &err) == 0, "it can be copied");
	if (change(&changed, choice, &err) < 0) {
		require(err.message != NULL, "what cannot be changed has a message");
		return;
	}
	require_kept(definition->text, changed.text);
	require(vgpu_definition_parse(&again, "mtty", UUID, changed.text, strlen(changed.text),
				      &err) == 0,
		"what is written can be read");
	require_same(&changed, &again);
	text = strdup(changed.text);
	require(change(&changed, choice, &err) == 0 && strcmp(changed.text, text) == 0,
		"setting the same again changes nothing");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BASE_AUTO(vgpu_definition) struct vgpu_definition definition = { 0 };
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(free) char *text = NULL;

	/* A file with a NUL does not come so far (vgpu/base/file.h). */
	if (size == 0 || memchr(data + 1, '\0', size - 1) != NULL)
		return 0;
	text = strndup((const char *)data + 1, size - 1);
	if (text == NULL)
		return 0;
	if (vgpu_definition_parse(&definition, "mtty", UUID, text, size - 1, &err) < 0) {
		check_refusal(&err, &definition);
		return 0;
	}
	check_names(&definition);
	check_change(&definition, data[0]);
	return 0;
}
