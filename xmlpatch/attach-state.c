/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/attach-state.h"

#include <stdarg.h>
#include <stdlib.h>

#include "vgpu/base/text.h"
#include "xmlpatch/text.h"

void xmlpatch_attach_finish(struct xmlpatch_attach *attach)
{
	free(attach->rendernode);
	free(attach->added);
	free(attach->added_to_root);
	free(attach->arguments);
	xmlpatch_edits_finish(&attach->edits);
	xmlpatch_pci_plan_finish(&attach->plan);
	xmlpatch_document_finish(&attach->document);
	xmlpatch_result_finish(&attach->result);
}

int xmlpatch_attach_add(char **fragments, struct base_error *err, const char *format, ...)
{
	BASE_AUTO(free) char *fragment = NULL;
	char *grown = NULL;
	va_list args;

	va_start(args, format);
	fragment = base_text_vformat(format, args);
	va_end(args);
	if (fragment != NULL)
		grown = base_text_format("%s%s%s", *fragments == NULL ? "" : *fragments,
					 *fragments == NULL ? "" : "\n", fragment);
	if (grown == NULL)
		return xmlpatch_text_no_memory(err);
	free(*fragments);
	*fragments = grown;
	return 0;
}

int xmlpatch_attach_wrap(char **fragment, struct base_error *err, const char *prefix,
			 const char *name, const char *attributes)
{
	BASE_AUTO(free)
	char *start = base_text_format("<%s%s%s>", prefix, name, attributes);
	BASE_AUTO(free) char *end = base_text_format("%s%s", prefix, name);
	char *whole = NULL;

	if (start != NULL && end != NULL)
		whole = xmlpatch_edit_wrap(start, *fragment, end);
	if (whole == NULL)
		return xmlpatch_text_no_memory(err);
	free(*fragment);
	*fragment = whole;
	return 0;
}
