/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/undo-vgpu.h"

#include <stdlib.h>
#include <string.h>

#include "xmlpatch/mdev.h"
#include "xmlpatch/path.h"
#include "xmlpatch/undo-metadata.h"

static const xmlNode *first_mdev(const struct xmlpatch_undoing *undoing)
{
	const xmlNode *root = xmlDocGetRootElement(undoing->document->tree);

	return xmlpatch_mdev_first(xmlpatch_document_child(root, "devices"));
}

static const xmlNode *find_named(const struct xmlpatch_undoing *undoing, const char *name)
{
	const xmlNode *mdev = first_mdev(undoing);

	while (mdev != NULL &&
	       !xmlpatch_document_has(xmlpatch_document_child(mdev, "alias"), "name", name))
		mdev = xmlpatch_mdev_next(mdev);
	return mdev;
}

/* Whether there is a step of that vGPU, with which it will be removed. */
static bool has_step(const xmlNode *attached, const char *uuid)
{
	for (const xmlNode *step = attached->children; step != NULL; step = step->next) {
		if (xmlpatch_undo_is_record(step, "step") &&
		    xmlpatch_document_has(step, "uuid", uuid))
			return true;
	}
	return false;
}

static int advise_staying(struct xmlpatch_undoing *undoing, const xmlNode *attached)
{
	const xmlNode *mdev = first_mdev(undoing);

	for (; mdev != NULL; mdev = xmlpatch_mdev_next(mdev)) {
		BASE_AUTO(free) char *uuid = xmlpatch_path_key(mdev);

		if (uuid == NULL || has_step(attached, uuid) ||
		    xmlpatch_undo_decision(undoing, mdev)->is_leaving)
			continue;
		if (xmlpatch_result_advise(undoing->result, undoing->err,
					   "the vGPU that was attached is no longer in the domain; "
					   "the vGPU %s stays: name it to remove it",
					   uuid) < 0)
			return -1;
	}
	return 0;
}

int xmlpatch_undo_find_vgpu(struct xmlpatch_undoing *undoing, const xmlNode *record,
			    const xmlNode **node)
{
	BASE_AUTO(free) char *path = xmlpatch_document_get(record, "path");
	BASE_AUTO(free) char *alias = xmlpatch_document_get(record, "alias");

	*node = NULL;
	if (path == NULL || strncmp(path, "devices/hostdev=", strlen("devices/hostdev=")) != 0)
		return 0;
	*node = alias == NULL ? NULL : find_named(undoing, alias);
	return *node != NULL ? 0 : advise_staying(undoing, record->parent->parent);
}
