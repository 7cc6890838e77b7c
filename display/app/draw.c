/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/app/notice.h"
#include "display/app/parts.h"
#include "display/picture/clock.h"
#include "vgpu/base/log.h"

#define MS	    INT64_C(1000000)
#define MISSES_MOST 30	       /* pictures in a row that cannot be shown: it is no odd buffer */
#define FRESH_NS    (100 * MS) /* for a source that rested to have the guest's picture of now */

/* Whether the screenshot that ends the viewer is due. */
static bool is_final_shot(const struct display_parts *parts, int64_t now)
{
	const struct display_screen *screen = &parts->screen;

	/* A screenshot must not show the viewer's own words instead of the guest's picture. */
	return screen->first != 0 && !screen->blank &&
	       display_notice_silence(&parts->wait, now / MS) == 0 &&
	       display_sizing_is_settled(&parts->sizing, screen, now / MS) &&
	       display_screenshot_is_final(&parts->screenshot, (int64_t)screen->pictures,
					   (now - screen->first) / MS,
					   (now - display_screen_still_since(screen)) / MS);
}

bool display_draw_must_shoot(const struct display_parts *parts, int64_t now)
{
	bool is_fresh = parts->screen.changed > parts->roused || now - parts->roused >= FRESH_NS;

	return is_final_shot(parts, now) ||
	       (parts->screenshot.wanted && is_fresh &&
		display_sizing_is_settled(&parts->sizing, &parts->screen, now / MS));
}

/*
 * Imports or uploads what is new, right before it is drawn. If this fails and no picture
 * of the same kind could be shown before, the window says why, and the viewer goes on: the
 * next picture may work. A viewer that makes a screenshot fails instead. If a picture of
 * this kind was shown before, this may be one odd buffer, and the last picture stays.
 */
static int prepare_picture(struct display_parts *parts, struct base_error *err)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };
	bool is_dmabuf = parts->painter.next.kind == DISPLAY_FRAME_DMABUF;
	bool had_one = is_dmabuf ? parts->painter.cache.imports > 0 : parts->painter.width > 0;
	bool is_new;

	if (display_painter_prepare(&parts->painter, &is_new, &why) == 0) {
		if (is_new) {
			parts->misses = 0;
			display_words_set_problem(parts, is_dmabuf, NULL);
		}
		return 0;
	}
	parts->misses++;
	/* The statistics must not count this flip as shown. */
	parts->screen.flip.number = 0;
	if (!had_one && parts->options->screenshot != NULL)
		return base_error_set(err, why.status, "%s", why.message);
	base_log(parts->warned ? BASE_LOG_DEBUG : BASE_LOG_WARNING, "%s", why.message);
	parts->warned = true;
	if ((!had_one || parts->misses >= MISSES_MOST) && parts->problem == NULL)
		display_words_set_problem(parts, is_dmabuf, &why);
	return 0;
}

static void draw_window(struct display_parts *parts, int32_t width, int32_t height)
{
	display_painter_draw(&parts->painter, &parts->view, width, height, parts->screen.blank);
	if (display_seat_is_captured(&parts->seat))
		display_pointer_draw(&parts->pointer, &parts->view, height);
	display_hud_draw(&parts->hud, width, height, display_window_scale(&parts->window));
}

static int take_screenshots(struct display_parts *parts, int32_t width, int32_t height,
			    struct base_error *err)
{
	bool final = is_final_shot(parts, display_clock_ns());

	parts->done |= final;
	return display_screenshot_take(&parts->screenshot, display_words_name(parts), final, width,
				       height, err);
}

static void note(struct display_parts *parts, int64_t began, int64_t drawn)
{
	int64_t presented = display_clock_ns();

	display_schedule_note(&parts->schedule, began, drawn, presented);
	display_hud_note(&parts->hud, &parts->screen.flip, parts->screen.from_planes, presented);
}

/* What is drawn only for a film or a screenshot is not presented to a hidden window. */
int display_draw(struct display_parts *parts, bool presents, struct base_error *err)
{
	int64_t began = display_clock_ns(), drawn;
	bool shoots = display_draw_must_shoot(parts, began), resized;
	int32_t width, height;

	if (prepare_picture(parts, err) < 0)
		return -1;
	display_window_size(&parts->window, &width, &height);
	parts->view = display_view_place(&parts->layout, width, height, parts->painter.width,
					 parts->painter.height);
	display_pointer_fit(&parts->pointer, &parts->window, &parts->view);
	if (parts->film != NULL &&
	    display_film_add(parts->film, &parts->painter, parts->screen.blank, err) < 0)
		return -1;
	draw_window(parts, width, height);
	/*
	 * EGL learns a window's new size when it presents. What is drawn before that may be
	 * incomplete, so a screenshot is taken of the next picture.
	 */
	resized = width != parts->presented_width || height != parts->presented_height;
	if (!resized && take_screenshots(parts, width, height, err) < 0)
		return -1;
	drawn = display_clock_ns();
	if (!presents && !(resized && shoots)) {
		display_schedule_note_unseen(&parts->schedule, drawn);
		return 0;
	}
	display_window_present(&parts->window);
	parts->presented_width = width;
	parts->presented_height = height;
	note(parts, began, drawn);
	if (resized)
		display_schedule_mark(&parts->schedule);
	return 0;
}
