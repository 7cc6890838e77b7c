/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/path.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/text.h"
#include "xmlpatch/mdev.h"
#include "xmlpatch/qemu.h"
#include "xmlpatch/text.h"
#include "xmlpatch/uuid.h"

#define QEMU_PREFIX "qemu:"

/* Where to find the key of an element, and what a person calls the element. */
static const struct kind {
	const char *name;
	const char *child; /* has the attribute; NULL: the element itself */
	const char *attribute;
	const char *second; /* belongs to the key as well; of the element itself; NULL: none */
	const char *called; /* NULL: as its name */
} kinds[] = {
	{ "graphics", NULL, "type", NULL, "display" },
	{ "video", "model", "type", NULL, "video device" },
	{ "audio", NULL, "id", NULL, "audio backend" },
	{ "input", NULL, "type", "bus", "input device" },
	{ "controller", NULL, "type", "index", NULL },
	{ "channel", "target", "name", NULL, NULL },
	{ "qemu:device", NULL, "alias", NULL, "override of the device" },
	{ "qemu:property", NULL, "name", NULL, "property" },
	{ "qemu:arg", NULL, "value", NULL, "QEMU argument" },
	{ "qemu:env", NULL, "name", NULL, "environment variable" },
	{ "redirdev", NULL, NULL, NULL, "USB redirection" },
	{ "hostdev", NULL, NULL, NULL, "host device" },
};

/* True if the element's name, with its prefix, is the first `length` bytes. */
static bool has_name(const xmlNode *node, const char *name, size_t length)
{
	const size_t prefix = strlen(QEMU_PREFIX);
	bool is_prefixed = length > prefix && memcmp(name, QEMU_PREFIX, prefix) == 0;

	if (node->type != XML_ELEMENT_NODE)
		return false;
	/* A prefix that is not declared is a part of the name: that is not QEMU's. */
	if ((node->ns != NULL) != is_prefixed)
		return false;
	if (is_prefixed) {
		if (!xmlpatch_qemu_is(node->ns))
			return false;
		name += prefix;
		length -= prefix;
	}
	return strlen((const char *)node->name) == length && memcmp(node->name, name, length) == 0;
}

static const struct kind *find_kind(const xmlNode *node)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (has_name(node, kinds[i].name, strlen(kinds[i].name)))
			return &kinds[i];
	}
	return NULL;
}

static char *mdev_key(const xmlNode *node)
{
	BASE_AUTO(free) char *text = NULL;
	char uuid[BASE_UUID_SIZE];

	if (!xmlpatch_document_is(node, "hostdev") || !xmlpatch_document_has(node, "type", "mdev"))
		return NULL;
	text = xmlpatch_mdev_uuid(node);
	return text != NULL && xmlpatch_uuid_read(text, uuid) ? strdup(uuid) : NULL;
}

/* The key of an option of QEMU's includes the argument behind it, which belongs to it. */
static char *argument_key(const xmlNode *node)
{
	BASE_AUTO(free) char *value = xmlpatch_document_get(node, "value");
	BASE_AUTO(free) char *next = NULL;

	if (value == NULL || *value != '-')
		return BASE_STEAL_PTR(value);
	do {
		node = node->next;
	} while (node != NULL && node->type != XML_ELEMENT_NODE);
	next = xmlpatch_document_get(node, "value");
	return base_text_format("%s %s", value, next == NULL ? "" : next);
}

/* The part of the key that a person knows. */
static char *first_key(const struct kind *kind, const xmlNode *node)
{
	if (kind != NULL && strcmp(kind->name, QEMU_PREFIX "arg") == 0)
		return argument_key(node);
	if (kind == NULL || kind->attribute == NULL)
		return mdev_key(node);
	if (kind->child != NULL)
		node = xmlpatch_document_child(node, kind->child);
	return xmlpatch_document_get(node, kind->attribute);
}

char *xmlpatch_path_key(const xmlNode *node)
{
	const struct kind *kind = find_kind(node);
	BASE_AUTO(free) char *first = first_key(kind, node);
	BASE_AUTO(free) char *second = NULL;

	if (first != NULL && kind != NULL && kind->second != NULL)
		second = xmlpatch_document_get(node, kind->second);
	if (second == NULL)
		return BASE_STEAL_PTR(first);
	return base_text_format("%s.%s", first, second);
}

struct xmlpatch_words xmlpatch_path_describe(const xmlNode *node)
{
	const struct kind *kind = find_kind(node);
	BASE_AUTO(free) char *uuid = mdev_key(node);
	BASE_AUTO(free) char *key = first_key(kind, node);
	const char *called = (const char *)node->name;
	struct xmlpatch_words words;

	if (kind != NULL && kind->called != NULL)
		called = kind->called;
	if (uuid != NULL)
		called = "vGPU";
	snprintf(words.text, sizeof(words.text), "%.40s%s%.80s", called, key == NULL ? "" : " ",
		 key == NULL ? "" : key);
	return words;
}

static bool same_key(const char *left, const char *right)
{
	return left == NULL || right == NULL ? left == right : strcmp(left, right) == 0;
}

static bool is_twin(const xmlNode *left, const xmlNode *right, const char *key)
{
	BASE_AUTO(free) char *other = NULL;

	if (left->type != XML_ELEMENT_NODE || xmlStrcmp(left->name, right->name) != 0 ||
	    (left->ns == NULL) != (right->ns == NULL) ||
	    xmlpatch_qemu_is(left->ns) != xmlpatch_qemu_is(right->ns))
		return false;
	other = xmlpatch_path_key(left);
	return same_key(other, key);
}

static void write_key(const char *key, struct base_text *out)
{
	for (; *key != '\0'; key++) {
		char escaped[8];

		snprintf(escaped, sizeof(escaped), "%%%02X", (unsigned char)*key);
		if (isalnum((unsigned char)*key) || strchr("-._", *key) != NULL)
			base_text_add_bytes(out, key, 1);
		else
			base_text_add(out, escaped);
	}
}

static void write_step(const xmlNode *node, struct base_text *out)
{
	BASE_AUTO(free) char *key = xmlpatch_path_key(node);
	long twins = 0;

	base_text_add(out, xmlpatch_qemu_is(node->ns) ? QEMU_PREFIX : "");
	base_text_add(out, (const char *)node->name);
	if (key != NULL) {
		base_text_add(out, "=");
		write_key(key, out);
	}
	for (const xmlNode *before = node->prev; before != NULL; before = before->prev)
		twins += is_twin(before, node, key);
	if (twins > 0) {
		base_text_add(out, ":");
		base_text_add_number(out, twins);
	}
}

char *xmlpatch_path_write(const xmlNode *node)
{
	struct base_text out = { 0 };
	const xmlNode *chain[8];
	size_t n = 0;

	/* The root has no step of its own, and what an attach changes is not deep. */
	for (; n < 8 && node->parent != NULL && node->parent->type == XML_ELEMENT_NODE;
	     node = node->parent)
		chain[n++] = node;
	while (n-- > 0) {
		write_step(chain[n], &out);
		if (n > 0)
			base_text_add(&out, "/");
	}
	return base_text_take(&out);
}

/* A step in its parts; the key is decoded and the caller's to free. */
struct step {
	const char *name;
	size_t name_length;
	char *key; /* NULL: it has none */
	unsigned long nth;
};

static char *decode_key(const char *text, size_t length)
{
	char *key = malloc(length + 1);
	size_t used = 0;

	for (size_t i = 0; key != NULL && i < length; i++) {
		unsigned int byte;

		if (text[i] == '%' && i + 2 < length && isxdigit((unsigned char)text[i + 1]) &&
		    isxdigit((unsigned char)text[i + 2]) &&
		    sscanf(text + i + 1, "%2x", &byte) == 1 && byte != 0) {
			key[used++] = (char)byte;
			i += 2;
		} else {
			key[used++] = text[i];
		}
	}
	if (key != NULL)
		key[used] = '\0';
	return key;
}

/* Returns the text behind the step; NULL if memory is out. */
static const char *read_step(const char *text, struct step *step)
{
	size_t length = strcspn(text, "/");
	size_t name = strcspn(text, "/=");
	const char *end = text + length;
	const char *nth = memrchr(text, ':', length);

	*step = (struct step){ .name = text };
	/* The colon of "qemu:" is followed by no digit. */
	if (nth != NULL && isdigit((unsigned char)nth[1])) {
		step->nth = strtoul(nth + 1, NULL, 10);
		end = nth;
		if (name > (size_t)(nth - text))
			name = (size_t)(nth - text);
	}
	step->name_length = name;
	if (text[name] == '=') {
		step->key = decode_key(text + name + 1, (size_t)(end - (text + name + 1)));
		if (step->key == NULL)
			return NULL;
	}
	return text + length;
}

static xmlNode *find_step(const xmlNode *parent, const struct step *step)
{
	unsigned long left = step->nth;

	for (xmlNode *node = parent->children; node != NULL; node = node->next) {
		BASE_AUTO(free) char *key = NULL;

		if (!has_name(node, step->name, step->name_length))
			continue;
		key = xmlpatch_path_key(node);
		if (same_key(key, step->key) && left-- == 0)
			return node;
	}
	return NULL;
}

static xmlNode *find_path(const struct xmlpatch_document *document, const char *path)
{
	xmlNode *node = xmlDocGetRootElement(document->tree);

	while (node != NULL && *path != '\0') {
		struct step step;

		path = read_step(path, &step);
		if (path == NULL)
			return NULL;
		node = find_step(node, &step);
		free(step.key);
		if (*path == '/')
			path++;
	}
	return node;
}

static xmlNode *find_fitting(const xmlNode *parent, const char *path, xmlpatch_path_fits *fits,
			     const void *context)
{
	xmlNode *found = NULL;
	struct step step;

	path = read_step(path, &step);
	if (path == NULL)
		return NULL;
	path += *path == '/';
	for (xmlNode *node = parent->children; node != NULL && found == NULL; node = node->next) {
		BASE_AUTO(free) char *key = NULL;

		if (!has_name(node, step.name, step.name_length))
			continue;
		key = xmlpatch_path_key(node);
		if (!same_key(key, step.key))
			continue;
		if (*path != '\0')
			found = find_fitting(node, path, fits, context);
		else if (fits(node, context))
			found = node;
	}
	free(step.key);
	return found;
}

xmlNode *xmlpatch_path_find(const struct xmlpatch_document *document, const char *path,
			    xmlpatch_path_fits *fits, const void *context)
{
	const xmlNode *root = xmlDocGetRootElement(document->tree);
	xmlNode *there = find_path(document, path);
	xmlNode *twin = NULL;

	if (*path != '\0' && (there == NULL || !fits(there, context)))
		twin = find_fitting(root, path, fits, context);
	return twin == NULL ? there : twin;
}
