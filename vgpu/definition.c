/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/definition.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/json.h"

#define DEPTH_LIMIT	16
#define ATTRIBUTE_LIMIT 256

static int no_memory(struct base_error *err)
{
	return base_error_errno(err, ENOMEM, "cannot read a definition");
}

static int name_it(struct vgpu_definition *definition, const char *parent, const char *uuid)
{
	memcpy(definition->uuid, uuid, BASE_UUID_SIZE);
	definition->parent = strdup(parent);
	return definition->parent == NULL ? -1 : 0;
}

int vgpu_definition_init(struct vgpu_definition *definition, const char *parent, const char *uuid,
			 const char *type, bool starts_at_boot, struct base_error *err)
{
	struct json_object *json = json_object_new_object();
	const char *start = starts_at_boot ? "auto" : "manual";

	*definition = (struct vgpu_definition){ .json = json, .starts_at_boot = starts_at_boot };
	if (json == NULL || name_it(definition, parent, uuid) < 0 ||
	    vgpu_json_add_text(json, "mdev_type", type) < 0 ||
	    vgpu_json_add_text(json, "start", start) < 0 ||
	    vgpu_json_add(json, "attrs", json_object_new_array()) < 0) {
		vgpu_definition_finish(definition);
		return no_memory(err);
	}
	definition->type = json_object_get_string(json_object_object_get(json, "mdev_type"));
	return 0;
}

/* NULL and an error, or the one value that the whole text is. */
static struct json_object *parse_json(const char *text, size_t length, struct base_error *err)
{
	BASE_AUTO(json_tokener) struct json_tokener *tokener = json_tokener_new_ex(DEPTH_LIMIT);
	struct json_object *json;

	if (tokener == NULL || length > INT_MAX - 1) {
		no_memory(err);
		return NULL;
	}
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	/* With its NUL: only that tells the parser that a number has ended. */
	json = json_tokener_parse_ex(tokener, text, (int)length + 1);
	if (json == NULL) {
		enum json_tokener_error why = json_tokener_get_error(tokener);

		/* json-c reads the word null without an error and as no object. */
		base_error_set(err, BASE_FAILED, "not JSON that can be read: %s",
			       why == json_tokener_success    ? "it is null"
			       : why == json_tokener_continue ? "it ends too early"
							      : json_tokener_error_desc(why));
	}
	return json;
}

/* NULL if there is no such member or it is not a string. */
static const char *get_string(struct json_object *json, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(json, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

/* It becomes a path in sysfs: components only, so that it cannot lead out. */
static bool is_attribute_name(const char *name)
{
	char component[NAME_MAX + 1];

	while (true) {
		size_t length = strcspn(name, "/");

		if (length > NAME_MAX)
			return false;
		memcpy(component, name, length);
		component[length] = '\0';
		if (!base_name_is_component(component))
			return false;
		if (name[length] == '\0')
			return true;
		name += length + 1;
	}
}

static int parse_attribute(struct json_object *item, struct vgpu_attribute *attribute,
			   struct base_error *err)
{
	struct json_object_iterator it;
	struct json_object *value;

	if (!json_object_is_type(item, json_type_object) || json_object_object_length(item) != 1)
		return base_error_set(err, BASE_FAILED,
				      "each of 'attrs' must be an object with one member");
	it = json_object_iter_begin(item);
	attribute->name = json_object_iter_peek_name(&it);
	value = json_object_iter_peek_value(&it);
	if (!is_attribute_name(attribute->name))
		return base_error_set(err, BASE_FAILED, "'attrs' names no attribute of a vGPU: %s",
				      attribute->name);
	if (!json_object_is_type(value, json_type_string))
		return base_error_set(err, BASE_FAILED,
				      "the value of %s in 'attrs' must be a string",
				      attribute->name);
	attribute->value = json_object_get_string(value);
	return 0;
}

static int parse_attributes(struct vgpu_definition *definition, struct base_error *err)
{
	struct json_object *list;
	size_t count;

	if (!json_object_object_get_ex(definition->json, "attrs", &list) || list == NULL)
		return 0;
	if (!json_object_is_type(list, json_type_array))
		return base_error_set(err, BASE_FAILED, "'attrs' is not an array");
	count = json_object_array_length(list);
	if (count == 0)
		return 0;
	if (count > ATTRIBUTE_LIMIT)
		return base_error_set(err, BASE_FAILED, "'attrs' has more than %d members",
				      ATTRIBUTE_LIMIT);
	definition->attributes = calloc(count, sizeof(*definition->attributes));
	if (definition->attributes == NULL)
		return no_memory(err);
	definition->attribute_count = count;
	for (size_t i = 0; i < count; i++) {
		if (parse_attribute(json_object_array_get_idx(list, i), &definition->attributes[i],
				    err) < 0)
			return -1;
	}
	return 0;
}

static int parse_members(struct vgpu_definition *definition, struct base_error *err)
{
	const char *start;

	if (!json_object_is_type(definition->json, json_type_object))
		return base_error_set(err, BASE_FAILED, "not a JSON object");
	definition->type = get_string(definition->json, "mdev_type");
	if (definition->type == NULL || !base_name_is_component(definition->type))
		return base_error_set(err, BASE_FAILED, "'mdev_type' does not name a type");
	start = get_string(definition->json, "start");
	if (start == NULL || (strcmp(start, "auto") != 0 && strcmp(start, "manual") != 0))
		return base_error_set(err, BASE_FAILED,
				      "'start' is neither \"auto\" nor \"manual\"");
	definition->starts_at_boot = strcmp(start, "auto") == 0;
	return parse_attributes(definition, err);
}

int vgpu_definition_parse(struct vgpu_definition *definition, const char *parent, const char *uuid,
			  const char *text, size_t length, struct base_error *err)
{
	*definition = (struct vgpu_definition){ .json = parse_json(text, length, err) };
	if (definition->json == NULL)
		return -1;
	if (name_it(definition, parent, uuid) == 0 && parse_members(definition, err) == 0)
		return 0;
	if (definition->parent == NULL)
		no_memory(err);
	vgpu_definition_finish(definition);
	return -1;
}

char *vgpu_definition_format(const struct vgpu_definition *definition)
{
	const char *json = json_object_to_json_string_ext(definition->json, VGPU_JSON_STYLE);
	char *text = NULL;

	if (json == NULL || asprintf(&text, "%s\n", json) < 0)
		return NULL;
	return text;
}

void vgpu_definition_finish(struct vgpu_definition *definition)
{
	if (definition == NULL)
		return;
	free(definition->parent);
	free(definition->attributes);
	json_object_put(definition->json);
	*definition = (struct vgpu_definition){ 0 };
}
