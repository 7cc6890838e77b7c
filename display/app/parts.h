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

/* What a viewer is made of. The main thread's, but for what the source is given. */
struct display_parts {
	const struct display_options *options; /* borrowed */

	/* Where pictures come from, and what its thread shares with ours. */
	struct display_source *source;
	struct display_mailbox *mailbox;
	struct display_input *input;
	struct display_waker waker;

	/* What is known, and what follows from it. */
	struct display_status status; /* of the VM */
	struct display_wait wait;     /* whose answer its source waits for */
	struct display_screen screen;
	struct display_schedule schedule;

	/* What people see and touch. */
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
	struct display_film *film; /* NULL: none is made */
	char *problem;		   /* owned; why the picture cannot be shown; NULL: it can */
	int64_t say_at;		   /* display_clock_ms() when the words change by themselves */
	bool warned;		   /* that a picture cannot be shown */
	bool shows_keys;	   /* the hot keys are on the window */
	bool seen;		   /* the window, as was said last */
	bool rests;		   /* the source, as it was told last */
	int32_t presented_width;   /* of the window at the last present; pixels */
	int32_t presented_height;
	bool was_open; /* the window was shown a VM that ran */
	bool done;
};

/*
 * Waits, takes, decides, draws and notes until the VM or the user ends it. The window
 * is there, but need not be shown yet. 0, or -1 and err for a bad end.
 */
int display_loop_run(struct display_parts *parts, struct base_error *err);

/* The source's last word: the viewer is done. -1 and err for a bad end. */
int display_loop_end(struct display_parts *parts, const struct display_update *update,
		     struct base_error *err);

/* Whether a screenshot waits for the next picture to be drawn. now: display_clock_ns(). */
bool display_draw_must_shoot(const struct display_parts *parts, int64_t now);

/*
 * Draws what the screen shows, into the film and the screenshots that are wanted, and
 * presents it if that is right now; notes when it was. -1 and err if a film or the
 * screenshot that ends the viewer cannot be had.
 */
int display_draw(struct display_parts *parts, bool presents, struct base_error *err);

/* Does what an event of the window asks for, or has the guest get it. */
void display_commands_handle(struct display_parts *parts, const SDL_Event *event);

/* What the VM is called, for people, also before it is found. */
const char *display_words_name(const struct display_parts *parts);

/* The title and the notice say what is so now. */
void display_words_say(struct display_parts *parts);

/* Why a picture cannot be shown, which the window says from now on; NULL: it can. */
void display_words_set_problem(struct display_parts *parts, bool is_dmabuf,
			       const struct base_error *why);

#endif
