/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vgpu/domain/capability.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DBUS	     XMLPATCH_DISPLAY_DBUS
#define GTK	     XMLPATCH_DISPLAY_GTK
#define SPICE	     XMLPATCH_DISPLAY_SPICE
#define VNC	     XMLPATCH_DISPLAY_VNC
#define NONE	     XMLPATCH_DISPLAY_NONE

/* libvirt, QEMU, and what QEMU is built with; NULL: libvirt does not say. */
struct place {
	unsigned long libvirt, qemu;
	const char *displays;
};

static struct vgpu_capability capability_of(const struct place *place)
{
	struct vgpu_capability capability = { .libvirt = place->libvirt, .qemu = place->qemu };

	if (place->displays == NULL)
		return capability;
	capability.knows_displays = true;
	capability.has_dbus = strstr(place->displays, "dbus") != NULL;
	capability.has_spice = strstr(place->displays, "spice") != NULL;
	capability.has_vnc = strstr(place->displays, "vnc") != NULL;
	capability.has_egl = strstr(place->displays, "egl") != NULL;
	return capability;
}

/* What a default becomes, and the note that says why; NULL: it stays. */
static const struct {
	struct place place;
	enum xmlpatch_display display;
	const char *note;
} defaults[] = {
	{ { 11003000, 10000000, "dbus spice vnc egl" }, DBUS, NULL },
	{ { 8004000, 7000000, NULL }, DBUS, NULL },
	{ { 0, 0, NULL }, DBUS, NULL },
	{ { 9000000, 6002000, "dbus" }, DBUS, NULL },
	{ { 8003000, 7000000, NULL },
	  SPICE,
	  "libvirt 8.3.0 has no D-Bus display (8.4 is the first with it), so the display is "
	  "spice" },
	{ { 9000000, 6002000, NULL }, SPICE, "QEMU 6.2.0 has no D-Bus display (7.0 is the first" },
	{ { 9000000, 7002000, "spice vnc egl" }, SPICE, "built without the D-Bus display, so" },
	{ { 9000000, 6002000, "vnc egl" }, VNC, "the display is vnc" },
	{ { 9000000, 7000000, "vnc egl" }, GTK, "the display is gtk" },
	{ { 8003000, 7000000, "dbus vnc egl" }, GTK, "the display is gtk" },
	{ { 9000000, 7002000, "vnc" }, NONE, "the display is none" },
	{ { 9000000, 7002000, "egl" }, GTK, "the display is gtk" },
	{ { 9000000, 7002000, "" }, NONE, "the display is none" },
	{ { 4005000, 2012000, NULL },
	  NONE,
	  "libvirt 4.5.0 has no display of a vGPU (4.6 is the first with it)" },
};

static void a_default_gives_way_to_the_nearest(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(defaults); i++) {
		BASE_AUTO(vgpu_capability_notes) struct vgpu_capability_notes notes = { 0 };
		struct vgpu_capability capability = capability_of(&defaults[i].place);
		struct xmlpatch_wishes wishes = { .display = DBUS, .no_ramfb = true };

		assert_int_equal(vgpu_capability_fit(&capability, false, &wishes, &notes, NULL), 0);
		assert_int_equal(wishes.display, defaults[i].display);
		assert_int_equal(notes.count, defaults[i].note != NULL);
		if (defaults[i].note != NULL && strstr(notes.items[0], defaults[i].note) == NULL)
			fail_msg("'%s' does not say '%s'", notes.items[0], defaults[i].note);
	}
}

static const struct {
	struct place place;
	enum xmlpatch_display asked;
	const char *error; /* NULL: it is to be had */
} asked[] = {
	{ { 9000000, 7002000, "dbus spice vnc egl" }, SPICE, NULL },
	{ { 4006000, 2012000, NULL }, VNC, NULL },
	{ { 9000000, 6009000, NULL }, VNC, NULL },
	{ { 9000000, 0, NULL }, VNC, NULL },
	{ { 9000000, 7000000, NULL },
	  VNC,
	  "the display vnc cannot be used: QEMU 7.0 and later cannot start a vGPU that has a "
	  "picture "
	  "together with VNC "
	  "(\"The console requires display DMABUF support\"); the nearest that works here is "
	  "--display dbus" },
	{ { 8003000, 0, "dbus spice vnc egl" }, VNC, "works here is --display spice" },
	{ { 4006000, 2012000, NULL }, GTK, NULL },
	{ { 3002000, 2012000, "" }, NONE, NULL },
	{ { 8000000, 6002000, NULL },
	  DBUS,
	  "the display dbus cannot be used: libvirt 8.0.0 has no D-Bus display (8.4 is the first "
	  "with "
	  "it); the nearest that works here is --display spice" },
	{ { 9000000, 7002000, "dbus vnc egl" },
	  SPICE,
	  "the display spice cannot be used: this QEMU is built without SPICE; the nearest that "
	  "works here is "
	  "--display dbus" },
	{ { 9000000, 7002000, "vnc spice" },
	  VNC,
	  "built without egl-headless; the nearest that "
	  "works here is --display spice" },
	{ { 9000000, 7002000, "spice egl" }, VNC, "built without VNC" },
	{ { 9000000, 7002000, "spice" }, GTK, "built without egl-headless" },
	{ { 4005000, 2012000, NULL }, GTK, "the nearest that works here is --display none" },
};

static void what_is_asked_for_is_had_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(asked); i++) {
		BASE_AUTO(vgpu_capability_notes) struct vgpu_capability_notes notes = { 0 };
		BASE_AUTO(base_error) struct base_error err = { 0 };
		struct vgpu_capability capability = capability_of(&asked[i].place);
		struct xmlpatch_wishes wishes = { .display = asked[i].asked, .no_ramfb = true };
		int status = vgpu_capability_fit(&capability, true, &wishes, &notes, &err);

		assert_int_equal(status, asked[i].error != NULL ? -1 : 0);
		assert_int_equal(wishes.display, asked[i].asked);
		assert_int_equal(notes.count, 0);
		if (asked[i].error != NULL && strstr(err.message, asked[i].error) == NULL)
			fail_msg("'%s' does not say '%s'", err.message, asked[i].error);
	}
}

static void ramfb_and_override_depend_on_versions(void **state)
{
	static const struct {
		struct place place;
		enum xmlpatch_display display;
		bool no_ramfb, has_override;
		const char *note;
	} cases[] = {
		{ { 8002000, 7000000, NULL }, SPICE, false, true, NULL },
		{ { 8001000, 7000000, NULL }, SPICE, false, false, NULL },
		{ { 5010000, 4000000, NULL }, SPICE, false, false, NULL },
		{ { 0, 0, NULL }, SPICE, false, true, NULL },
		{ { 5009000, 4000000, NULL },
		  SPICE,
		  true,
		  false,
		  "libvirt 5.9.0 has no ramfb (5.10 is the first with it): the screen stays "
		  "dark" },
		{ { 6000000, 3001000, NULL }, VNC, true, false, "QEMU 3.1.0 has no ramfb (4.0" },
		{ { 5009000, 3001000, NULL }, NONE, false, false, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		BASE_AUTO(vgpu_capability_notes) struct vgpu_capability_notes notes = { 0 };
		struct vgpu_capability capability = capability_of(&cases[i].place);
		struct xmlpatch_wishes wishes = { .display = cases[i].display };

		assert_int_equal(vgpu_capability_fit(&capability, true, &wishes, &notes, NULL), 0);
		assert_int_equal(wishes.no_ramfb, cases[i].no_ramfb);
		assert_int_equal(wishes.has_override, cases[i].has_override);
		assert_int_equal(notes.count, cases[i].note != NULL);
		if (cases[i].note != NULL && strstr(notes.items[0], cases[i].note) == NULL)
			fail_msg("'%s' does not say '%s'", notes.items[0], cases[i].note);
	}
}

static void two_things_can_be_too_old(void **state)
{
	BASE_AUTO(vgpu_capability_notes) struct vgpu_capability_notes notes = { 0 };
	const struct vgpu_capability capability = { .libvirt = 5000000, .qemu = 3001000 };
	struct xmlpatch_wishes wishes = { .display = DBUS };

	(void)state;
	assert_int_equal(vgpu_capability_fit(&capability, false, &wishes, &notes, NULL), 0);
	assert_int_equal(notes.count, 2);
}

static void libvirts_list_of_displays_is_read(void **state)
{
	static const char xml[] = "<domainCapabilities><devices><disk supported='yes'><enum "
				  "name='bus'><value>vnc</value></enum></disk>"
				  "<graphics supported='yes'>\n<enum name='type'>\n"
				  "<value>sdl</value>\n<value>dbus</value>\n"
				  "<value>egl-headless</value></enum></graphics>"
				  "<video><value>spice</value></video></devices>";
	struct vgpu_capability capability = { 0 };

	(void)state;
	vgpu_capability_read_displays(&capability, "<domainCapabilities/>");
	vgpu_capability_read_displays(&capability, "<graphics supported='yes'><value>dbus</value>");
	assert_false(capability.knows_displays);
	vgpu_capability_read_displays(&capability, xml);
	assert_true(capability.knows_displays);
	assert_true(capability.has_dbus);
	assert_true(capability.has_egl);
	assert_false(capability.has_spice);
	assert_false(capability.has_vnc);
}

static void displays_have_words(void **state)
{
	static const struct {
		const char *word;
		enum xmlpatch_display display;
	} cases[] = {
		{ "dbus", XMLPATCH_DISPLAY_DBUS },   { "gtk", XMLPATCH_DISPLAY_GTK },
		{ "spice", XMLPATCH_DISPLAY_SPICE }, { "vnc", XMLPATCH_DISPLAY_VNC },
		{ "none", XMLPATCH_DISPLAY_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		enum xmlpatch_display display = cases[(i + 1) % 5].display;

		assert_true(vgpu_capability_parse_display(cases[i].word, &display));
		assert_int_equal(display, cases[i].display);
	}
	assert_false(vgpu_capability_parse_display("sdl", &(enum xmlpatch_display){ NONE }));
	assert_false(vgpu_capability_parse_display("", &(enum xmlpatch_display){ NONE }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_default_gives_way_to_the_nearest),
		cmocka_unit_test(what_is_asked_for_is_had_or_refused),
		cmocka_unit_test(ramfb_and_override_depend_on_versions),
		cmocka_unit_test(two_things_can_be_too_old),
		cmocka_unit_test(libvirts_list_of_displays_is_read),
		cmocka_unit_test(displays_have_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
