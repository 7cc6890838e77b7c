/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/mdev.h"

#include "xmlpatch/uuid.h"

xmlNode *xmlpatch_mdev_first(const xmlNode *devices)
{
	return xmlpatch_document_find(devices, "hostdev", "type", "mdev");
}

xmlNode *xmlpatch_mdev_next(const xmlNode *mdev)
{
	return xmlpatch_document_find_next(mdev, "hostdev", "type", "mdev");
}

char *xmlpatch_mdev_uuid(const xmlNode *mdev)
{
	const xmlNode *source = xmlpatch_document_child(mdev, "source");

	return xmlpatch_document_get(xmlpatch_document_child(source, "address"), "uuid");
}

xmlNode *xmlpatch_mdev_find(const xmlNode *devices, const char *uuid, const xmlNode *after)
{
	xmlNode *mdev = after != NULL ? xmlpatch_mdev_next(after) : xmlpatch_mdev_first(devices);

	for (; mdev != NULL; mdev = xmlpatch_mdev_next(mdev)) {
		BASE_AUTO(free) char *found = xmlpatch_mdev_uuid(mdev);

		if (found != NULL && xmlpatch_uuid_is(found, uuid))
			return mdev;
	}
	return NULL;
}
