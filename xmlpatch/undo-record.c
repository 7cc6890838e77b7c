/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/undo-record.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "xmlpatch/fingerprint.h"
#include "xmlpatch/path.h"
#include "xmlpatch/undo-address.h"
#include "xmlpatch/undo-attribute.h"
#include "xmlpatch/undo-audio.h"
#include "xmlpatch/undo-element.h"
#include "xmlpatch/undo-metadata.h"
#include "xmlpatch/undo-vgpu.h"

static int take_set_back(struct xmlpatch_undoing *undoing, const xmlNode *record,
			 const xmlNode *node)
{
	BASE_AUTO(free) char *name = xmlpatch_document_get(record, "name");
	BASE_AUTO(free) char *was = xmlpatch_document_get(record, "was");
	BASE_AUTO(free) char *path = xmlpatch_document_get(record, "path");
	struct xmlpatch_words what;

	if (!xmlpatch_undo_names_attribute(record))
		return xmlpatch_undo_refuse(undoing);
	if (node == NULL)
		return xmlpatch_result_advise(undoing->result, undoing->err,
					      "could not set '%s' of %s back to %s: the element is "
					      "no longer in the domain",
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

/* If a device was changed into another one, it still has the address that was added. */
static int advise_lost(struct xmlpatch_undoing *undoing, const xmlNode *record)
{
	BASE_AUTO(free) char *path = xmlpatch_document_get(record, "path");

	if (path == NULL || !xmlpatch_undo_is_address(path))
		return 0;
	return xmlpatch_result_advise(undoing->result, undoing->err,
				      "did not find %s, which was added: if the device has been "
				      "changed into another one, it keeps that address",
				      path);
}

static int take_element_out(struct xmlpatch_undoing *undoing, const xmlNode *record,
			    const xmlNode *node)
{
	struct xmlpatch_undo_decision *decision = xmlpatch_undo_decision(undoing, node);
	struct xmlpatch_words what;
	bool changed;
	int stays;

	if (!xmlpatch_undo_read_number(record, "tail", &decision->tail))
		return xmlpatch_undo_refuse(undoing);
	decision->is_leaving = true;
	if (xmlpatch_undo_is_container(node))
		return 0;
	changed = xmlpatch_undo_is_changed(record, node);
	stays = xmlpatch_undo_keep_audio(undoing, node, changed);
	if (stays != 0)
		return stays < 0 ? -1 : 0;
	what = xmlpatch_path_describe(node);
	if (changed &&
	    xmlpatch_result_advise(undoing->result, undoing->err,
				   "removed the %s together with what has been changed in it since",
				   what.text) < 0)
		return -1;
	return xmlpatch_result_note(undoing->result, undoing->err, "removed the %s", what.text);
}

/* If somebody else removed the element, there is nothing to do. */
static int take_added_back(struct xmlpatch_undoing *undoing, const xmlNode *record,
			   const xmlNode *node)
{
	if (node == NULL && xmlpatch_undo_find_vgpu(undoing, record, &node) < 0)
		return -1;
	if (node == NULL)
		return advise_lost(undoing, record);
	/* Two records of one element, which no attach writes, are one. */
	return xmlpatch_undo_decision(undoing, node)->is_leaving
		       ? 0
		       : take_element_out(undoing, record, node);
}

static int take_opened_back(struct xmlpatch_undoing *undoing, const xmlNode *record,
			    const xmlNode *node)
{
	BASE_AUTO(free) char *text = xmlpatch_document_text(record);

	if (text == NULL || !xmlpatch_undo_is_tag_end(text))
		return xmlpatch_undo_refuse(undoing);
	if (node != NULL && xmlpatch_undo_decision(undoing, node)->opened == NULL)
		xmlpatch_undo_decision(undoing, node)->opened = BASE_STEAL_PTR(text);
	return 0;
}

/* What tells whether an element is the one of a record. */
struct wanted {
	const struct xmlpatch_undoing *undoing;
	const xmlNode *record;
};

static bool has_fingerprint(const xmlNode *node, const void *context)
{
	const struct wanted *wanted = context;
	BASE_AUTO(free) char *fingerprint = xmlpatch_document_get(wanted->record, "form");

	return fingerprint != NULL && xmlpatch_fingerprint_is(node, fingerprint);
}

static bool is_added(const xmlNode *node, const void *context)
{
	const struct wanted *wanted = context;

	return !xmlpatch_undo_decision(wanted->undoing, node)->is_leaving &&
	       has_fingerprint(node, context);
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

/* Added elements are removed first, because what is put back may need their place. */
static const struct {
	const char *name;
	int (*take)(struct xmlpatch_undoing *undoing, const xmlNode *record, const xmlNode *node);
	xmlpatch_path_fits *fits;
	int pass;
} records[] = {
	{ "added", take_added_back, is_added, 0 },
	{ "opened", take_opened_back, is_any, 0 },
	{ "removed", xmlpatch_undo_put_removed, is_any, 2 },
	{ "replaced", xmlpatch_undo_put_replaced, has_fingerprint, 2 },
	{ "set", take_set_back, is_set, 2 },
};

/* Audio backends come second, when it is known which of their users stay. */
static int pass_of(size_t kind, const char *path)
{
	static const char audio[] = "devices/audio";

	return records[kind].pass == 0 && strncmp(path, audio, sizeof(audio) - 1) == 0
		       ? 1
		       : records[kind].pass;
}

static int take_record_back(struct xmlpatch_undoing *undoing, const xmlNode *record, int pass)
{
	const struct wanted wanted = { .undoing = undoing, .record = record };

	for (size_t i = 0; i < sizeof(records) / sizeof(*records); i++) {
		BASE_AUTO(free) char *path = NULL;

		if (!xmlpatch_undo_is_record(record, records[i].name))
			continue;
		path = xmlpatch_document_get(record, "path");
		if (path == NULL || *path == '\0')
			return xmlpatch_undo_refuse(undoing);
		if (pass_of(i, path) != pass ||
		    (records[i].take == take_set_back && xmlpatch_undo_is_address(path)))
			continue;
		return records[i].take(
			undoing, record,
			xmlpatch_path_find(undoing->document, path, records[i].fits, &wanted));
	}
	return 0;
}

static int take_pass_back(struct xmlpatch_undoing *undoing, const xmlNode *step, int pass)
{
	for (const xmlNode *record = step->children; record != NULL; record = record->next) {
		if (take_record_back(undoing, record, pass) < 0)
			return -1;
	}
	return 0;
}

int xmlpatch_undo_take_records(struct xmlpatch_undoing *undoing, const xmlNode *step)
{
	/* To find the element of a record, each element of the document is looked at. */
	const uint64_t most = 200000000;
	uint64_t n = xmlpatch_undo_count_elements(step);

	if (n * undoing->document->n > most)
		return xmlpatch_undo_refuse(undoing);
	if (take_pass_back(undoing, step, 0) < 0 || take_pass_back(undoing, step, 1) < 0 ||
	    xmlpatch_undo_plan_addresses(undoing, step) < 0 ||
	    xmlpatch_undo_put_addresses(undoing, step) < 0)
		return -1;
	return take_pass_back(undoing, step, 2);
}
