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

/* A program of GL's and where its uniforms are. */
struct display_painter_program {
	uint32_t name; /* 0: not there */
	int32_t edges, size, magnify;
};

/*
 * Draws the newest frame with OpenGL ES 3. One context, which is current on the
 * main thread whenever something here is called.
 */
struct display_painter {
	struct display_egl egl;
	struct display_cache cache;
	/* For pixels that were copied, then for dma-bufs. */
	struct display_painter_program plain[DISPLAY_PAINTER_TARGETS];
	struct display_painter_program sharp[DISPLAY_PAINTER_TARGETS];
	int32_t max_texture;
	bool opaque; /* the window has no alpha that a guest's could get into */

	/* What draw shows; width 0: nothing. */
	uint32_t width, height;
	uint32_t target, texture;	      /* GL's */
	uint32_t texels_width, texels_height; /* of the whole texture */
	float left, top, right, bottom;	      /* of the texture */
	uint32_t framebuffer;		      /* on the texture; 0: cannot be copied from */
	uint32_t copy_x, copy_y;	      /* in texels: what is shown lies there */
	bool copy_flips;		      /* its first row in memory is the bottom one */

	struct display_frame next; /* owned; given, and not looked at yet; or empty */

	struct display_surface *surface; /* a reference; NULL: no pixels of ours are shown */
	struct display_rect damage;	 /* of what is shown, not brought in yet */
	struct display_frame mapped;	 /* the dma-buf that surface is a copy of; or empty */
	bool maps;			 /* the last dma-buf could be copied only */
	uint32_t upload;		 /* texture; 0: none */
	uint32_t upload_width, upload_height;
	const struct display_format *upload_format;
	uint64_t copied; /* bytes, so far */
};

/* -1 and err if there is no EGL or OpenGL ES 3 is short of something. */
int display_painter_init(struct display_painter *painter, struct base_error *err);
void display_painter_finish(struct display_painter *painter);

/*
 * The frame to be shown next, which is taken. It costs nothing until it is prepared:
 * one that another replaces before is only closed.
 */
void display_painter_set_frame(struct display_painter *painter, struct display_frame *frame);

/* The content of the newest frame has changed within `damage`. */
void display_painter_add_damage(struct display_painter *painter, const struct display_rect *damage);

/*
 * To be called just before drawing: imports or uploads what is new since the last
 * time. *is_new says whether the next draw shows another frame than the last one. -1
 * and err if that cannot be shown: it is dropped, and the last one stays.
 */
int display_painter_prepare(struct display_painter *painter, bool *is_new, struct base_error *err);

/*
 * Draws into the whole window of that size, or what else is the draw framebuffer;
 * without a picture, black. The read framebuffer is the window afterwards.
 */
void display_painter_draw(const struct display_painter *painter, const struct display_view *view,
			  int32_t window_width, int32_t window_height, bool blank);

#endif
