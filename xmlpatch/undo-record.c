/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/undo-record.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "xmlpatch/fingerprint.h"
#include "xmlpatch/path.h"
#include "xmlpatch/position.h"
#include "xmlpatch/text.h"
#include "xmlpatch/undo.h"

static int note(struct xmlpatch_undoing *undoing, const char *did, const char *what)
{
	return xmlpatch_result_note(undoing->result, undoing->err, "%s the %s", did, what);
}

/*
 * The text that a record puts back: one element, perhaps behind white space; the
 * start of the element in *start. NULL if it is anything else.
 */
static char *read_element(const xmlNode *record, size_t *start, struct xmlpatch_document *document)
{
	BASE_AUTO(free) char *text = xmlpatch_document_text(record);

	if (text == NULL)
		return NULL;
	for (*start = 0; xmlpatch_scan_is_space(text[*start]); (*start)++)
		;
	if (text[*start] != '<' ||
	    xmlpatch_document_parse(document, text + *start, strlen(text + *start), NULL) < 0)
		return NULL;
	return BASE_STEAL_PTR(text);
}

/* Whether somebody changed what an attach had put there. */
static bool is_changed(const xmlNode *record, const xmlNode *node)
{
	BASE_AUTO(free) char *form = xmlpatch_document_get(record, "form");

	return form != NULL && !xmlpatch_fingerprint_is(node, form);
}

/*
 * Cuts the address out of an element that is put back, if somebody else has it by
 * now: libvirt gives free ones away, and then chooses another for this one.
 */
static int free_address(struct xmlpatch_undoing *undoing, char *text, size_t start,
			const struct xmlpatch_document *element, const xmlNode *self)
{
	const xmlNode *root = xmlDocGetRootElement(element->tree);
	const xmlNode *address = xmlpatch_document_child(root, "address");
	const xmlNode *holder = NULL;
	const struct xmlpatch_element *place;
	struct xmlpatch_words what;
	size_t from;

	if (address != NULL)
		holder = xmlpatch_position_holder(undoing->document, address, self,
						  xmlpatch_undo_address_of, undoing);
	if (holder == NULL)
		return 0;
	what = xmlpatch_path_describe(root);
	place = xmlpatch_document_place(address);
	from = xmlpatch_scan_before_space(text, start + place->start, 0);
	memmove(text + from, text + start + place->end, strlen(text + start + place->end) + 1);
	return xmlpatch_result_advise(
		undoing->result, undoing->err,
		"put the %s back without its address, which the %s has by now", what.text,
		xmlpatch_path_describe(holder).text);
}

/* libvirt takes one display of each type. */
static bool is_there_again(const struct xmlpatch_undoing *undoing, const xmlNode *parent,
			   const xmlNode *element)
{
	BASE_AUTO(free) char *key = xmlpatch_path_key(element);

	if (key == NULL || !xmlpatch_document_is(element, "graphics"))
		return false;
	for (xmlNode *node = xmlpatch_document_child(parent, "graphics"); node != NULL;
	     node = xmlpatch_document_next(node, "graphics")) {
		BASE_AUTO(free) char *other = xmlpatch_path_key(node);

		if (other != NULL && strcmp(other, key) == 0 &&
		    !xmlpatch_undo_fate(undoing, node)->is_leaving)
			return true;
	}
	return false;
}

static int advise_secret(struct xmlpatch_undoing *undoing, const xmlNode *record, const char *what)
{
	if (!xmlpatch_document_has(record, "secret", "passwd"))
		return 0;
	return xmlpatch_result_advise(undoing->result, undoing->err,
				      "the password of the %s was not kept: set it again", what);
}

static int take_removed(struct xmlpatch_undoing *undoing, const xmlNode *record,
			const xmlNode *parent)
{
	BASE_AUTO(free) char *text = NULL;
	struct xmlpatch_words what;
	BASE_AUTO(xmlpatch_document) struct xmlpatch_document element = { 0 };
	const xmlNode *root;
	struct xmlpatch_position spot;
	size_t start;

	text = read_element(record, &start, &element);
	if (text == NULL || !xmlpatch_undo_read_number(record, "place", &spot.place) ||
	    !xmlpatch_undo_read_number(record, "skip", &spot.skip) ||
	    !xmlpatch_undo_read_number(record, "nth", &spot.nth))
		return xmlpatch_undo_refuse(undoing);
	root = xmlDocGetRootElement(element.tree);
	what = xmlpatch_path_describe(root);
	if (parent == NULL || xmlpatch_document_place(parent)->is_empty)
		return xmlpatch_result_advise(undoing->result, undoing->err,
					      "could not put the %s back: the domain has no "
					      "devices any more",
					      what.text);
	if (free_address(undoing, text, start, &element, NULL) < 0)
		return -1;
	if (is_there_again(undoing, parent, root))
		return xmlpatch_result_advise(undoing->result, undoing->err,
					      "did not put the %s back: the domain has another one "
					      "by now",
					      what.text);
	xmlpatch_edits_restore(
		&undoing->edits,
		xmlpatch_position_find(undoing->document, parent, (const char *)root->name, &spot),
		0, text);
	return note(undoing, "put back", what.text) < 0 ? -1
							: advise_secret(undoing, record, what.text);
}

static int take_replaced(struct xmlpatch_undoing *undoing, const xmlNode *record,
			 const xmlNode *node)
{
	BASE_AUTO(free) char *text = NULL;
	struct xmlpatch_words what;
	BASE_AUTO(xmlpatch_document) struct xmlpatch_document element = { 0 };
	const struct xmlpatch_element *place;
	size_t start;

	text = read_element(record, &start, &element);
	if (text == NULL)
		return xmlpatch_undo_refuse(undoing);
	what = xmlpatch_path_describe(xmlDocGetRootElement(element.tree));
	if (node == NULL || is_changed(record, node))
		return xmlpatch_result_advise(undoing->result, undoing->err,
					      "could not put the %s back: what was there instead "
					      "of it has been changed since",
					      what.text);
	if (free_address(undoing, text, start, &element, node) < 0)
		return -1;
	place = xmlpatch_document_place(node);
	xmlpatch_edits_restore(&undoing->edits, place->start, place->end - place->start, text);
	return note(undoing, "put back", what.text) < 0 ? -1
							: advise_secret(undoing, record, what.text);
}

static bool is_attribute_name(const char *name)
{
	return name != NULL && isalpha((unsigned char)*name) &&
	       name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				 "-_")] == '\0';
}

/* Whether text is one attribute, behind white space, and nothing else. */
static bool is_attribute(const char *text, const char *name, const char *value)
{
	BASE_AUTO(xmlpatch_document) struct xmlpatch_document document = { 0 };
	BASE_AUTO(free) char *tag = NULL;
	const xmlNode *root;

	if (xmlpatch_scan_is_space(*text))
		tag = xmlpatch_text_format("<a%s/>", text);
	if (tag == NULL || xmlpatch_document_parse(&document, tag, strlen(tag), NULL) < 0 ||
	    document.n != 1)
		return false;
	root = xmlDocGetRootElement(document.tree);
	return root->properties != NULL && root->properties->next == NULL && root->nsDef == NULL &&
	       root->next == NULL && xmlpatch_document_has(root, name, value);
}

bool xmlpatch_undo_names_attribute(const xmlNode *record)
{
	BASE_AUTO(free) char *name = xmlpatch_document_get(record, "name");

	return is_attribute_name(name);
}

bool xmlpatch_undo_is_still_set(const xmlNode *node, const xmlNode *record)
{
	BASE_AUTO(free) char *name = xmlpatch_document_get(record, "name");
	BASE_AUTO(free) char *is = xmlpatch_document_get(record, "is");
	BASE_AUTO(free) char *now = name == NULL ? NULL : xmlpatch_document_get(node, name);

	return now == NULL || is == NULL ? now == NULL && is == NULL : strcmp(now, is) == 0;
}

/* Puts an attribute back as it was written; false if it or its place cannot be. */
static bool paste(struct xmlpatch_undoing *undoing, const xmlNode *record, const xmlNode *node,
		  const char *name, const char *was)
{
	const struct xmlpatch_element *place = xmlpatch_document_place(node);
	BASE_AUTO(free) char *cut = xmlpatch_document_get(record, "cut");
	struct xmlpatch_attribute there;
	size_t skip;

	if (cut == NULL || !xmlpatch_undo_read_number(record, "skip", &skip) ||
	    !is_attribute(cut, name, was) || skip < 2 || skip >= place->inside - place->start ||
	    xmlpatch_scan_attribute(undoing->document->text, place, name, &there) ||
	    !xmlpatch_scan_is_between(undoing->document->text, place, place->start + skip))
		return false;
	xmlpatch_edits_restore(&undoing->edits, place->start + skip, 0, cut);
	return true;
}

void xmlpatch_undo_put_attribute(struct xmlpatch_undoing *undoing, const xmlNode *record,
				 const xmlNode *node)
{
	BASE_AUTO(free) char *name = xmlpatch_document_get(record, "name");
	BASE_AUTO(free) char *was = xmlpatch_document_get(record, "was");

	if (was == NULL)
		xmlpatch_edits_unset(&undoing->edits, node, name);
	else if (!paste(undoing, record, node, name, was))
		xmlpatch_edits_set(&undoing->edits, node, name, was);
}

static int take_set(struct xmlpatch_undoing *undoing, const xmlNode *record, const xmlNode *node)
{
	BASE_AUTO(free) char *name = xmlpatch_document_get(record, "name");
	BASE_AUTO(free) char *was = xmlpatch_document_get(record, "was");
	BASE_AUTO(free) char *path = xmlpatch_document_get(record, "path");
	struct xmlpatch_words what;

	if (!is_attribute_name(name))
		return xmlpatch_undo_refuse(undoing);
	if (node == NULL)
		return xmlpatch_result_advise(undoing->result, undoing->err,
					      "could not set '%s' of %s back to %s: it is gone",
					      name, path, was == NULL ? "nothing" : was);
	what = xmlpatch_path_describe(node);
	if (!xmlpatch_undo_is_still_set(node, record))
		return xmlpatch_result_advise(undoing->result, undoing->err,
					      "left '%s' of the %s as it is: it has been changed "
					      "since",
					      name, what.text);
	xmlpatch_undo_put_attribute(undoing, record, node);
	return xmlpatch_result_note(undoing->result, undoing->err, "set '%s' of the %s back to %s",
				    name, what.text, was == NULL ? "nothing" : was);
}

/* An address that was given to a device that is another one by now may still be there. */
static int advise_lost(struct xmlpatch_undoing *undoing, const xmlNode *record)
{
	BASE_AUTO(free) char *path = xmlpatch_document_get(record, "path");

	if (path == NULL || !xmlpatch_undo_is_address(path))
		return 0;
	return xmlpatch_result_advise(undoing->result, undoing->err,
				      "did not find %s, which was added: if the device is another "
				      "one by now, it keeps that address",
				      path);
}

static int take_out(struct xmlpatch_undoing *undoing, const xmlNode *record, const xmlNode *node)
{
	struct xmlpatch_fate *fate = xmlpatch_undo_fate(undoing, node);
	struct xmlpatch_words what;
	bool changed;
	int stays;

	if (!xmlpatch_undo_read_number(record, "tail", &fate->tail))
		return xmlpatch_undo_refuse(undoing);
	fate->is_leaving = true;
	if (xmlpatch_undo_is_container(node))
		return 0;
	changed = is_changed(record, node);
	stays = xmlpatch_undo_keep_audio(undoing, node, changed);
	if (stays != 0)
		return stays < 0 ? -1 : 0;
	what = xmlpatch_path_describe(node);
	if (changed &&
	    xmlpatch_result_advise(undoing->result, undoing->err,
				   "the %s went with what was changed in it since", what.text) < 0)
		return -1;
	return note(undoing, "took out", what.text);
}

/* What was taken out by somebody else is gone as it should be. */
static int take_added(struct xmlpatch_undoing *undoing, const xmlNode *record, const xmlNode *node)
{
	if (node == NULL && xmlpatch_undo_find_vgpu(undoing, record, &node) < 0)
		return -1;
	if (node == NULL)
		return advise_lost(undoing, record);
	/* The same element twice: no attach writes such. */
	return xmlpatch_undo_fate(undoing, node)->is_leaving ? 0 : take_out(undoing, record, node);
}

bool xmlpatch_undo_is_tag_end(const char *text)
{
	return strcmp(text + strspn(text, " \t\r\n"), "/>") == 0;
}

static int take_opened(struct xmlpatch_undoing *undoing, const xmlNode *record, const xmlNode *node)
{
	BASE_AUTO(free) char *text = xmlpatch_document_text(record);

	if (text == NULL || !xmlpatch_undo_is_tag_end(text))
		return xmlpatch_undo_refuse(undoing);
	if (node != NULL && xmlpatch_undo_fate(undoing, node)->opened == NULL)
		xmlpatch_undo_fate(undoing, node)->opened = BASE_STEAL_PTR(text);
	return 0;
}

/* The element of a record. */
struct wanted {
	const struct xmlpatch_undoing *undoing;
	const xmlNode *record;
};

static bool has_form(const xmlNode *node, const void *context)
{
	const struct wanted *wanted = context;
	BASE_AUTO(free) char *form = xmlpatch_document_get(wanted->record, "form");

	return form != NULL && xmlpatch_fingerprint_is(node, form);
}

static bool is_added(const xmlNode *node, const void *context)
{
	const struct wanted *wanted = context;

	return !xmlpatch_undo_fate(wanted->undoing, node)->is_leaving && has_form(node, context);
}

static bool is_set(const xmlNode *node, const void *context)
{
	const struct wanted *wanted = context;

	return xmlpatch_undo_is_still_set(node, wanted->record);
}

static bool is_any(const xmlNode *node, const void *context)
{
	(void)node;
	(void)context;
	return true;
}

/* What was added goes first: what comes back may need its place. */
static const struct {
	const char *name;
	int (*take)(struct xmlpatch_undoing *undoing, const xmlNode *record, const xmlNode *node);
	xmlpatch_path_fits *fits;
	int pass;
} records[] = {
	{ "added", take_added, is_added, 0 },	{ "opened", take_opened, is_any, 0 },
	{ "removed", take_removed, is_any, 2 }, { "replaced", take_replaced, has_form, 2 },
	{ "set", take_set, is_set, 2 },
};

/* An audio backend goes if nothing that stays needs it. */
static int pass_of(size_t kind, const char *path)
{
	static const char audio[] = "devices/audio";

	return records[kind].pass == 0 && strncmp(path, audio, sizeof(audio) - 1) == 0
		       ? 1
		       : records[kind].pass;
}

static int take_record(struct xmlpatch_undoing *undoing, const xmlNode *record, int pass)
{
	const struct wanted wanted = { .undoing = undoing, .record = record };

	for (size_t i = 0; i < sizeof(records) / sizeof(*records); i++) {
		BASE_AUTO(free) char *path = NULL;

		if (!xmlpatch_undo_is(record, records[i].name))
			continue;
		path = xmlpatch_document_get(record, "path");
		if (path == NULL || *path == '\0')
			return xmlpatch_undo_refuse(undoing);
		if (pass_of(i, path) != pass ||
		    (records[i].take == take_set && xmlpatch_undo_is_address(path)))
			continue;
		return records[i].take(
			undoing, record,
			xmlpatch_path_find(undoing->document, path, records[i].fits, &wanted));
	}
	return 0;
}

static int take_pass(struct xmlpatch_undoing *undoing, const xmlNode *step, int pass)
{
	for (const xmlNode *record = step->children; record != NULL; record = record->next) {
		if (take_record(undoing, record, pass) < 0)
			return -1;
	}
	return 0;
}

int xmlpatch_undo_take_records(struct xmlpatch_undoing *undoing, const xmlNode *step)
{
	/* Finding an element takes a look at each of them. */
	const uint64_t most = 200000000;
	uint64_t n = xmlpatch_undo_count(step);

	if (n * undoing->document->n > most)
		return xmlpatch_undo_refuse(undoing);
	if (take_pass(undoing, step, 0) < 0 || take_pass(undoing, step, 1) < 0 ||
	    xmlpatch_undo_plan_addresses(undoing, step) < 0 ||
	    xmlpatch_undo_put_addresses(undoing, step) < 0)
		return -1;
	return take_pass(undoing, step, 2);
}
