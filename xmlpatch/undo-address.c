/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/undo-record.h"

#include <stdlib.h>
#include <string.h>

#include "xmlpatch/path.h"
#include "xmlpatch/position.h"
#include "xmlpatch/text.h"
#include "xmlpatch/undo.h"

/*
 * Addresses that a step changed. Their attributes go back together or not at all: half
 * of them is an address that the device never had, and one that others may have. All
 * of a step's are looked at before any goes back, since devices may have moved along
 * a row, each to where the one before it had been.
 */

/* The records of one <address>, which stand one behind the other. */
struct run {
	const xmlNode *first, *end;
	char *path;		/* owned */
	const xmlNode *address; /* NULL: it is gone */
};

static void run_finish(struct run *run)
{
	free(run->path);
}

BASE_DEFINE_CLEANUP(run, struct run, run_finish)

static const xmlNode *next_record(const xmlNode *record)
{
	do {
		record = record->next;
	} while (record != NULL && record->type != XML_ELEMENT_NODE);
	return record;
}

bool xmlpatch_undo_is_address(const char *path)
{
	static const char devices[] = "devices/", address[] = "/address";
	size_t length = strlen(path);

	return strncmp(path, devices, strlen(devices)) == 0 &&
	       length > strlen(devices) + strlen(address) &&
	       strcmp(path + length - strlen(address), address) == 0;
}

/* Whether the attributes that were set still have what they were set to. */
static bool fits(const xmlNode *address, const void *context)
{
	const struct run *run = context;

	for (const xmlNode *record = run->first; record != run->end; record = next_record(record)) {
		if (!xmlpatch_undo_is_still_set(address, record))
			return false;
	}
	return true;
}

/* The next run of records from there; false if there is none. */
static bool find_run(const struct xmlpatch_undoing *undoing, const xmlNode *record, struct run *run)
{
	free(run->path);
	*run = (struct run){ .first = record };
	for (; run->first != NULL; run->first = next_record(run->first)) {
		if (!xmlpatch_undo_is(run->first, "set"))
			continue;
		run->path = xmlpatch_document_get(run->first, "path");
		if (run->path != NULL && xmlpatch_undo_is_address(run->path))
			break;
		free(BASE_STEAL_PTR(run->path));
	}
	if (run->first == NULL)
		return false;
	run->end = next_record(run->first);
	while (run->end != NULL && xmlpatch_undo_is(run->end, "set") &&
	       xmlpatch_document_has(run->end, "path", run->path))
		run->end = next_record(run->end);
	run->address = xmlpatch_path_find(undoing->document, run->path, fits, run);
	return true;
}

/* The address as it will be; NULL when memory is out. */
static xmlNode *make_restored(const struct run *run)
{
	xmlNode *copy = xmlCopyNode((xmlNode *)run->address, 2);

	for (const xmlNode *record = run->first; copy != NULL && record != run->end;
	     record = next_record(record)) {
		BASE_AUTO(free) char *name = xmlpatch_document_get(record, "name");
		BASE_AUTO(free) char *was = xmlpatch_document_get(record, "was");

		if (was == NULL) {
			xmlUnsetProp(copy, (const xmlChar *)name);
		} else if (xmlSetProp(copy, (const xmlChar *)name, (const xmlChar *)was) == NULL) {
			xmlFreeNode(copy);
			copy = NULL;
		}
	}
	return copy;
}

static int plan_run(struct xmlpatch_undoing *undoing, const struct run *run)
{
	struct xmlpatch_fate *fate;

	for (const xmlNode *record = run->first; record != run->end; record = next_record(record)) {
		if (!xmlpatch_undo_names_attribute(record))
			return xmlpatch_undo_refuse(undoing);
	}
	if (run->address == NULL || !fits(run->address, run))
		return 0;
	fate = xmlpatch_undo_fate(undoing, run->address);
	if (fate->restored != NULL)
		return xmlpatch_undo_refuse(undoing);
	fate->restored = make_restored(run);
	if (fate->restored == NULL)
		return xmlpatch_text_no_memory(undoing->err);
	return 0;
}

const xmlNode *xmlpatch_undo_address_of(const xmlNode *device, const void *undoing)
{
	const xmlNode *address = xmlpatch_document_child(device, "address");
	const struct xmlpatch_fate *fate;

	if (address == NULL || xmlpatch_undo_fate(undoing, device)->is_leaving)
		return NULL;
	fate = xmlpatch_undo_fate(undoing, address);
	if (fate->is_leaving)
		return NULL;
	return fate->restored != NULL ? fate->restored : address;
}

/* The address stays as it is, and so do those that would have had it back. */
static void keep(struct xmlpatch_undoing *undoing, const xmlNode *address)
{
	struct xmlpatch_fate *fate = xmlpatch_undo_fate(undoing, address);

	xmlFreeNode(fate->restored);
	fate->restored = NULL;
	fate->is_kept = true;
	for (size_t i = 0; i < undoing->document->n; i++) {
		const xmlNode *other = undoing->fates[i].restored;

		if (other != NULL && xmlpatch_position_is_same(other, address))
			keep(undoing, undoing->document->nodes[i]);
	}
}

int xmlpatch_undo_plan_addresses(struct xmlpatch_undoing *undoing, const xmlNode *step)
{
	BASE_AUTO(run) struct run run = { 0 };

	for (const xmlNode *from = step->children; find_run(undoing, from, &run); from = run.end) {
		if (plan_run(undoing, &run) < 0)
			return -1;
	}
	for (size_t i = 0; i < undoing->document->n; i++) {
		const xmlNode *address = undoing->document->nodes[i];
		const xmlNode *restored = undoing->fates[i].restored;

		if (restored != NULL &&
		    xmlpatch_position_holder(undoing->document, restored, address->parent,
					     xmlpatch_undo_address_of, undoing) != NULL)
			keep(undoing, address);
	}
	return 0;
}

static int advise_kept(struct xmlpatch_undoing *undoing, const struct run *run)
{
	if (run->address == NULL)
		return xmlpatch_result_advise(undoing->result, undoing->err,
					      "could not put %s back to what it was: it is gone",
					      run->path);
	return xmlpatch_result_advise(undoing->result, undoing->err,
				      "left the address of the %s as it is: %s",
				      xmlpatch_path_describe(run->address->parent).text,
				      xmlpatch_undo_fate(undoing, run->address)->is_kept
					      ? "another device is by now where it was"
					      : "it has been changed since");
}

static int put_back(struct xmlpatch_undoing *undoing, const struct run *run)
{
	/* What it is in goes, or gets all that it had. */
	if (run->address != NULL && (xmlpatch_undo_fate(undoing, run->address)->is_leaving ||
				     xmlpatch_undo_fate(undoing, run->address->parent)->is_leaving))
		return 0;
	if (run->address == NULL || xmlpatch_undo_fate(undoing, run->address)->restored == NULL)
		return advise_kept(undoing, run);
	for (const xmlNode *record = run->first; record != run->end; record = next_record(record))
		xmlpatch_undo_put_attribute(undoing, record, run->address);
	return xmlpatch_result_note(undoing->result, undoing->err, "gave the %s its address back",
				    xmlpatch_path_describe(run->address->parent).text);
}

int xmlpatch_undo_put_addresses(struct xmlpatch_undoing *undoing, const xmlNode *step)
{
	BASE_AUTO(run) struct run run = { 0 };

	for (const xmlNode *from = step->children; find_run(undoing, from, &run); from = run.end) {
		if (put_back(undoing, &run) < 0)
			return -1;
	}
	return 0;
}
