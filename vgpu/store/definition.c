/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/store/definition.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/json.h"
#include "vgpu/base/text.h"

#define DEPTH_LIMIT	16
#define ATTRIBUTE_LIMIT 256
#define DIGIT_LIMIT	18 /* of an integer that always fits 64 bits */

#define ON_DEMAND "on_demand"

#define FAILURE "cannot read a definition"

const char *vgpu_start_name(enum vgpu_start start)
{
	switch (start) {
	case VGPU_START_BOOT:
		return "auto";
	case VGPU_START_ON_DEMAND:
		return "on-demand";
	default:
		return "manual";
	}
}

const char *vgpu_start_describe(enum vgpu_start start)
{
	switch (start) {
	case VGPU_START_BOOT:
		return "comes back at boot";
	case VGPU_START_ON_DEMAND:
		return "comes back when its domain starts";
	default:
		return "comes back only by hand";
	}
}

/* Parses the whole text as one value; NULL with an error. */
static struct json_object *parse_json(const char *text, size_t length, struct base_error *err)
{
	BASE_AUTO(json_tokener) struct json_tokener *tokener = json_tokener_new_ex(DEPTH_LIMIT);
	struct json_object *json;

	if (tokener == NULL || length > INT_MAX - 1) {
		base_error_no_memory(err, FAILURE);
		return NULL;
	}
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	/*
	 * The NUL is included, because without it the parser does not know that a
	 * number has ended.
	 */
	json = json_tokener_parse_ex(tokener, text, (int)length + 1);
	if (json == NULL) {
		enum json_tokener_error why = json_tokener_get_error(tokener);

		/* json-c parses the word null without an error, but returns no object. */
		base_error_set(err, BASE_FAILED, "cannot be read as JSON: %s",
			       why == json_tokener_success    ? "it is null"
			       : why == json_tokener_continue ? "it ends too early"
							      : json_tokener_error_desc(why));
	}
	return json;
}

/* NULL if it is not a string, or has a NUL inside. */
static const char *read_string(struct json_object *value)
{
	const char *text;

	if (!json_object_is_type(value, json_type_string))
		return NULL;
	text = json_object_get_string(value);
	return strlen(text) == (size_t)json_object_get_string_len(value) ? text : NULL;
}

/* NULL also if there is no such member. */
static const char *get_string(struct json_object *json, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(json, key, &value) ? read_string(value) : NULL;
}

/* The name becomes a path in sysfs: it has only plain components, so that it cannot lead out. */
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
	const char *name, *value;

	if (!json_object_is_type(item, json_type_object) || json_object_object_length(item) != 1)
		return base_error_set(err, BASE_FAILED,
				      "each of 'attrs' must be an object with one member");
	it = json_object_iter_begin(item);
	name = json_object_iter_peek_name(&it);
	value = read_string(json_object_iter_peek_value(&it));
	if (!is_attribute_name(name))
		return base_error_set(err, BASE_FAILED,
				      "'attrs' has a name that no attribute of a vGPU can have: %s",
				      name);
	if (value == NULL)
		return base_error_set(err, BASE_FAILED,
				      "the value of %s in 'attrs' must be a string", name);
	attribute->name = strdup(name);
	attribute->value = strdup(value);
	return attribute->name == NULL || attribute->value == NULL
		       ? base_error_no_memory(err, FAILURE)
		       : 0;
}

static int parse_attributes(struct vgpu_definition *definition, struct json_object *json,
			    struct base_error *err)
{
	struct json_object *list;
	size_t count;

	if (!json_object_object_get_ex(json, "attrs", &list) || list == NULL)
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
		return base_error_no_memory(err, FAILURE);
	definition->attribute_count = count;
	for (size_t i = 0; i < count; i++) {
		if (parse_attribute(json_object_array_get_idx(list, i), &definition->attributes[i],
				    err) < 0)
			return -1;
	}
	return 0;
}

/* A definition that is both automatic and on demand, which no tool writes, starts at boot. */
static int parse_start(struct vgpu_definition *definition, struct json_object *json,
		       struct base_error *err)
{
	const char *start = get_string(json, "start");
	struct json_object *on_demand;

	if (start == NULL || (strcmp(start, "auto") != 0 && strcmp(start, "manual") != 0))
		return base_error_set(err, BASE_FAILED,
				      "'start' is neither \"auto\" nor \"manual\"");
	if (strcmp(start, "auto") == 0)
		definition->start = VGPU_START_BOOT;
	else if (json_object_object_get_ex(json, ON_DEMAND, &on_demand) &&
		 json_object_is_type(on_demand, json_type_boolean) &&
		 json_object_get_boolean(on_demand))
		definition->start = VGPU_START_ON_DEMAND;
	else
		definition->start = VGPU_START_MANUAL;
	return 0;
}

static int parse_members(struct vgpu_definition *definition, struct json_object *json,
			 struct base_error *err)
{
	const char *type;

	if (!json_object_is_type(json, json_type_object))
		return base_error_set(err, BASE_FAILED, "not a JSON object");
	type = get_string(json, "mdev_type");
	if (type == NULL || !base_name_is_component(type))
		return base_error_set(err, BASE_FAILED, "'mdev_type' does not name a type");
	definition->type = strdup(type);
	if (definition->type == NULL)
		return base_error_no_memory(err, FAILURE);
	if (parse_start(definition, json, err) < 0)
		return -1;
	return parse_attributes(definition, json, err);
}

int vgpu_definition_parse(struct vgpu_definition *definition, const char *parent, const char *uuid,
			  const char *text, size_t length, struct base_error *err)
{
	BASE_AUTO(json) struct json_object *json = parse_json(text, length, err);

	*definition = (struct vgpu_definition){ 0 };
	if (json == NULL)
		return -1;
	memcpy(definition->uuid, uuid, BASE_UUID_SIZE);
	definition->parent = strdup(parent);
	definition->text = strndup(text, length);
	if (definition->parent != NULL && definition->text != NULL &&
	    parse_members(definition, json, err) == 0)
		return 0;
	if (definition->parent == NULL || definition->text == NULL)
		base_error_no_memory(err, FAILURE);
	vgpu_definition_finish(definition);
	return -1;
}

static char *format_json(struct json_object *json)
{
	const char *text = json_object_to_json_string_ext(json, VGPU_JSON_STYLE);

	return text != NULL ? base_text_format("%s\n", text) : NULL;
}

/*
 * json-c keeps integers in 64 bits and names as C strings: a text that needs more
 * would be changed when it is written again.
 */
static bool can_be_rewritten(const char *text)
{
	bool in_string = false;

	while (*text != '\0') {
		size_t digits = in_string ? 0 : strspn(text, "0123456789");
		size_t length = digits > 0 ? strspn(text, "0123456789.eE+-") : 1;

		if (digits > DIGIT_LIMIT && digits == length)
			return false;
		if (in_string && strncmp(text, "\\u0000", 6) == 0)
			return false;
		if (in_string && *text == '\\' && text[1] != '\0')
			length = 2;
		else if (*text == '"')
			in_string = !in_string;
		text += length;
	}
	return true;
}

/* Parses the text to change it; NULL with an error if rewriting it would lose something. */
static struct json_object *open_text(const char *text, struct base_error *err)
{
	if (can_be_rewritten(text))
		return parse_json(text, strlen(text), err);
	base_error_set(err, BASE_FAILED,
		       "the definition has a number or a name that vgpu cannot write back "
		       "unchanged (change the file with an editor)");
	return NULL;
}

static int set_start(struct json_object *json, enum vgpu_start start)
{
	if (start == VGPU_START_ON_DEMAND) {
		if (vgpu_json_add_flag(json, ON_DEMAND, true) < 0)
			return -1;
	} else {
		json_object_object_del(json, ON_DEMAND);
	}
	return vgpu_json_add_text(json, "start", start == VGPU_START_BOOT ? "auto" : "manual");
}

int vgpu_definition_init(struct vgpu_definition *definition, const char *parent, const char *uuid,
			 const char *type, enum vgpu_start start, struct base_error *err)
{
	BASE_AUTO(json) struct json_object *json = json_object_new_object();
	BASE_AUTO(free) char *text = NULL;

	*definition = (struct vgpu_definition){ 0 };
	if (json == NULL || vgpu_json_add_text(json, "mdev_type", type) < 0 ||
	    set_start(json, start) < 0 || vgpu_json_add(json, "attrs", json_object_new_array()) < 0)
		return base_error_no_memory(err, FAILURE);
	text = format_json(json);
	if (text == NULL)
		return base_error_no_memory(err, FAILURE);
	return vgpu_definition_parse(definition, parent, uuid, text, strlen(text), err);
}

int vgpu_definition_copy(struct vgpu_definition *copy, const struct vgpu_definition *definition,
			 struct base_error *err)
{
	return vgpu_definition_parse(copy, definition->parent, definition->uuid, definition->text,
				     strlen(definition->text), err);
}

/* Replaces the definition with the changed object, if that is a valid definition. */
static int replace_definition(struct vgpu_definition *definition, struct json_object *json,
			      struct base_error *err)
{
	BASE_AUTO(free) char *text = format_json(json);
	struct vgpu_definition changed;

	if (text == NULL)
		return base_error_no_memory(err, FAILURE);
	if (vgpu_definition_parse(&changed, definition->parent, definition->uuid, text,
				  strlen(text), err) < 0)
		return -1;
	vgpu_definition_finish(definition);
	*definition = changed;
	return 0;
}

int vgpu_definition_set_start(struct vgpu_definition *definition, enum vgpu_start start,
			      struct base_error *err)
{
	BASE_AUTO(json) struct json_object *json = open_text(definition->text, err);

	if (json == NULL)
		return -1;
	if (set_start(json, start) < 0)
		return base_error_no_memory(err, FAILURE);
	return replace_definition(definition, json, err);
}

int vgpu_definition_set_type(struct vgpu_definition *definition, const char *type,
			     struct base_error *err)
{
	BASE_AUTO(json) struct json_object *json = open_text(definition->text, err);

	if (json == NULL)
		return -1;
	if (vgpu_json_add_text(json, "mdev_type", type) < 0)
		return base_error_no_memory(err, FAILURE);
	return replace_definition(definition, json, err);
}

void vgpu_definition_finish(struct vgpu_definition *definition)
{
	if (definition == NULL)
		return;
	for (size_t i = 0; i < definition->attribute_count; i++) {
		free(definition->attributes[i].name);
		free(definition->attributes[i].value);
	}
	free(definition->attributes);
	free(definition->parent);
	free(definition->type);
	free(definition->text);
	*definition = (struct vgpu_definition){ 0 };
}
