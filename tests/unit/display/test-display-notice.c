/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* After the four that it needs. */
#include <cmocka.h>

#include "display/app/notice.h"
#include "vgpu/base/cleanup.h"

#define NOW   100000
#define SHOWN DISPLAY_STATE_SHOWN
#define HANG                                                                                       \
	{                                                                                          \
		DISPLAY_PEER_QEMU, NOW - 5300                                                      \
	}

static void what_matters_most_is_said(void **state)
{
	static const struct {
		struct display_notice notice;
		const char *says; /* NULL: nothing */
	} cases[] = {
		{ { .state = SHOWN, .keys = false }, NULL },
		{ { .state = SHOWN, .blank = true, .new = true }, "no picture yet" },
		{ { .state = SHOWN, .blank = true }, "press a key" },
		{ { .state = SHOWN, .problem = "lies on another GPU" }, "lies on another GPU" },
		{ { .state = SHOWN, .problem = "lies on another GPU", .blank = true },
		  "lies on another GPU" },
		{ { .state = DISPLAY_STATE_AWAY, .blank = true, .problem = "no" },
		  "is not running" },
		{ { .state = SHOWN, .blank = true, .wait = HANG },
		  "QEMU has not answered for 5 s" },
		{ { .state = SHOWN, .wait = { DISPLAY_PEER_LIBVIRT, NOW - 2000 } },
		  "libvirt has not answered for 2 s" },
		{ { .state = SHOWN, .wait = { DISPLAY_PEER_QEMU, NOW - 1499 } }, NULL },
		{ { .state = DISPLAY_STATE_LOOKING, .blank = true, .new = true }, NULL },
		{ { .state = DISPLAY_STATE_STARTING, .wait = { DISPLAY_PEER_LIBVIRT, NOW - 2000 } },
		  "has been starting the VM" },
		{ { .keys = true, .wait = HANG, .state = DISPLAY_STATE_AWAY }, "Ctrl+Alt+G" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		BASE_AUTO(free) char *text = display_notice_format(&cases[i].notice, NOW);

		if (cases[i].says == NULL)
			assert_null(text);
		else
			assert_non_null(strstr(text, cases[i].says));
	}
}

static void a_hang_is_said_anew_each_second(void **state)
{
	const struct display_wait calm = { .peer = DISPLAY_PEER_NONE };
	const struct display_wait wait = { DISPLAY_PEER_QEMU, NOW };

	(void)state;
	assert_int_equal(display_notice_changes_at(&calm, NOW), INT64_MAX);
	assert_int_equal(display_notice_changes_at(&wait, NOW), NOW + 1500);
	assert_int_equal(display_notice_changes_at(&wait, NOW + 1500), NOW + 2000);
	assert_int_equal(display_notice_changes_at(&wait, NOW + 2000), NOW + 3000);
	assert_int_equal(display_notice_changes_at(&wait, NOW + 9999), NOW + 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_matters_most_is_said),
		cmocka_unit_test(a_hang_is_said_anew_each_second),
	};

	return cmocka_run_group_tests_name("display notice", tests, NULL, NULL);
}
