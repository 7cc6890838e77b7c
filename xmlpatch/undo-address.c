/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/undo-address.h"

#include <stdlib.h>
#include <string.h>

#include "xmlpatch/path.h"
#include "xmlpatch/position.h"
#include "xmlpatch/text.h"
#include "xmlpatch/undo-attribute.h"
#include "xmlpatch/undo-metadata.h"

/*
 * Addresses that a step changed. The attributes of an address are restored together or not
 * at all: some of them alone would be an address that the device never had, and that another
 * device may have. All addresses of a step are planned before any is restored, because
 * devices may have moved one after the other, each to where the next one had been.
 */

/* The records of one <address>, which follow one another. */
struct address_records {
	const xmlNode *first, *end;
	char *path;		/* owned */
	const xmlNode *address; /* NULL: it is gone */
};

static void address_records_finish(struct address_records *records)
{
	free(records->path);
}

BASE_DEFINE_CLEANUP(address_records, struct address_records, address_records_finish)

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

/* Whether all attributes that were set still have the values that they were set to. */
static bool is_still_set(const xmlNode *address, const void *context)
{
	const struct address_records *records = context;

	for (const xmlNode *record = records->first; record != records->end;
	     record = next_record(record)) {
		if (!xmlpatch_undo_is_still_set(address, record))
			return false;
	}
	return true;
}

/* Finds the next ones from that record on; false if there are none. */
static bool find_address_records(const struct xmlpatch_undoing *undoing, const xmlNode *record,
				 struct address_records *records)
{
	free(records->path);
	*records = (struct address_records){ .first = record };
	for (; records->first != NULL; records->first = next_record(records->first)) {
		if (!xmlpatch_undo_is_record(records->first, "set"))
			continue;
		records->path = xmlpatch_document_get(records->first, "path");
		if (records->path != NULL && xmlpatch_undo_is_address(records->path))
			break;
		free(BASE_STEAL_PTR(records->path));
	}
	if (records->first == NULL)
		return false;
	records->end = next_record(records->first);
	while (records->end != NULL && xmlpatch_undo_is_record(records->end, "set") &&
	       xmlpatch_document_has(records->end, "path", records->path))
		records->end = next_record(records->end);
	records->address =
		xmlpatch_path_find(undoing->document, records->path, is_still_set, records);
	return true;
}

/* A copy of the address as it will be; NULL when memory is out. */
static xmlNode *make_restored(const struct address_records *records)
{
	xmlNode *copy = xmlCopyNode((xmlNode *)records->address, 2);

	for (const xmlNode *record = records->first; copy != NULL && record != records->end;
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

static int plan_address(struct xmlpatch_undoing *undoing, const struct address_records *records)
{
	struct xmlpatch_undo_decision *decision;

	for (const xmlNode *record = records->first; record != records->end;
	     record = next_record(record)) {
		if (!xmlpatch_undo_names_attribute(record))
			return xmlpatch_undo_refuse(undoing);
	}
	if (records->address == NULL || !is_still_set(records->address, records))
		return 0;
	decision = xmlpatch_undo_decision(undoing, records->address);
	if (decision->restored != NULL)
		return xmlpatch_undo_refuse(undoing);
	decision->restored = make_restored(records);
	if (decision->restored == NULL)
		return xmlpatch_text_no_memory(undoing->err);
	return 0;
}

const xmlNode *xmlpatch_undo_address_of(const xmlNode *device, const void *undoing)
{
	const xmlNode *address = xmlpatch_document_child(device, "address");
	const struct xmlpatch_undo_decision *decision;

	if (address == NULL || xmlpatch_undo_decision(undoing, device)->is_leaving)
		return NULL;
	decision = xmlpatch_undo_decision(undoing, address);
	if (decision->is_leaving)
		return NULL;
	return decision->restored != NULL ? decision->restored : address;
}

/* Leaves an address as it is, and so all that would have got that address back. */
static void keep_address(struct xmlpatch_undoing *undoing, const xmlNode *address)
{
	struct xmlpatch_undo_decision *decision = xmlpatch_undo_decision(undoing, address);

	xmlFreeNode(decision->restored);
	decision->restored = NULL;
	decision->is_kept = true;
	for (size_t i = 0; i < undoing->document->n; i++) {
		const xmlNode *other = undoing->decisions[i].restored;

		if (other != NULL && xmlpatch_position_is_same(other, address))
			keep_address(undoing, undoing->document->nodes[i]);
	}
}

int xmlpatch_undo_plan_addresses(struct xmlpatch_undoing *undoing, const xmlNode *step)
{
	BASE_AUTO(address_records) struct address_records records = { 0 };

	for (const xmlNode *from = step->children; find_address_records(undoing, from, &records);
	     from = records.end) {
		if (plan_address(undoing, &records) < 0)
			return -1;
	}
	for (size_t i = 0; i < undoing->document->n; i++) {
		const xmlNode *address = undoing->document->nodes[i];
		const xmlNode *restored = undoing->decisions[i].restored;

		if (restored != NULL &&
		    xmlpatch_position_holder(undoing->document, restored, address->parent,
					     xmlpatch_undo_address_of, undoing) != NULL)
			keep_address(undoing, address);
	}
	return 0;
}

static int advise_kept(struct xmlpatch_undoing *undoing, const struct address_records *records)
{
	if (records->address == NULL)
		return xmlpatch_result_advise(undoing->result, undoing->err,
					      "could not restore %s: it is no longer in the domain",
					      records->path);
	return xmlpatch_result_advise(undoing->result, undoing->err,
				      "left the address of the %s as it is: %s",
				      xmlpatch_path_describe(records->address->parent).text,
				      xmlpatch_undo_decision(undoing, records->address)->is_kept
					      ? "another device is now where it was"
					      : "it has been changed since");
}

static int put_address(struct xmlpatch_undoing *undoing, const struct address_records *records)
{
	/* If the device or the address is removed, nothing has to be restored. */
	if (records->address != NULL &&
	    (xmlpatch_undo_decision(undoing, records->address)->is_leaving ||
	     xmlpatch_undo_decision(undoing, records->address->parent)->is_leaving))
		return 0;
	if (records->address == NULL ||
	    xmlpatch_undo_decision(undoing, records->address)->restored == NULL)
		return advise_kept(undoing, records);
	for (const xmlNode *record = records->first; record != records->end;
	     record = next_record(record))
		xmlpatch_undo_put_attribute(undoing, record, records->address);
	return xmlpatch_result_note(undoing->result, undoing->err, "gave the %s its address back",
				    xmlpatch_path_describe(records->address->parent).text);
}

int xmlpatch_undo_put_addresses(struct xmlpatch_undoing *undoing, const xmlNode *step)
{
	BASE_AUTO(address_records) struct address_records records = { 0 };

	for (const xmlNode *from = step->children; find_address_records(undoing, from, &records);
	     from = records.end) {
		if (put_address(undoing, &records) < 0)
			return -1;
	}
	return 0;
}
