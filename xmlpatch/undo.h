/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_UNDO_H
#define XMLPATCH_UNDO_H

#include <stdint.h>

#include "xmlpatch/edit.h"
#include "xmlpatch/xmlpatch.h"

/*
 * How edits are taken back, written into the domain's own <metadata>, which
 * libvirt keeps as it is:
 *
 *	<vgpu:attached xmlns:vgpu='urn:vgpu:attached:1' metadata='added'>
 *	  <vgpu:step uuid='...'>		one for each time that something changed
 *	    <vgpu:added path='devices/graphics=dbus' tail='3' form='...'/>
 *	    <vgpu:added path='devices/hostdev=...' alias='ua-vgpu' form='...'/>
 *	    <vgpu:opened path='devices'>/&gt;</vgpu:opened>	was an empty tag, with that end
 *	    <vgpu:removed path='devices' place='4' skip='1' nth='2'>...</vgpu:removed>
 *	    <vgpu:replaced path='devices/video=none' form='...'>...</vgpu:replaced>
 *	    <vgpu:set path='devices/graphics=dbus/gl' name='enable' was='no' is='yes'/>
 *	    <vgpu:set path='devices/graphics=spice' name='port' was='5900'
 *		cut=' port="5900"' skip='9'/>
 *
 * Paths (xmlpatch/path.h) are those of the changed document. What was removed is
 * the text as it was, with the white space before it; it stood `skip` bytes behind
 * the element number `place` of its parent (0: behind the start tag), and behind
 * `nth` elements of its own name. A number that is 0 is left out. What is there now
 * is told by its form (xmlpatch/fingerprint.h): if that is another one later, somebody
 * changed it. Anybody may have written these records.
 */
#define XMLPATCH_UNDO_NAMESPACE "urn:vgpu:attached:1"

/* More edits, and steps, than any attach makes in a domain that libvirt can start. */
#define XMLPATCH_UNDO_LIMIT 2000
#define XMLPATCH_UNDO_STEPS 100

/*
 * Puts the inverse of edits, applied to `text`, into the metadata of that text.
 * The new text is the caller's to free; NULL and an error.
 */
char *xmlpatch_undo_remember(const struct xmlpatch_edits *edits, const char *text, size_t length,
			     const char *uuid, size_t *new_length, struct base_error *err);

/* The <vgpu:attached> of a document; NULL if it has none. */
xmlNode *xmlpatch_undo_find(const struct xmlpatch_document *document);

/* The last <vgpu:step>; NULL if it has none. */
xmlNode *xmlpatch_undo_last(const xmlNode *attached);

/* The child elements. */
size_t xmlpatch_undo_count(const xmlNode *parent);

/* True for an element of that name in the records' namespace. */
bool xmlpatch_undo_is(const xmlNode *node, const char *name);

/* True for what may get company from others, and then stays when it is taken back. */
bool xmlpatch_undo_is_container(const xmlNode *node);

/*
 * Takes the last step back: *next is the new text, the caller's to free, and
 * `result` gets the changes and the advice. 0, or -1 and an error.
 */
int xmlpatch_undo_step(struct xmlpatch_document *document, xmlNode *attached,
		       struct xmlpatch_result *result, char **next, size_t *length,
		       struct base_error *err);

#endif
