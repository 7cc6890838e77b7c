/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "xmlpatch/xmlpatch.h"

#define UUID  "4b20d080-1b54-4048-85b3-a6a62d165c01"
#define OTHER "4b20d080-1b54-4048-85b3-a6a62d165c02"
#define THIRD "4b20d080-1b54-4048-85b3-a6a62d165c09"

static void attach(const char *xml, size_t length, struct xmlpatch_result *result)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	const struct xmlpatch_wishes wishes = { .uuid = UUID, .has_override = true };

	if (xmlpatch_attach(xml, length, &wishes, result, &err) < 0)
		fail_msg("%s", err.message);
}

static void detach(const char *xml, size_t length, struct xmlpatch_result *result)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };

	if (xmlpatch_detach(xml, length, UUID, result, &err) < 0)
		fail_msg("%s", err.message);
}

#define HEAD                                                                                       \
	"<domain type='kvm'>\n  <name>n</name>\n  <os>\n    <type machine='q35'>hvm</type>\n"      \
	"  </os>\n  <devices>\n"
#define SPICE "    <graphics type='spice' autoport='yes'/>\n"
#define VNC   "    <graphics type='vnc' port='-1'/>\n"
#define DISK  "    <disk type='file'/>\n"
#define QXL   "    <video>\n      <model type='qxl'/>\n    </video>\n"
#define VGA   "    <video>\n      <model type='vga'/>\n    </video>\n"
#define TAIL  "  </devices>\n</domain>\n"
#define NONE  "<model type='none'/>"

#define SOUND  "    <sound model='ich6'/>\n"
#define USING  "    <sound model='ich6'>\n      <audio id='1'/>\n    </sound>\n"
#define TABLET "<input type='tablet' bus='usb'/>"

#define MINE   "    <input type='tablet' bus='usb'>\n      <alias name='ua-mine'/>\n    </input>\n"
#define SERIAL "    <controller type='virtio-serial' index='1'/>\n"

#define AT(slot)                                                                                   \
	"      <address type='pci' domain='0x0000' bus='0x00' slot='" slot "' function='0x0'/>\n"
#define NIC(address)  "    <interface type='user'>\n" address "    </interface>\n"
#define CARD(address) "    <video>\n      <model type='vga'/>\n" address "    </video>\n"

/* `find` in the attached text becomes `put`; then it is detached. */
static const struct edit {
	const char *name;
	const char *before; /* what is attached to */
	const char *find, *put;
	const char *after;  /* what detaching gives */
	const char *advice; /* a part of the only one; NULL: there is none */
} edits[] = {
	{ "a device that was added since stays", HEAD DISK SPICE QXL TAIL, DISK,
	  DISK "    <rng model='virtio'/>\n",
	  HEAD DISK SPICE "    <rng model='virtio'/>\n" QXL TAIL, NULL },
	{ "a device that was taken out since is not put back", HEAD DISK SPICE VGA TAIL, DISK, "",
	  HEAD VGA SPICE TAIL, NULL },
	{ "displays that were removed come back in their order", HEAD VNC DISK SPICE QXL TAIL, DISK,
	  "", HEAD VNC QXL SPICE TAIL, NULL },
	{ "a second video device comes back behind the first", HEAD DISK QXL VGA TAIL, DISK, "",
	  HEAD QXL VGA TAIL, NULL },
	{ "a video device that was changed since is left", HEAD QXL TAIL, NONE,
	  "<model type='bochs'/>",
	  HEAD "    <video>\n      <model type='bochs'/>\n    </video>\n" TAIL,
	  "could not put the video device qxl back" },
	{ "a display that is there again is not doubled", HEAD SPICE QXL TAIL, "    <video>",
	  SPICE "    <video>", HEAD SPICE QXL TAIL, "did not put the display spice back" },
	{ "a display of ours with another render node goes", HEAD QXL TAIL, "<gl enable='yes'/>",
	  "<gl enable='yes' rendernode='/dev/dri/renderD130'/>", HEAD QXL TAIL,
	  "removed the display dbus together with what has been changed in it since" },
	{ "what libvirt adds of its own is no change", HEAD QXL TAIL, TABLET,
	  "<input bus=\"usb\" type=\"tablet\">\n      <address type='usb' bus='0' port='1'/>"
	  "</input>",
	  HEAD QXL TAIL, NULL },
	{ "something put into our tablet is one", HEAD QXL TAIL, TABLET,
	  "<input type='tablet' bus='usb'><alias name='ua-mine'/></input>", HEAD QXL TAIL,
	  "removed the input device tablet together with what has been changed in it since" },
	{ "a tablet on another bus is somebody else's", HEAD QXL TAIL, TABLET,
	  "<input type='tablet' bus='virtio'/>",
	  HEAD QXL "    <input type='tablet' bus='virtio'/>\n" TAIL, NULL },
	{ "a tablet that came before ours stays", HEAD DISK QXL TAIL, DISK, MINE,
	  HEAD MINE QXL TAIL, NULL },
	{ "another address of our vGPU is one", HEAD QXL TAIL, "slot='0x02'", "slot='0x07'",
	  HEAD QXL TAIL,
	  "removed the vGPU " UUID " together with what has been changed in it since" },
	{ "what was put into a video device of ours stays", HEAD QXL TAIL, NONE,
	  NONE "<alias name='ua-mine'/>",
	  HEAD "    <video>\n      " NONE "<alias name='ua-mine'/>\n    </video>\n" TAIL,
	  "could not put the video device qxl back: what replaced it" },
	{ "a comment in it stays, too", HEAD QXL TAIL, NONE, "<!-- why --> " NONE,
	  HEAD "    <video>\n      <!-- why --> " NONE "\n    </video>\n" TAIL,
	  "could not put the video device qxl back" },
	{ "an audio backend of ours that a device uses by now stays", HEAD SOUND QXL TAIL, SOUND,
	  USING, HEAD USING QXL "    <audio id='1' type='none'/>\n" TAIL,
	  "kept the audio backend 1: the sound device ich6 uses it; it has no output now: give it "
	  "another type" },
	{ "an audio backend of ours with another type stays", HEAD SOUND QXL TAIL, "type='dbus'/>",
	  "type='pulseaudio'/>", HEAD SOUND QXL "    <audio id='1' type='pulseaudio'/>\n" TAIL,
	  "kept the audio backend 1: it was changed since" },
	{ "an audio backend of ours that nobody uses goes", HEAD SOUND QXL TAIL, SOUND, "",
	  HEAD QXL TAIL, NULL },
	{ "an address that somebody has by now is not given twice",
	  HEAD DISK QXL CARD(AT("0x05")) TAIL, DISK, NIC(AT("0x05")),
	  HEAD NIC(AT("0x05")) QXL CARD("") TAIL,
	  "put the video device vga back without its address" },
	{ "an address that one of ours had is given back", HEAD DISK CARD(AT("0x02")) TAIL, DISK,
	  "", HEAD CARD(AT("0x02")) TAIL, NULL },
	{ "a vGPU that got another UUID goes by its name", HEAD QXL TAIL, UUID "'/>", THIRD "'/>",
	  HEAD QXL TAIL,
	  "removed the vGPU " THIRD " together with what has been changed in it since" },
	{ "a vGPU that somebody took out is no fault", HEAD QXL TAIL, "type='mdev'", "type='usb'",
	  HEAD QXL "    <hostdev mode='subsystem' type='usb' managed='no' model='vfio-pci' "
		   "display='on' ramfb='on'>\n      <source>\n        <address uuid='" UUID
		   "'/>\n      </source>\n      <alias name='ua-vgpu'/>\n" AT(
			   "0x02") "    </hostdev>\n" TAIL,
	  NULL },
	{ "another vGPU in its place stays, and is told", HEAD QXL TAIL,
	  UUID "'/>\n      </source>\n      <alias name='ua-vgpu'/>", THIRD "'/>\n      </source>",
	  HEAD QXL "    <hostdev mode='subsystem' type='mdev' managed='no' model='vfio-pci' "
		   "display='on' ramfb='on'>\n      <source>\n        <address uuid='" THIRD
		   "'/>\n      </source>\n" AT("0x02") "    </hostdev>\n" TAIL,
	  "the vGPU " THIRD " stays: name it to remove it" },
};

static char *replace(const char *text, const char *find, const char *put)
{
	const char *at = strstr(text, find);
	char *changed = NULL;

	assert_non_null(at);
	assert_true(asprintf(&changed, "%.*s%s%s", (int)(at - text), text, put,
			     at + strlen(find)) >= 0);
	return changed;
}

/* `part` is in the only line of advice; NULL: there is none. */
static void expect_advice(const struct xmlpatch_result *result, const char *part)
{
	assert_int_equal(result->n_advice, part == NULL ? 0 : 1);
	if (part != NULL && strstr(result->advice[0], part) == NULL)
		fail_msg("%s", result->advice[0]);
}

static void test_copes_with_edits_in_between(void **state)
{
	const struct edit *edit = *state;
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result attached = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result detached = { 0 };
	BASE_AUTO(free) char *edited = NULL;

	attach(edit->before, strlen(edit->before), &attached);
	edited = replace(attached.xml, edit->find, edit->put);
	detach(edited, strlen(edited), &detached);
	assert_string_equal(detached.xml, edit->after);
	expect_advice(&detached, edit->advice);
}

static const struct xmlpatch_address slot_3 = { .slot = 3 }, slot_5 = { .slot = 5 };

#define PC_HEAD                                                                                    \
	"<domain type='kvm'>\n  <name>n</name>\n  <os>\n    <type machine='pc'>hvm</type>\n"       \
	"  </os>\n  <devices>\n"
#define PLACE(bus, slot, function)                                                                 \
	"      <address type='pci' bus='" bus "' slot='" slot "' function='" function "'/>\n"
#define DEVICE(address) "    <rng model='virtio'>\n" address "    </rng>\n"
#define SLOTS(tens)                                                                                \
	DEVICE(PLACE("0", tens "0", "0"))                                                          \
	DEVICE(PLACE("0", tens "1", "0"))                                                          \
	DEVICE(PLACE("0", tens "2", "0"))                                                          \
	DEVICE(PLACE("0", tens "3", "0"))                                                          \
	DEVICE(PLACE("0", tens "4", "0"))                                                          \
	DEVICE(PLACE("0", tens "5", "0"))                                                          \
	DEVICE(PLACE("0", tens "6", "0"))                                                          \
	DEVICE(PLACE("0", tens "7", "0"))                                                          \
	DEVICE(PLACE("0", tens "8", "0"))                                                          \
	DEVICE(PLACE("0", tens "9", "0"))
/* All slots of bus 0 but that of video, and one of the bridge's. */
#define FULL                                                                                       \
	"    <controller type='pci' index='1' model='pci-bridge'>\n" PLACE(                        \
		"0", "3", "0") "    </controller>\n" DEVICE(PLACE("0", "4", "0"))                  \
		DEVICE(PLACE("0", "5", "0")) DEVICE(PLACE("0", "6", "0"))                          \
			DEVICE(PLACE("0", "7", "0")) DEVICE(PLACE("0", "8", "0"))                  \
				DEVICE(PLACE("0", "9", "0")) SLOTS("1") SLOTS("2")                 \
					DEVICE(PLACE("0", "30", "0"))                              \
						DEVICE(PLACE("0", "31", "0"))                      \
							DEVICE(PLACE("1", "2", "0"))

#define UNEDITED NULL, NULL, NULL, NULL

/* Attached once or twice with such wishes, edited, and detached. */
static const struct sequence {
	const char *name;
	const char *before;
	struct xmlpatch_wishes wishes[2]; /* a second one without a UUID is none */
	const char *find, *put;		  /* NULL: nothing is edited */
	const char *after;		  /* NULL: what there was before */
	const char *advice;		  /* a part of the only one; NULL: there is none */
} sequences[] = {
	{ "an address that moved by two attributes comes back whole",
	  PC_HEAD CARD(PLACE("0x00", "0x02", "0x1")) DEVICE(PLACE("0x00", "0x02", "0x0")) TAIL,
	  { { .uuid = UUID, .video = XMLPATCH_VIDEO_KEEP } },
	  UNEDITED },
	{ "so it does from another bus, past a taken slot there",
	  PC_HEAD FULL CARD(PLACE("0x00", "0x02", "0x0")) TAIL,
	  { { .uuid = UUID, .video = XMLPATCH_VIDEO_KEEP } },
	  UNEDITED },
	{ "an address of which a part was changed stays",
	  PC_HEAD CARD(PLACE("0x00", "0x02", "0x1")) DEVICE(PLACE("0x00", "0x02", "0x0")) TAIL,
	  { { .uuid = UUID, .video = XMLPATCH_VIDEO_KEEP } },
	  "slot='0x04' function='0x0'",
	  "slot='0x04' function='0x5'",
	  PC_HEAD CARD(PLACE("0x00", "0x04", "0x5")) DEVICE(PLACE("0x00", "0x02", "0x0")) TAIL,
	  "left the address of the video device vga as it is: it has been changed since" },
	{ "an address that another device has by now is left",
	  PC_HEAD DISK CARD(AT("0x02")) TAIL,
	  { { .uuid = UUID, .video = XMLPATCH_VIDEO_KEEP, .address = &slot_5 } },
	  DISK,
	  DEVICE(AT("0x02")),
	  PC_HEAD DEVICE(AT("0x02")) CARD(AT("0x06")) TAIL,
	  "left the address of the video device vga as it is: another device is now where it was" },
	{ "devices that moved along a row move back",
	  PC_HEAD CARD(AT("0x02")) TAIL,
	  { { .uuid = UUID, .video = XMLPATCH_VIDEO_KEEP },
	    { .uuid = UUID, .video = XMLPATCH_VIDEO_KEEP, .address = &slot_3 } },
	  UNEDITED },
	{ "what is put back has the address that the vGPU took over",
	  PC_HEAD CARD(AT("0x02")) TAIL,
	  { { .uuid = UUID, .video = XMLPATCH_VIDEO_KEEP }, { .uuid = UUID, .address = &slot_3 } },
	  UNEDITED },
	{ "a video device that came before the moved one stays",
	  PC_HEAD DISK CARD(AT("0x02")) TAIL,
	  { { .uuid = UUID, .video = XMLPATCH_VIDEO_KEEP } },
	  DISK,
	  CARD(AT("0x07")),
	  PC_HEAD CARD(AT("0x07")) CARD(AT("0x02")) TAIL,
	  NULL },
	{ "so it does before one that was given an address",
	  HEAD DISK CARD("") TAIL,
	  { { .uuid = UUID, .video = XMLPATCH_VIDEO_KEEP } },
	  DISK,
	  CARD(AT("0x07")),
	  HEAD CARD(AT("0x07")) CARD("") TAIL,
	  NULL },
	{ "a controller that came before ours stays",
	  HEAD DISK QXL TAIL,
	  { { .uuid = UUID, .has_vdagent = true } },
	  DISK,
	  SERIAL,
	  HEAD SERIAL QXL TAIL,
	  NULL },
	{ "so it does if ours was changed",
	  HEAD DISK QXL TAIL,
	  { { .uuid = UUID, .has_vdagent = true } },
	  "    <controller type='virtio-serial'",
	  SERIAL "    <controller ports='8' type='virtio-serial'",
	  HEAD DISK QXL SERIAL TAIL,
	  "removed the controller virtio-serial together with what has been changed in it since" },
	{ "an address whose device became another one is told",
	  HEAD CARD("") TAIL,
	  { { .uuid = UUID, .video = XMLPATCH_VIDEO_KEEP } },
	  "'vga'",
	  "'virtio'",
	  HEAD "    <video>\n      <model type='virtio'/>\n" AT("0x03") "    </video>\n" TAIL,
	  "did not find devices/video=vga/address, which was added" },
	{ "an audio backend of ours that loses its SPICE display goes nowhere",
	  HEAD SOUND TAIL,
	  { { .uuid = UUID, .display = XMLPATCH_DISPLAY_SPICE } },
	  SOUND,
	  USING,
	  HEAD USING "    <audio id='1' type='none'/>\n" TAIL,
	  "kept the audio backend 1: the sound device ich6 uses it; it has no output now" },
	{ "a root that ends in the line of its last child does so again",
	  "<?xml version='1.0'?>\n" PC_HEAD "  </devices></domain>\n",
	  { { .uuid = UUID, .has_override = true, .opregion = true } },
	  UNEDITED },
	{ "so it does after two steps",
	  "<?xml version='1.0'?>\n" PC_HEAD "  </devices></domain>\n",
	  { { .uuid = UUID, .display = XMLPATCH_DISPLAY_GTK },
	    { .uuid = UUID,
	      .display = XMLPATCH_DISPLAY_GTK,
	      .has_override = true,
	      .opregion = true } },
	  UNEDITED },
};

static void test_takes_a_sequence_back(void **state)
{
	const struct sequence *sequence = *state;
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result detached = { 0 };
	BASE_AUTO(free) char *text = strdup(sequence->before);

	for (size_t i = 0; i < 2 && sequence->wishes[i].uuid != NULL; i++) {
		BASE_AUTO(base_error) struct base_error err = { 0 };
		BASE_AUTO(xmlpatch_result) struct xmlpatch_result attached = { 0 };

		if (xmlpatch_attach(text, strlen(text), &sequence->wishes[i], &attached, &err) < 0)
			fail_msg("%s", err.message);
		free(text);
		text = BASE_STEAL_PTR(attached.xml);
	}
	if (sequence->find != NULL) {
		char *edited = replace(text, sequence->find, sequence->put);

		free(text);
		text = edited;
	}
	detach(text, strlen(text), &detached);
	assert_true(detached.is_taken_back);
	assert_string_equal(detached.xml,
			    sequence->after == NULL ? sequence->before : sequence->after);
	expect_advice(&detached, sequence->advice);
}

#define RECORDS(inside)                                                                            \
	HEAD DISK "  </devices>\n  <metadata>\n    <vgpu:attached "                                \
		  "xmlns:vgpu='urn:vgpu:attached:1' uuid='" UUID "' metadata='added'>\n"           \
		  "<vgpu:step>" inside "</vgpu:step></vgpu:attached>\n  </metadata>\n</domain>\n"

/* Records that no attach wrote: all are refused. */
static const struct hostile {
	const char *name;
	const char *xml;
} hostile[] = {
	{ "a record without a path is refused", RECORDS("<vgpu:added/>") },
	{ "text that closes <devices> is refused",
	  RECORDS("<vgpu:removed path='devices'>&lt;/devices>&lt;devices></vgpu:removed>") },
	{ "two elements in one record are refused",
	  RECORDS("<vgpu:removed path='devices'>&lt;a/>&lt;b/></vgpu:removed>") },
	{ "words in a record are refused",
	  RECORDS("<vgpu:removed path='devices'>disk</vgpu:removed>") },
	{ "an entity in a record is refused",
	  RECORDS("<vgpu:removed path='devices'>&lt;!DOCTYPE a []>&lt;a/></vgpu:removed>") },
	{ "a negative number is refused",
	  RECORDS("<vgpu:removed path='devices' place='-1'>&lt;a/></vgpu:removed>") },
	{ "a number without end is refused",
	  RECORDS("<vgpu:removed path='devices' "
		  "skip='99999999999999999999'>&lt;a/></vgpu:removed>") },
	{ "an attribute that is none is refused",
	  RECORDS("<vgpu:set path='devices' name='a&gt;&lt;b' was='c'/>") },
	{ "a tag's end that is none is refused",
	  RECORDS("<vgpu:opened path='devices'>>&lt;a></vgpu:opened>") },
	{ "two records about one element are refused",
	  RECORDS("<vgpu:replaced path='devices/disk'>&lt;a/></vgpu:replaced>"
		  "<vgpu:replaced path='devices/disk'>&lt;b/></vgpu:replaced>") },
};

static void test_refuses_a_hostile_record(void **state)
{
	const struct hostile *record = *state;
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result result = { 0 };

	assert_int_equal(xmlpatch_detach(record->xml, strlen(record->xml), NULL, &result, &err),
			 -1);
	assert_int_equal(err.status, BASE_FAILED);
	assert_non_null(strstr(err.message, "damaged"));
	assert_null(strchr(err.message, '\n'));
	assert_null(result.xml);
}

/* Paths that lead nowhere and places that are nowhere do no harm. */
static void test_survives_paths_that_lead_nowhere(void **state)
{
	static const char xml[] =
		RECORDS("<vgpu:added path='devices/disk:77'/><vgpu:added path='a/b/c'/>"
			"<vgpu:added path='////'/><vgpu:added path='devices/disk=%zz:x'/>"
			"<vgpu:removed path='devices' place='900' skip='900' "
			"nth='9'>&lt;a/></vgpu:removed>");
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result result = { 0 };

	(void)state;
	detach(xml, sizeof(xml) - 1, &result);
	assert_string_equal(result.xml, HEAD "    <disk type='file'/><a/>\n" TAIL);
}

static void test_keeps_no_password(void **state)
{
	static const char xml[] =
		HEAD "    <graphics type='vnc' passwd='geheim' port='-1'/>\n" QXL TAIL;
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result attached = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result detached = { 0 };

	(void)state;
	attach(xml, sizeof(xml) - 1, &attached);
	assert_null(strstr(attached.xml, "geheim"));
	detach(attached.xml, attached.length, &detached);
	assert_string_equal(detached.xml, HEAD VNC QXL TAIL);
	expect_advice(&detached, "password of the display vnc was not kept");
}

static void test_takes_a_strangers_vgpu_out(void **state)
{
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result result = { 0 };
	static const char xml[] =
		HEAD "    <hostdev type='mdev'>\n      <source>\n        <address "
		     "uuid='" UUID "'/>\n      </source>\n    </hostdev>\n" QXL TAIL;

	(void)state;
	detach(xml, sizeof(xml) - 1, &result);
	assert_string_equal(result.xml, HEAD QXL TAIL);
	assert_int_equal(result.n_advice, 1);
	assert_false(result.is_taken_back);
}

static void test_leaves_what_is_not_ours(void **state)
{
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result none = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result other = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result attached = { 0 };
	static const char xml[] = HEAD DISK QXL TAIL;

	(void)state;
	assert_int_equal(xmlpatch_detach(xml, sizeof(xml) - 1, NULL, &none, NULL), 0);
	assert_string_equal(none.xml, xml);
	assert_int_equal(none.n, 0);
	attach(xml, sizeof(xml) - 1, &attached);
	assert_int_equal(xmlpatch_detach(attached.xml, attached.length, OTHER, &other, NULL), 0);
	assert_string_equal(other.xml, attached.xml);
	assert_int_equal(other.n, 0);
}

static void attach_as(const char *uuid, enum xmlpatch_display display, const char *xml,
		      struct xmlpatch_result *result)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	const struct xmlpatch_wishes wishes = {
		.uuid = uuid, .has_override = true, .opregion = true, .display = display
	};

	if (xmlpatch_attach(xml, strlen(xml), &wishes, result, &err) < 0)
		fail_msg("%s", err.message);
}

static void test_takes_two_vgpus_out_in_turn(void **state)
{
	static const char xml[] = HEAD DISK QXL TAIL;
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result first = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result both = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result refused = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result one = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result none = { 0 };

	(void)state;
	attach_as(UUID, XMLPATCH_DISPLAY_NONE, xml, &first);
	attach_as(OTHER, XMLPATCH_DISPLAY_DBUS, first.xml, &both);
	assert_int_equal(xmlpatch_detach(both.xml, both.length, UUID, &refused, &err), -1);
	assert_non_null(strstr(err.message, OTHER " was attached after it"));
	assert_int_equal(xmlpatch_detach(both.xml, both.length, OTHER, &one, NULL), 0);
	assert_string_equal(one.xml, first.xml);
	assert_int_equal(xmlpatch_detach(both.xml, both.length, NULL, &none, NULL), 0);
	assert_string_equal(none.xml, xml);
}

/* A vGPU was made anew, and the old one's device taken out by hand. */
static void test_takes_back_what_a_lost_vgpu_needed(void **state)
{
	static const char xml[] = HEAD DISK QXL TAIL;
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result first = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result none = { 0 };
	BASE_AUTO(free) char *lost = NULL;

	(void)state;
	attach_as(UUID, XMLPATCH_DISPLAY_DBUS, xml, &first);
	lost = replace(first.xml, UUID "'/>", "4b20d080-1b54-4048-85b3-a6a62d165c03'/>");
	assert_int_equal(xmlpatch_detach(lost, strlen(lost), OTHER, &none, NULL), 0);
	assert_int_not_equal(none.n, 0);
	assert_null(strstr(none.xml, "vgpu:"));
	assert_null(strstr(none.xml, "dbus"));
}

/* It was turned off by an attach, not by a person. */
static void test_boot_display_comes_back(void **state)
{
	static const char xml[] = HEAD DISK QXL TAIL;
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result shown = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result hidden = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result again = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result none = { 0 };

	(void)state;
	attach_as(UUID, XMLPATCH_DISPLAY_DBUS, xml, &shown);
	attach_as(UUID, XMLPATCH_DISPLAY_NONE, shown.xml, &hidden);
	assert_null(strstr(hidden.xml, "ramfb='on'"));
	attach_as(UUID, XMLPATCH_DISPLAY_DBUS, hidden.xml, &again);
	assert_non_null(strstr(again.xml, "ramfb='on'"));
	detach(again.xml, again.length, &none);
	assert_string_equal(none.xml, xml);
}

/* Without a declaration the prefix is a part of the name. */
static void test_an_undeclared_prefix_is_not_qemus(void **state)
{
	static const char xml[] = HEAD QXL "  </devices>\n  <qemu:override>\n"
					   "    <qemu:device alias='ua-vgpu'/>\n"
					   "  </qemu:override>\n</domain>\n";
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result attached = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result detached = { 0 };

	(void)state;
	attach_as(UUID, XMLPATCH_DISPLAY_DBUS, xml, &attached);
	detach(attached.xml, attached.length, &detached);
	assert_string_equal(detached.xml, xml);
}

static size_t add(struct CMUnitTest *tests, size_t n, const char *name, CMUnitTestFunction run,
		  const void *state)
{
	tests[n] = (struct CMUnitTest){ .name = name,
					.test_func = run,
					.initial_state = (void *)state };
	return n + 1;
}

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

int main(void)
{
	static struct CMUnitTest tests[128];
	size_t n = 0;

	for (size_t i = 0; i < COUNT(edits); i++)
		n = add(tests, n, edits[i].name, test_copes_with_edits_in_between, &edits[i]);
	for (size_t i = 0; i < COUNT(sequences); i++)
		n = add(tests, n, sequences[i].name, test_takes_a_sequence_back, &sequences[i]);
	for (size_t i = 0; i < COUNT(hostile); i++)
		n = add(tests, n, hostile[i].name, test_refuses_a_hostile_record, &hostile[i]);
	n = add(tests, n, "paths that lead nowhere do no harm",
		test_survives_paths_that_lead_nowhere, NULL);
	n = add(tests, n, "a password is not kept", test_keeps_no_password, NULL);
	n = add(tests, n, "a stranger's vGPU is taken out, and said",
		test_takes_a_strangers_vgpu_out, NULL);
	n = add(tests, n, "two vGPUs go in turn", test_takes_two_vgpus_out_in_turn, NULL);
	n = add(tests, n, "what a lost vGPU needed goes", test_takes_back_what_a_lost_vgpu_needed,
		NULL);
	n = add(tests, n, "the boot display comes back", test_boot_display_comes_back, NULL);
	n = add(tests, n, "an undeclared prefix is not QEMU's",
		test_an_undeclared_prefix_is_not_qemus, NULL);
	n = add(tests, n, "what is not ours is left", test_leaves_what_is_not_ours, NULL);
	return _cmocka_run_group_tests("detach", tests, n, NULL, NULL);
}
