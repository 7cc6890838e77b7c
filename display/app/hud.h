/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_HUD_H
#define DISPLAY_HUD_H

#include <stdbool.h>
#include <stdio.h>

#include "display/decide/stats.h"
#include "display/draw/overlay.h"

/*
 * The viewer's own text over the guest's picture: a notice, and the figures, which can also
 * be written to a file. Main thread, with the context current.
 */
struct display_hud {
	struct display_overlay notice, figures;
	bool shows_figures;
	struct display_stats stats;
	FILE *file;	  /* for the figures; NULL: none */
	const char *path; /* of the file; borrowed */
};

/* If path is NULL the figures go to no file. -1 and err if the file cannot be opened. */
int display_hud_init(struct display_hud *hud, const char *path, bool shows_figures,
		     struct base_error *err);
void display_hud_finish(struct display_hud *hud); /* takes a zeroed one */

/* Shows words in the middle of the window; NULL removes them. */
void display_hud_set_notice(struct display_hud *hud, const char *words);

void display_hud_toggle_figures(struct display_hud *hud);

/* Notes that a picture was presented; see display_stats_present. */
void display_hud_note(struct display_hud *hud, const struct display_flip *flip, bool direct,
		      int64_t now);

/*
 * Updates the figures once a second and returns true then. imports and copied are the
 * totals so far.
 */
bool display_hud_tick(struct display_hud *hud, uint64_t imports, uint64_t copied, int64_t now);

/* Milliseconds until tick has new figures; -1 if they are neither shown nor written. */
int display_hud_timeout(const struct display_hud *hud, int64_t now);

/* As display_overlay_draw. */
void display_hud_draw(struct display_hud *hud, int32_t window_width, int32_t window_height,
		      double scale);

#endif
