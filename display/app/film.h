/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_FILM_H
#define DISPLAY_FILM_H

#include <stdbool.h>

#include "display/draw/painter.h"
#include "vgpu/base/error.h"

/*
 * Records what the guest shows, with ffmpeg, which reads the pictures from a pipe and
 * derives the container format from the file's name. A thread writes to the pipe: if ffmpeg
 * is slow, pictures are dropped, and the window is not delayed. The film has the size of
 * the first picture; pictures of another size are scaled to it.
 */
struct display_film;

/* path is borrowed. NULL and err if the file exists already or memory is short. */
struct display_film *display_film_create(const char *path, struct base_error *err);

/*
 * Ends the film and waits for ffmpeg to write it. Takes NULL. -1 and err if the
 * film is incomplete.
 */
int display_film_destroy(struct display_film *record, struct base_error *err);

/*
 * Adds the painter's current picture; the first call with a picture starts ffmpeg. -1 and
 * err if that fails. Main thread, with the context current.
 */
int display_film_add(struct display_film *record, const struct display_painter *painter, bool blank,
		     struct base_error *err);

#endif
