/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "xmlpatch/mdev.h"
#include "xmlpatch/uuid.h"
#include "xmlpatch/xmlpatch.h"

bool xmlpatch_mdevs_have(const struct xmlpatch_mdevs *mdevs, const char *uuid)
{
	for (size_t i = 0; i < mdevs->n; i++) {
		if (strcmp(mdevs->uuids[i], uuid) == 0)
			return true;
	}
	return false;
}

static int add_uuid(struct xmlpatch_mdevs *mdevs, const char *text)
{
	char uuid[BASE_UUID_SIZE];
	void *grown;

	if (!xmlpatch_uuid_read(text, uuid) || xmlpatch_mdevs_have(mdevs, uuid))
		return 0;
	grown = reallocarray(mdevs->uuids, mdevs->n + 1, sizeof(*mdevs->uuids));
	if (grown == NULL)
		return -1;
	mdevs->uuids = grown;
	memcpy(mdevs->uuids[mdevs->n++], uuid, BASE_UUID_SIZE);
	return 0;
}

static int list_mdevs(const xmlNode *devices, struct xmlpatch_mdevs *mdevs)
{
	for (const xmlNode *mdev = xmlpatch_mdev_first(devices); mdev != NULL;
	     mdev = xmlpatch_mdev_next(mdev)) {
		BASE_AUTO(free) char *uuid = xmlpatch_mdev_uuid(mdev);

		if (uuid == NULL)
			continue;
		if (mdevs->n == XMLPATCH_MDEVS_LIMIT || add_uuid(mdevs, uuid) < 0)
			return -1;
	}
	return 0;
}

int xmlpatch_read_mdevs(const char *xml, size_t length, struct xmlpatch_mdevs *mdevs,
			struct base_error *err)
{
	BASE_AUTO(xmlpatch_document) struct xmlpatch_document document = { 0 };
	xmlNode *root;

	*mdevs = (struct xmlpatch_mdevs){ 0 };
	if (xmlpatch_document_parse(&document, xml, length, err) < 0)
		return -1;
	root = xmlDocGetRootElement(document.tree);
	if (list_mdevs(xmlpatch_document_child(root, "devices"), mdevs) == 0)
		return 0;
	if (mdevs->n == XMLPATCH_MDEVS_LIMIT)
		base_error_set(err, BASE_FAILED, "the domain has more than %d vGPUs",
			       XMLPATCH_MDEVS_LIMIT);
	else
		base_error_errno(err, ENOMEM, "cannot read the domain's vGPUs");
	xmlpatch_mdevs_finish(mdevs);
	return -1;
}

void xmlpatch_mdevs_finish(struct xmlpatch_mdevs *mdevs)
{
	if (mdevs == NULL)
		return;
	free(mdevs->uuids);
	*mdevs = (struct xmlpatch_mdevs){ 0 };
}
