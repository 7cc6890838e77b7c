/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_PARTS_H
#define DISPLAY_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "display/app/film.h"
#include "display/app/hud.h"
#include "display/app/options.h"
#include "display/app/screenshot.h"
#include "display/app/sizing.h"
#include "display/decide/schedule.h"
#include "display/decide/screen.h"
#include "display/draw/painter.h"
#include "display/mailbox/input.h"
#include "display/mailbox/mailbox.h"
#include "display/picture/view.h"
#include "display/source/source.h"
#include "display/window/pointer.h"
#include "display/window/resize.h"
#include "display/window/seat.h"
#include "display/window/waker.h"
#include "display/window/window.h"

/* The parts of a viewer. Main thread only, except for what is passed to the source. */
struct display_parts {
	const struct display_options *options; /* borrowed */

	/* Where pictures come from, and what the source's thread shares with the main thread. */
	struct display_source *source;
	struct display_mailbox *mailbox;
	struct display_input *input;
	struct display_waker waker;

	/* What is known, and what is decided from it. */
	struct display_status status; /* of the VM */
	struct display_wait wait;     /* whose answer its source waits for */
	struct display_screen screen;
	struct display_schedule schedule;

	/* What the user sees and touches. */
	struct display_window window;
	struct display_painter painter;
	struct display_pointer pointer;
	struct display_seat seat;
	struct display_layout layout;
	struct display_view view;
	struct display_resize resize;
	struct display_sizing sizing;
	struct display_hud hud;
	struct display_screenshot screenshot;
	struct display_film *film; /* NULL: nothing is recorded */
	char *problem;		   /* owned; why the picture cannot be shown; NULL: it can */
	int64_t say_at;		   /* display_clock_ms() when the words change with time */
	unsigned int misses;	   /* pictures in a row that cannot be shown */
	int64_t roused;		   /* display_clock_ns() when the source last ceased to rest */
	bool warned;		   /* the user was told that a picture cannot be shown */
	bool shows_keys;	   /* the hot keys are on the window */
	bool seen;		   /* the window is visible, as of the last decision */
	bool rests;		   /* the source was last told to rest */
	int32_t presented_width;   /* of the window at the last present; pixels */
	int32_t presented_height;
	bool is_blind; /* no window before the VM is found to run */
	bool was_open; /* the viewer was connected to a running VM */
	bool done;
};

/*
 * Waits, takes, decides, draws and notes until the VM or the user ends it. The window
 * exists, but may still be hidden. Returns 0, or -1 and err if it ends with an error.
 */
int display_loop_run(struct display_parts *parts, struct base_error *err);

/* The source has ended: the viewer is done. -1 and err if the update carries an error. */
int display_loop_end(struct display_parts *parts, const struct display_update *update,
		     struct base_error *err);

/* Whether a picture must be drawn now for a screenshot. now: display_clock_ns(). */
bool display_draw_must_shoot(const struct display_parts *parts, int64_t now);

/*
 * Draws what the screen shows, adds it to the film and takes the screenshots that are
 * wanted. If `presents` is set it also presents the picture and notes when. -1 and err if
 * the film or the screenshot that ends the viewer fails.
 */
int display_draw(struct display_parts *parts, bool presents, struct base_error *err);

/* Does what an event of the window asks for, or sends it to the guest. */
void display_commands_handle(struct display_parts *parts, const SDL_Event *event);

/* The VM's name for people, also before the VM is found. */
const char *display_words_name(const struct display_parts *parts);

/* Updates the window's title and the notice to the current state. */
void display_words_say(struct display_parts *parts);

/* Sets why a picture cannot be shown, which the window says from now on; NULL: it can. */
void display_words_set_problem(struct display_parts *parts, bool is_dmabuf,
			       const struct base_error *why);

#endif
