/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/video.h"

#include <string.h>

char *xmlpatch_video_model(const xmlNode *video)
{
	return xmlpatch_document_get(xmlpatch_document_child(video, "model"), "type");
}

bool xmlpatch_video_is(const xmlNode *video, const char *model)
{
	return xmlpatch_document_has(xmlpatch_document_child(video, "model"), "type", model);
}

bool xmlpatch_video_is_emulated(const xmlNode *video)
{
	BASE_AUTO(free) char *model = xmlpatch_video_model(video);

	return model == NULL || (strcmp(model, "none") != 0 && strcmp(model, "ramfb") != 0);
}
