/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
/* After the four that it needs. */
#include <cmocka.h>

#include "display/mailbox/mailbox.h"

struct fixture {
	struct display_mailbox *mailbox;
	struct display_update update;
	int wakes;
};

static void count_wake(void *data)
{
	struct fixture *f = data;

	f->wakes++;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->mailbox = display_mailbox_create(count_wake, f, NULL);
	assert_non_null(f->mailbox);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	display_update_finish(&f->update);
	display_mailbox_destroy(f->mailbox);
	free(f);
	return 0;
}

static void take(struct fixture *f, int64_t now)
{
	display_update_finish(&f->update);
	display_mailbox_take(f->mailbox, now, &f->update);
}

/* A frame with an fd of its own. */
static struct display_frame make_frame(uint32_t width)
{
	struct display_frame frame = DISPLAY_FRAME_INIT;

	frame.kind = DISPLAY_FRAME_DMABUF;
	frame.width = width;
	frame.height = 10;
	frame.plane_count = 1;
	frame.planes[0].fd = memfd_create("frame", MFD_CLOEXEC);
	return frame;
}

/* Returns the frame's fd. */
static int put_frame(struct fixture *f, uint32_t width)
{
	struct display_frame frame = make_frame(width);
	int fd = frame.planes[0].fd;

	display_mailbox_put_frame(f->mailbox, &frame);
	assert_int_equal(frame.kind, DISPLAY_FRAME_NONE);
	return fd;
}

static int put_plane(struct fixture *f, uint32_t width, uint64_t number)
{
	const struct display_flip flip = { .number = number, .seen_ns = 10 * number };
	struct display_frame frame = make_frame(width);
	int fd = frame.planes[0].fd;

	display_mailbox_put_plane(f->mailbox, &frame, &flip);
	return fd;
}

static void put_damage(struct fixture *f, int32_t x, int32_t y, int32_t width, int32_t height)
{
	struct display_rect rect = { x, y, width, height };

	display_mailbox_put_damage(f->mailbox, &rect);
}

static void assert_damage(const struct fixture *f, int32_t x, int32_t y, int32_t width,
			  int32_t height)
{
	struct display_rect rect = { x, y, width, height };

	assert_memory_equal(&f->update.damage, &rect, sizeof(rect));
}

static void the_newest_frame_wins(void **state)
{
	struct fixture *f = *state;
	int old = put_frame(f, 1);

	put_frame(f, 2);
	assert_int_equal(lseek(old, 0, SEEK_SET), -1);
	take(f, 0);
	assert_true(f->update.has_frame);
	assert_int_equal(f->update.frame.width, 2);
	assert_damage(f, 0, 0, 2, 10);
	take(f, 0);
	assert_false(f->update.has_frame);
	assert_damage(f, 0, 0, 0, 0);
}

static void a_frame_of_qemus_is_followed_by_its_damage(void **state)
{
	struct fixture *f = *state;

	put_frame(f, 3);
	take(f, 0);
	assert_true(f->update.damage_follows);
	put_damage(f, 0, 0, 3, 10);
	take(f, 0);
	assert_false(f->update.damage_follows);
	put_frame(f, 3);
	put_damage(f, 0, 0, 3, 10);
	take(f, 0);
	assert_true(f->update.has_frame);
	assert_false(f->update.damage_follows);
	put_plane(f, 3, 1);
	take(f, 0);
	assert_false(f->update.damage_follows);
}

static void what_is_not_taken_is_closed(void **state)
{
	struct fixture *f = *state;
	int fd = put_frame(f, 1);

	display_mailbox_destroy(f->mailbox);
	f->mailbox = NULL;
	assert_int_equal(lseek(fd, 0, SEEK_SET), -1);
}

static void damage_adds_up(void **state)
{
	struct fixture *f = *state;

	put_damage(f, 1, 2, 3, 4);
	put_damage(f, 10, 1, 2, 2);
	take(f, 0);
	assert_damage(f, 1, 1, 11, 5);
}

static void it_wakes_once_until_taken(void **state)
{
	struct fixture *f = *state;

	put_damage(f, 0, 0, 1, 1);
	put_damage(f, 0, 0, 1, 1);
	display_mailbox_put_pointer(f->mailbox, 1, 1, true);
	assert_int_equal(f->wakes, 1);
	take(f, 0);
	assert_true(f->update.has_pointer);
	put_damage(f, 0, 0, 1, 1);
	assert_int_equal(f->wakes, 2);
}

static void a_disabled_picture_is_held_for_a_while(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(display_mailbox_timeout(f->mailbox, 1000), -1);
	display_mailbox_put_disable(f->mailbox, 1000);
	take(f, 1000);
	assert_false(f->update.blank);
	assert_int_equal(display_mailbox_timeout(f->mailbox, 1100), DISPLAY_HOLD_MS - 100);
	display_mailbox_put_disable(f->mailbox, 1200);
	take(f, 1000 + DISPLAY_HOLD_MS - 1);
	assert_false(f->update.blank);
	assert_int_equal(display_mailbox_timeout(f->mailbox, 5000), 0);
	take(f, 1000 + DISPLAY_HOLD_MS);
	assert_true(f->update.blank);
	take(f, 9000);
	assert_false(f->update.blank);
	assert_int_equal(display_mailbox_timeout(f->mailbox, 9000), -1);
}

static void whatever_is_shown_again_ends_the_hold(void **state)
{
	struct fixture *f = *state;

	display_mailbox_put_disable(f->mailbox, 1000);
	put_damage(f, 0, 0, 1, 1);
	take(f, 9000);
	assert_false(f->update.blank);
	display_mailbox_put_disable(f->mailbox, 1000);
	put_frame(f, 1);
	take(f, 9000);
	assert_false(f->update.blank);
}

static void planes_come_before_what_qemu_shows(void **state)
{
	struct fixture *f = *state;
	int fd = put_frame(f, 1);

	put_plane(f, 2, 7);
	take(f, 0);
	assert_true(f->update.direct);
	assert_int_equal(f->update.frame.width, 2);
	assert_int_equal(f->update.flip.number, 7);
	assert_int_equal(f->update.flip.seen_ns, 70);
	assert_int_equal(lseek(fd, 0, SEEK_SET), -1);
	f->wakes = 0;
	put_frame(f, 3);
	put_damage(f, 0, 0, 1, 1);
	display_mailbox_put_disable(f->mailbox, 0);
	assert_int_equal(f->wakes, 0);
	take(f, 9000);
	assert_false(f->update.has_frame);
	assert_false(f->update.blank);
	assert_damage(f, 0, 0, 0, 0);
}

static void without_planes_the_newest_of_qemu_is_back(void **state)
{
	struct fixture *f = *state;

	put_plane(f, 2, 1);
	put_frame(f, 3);
	put_frame(f, 4);
	take(f, 0);
	display_mailbox_put_no_plane(f->mailbox, 1300);
	assert_int_equal(display_mailbox_timeout(f->mailbox, 1000), 300);
	take(f, 1299);
	assert_true(f->update.direct);
	assert_false(f->update.has_frame);
	take(f, 1300);
	assert_false(f->update.direct);
	assert_int_equal(f->update.frame.width, 4);
	assert_int_equal(f->update.flip.number, 0);
	assert_damage(f, 0, 0, 4, 10);
	assert_int_equal(display_mailbox_timeout(f->mailbox, 1300), -1);
	put_frame(f, 5);
	take(f, 1300);
	assert_int_equal(f->update.frame.width, 5);
}

static void what_qemu_showed_before_the_planes_is_back(void **state)
{
	struct fixture *f = *state;

	put_frame(f, 100);
	take(f, 0);
	put_plane(f, 200, 1);
	take(f, 10);
	display_mailbox_put_no_plane(f->mailbox, 20);
	take(f, 20);
	assert_false(f->update.direct);
	assert_true(f->update.has_frame);
	assert_int_equal(f->update.frame.width, 100);
	assert_false(f->update.blank);
}

static void a_qemu_that_was_blank_before_the_planes_is_blank_again(void **state)
{
	struct fixture *f = *state;

	put_frame(f, 100);
	display_mailbox_put_disable(f->mailbox, 0);
	take(f, DISPLAY_HOLD_MS);
	assert_true(f->update.blank);
	put_plane(f, 200, 1);
	take(f, 400);
	assert_false(f->update.blank);
	display_mailbox_put_no_plane(f->mailbox, 500);
	take(f, 500);
	assert_true(f->update.blank);
}

static void a_plane_in_time_keeps_qemu_back(void **state)
{
	struct fixture *f = *state;

	put_plane(f, 2, 1);
	put_frame(f, 3);
	display_mailbox_put_no_plane(f->mailbox, 1300);
	put_plane(f, 4, 2);
	take(f, 9000);
	assert_true(f->update.direct);
	assert_int_equal(f->update.frame.width, 4);
}

static void a_helper_that_is_gone_needs_no_hold(void **state)
{
	struct fixture *f = *state;

	put_plane(f, 2, 1);
	put_frame(f, 3);
	display_mailbox_put_no_plane(f->mailbox, 1300);
	display_mailbox_put_no_plane(f->mailbox, 1000);
	display_mailbox_put_no_plane(f->mailbox, 5000);
	take(f, 1000);
	assert_false(f->update.direct);
	assert_int_equal(f->update.frame.width, 3);
}

static void a_guest_with_neither_is_blank(void **state)
{
	struct fixture *f = *state;

	put_plane(f, 2, 1);
	display_mailbox_put_disable(f->mailbox, 0);
	display_mailbox_put_no_plane(f->mailbox, 1000);
	take(f, 1000);
	assert_true(f->update.blank);
	put_plane(f, 2, 2);
	take(f, 2000);
	assert_false(f->update.blank);
	display_mailbox_put_no_plane(f->mailbox, 3000);
	take(f, 3000);
	assert_true(f->update.blank);
}

static void the_first_end_counts(void **state)
{
	struct fixture *f = *state;
	BASE_AUTO(base_error) struct base_error first = { 0 };
	BASE_AUTO(base_error) struct base_error second = { 0 };

	base_error_set(&first, BASE_FAILED, "first");
	base_error_set(&second, BASE_FAILED, "second");
	display_mailbox_put_end(f->mailbox, &first);
	display_mailbox_put_end(f->mailbox, &second);
	display_mailbox_put_end(f->mailbox, NULL);
	take(f, 0);
	assert_true(f->update.ended);
	assert_string_equal(f->update.error.message, "first");
	take(f, 0);
	assert_true(f->update.ended);
	assert_false(base_error_is_set(&f->update.error));
}

static void the_newest_cursor_wins(void **state)
{
	static const uint32_t pixels[4];
	struct fixture *f = *state;
	struct display_cursor cursor = { 0 };

	assert_int_equal(display_cursor_init(&cursor, 1, 1, 0, 0, pixels, 4, NULL), 0);
	display_mailbox_put_cursor(f->mailbox, &cursor);
	assert_null(cursor.pixels);
	assert_int_equal(display_cursor_init(&cursor, 2, 2, 1, 1, pixels, 16, NULL), 0);
	display_mailbox_put_cursor(f->mailbox, &cursor);
	display_mailbox_put_pointer(f->mailbox, 30, -4, false);
	take(f, 0);
	assert_true(f->update.has_cursor);
	assert_int_equal(f->update.cursor.width, 2);
	assert_true(f->update.has_pointer);
	assert_false(f->update.pointer_visible);
	assert_int_equal(f->update.pointer_x, 30);
	assert_int_equal(f->update.pointer_y, -4);
}

static void the_newest_status_and_wait_are_told_once(void **state)
{
	struct fixture *f = *state;
	struct display_status status = { .state = DISPLAY_STATE_LOOKING, .title = "old" };
	struct display_wait wait = { DISPLAY_PEER_LIBVIRT, 5 };

	take(f, 0);
	assert_false(f->update.has_status);
	assert_false(f->update.has_wait);
	display_mailbox_put_status(f->mailbox, &status);
	display_mailbox_put_wait(f->mailbox, &wait);
	assert_int_equal(f->wakes, 1);
	status = (struct display_status){ .state = DISPLAY_STATE_SHOWN,
					  .runs = true,
					  .title = "new",
					  .run = 1,
					  .screen = 2,
					  .screens = 3,
					  .width = 640,
					  .height = 480,
					  .vgpu = "4b20d080-1b54-4048-85b3-a6a62d165c01" };
	wait = (struct display_wait){ DISPLAY_PEER_NONE, 6 };
	display_mailbox_put_status(f->mailbox, &status);
	display_mailbox_put_wait(f->mailbox, &wait);
	take(f, 0);
	assert_true(f->update.has_status);
	assert_memory_equal(&f->update.status, &status, sizeof(status));
	assert_true(f->update.has_wait);
	assert_int_equal(f->update.wait.peer, DISPLAY_PEER_NONE);
	assert_int_equal(f->update.wait.since, 6);
	take(f, 0);
	assert_false(f->update.has_status);
	assert_false(f->update.has_wait);
}

static void another_run_drops_pictures_and_end_but_not_what_is_known(void **state)
{
	struct fixture *f = *state;
	const struct display_status status = { .state = DISPLAY_STATE_AWAY };
	const struct display_wait wait = { DISPLAY_PEER_QEMU, 7 };
	BASE_AUTO(base_error) struct base_error error = { 0 };
	int qemus = put_frame(f, 1), plane = put_plane(f, 2, 1);

	base_error_set(&error, BASE_FAILED, "why");
	display_mailbox_put_disable(f->mailbox, 0);
	display_mailbox_put_status(f->mailbox, &status);
	display_mailbox_put_wait(f->mailbox, &wait);
	display_mailbox_put_end(f->mailbox, &error);
	display_mailbox_reopen(f->mailbox);
	assert_int_equal(lseek(qemus, 0, SEEK_SET), -1);
	assert_int_equal(lseek(plane, 0, SEEK_SET), -1);
	take(f, 9000);
	assert_false(f->update.has_frame);
	assert_false(f->update.direct);
	assert_false(f->update.blank);
	assert_false(f->update.ended);
	assert_int_equal(f->update.status.state, DISPLAY_STATE_AWAY);
	assert_int_equal(f->update.wait.since, 7);
}

static void another_screen_takes_the_place_of_all_that_was_shown(void **state)
{
	struct fixture *f = *state;
	struct fixture next = { .mailbox = NULL };
	const struct display_status status = { .screen = 2 };
	int plane, new;

	next.mailbox = display_mailbox_create(count_wake, &next, NULL);
	assert_non_null(next.mailbox);
	assert_false(display_mailbox_has_picture(next.mailbox));
	new = put_frame(&next, 5);
	display_mailbox_put_pointer(next.mailbox, 3, 4, true);
	assert_true(display_mailbox_has_picture(next.mailbox));
	put_frame(f, 1);
	plane = put_plane(f, 2, 1);
	display_mailbox_put_status(f->mailbox, &status);
	display_mailbox_replace(f->mailbox, next.mailbox);
	assert_int_equal(lseek(plane, 0, SEEK_SET), -1);
	take(f, 0);
	assert_int_equal(f->update.status.screen, 2);
	assert_int_equal(f->update.frame.width, 5);
	assert_int_equal(f->update.frame.planes[0].fd, new);
	assert_int_equal(f->update.pointer_x, 3);
	assert_false(f->update.direct);
	assert_damage(f, 0, 0, 5, 10);
	/* It is what the mailbox goes back to once planes have come and gone. */
	put_plane(f, 2, 1);
	take(f, 0);
	display_mailbox_put_no_plane(f->mailbox, 10);
	take(f, 10);
	assert_int_equal(f->update.frame.width, 5);
	assert_false(display_mailbox_has_picture(next.mailbox));
	f->wakes = 0;
	display_mailbox_replace(f->mailbox, next.mailbox);
	assert_int_equal(f->wakes, 1);
	take(f, 10);
	assert_false(f->update.has_frame);
	display_mailbox_destroy(next.mailbox);
}

static void another_screen_that_is_disabled_is_blank_in_its_time(void **state)
{
	struct fixture *f = *state;
	struct fixture next = { .mailbox = NULL };

	next.mailbox = display_mailbox_create(count_wake, &next, NULL);
	assert_non_null(next.mailbox);
	put_frame(f, 1);
	display_mailbox_put_disable(next.mailbox, 1000);
	display_mailbox_put_end(f->mailbox, NULL);
	display_mailbox_replace(f->mailbox, next.mailbox);
	take(f, 1000);
	assert_false(f->update.has_frame);
	assert_false(f->update.blank);
	assert_true(f->update.ended);
	take(f, 1000 + DISPLAY_HOLD_MS);
	assert_true(f->update.blank);
	display_mailbox_destroy(next.mailbox);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_newest_frame_wins),
		TEST(a_frame_of_qemus_is_followed_by_its_damage),
		TEST(what_is_not_taken_is_closed),
		TEST(damage_adds_up),
		TEST(it_wakes_once_until_taken),
		TEST(a_disabled_picture_is_held_for_a_while),
		TEST(what_qemu_showed_before_the_planes_is_back),
		TEST(a_qemu_that_was_blank_before_the_planes_is_blank_again),
		TEST(whatever_is_shown_again_ends_the_hold),
		TEST(planes_come_before_what_qemu_shows),
		TEST(without_planes_the_newest_of_qemu_is_back),
		TEST(a_plane_in_time_keeps_qemu_back),
		TEST(a_helper_that_is_gone_needs_no_hold),
		TEST(a_guest_with_neither_is_blank),
		TEST(the_first_end_counts),
		TEST(the_newest_cursor_wins),
		TEST(the_newest_status_and_wait_are_told_once),
		TEST(another_run_drops_pictures_and_end_but_not_what_is_known),
		TEST(another_screen_takes_the_place_of_all_that_was_shown),
		TEST(another_screen_that_is_disabled_is_blank_in_its_time),
	};

	return cmocka_run_group_tests_name("display mailbox", tests, NULL, NULL);
}
