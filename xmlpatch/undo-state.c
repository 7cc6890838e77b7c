/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/undo-state.h"

#include <stdlib.h>

#include "xmlpatch/text.h"

void xmlpatch_undoing_finish(struct xmlpatch_undoing *undoing)
{
	for (size_t i = 0; undoing->decisions != NULL && i < undoing->document->n; i++) {
		free(undoing->decisions[i].opened);
		xmlFreeNode(undoing->decisions[i].restored);
	}
	free(undoing->decisions);
	xmlpatch_edits_finish(&undoing->edits);
}

int xmlpatch_undoing_init(struct xmlpatch_undoing *undoing, struct xmlpatch_document *document,
			  struct xmlpatch_result *result, struct base_error *err)
{
	*undoing = (struct xmlpatch_undoing){ .document = document, .result = result, .err = err };
	xmlpatch_edits_init(&undoing->edits, document);
	undoing->decisions = calloc(document->n, sizeof(*undoing->decisions));
	return undoing->decisions == NULL ? xmlpatch_text_no_memory(err) : 0;
}

struct xmlpatch_undo_decision *xmlpatch_undo_decision(const struct xmlpatch_undoing *undoing,
						      const xmlNode *node)
{
	return &undoing->decisions[xmlpatch_document_place(node) - undoing->document->elements];
}

int xmlpatch_undo_refuse(struct xmlpatch_undoing *undoing)
{
	return base_error_set(undoing->err, BASE_FAILED,
			      "the <metadata> in which 'vgpu attach' remembered its changes is "
			      "damaged: remove the <hostdev> and <vgpu:attached> by hand");
}
