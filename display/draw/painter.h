/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_PAINTER_H
#define DISPLAY_PAINTER_H

#include <stdbool.h>
#include <stdint.h>

#include "display/draw/cache.h"
#include "display/draw/egl.h"
#include "display/picture/frame.h"
#include "display/picture/view.h"
#include "vgpu/base/error.h"

#define DISPLAY_PAINTER_TARGETS 2

/* A GL program and the locations of its uniforms. */
struct display_painter_program {
	uint32_t name; /* 0: none */
	int32_t edges, size, magnify;
};

/*
 * Draws the newest frame with OpenGL ES 3. There is one context, which must be current on
 * the main thread in every call.
 */
struct display_painter {
	struct display_egl egl;
	struct display_cache cache;
	/* The first of each is for copied pixels, the second for dma-bufs. */
	struct display_painter_program plain[DISPLAY_PAINTER_TARGETS];
	struct display_painter_program sharp[DISPLAY_PAINTER_TARGETS];
	int32_t max_texture;
	bool opaque; /* the window has no alpha, so the guest's cannot make it transparent */

	/* What draw shows; width 0: nothing. */
	uint32_t width, height;
	uint32_t target, texture;	      /* of GL */
	uint32_t texels_width, texels_height; /* of the whole texture */
	float left, top, right, bottom;	      /* the part of the texture, 0 to 1 */
	uint32_t framebuffer;		      /* on the texture; 0: it cannot be copied from */
	uint32_t copy_x, copy_y;	      /* where the shown part begins; texels */
	bool copy_flips;		      /* the first row in memory is the bottom one */

	struct display_frame next; /* owned; not prepared yet; or empty */

	struct display_surface *surface; /* a reference; NULL: a dma-buf, or nothing, is shown */
	struct display_rect damage;	 /* of the surface, not uploaded yet */
	struct display_frame mapped;	 /* the dma-buf that surface is a copy of; or empty */
	bool maps;			 /* the last dma-buf could only be copied */
	uint32_t upload;		 /* texture; 0: none */
	uint32_t upload_width, upload_height;
	const struct display_format *upload_format;
	uint64_t copied; /* bytes uploaded so far */
};

/* -1 and err if there is no EGL, or the driver does not accept a shader. */
int display_painter_init(struct display_painter *painter, struct base_error *err);
void display_painter_finish(struct display_painter *painter);

/*
 * Takes the frame to be shown next. It costs nothing until it is prepared: a frame that is
 * replaced before that is only closed.
 */
void display_painter_set_frame(struct display_painter *painter, struct display_frame *frame);

/* The content of the newest frame has changed within `damage`. */
void display_painter_add_damage(struct display_painter *painter, const struct display_rect *damage);

/*
 * Imports or uploads what is new since the last call; call it just before drawing. *is_new
 * says whether the next draw shows another frame than the last one. -1 and err if the new
 * frame cannot be shown: it is dropped, and the last one stays.
 */
int display_painter_prepare(struct display_painter *painter, bool *is_new, struct base_error *err);

/*
 * Fills the draw framebuffer, normally the window, which must have that size; it is black
 * without a picture. Afterwards the read framebuffer is the window.
 */
void display_painter_draw(const struct display_painter *painter, const struct display_view *view,
			  int32_t window_width, int32_t window_height, bool blank);

#endif
