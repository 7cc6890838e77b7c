/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Feeds the whole patcher. Whatever comes in, either it is refused with one
 * line, or the result
 *	- is a domain that the patcher reads again, with the vGPU in it,
 *	- stays byte for byte the same when the vGPU is attached once more,
 *	- is the input itself if no change is told.
 * The first byte of the input chooses the wishes; the text follows.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xmlpatch/xmlpatch.h"

#define UUID "4b20d080-1b54-4048-85b3-a6a62d165c01"

static void require(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

static void check_refusal(const struct base_error *err, const struct xmlpatch_result *result)
{
	require(err->status != BASE_DONE && err->message != NULL, "a refusal has a message");
	require(strchr(err->message, '\n') == NULL, "the message is one line");
	require(result->xml == NULL && result->n == 0, "a refusal has no result");
}

static void check_result(const char *xml, size_t length, const struct xmlpatch_wishes *wishes,
			 const struct xmlpatch_result *result)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result again = { 0 };

	require(strlen(result->xml) == result->length, "the result's length is right");
	if (result->n == 0)
		require(result->length == length && memcmp(result->xml, xml, length) == 0,
			"without a change the text is what it was");
	else
		require(result->length != length || memcmp(result->xml, xml, length) != 0,
			"with a change the text is another one");
	require(xmlpatch_has_vgpu(result->xml, result->length, UUID, &err) == 1,
		"the result has the vGPU");
	/* Near the limit, what was added may be what is too much. */
	if (result->length > XMLPATCH_LIMIT)
		return;
	require(xmlpatch_attach(result->xml, result->length, wishes, &again, &err) == 0,
		"the result is accepted again");
	require(again.n == 0, "attaching again changes nothing");
	require(again.length == result->length && memcmp(again.xml, result->xml, again.length) == 0,
		"attaching again leaves the text alone");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct xmlpatch_wishes wishes[] = {
		{ .uuid = UUID },
		{ .uuid = UUID, .rendernode = "/dev/dri/renderD129" },
		{ .uuid = UUID, .rendernode = "/a'\"<&>b" },
	};
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result result = { 0 };
	const struct xmlpatch_wishes *wish;
	const char *xml = (const char *)data + 1;

	if (size == 0)
		return 0;
	wish = &wishes[data[0] % (sizeof(wishes) / sizeof(*wishes))];
	if (xmlpatch_attach(xml, size - 1, wish, &result, &err) < 0)
		check_refusal(&err, &result);
	else
		check_result(xml, size - 1, wish, &result);
	return 0;
}
