/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_FILM_H
#define DISPLAY_FILM_H

#include <stdbool.h>

#include "display/draw/painter.h"
#include "vgpu/base/error.h"

/*
 * What the guest shows as a film, by ffmpeg, which gets the pictures by a pipe and
 * takes the film's kind from the file's name. A thread writes: a slow ffmpeg
 * loses pictures, it does not hold the window up. The film has the size of the
 * first picture; others are scaled into it.
 */
struct display_film;

/* path is borrowed. NULL and err if the file is there already or memory is short. */
struct display_film *display_film_create(const char *path, struct base_error *err);

/*
 * Ends the film and waits for ffmpeg to write it. Takes NULL. -1 and err if the
 * film is not whole.
 */
int display_film_destroy(struct display_film *record, struct base_error *err);

/*
 * Adds what the painter has now. Main thread, with the context current; the first
 * one starts ffmpeg: -1 and err if there is none.
 */
int display_film_add(struct display_film *record, const struct display_painter *painter, bool blank,
		     struct base_error *err);

#endif
