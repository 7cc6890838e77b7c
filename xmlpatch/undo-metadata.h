/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_UNDO_METADATA_H
#define XMLPATCH_UNDO_METADATA_H

#include "xmlpatch/document.h"

/*
 * What a detach needs to take edits back is written into the domain's own <metadata>, which
 * libvirt keeps as it is:
 *
 *	<vgpu:attached xmlns:vgpu='urn:vgpu:attached:1' metadata='added'>
 *	  <vgpu:step uuid='...'>		one for each attach that changed something
 *	    <vgpu:added path='devices/graphics=dbus' tail='3' form='...'/>
 *	    <vgpu:added path='devices/hostdev=...' alias='ua-vgpu' form='...'/>
 *	    <vgpu:opened path='devices'>/&gt;</vgpu:opened>	was an empty tag with that end
 *	    <vgpu:removed path='devices' place='4' skip='1' nth='2'>...</vgpu:removed>
 *	    <vgpu:replaced path='devices/video=none' form='...'>...</vgpu:replaced>
 *	    <vgpu:set path='devices/graphics=dbus/gl' name='enable' was='no' is='yes'/>
 *	    <vgpu:set path='devices/graphics=spice' name='port' was='5900'
 *		cut=' port="5900"' skip='9'/>
 *
 * Paths (xmlpatch/path.h) are those of the changed document. What was removed is kept as
 * its text, with the white space before it; it began `skip` bytes behind the element number
 * `place` of its parent (0: behind the start tag), and behind `nth` elements of its own
 * name. A number that is 0 is left out. The attribute `form` is the fingerprint
 * (xmlpatch/fingerprint.h) of what is there now: if it is another one later, somebody has
 * changed the element. Anybody may have written these records.
 */
#define XMLPATCH_UNDO_NAMESPACE "urn:vgpu:attached:1"

/* More steps than anybody needs; a domain with so many cannot get another one. */
#define XMLPATCH_UNDO_STEPS 100

/* The <vgpu:attached> of a document; NULL if it has none. */
xmlNode *xmlpatch_undo_find_attached(const struct xmlpatch_document *document);

/* The last <vgpu:step>; NULL if it has none. */
xmlNode *xmlpatch_undo_last_step(const xmlNode *attached);

/* The number of child elements. */
size_t xmlpatch_undo_count_elements(const xmlNode *parent);

/* True for an element of that name in the records' namespace. */
bool xmlpatch_undo_is_record(const xmlNode *node, const char *name);

/* Whether others may add to the element, so that it stays if something else is in it. */
bool xmlpatch_undo_is_container(const xmlNode *node);

/* A number of a record; one that is left out is 0. False if it is none. */
bool xmlpatch_undo_read_number(const xmlNode *record, const char *name, size_t *number);

/* Whether text is the end of an empty tag, as it was written. */
bool xmlpatch_undo_is_tag_end(const char *text);

/* Whether somebody changed what an attach had put there. */
bool xmlpatch_undo_is_changed(const xmlNode *record, const xmlNode *node);

#endif
