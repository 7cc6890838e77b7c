/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Feeds the whole patcher. Whatever comes in, either it is refused with one
 * line, or the result of an attach
 *	- is a domain that the patcher reads again, with the vGPU in it,
 *	- stays byte for byte the same when the vGPU is attached once more,
 *	- is the input itself if no change is told,
 *	- gives the input back when it is detached, but for the way in which attributes
 *	  are written and for passwords, of which it says that they were not kept,
 *	- does so too after a second attach with other wishes,
 *	- gives all devices back, and keeps one that somebody put in meanwhile.
 * The first bytes of the input choose the wishes; the text follows.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/c14n.h>
#include <libxml/parser.h>

#include "tests/fuzz/require.h"
#include "xmlpatch/xmlpatch.h"

#define UUID "4b20d080-1b54-4048-85b3-a6a62d165c01"
/* That of the records, whose text anybody may have written. */
#define RECORDS "urn:vgpu:attached"
/* A device that an attach neither adds nor takes out. */
#define INSERTED "<vsock model='virtio'><alias name='ua-fuzz'/></vsock>"

enum {
	WISH_BYTES = 4
};

/* What the wishes borrow. */
struct chosen {
	struct xmlpatch_wishes wishes;
	struct xmlpatch_address address;
};

static void choose(const uint8_t *data, struct chosen *chosen)
{
	static const char *const nodes[] = { NULL, "/dev/dri/renderD129", "/a'\"<&>b", "relative" };
	static const struct xmlpatch_desktop desktops[] = {
		{ .display = ":7", .authority = "/home/user/.Xauthority" },
		{ .wayland = "wayland-0", .runtime_dir = "/run/user/1000" },
		{ .display = "'<&>\"" },
		{ .display = NULL },
	};

	chosen->address = (struct xmlpatch_address){ data[2] >> 6, data[2] & 0x1f, data[3] & 7 };
	chosen->wishes = (struct xmlpatch_wishes){
		.uuid = UUID,
		.display = data[0] % (XMLPATCH_DISPLAY_NONE + 1),
		.rendernode = nodes[data[0] >> 6],
		.video = data[1] % (XMLPATCH_VIDEO_INSTALL + 1),
		.no_ramfb = (data[1] & 0x10) != 0,
		.opregion = (data[1] & 0x20) != 0,
		.has_override = (data[1] & 0x40) != 0,
		.address = (data[1] & 0x80) != 0 ? &chosen->address : NULL,
		.xres = (data[3] & 0x08) != 0 ? 1920 : 0,
		.yres = (data[3] & 0x10) != 0 ? 1080 : 0,
		.has_vdagent = (data[3] & 0x20) != 0,
		.desktop = desktops[data[3] >> 6],
	};
}

static void check_refusal(const struct base_error *err, const struct xmlpatch_result *result)
{
	require(err->status != BASE_DONE && err->message != NULL, "a refusal has a message");
	require(err->message == NULL || strchr(err->message, '\n') == NULL,
		"the message is one line");
	require(result->xml == NULL && result->n == 0, "a refusal has no result");
}

static int is_text(const struct xmlpatch_result *result, const char *xml, size_t length)
{
	return result->length == length && memcmp(result->xml, xml, length) == 0;
}

/* libxml2's to free; NULL if it has none, as with relative namespaces. */
static xmlChar *canonical(const char *xml, size_t length)
{
	xmlDoc *document = xmlReadMemory(xml, (int)length, NULL, "UTF-8",
					 XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	xmlChar *text = NULL;

	if (document != NULL)
		xmlC14NDocDumpMemory(document, NULL, XML_C14N_1_0, NULL, 1, &text);
	xmlFreeDoc(document);
	return text;
}

static int is_equal(const struct xmlpatch_result *result, const char *xml, size_t length)
{
	xmlChar *got, *wanted;
	int equal;

	if (is_text(result, xml, length))
		return 1;
	got = canonical(result->xml, result->length);
	wanted = canonical(xml, length);
	equal = xmlStrEqual(got, wanted);
	xmlFree(got);
	xmlFree(wanted);
	return equal;
}

/* -1 if it is no domain. */
static int has_vgpu(const char *xml, size_t length)
{
	BASE_AUTO(xmlpatch_mdevs) struct xmlpatch_mdevs mdevs = { 0 };

	if (xmlpatch_read_mdevs(xml, length, &mdevs, NULL) < 0)
		return -1;
	return xmlpatch_mdevs_have(&mdevs, UUID);
}

static void check_again(const struct xmlpatch_result *once, const struct xmlpatch_wishes *wishes)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result again = { 0 };
	int status = xmlpatch_attach(once->xml, once->length, wishes, &again, &err);

	require(status == 0, err.message == NULL ? "no message" : err.message);
	require(again.n == 0, "attaching again changes nothing");
	require(is_text(&again, once->xml, once->length), "attaching again leaves the text alone");
}

/* Whether all that could not be put back are passwords. */
static int lacks_passwords_only(const struct xmlpatch_result *result)
{
	for (size_t i = 0; i < result->n_advice; i++) {
		if (strstr(result->advice[i], "was not kept") == NULL)
			return 0;
	}
	return result->n_advice > 0;
}

static void check_detached(const char *xml, size_t length, const struct xmlpatch_result *attached)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result result = { 0 };
	int is_told = memmem(xml, length, RECORDS, strlen(RECORDS)) != NULL;

	if (xmlpatch_detach(attached->xml, attached->length, UUID, &result, &err) < 0) {
		check_refusal(&err, &result);
		require(is_told, "what was attached can be detached");
		return;
	}
	require(has_vgpu(result.xml, result.length) >= 0, "what was detached is a domain");
	if (is_told || attached->n == 0)
		return;
	require(has_vgpu(result.xml, result.length) == has_vgpu(xml, length),
		"the vGPU is there as it was before");
	require(is_equal(&result, xml, length) || lacks_passwords_only(&result),
		"detaching gives the text back, but for passwords");
}

struct device {
	char *text; /* owned; without white space */
	size_t order;
};

static int by_name(const void *a, const void *b)
{
	const struct device *left = a, *right = b;
	size_t length = strcspn(left->text, ">/ ");
	int order = strncmp(left->text, right->text, length + 1);

	if (order != 0)
		return order;
	return left->order < right->order ? -1 : 1;
}

static void *need(void *pointer)
{
	if (pointer == NULL)
		abort();
	return pointer;
}

static char *dump(xmlNode *node)
{
	xmlBuffer *buffer = need(xmlBufferCreate());
	char *text, *to;

	require(xmlNodeDump(buffer, node->doc, node, 0, 0) >= 0, "a device can be written");
	text = need(strdup((const char *)xmlBufferContent(buffer)));
	xmlBufferFree(buffer);
	to = text;
	for (const char *from = text; *from != '\0'; from++) {
		if (strchr("\n\r\t", *from) == NULL && (from[0] != ' ' || from[1] != ' '))
			*to++ = *from;
	}
	*to = '\0';
	return text;
}

/* Those of a document, sorted; the array and the texts are to be freed. */
static struct device *read_devices(xmlDoc *document, size_t *n)
{
	xmlNode *parent = xmlDocGetRootElement(document)->children;
	struct device *devices;

	while (parent != NULL && xmlStrcmp(parent->name, (const xmlChar *)"devices") != 0)
		parent = parent->next;
	*n = 0;
	devices = need(
		calloc(parent == NULL ? 1 : xmlChildElementCount(parent) + 1, sizeof(*devices)));
	for (xmlNode *node = parent == NULL ? NULL : parent->children; node != NULL;
	     node = node->next) {
		if (node->type != XML_ELEMENT_NODE)
			continue;
		devices[*n] = (struct device){ .text = dump(node), .order = *n };
		(*n)++;
	}
	qsort(devices, *n, sizeof(*devices), by_name);
	return devices;
}

/*
 * The devices by their names, those of a name in their order, which is what matters
 * to libvirt; to free(). NULL if the text has no canonical form.
 */
static char *list_devices(const char *xml, size_t length)
{
	const int quiet = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
	xmlChar *whole = canonical(xml, length);
	xmlDoc *document = whole == NULL ? NULL : xmlReadDoc(whole, NULL, "UTF-8", quiet);
	struct device *devices;
	char *text = NULL;
	size_t n, size = 0;
	FILE *out;

	xmlFree(whole);
	if (document == NULL)
		return NULL;
	out = need(open_memstream(&text, &size));
	devices = read_devices(document, &n);
	for (size_t i = 0; i < n; i++) {
		fprintf(out, "%s\n", devices[i].text);
		free(devices[i].text);
	}
	free(devices);
	xmlFreeDoc(document);
	fclose(out);
	return text;
}

/* The text with a device more, first or last; to free(). NULL where that has no place. */
static char *insert(const struct xmlpatch_result *result, int is_last)
{
	const char *start = strstr(result->xml, "<devices>");
	const char *end = strstr(result->xml, "</devices>");
	const char *at = is_last ? end : start;
	char *text = NULL;

	if (start == NULL || end == NULL || strstr(start + 1, "<devices>") != NULL ||
	    strstr(end + 1, "</devices>") != NULL || strstr(result->xml, "ua-fuzz") != NULL)
		return NULL;
	if (!is_last)
		at += strlen("<devices>");
	require(asprintf(&text, "%.*s" INSERTED "%s", (int)(at - result->xml), result->xml, at) > 0,
		"there is memory");
	return text;
}

static void check_edited(const char *xml, size_t length, const struct xmlpatch_result *attached,
			 int is_last)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result result = { 0 };
	BASE_AUTO(free) char *edited = insert(attached, is_last);
	BASE_AUTO(free) char *wanted = NULL;
	BASE_AUTO(free) char *got = NULL;
	char *there;

	if (edited == NULL || attached->n == 0 ||
	    memmem(xml, length, RECORDS, strlen(RECORDS)) != NULL)
		return;
	require(xmlpatch_detach(edited, strlen(edited), UUID, &result, &err) == 0,
		"what was attached and edited can be detached");
	there = strstr(result.xml, INSERTED);
	require(there != NULL, "what was put in stays");
	memset(there, ' ', strlen(INSERTED));
	wanted = list_devices(xml, length);
	got = list_devices(result.xml, result.length);
	if (wanted == NULL || got == NULL || lacks_passwords_only(&result))
		return;
	if (strcmp(wanted, got) != 0)
		fprintf(stderr, "wanted: %s\ngot: %s\n", wanted, got);
	require(strcmp(wanted, got) == 0, "all devices come back around one that was put in");
	require(result.n_advice == 0, "nothing is told of it");
}

/* Other wishes for the same vGPU, and all of it back. */
static void check_second(const char *xml, size_t length, const struct xmlpatch_result *first,
			 const uint8_t *data)
{
	const uint8_t other[WISH_BYTES] = { data[1], data[0], data[3], data[2] };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result second = { 0 };
	struct chosen chosen;

	choose(other, &chosen);
	if (xmlpatch_attach(first->xml, first->length, &chosen.wishes, &second, NULL) < 0 ||
	    second.n == 0 || second.length > XMLPATCH_LIMIT)
		return;
	check_again(&second, &chosen.wishes);
	check_detached(xml, length, &second);
}

static void check_attached(const char *xml, size_t length, const uint8_t *data,
			   const struct xmlpatch_wishes *wishes,
			   const struct xmlpatch_result *result)
{
	require(strlen(result->xml) == result->length, "the result's length is right");
	require(is_text(result, xml, length) == (result->n == 0),
		"with a change, and only then, the text is another one");
	require(has_vgpu(result->xml, result->length) == 1, "the result has the vGPU");
	/* Near the limit, what was added may be what is too much. */
	if (result->length > XMLPATCH_LIMIT)
		return;
	check_again(result, wishes);
	check_detached(xml, length, result);
	check_edited(xml, length, result, data[0] & 1);
	check_second(xml, length, result, data);
}

static void detach_alone(const char *xml, size_t length, const char *uuid)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result result = { 0 };

	if (xmlpatch_detach(xml, length, uuid, &result, &err) < 0)
		check_refusal(&err, &result);
	else
		require(has_vgpu(result.xml, result.length) >= 0, "what was detached is a domain");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result result = { 0 };
	const char *xml = (const char *)data + WISH_BYTES;
	size_t length = size - WISH_BYTES;
	struct chosen chosen;

	if (size < WISH_BYTES)
		return 0;
	choose(data, &chosen);
	if (xmlpatch_attach(xml, length, &chosen.wishes, &result, &err) < 0)
		check_refusal(&err, &result);
	else
		check_attached(xml, length, data, &chosen.wishes, &result);
	detach_alone(xml, length, (data[2] & 0x20) != 0 ? UUID : NULL);
	return 0;
}
