/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/draw/painter.h"

#include <epoxy/gl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "display/draw/mapping.h"
#include "display/draw/shader.h"
#include "display/draw/texture.h"
#include "display/picture/format.h"
#include "vgpu/base/log.h"

static const char external_text[] = "#extension GL_OES_EGL_image_external : require\n"
				    "precision highp float;\n"
				    "uniform samplerExternalOES picture;\n";
static const char copied_text[] = "precision highp float;\n"
				  "uniform sampler2D picture;\n";

/*
 * Alpha is set to 1, because the guest's alpha can be anything and must not make the window
 * transparent. `edges` keeps a linear filter from reading beside the part of the buffer that
 * is shown.
 */
static const char plain_text[] = "varying vec2 at;\n"
				 "uniform vec4 edges;\n"
				 "void main()\n"
				 "{\n"
				 "	vec2 read = clamp(at, edges.xy, edges.zw);\n"
				 "	gl_FragColor = vec4(texture2D(picture, read).rgb, 1.0);\n"
				 "}\n";

/*
 * A magnified texel is read in its middle, where a linear filter returns its own colour.
 * Only in a rim of half a screen pixel does the filter blend it with the next texel. `size`
 * is the texture's size in texels, `magnify` the number of screen pixels per texel.
 */
static const char sharp_text[] =
	"varying vec2 at;\n"
	"uniform vec2 size, magnify;\n"
	"uniform vec4 edges;\n"
	"void main()\n"
	"{\n"
	"	vec2 texel = at * size;\n"
	"	vec2 middle = fract(texel) - 0.5;\n"
	"	vec2 inside = 0.5 - 0.5 / magnify;\n"
	"	vec2 rim = (middle - clamp(middle, -inside, inside)) * magnify;\n"
	"	vec2 read = (floor(texel) + 0.5 + rim) / size;\n"
	"	read = clamp(read, edges.xy, edges.zw);\n"
	"	gl_FragColor = vec4(texture2D(picture, read).rgb, 1.0);\n"
	"}\n";

/* Drops the surface and its damage, and the dma-buf that the surface is a copy of. */
static void drop_pixels(struct display_painter *painter)
{
	display_surface_unref(BASE_STEAL_PTR(painter->surface));
	display_frame_finish(&painter->mapped);
	painter->damage = (struct display_rect){ 0 };
}

static struct display_painter_program link_program(bool external, bool sharp,
						   struct base_error *err)
{
	struct display_painter_program program;
	char text[1024];

	snprintf(text, sizeof(text), "%s%s", external ? external_text : copied_text,
		 sharp ? sharp_text : plain_text);
	program.name = display_shader_link(text, err);
	program.edges = glGetUniformLocation(program.name, "edges");
	program.size = glGetUniformLocation(program.name, "size");
	program.magnify = glGetUniformLocation(program.name, "magnify");
	return program;
}

static int link_programs(struct display_painter *painter, struct base_error *err)
{
	int targets = painter->egl.exts.image_external ? DISPLAY_PAINTER_TARGETS : 1;

	for (int i = 0; i < targets; i++) {
		painter->plain[i] = link_program(i > 0, false, err);
		if (painter->plain[i].name == 0)
			return -1;
		painter->sharp[i] = link_program(i > 0, true, err);
		if (painter->sharp[i].name == 0)
			return -1;
	}
	return 0;
}

int display_painter_init(struct display_painter *painter, struct base_error *err)
{
	GLint alpha = 0;

	*painter = (struct display_painter){ .next = DISPLAY_FRAME_INIT,
					     .mapped = DISPLAY_FRAME_INIT };
	if (display_egl_init(&painter->egl, err) < 0)
		return -1;
	display_cache_init(&painter->cache, &painter->egl);
	glGetIntegerv(GL_MAX_TEXTURE_SIZE, &painter->max_texture);
	glGetIntegerv(GL_ALPHA_BITS, &alpha);
	painter->opaque = alpha == 0;
	glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
	glPixelStorei(GL_PACK_ALIGNMENT, 1);
	return link_programs(painter, err);
}

void display_painter_finish(struct display_painter *painter)
{
	if (painter->egl.display == EGL_NO_DISPLAY)
		return;
	display_cache_finish(&painter->cache);
	display_frame_finish(&painter->next);
	drop_pixels(painter);
	if (painter->upload != 0)
		glDeleteTextures(1, &painter->upload);
	for (int i = 0; i < DISPLAY_PAINTER_TARGETS; i++) {
		glDeleteProgram(painter->plain[i].name);
		glDeleteProgram(painter->sharp[i].name);
	}
	*painter = (struct display_painter){ 0 };
}

struct gl_layout {
	GLint internal;
	GLenum format, type;
};

static struct gl_layout layout_of(const struct display_format *format)
{
	switch (format->packing) {
	case DISPLAY_PACKING_3_BYTES:
		return (struct gl_layout){ GL_RGB8, GL_RGB, GL_UNSIGNED_BYTE };
	case DISPLAY_PACKING_565:
		return (struct gl_layout){ GL_RGB565, GL_RGB, GL_UNSIGNED_SHORT_5_6_5 };
	case DISPLAY_PACKING_2_10_10_10:
		return (struct gl_layout){ GL_RGB10_A2, GL_RGBA, GL_UNSIGNED_INT_2_10_10_10_REV };
	case DISPLAY_PACKING_4_BYTES:
	case DISPLAY_PACKING_1_5_5_5:
		break;
	}
	return (struct gl_layout){ GL_RGBA8, GL_RGBA, GL_UNSIGNED_BYTE };
}

static GLint swizzle(char name)
{
	switch (name) {
	case 'x':
		return GL_RED;
	case 'y':
		return GL_GREEN;
	case 'z':
		return GL_BLUE;
	default:
		return GL_ALPHA;
	}
}

/* Makes a texture of the surface's size and layout, or keeps the old one if it has them. */
static void prepare_upload(struct display_painter *painter, const struct display_format *format)
{
	struct gl_layout layout = layout_of(format);

	if (painter->upload != 0 && painter->upload_width == painter->width &&
	    painter->upload_height == painter->height && painter->upload_format == format)
		return;
	if (painter->upload != 0)
		glDeleteTextures(1, &painter->upload);
	painter->upload = display_texture_create(GL_TEXTURE_2D);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_R, swizzle(format->order[0]));
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_G, swizzle(format->order[1]));
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_B, swizzle(format->order[2]));
	glTexImage2D(GL_TEXTURE_2D, 0, layout.internal, (GLsizei)painter->width,
		     (GLsizei)painter->height, 0, layout.format, layout.type, NULL);
	painter->upload_width = painter->width;
	painter->upload_height = painter->height;
	painter->upload_format = format;
}

static void upload_rect(struct display_painter *painter, const struct display_rect *rect)
{
	const struct display_format *format;
	struct gl_layout layout;
	const uint8_t *pixels;
	uint32_t row;

	pixels = display_surface_lock(painter->surface, &format, &row);
	layout = layout_of(format);
	prepare_upload(painter, format);
	glBindTexture(GL_TEXTURE_2D, painter->upload);
	glPixelStorei(GL_UNPACK_ROW_LENGTH, (GLint)row);
	glTexSubImage2D(GL_TEXTURE_2D, 0, rect->x, rect->y, rect->width, rect->height,
			layout.format, layout.type,
			pixels + ((size_t)rect->y * row + (size_t)rect->x) * format->bytes);
	display_surface_unlock(painter->surface);
	painter->copied += (uint64_t)rect->width * (uint64_t)rect->height * format->bytes;
}

static int check_limits(const struct display_painter *painter, uint32_t width, uint32_t height,
			struct base_error *err)
{
	if (width <= (uint32_t)painter->max_texture && height <= (uint32_t)painter->max_texture)
		return 0;
	return base_error_set(err, BASE_FAILED,
			      "a picture of %ux%u is too large for %s: at most %d pixels a side",
			      width, height, painter->egl.renderer, painter->max_texture);
}

/* Uploads and shows the whole of painter->surface, which the caller has set. */
static void show_surface(struct display_painter *painter)
{
	const struct display_rect all = display_rect_whole(painter->width, painter->height);

	painter->left = painter->top = 0;
	painter->right = painter->bottom = 1;
	upload_rect(painter, &all);
	painter->texels_width = painter->width;
	painter->texels_height = painter->height;
	painter->target = GL_TEXTURE_2D;
	painter->texture = painter->upload;
	painter->framebuffer = 0;
}

static int set_pixels(struct display_painter *painter, struct display_frame *frame,
		      struct base_error *err)
{
	if (check_limits(painter, frame->width, frame->height, err) < 0)
		return -1;
	drop_pixels(painter);
	painter->surface = BASE_STEAL_PTR(frame->surface);
	painter->width = frame->width;
	painter->height = frame->height;
	show_surface(painter);
	return 0;
}

/* Shows a copy of the dma-buf, and keeps the dma-buf, since its content will change. */
static int set_copy(struct display_painter *painter, struct display_frame *frame,
		    struct base_error *err)
{
	struct display_surface *surface = display_surface_create(
		frame->width, frame->height, display_format_find(frame->fourcc), err);

	if (surface == NULL || display_mapping_copy(frame, surface, err) < 0) {
		display_surface_unref(surface);
		return -1;
	}
	drop_pixels(painter);
	painter->surface = surface;
	painter->mapped = display_frame_take(frame);
	painter->width = painter->mapped.width;
	painter->height = painter->mapped.height;
	show_surface(painter);
	painter->top = painter->mapped.y0_top ? 1 : 0;
	painter->bottom = painter->mapped.y0_top ? 0 : 1;
	return 0;
}

static void show_import(struct display_painter *painter, const struct display_cache_entry *entry,
			const struct display_frame *frame)
{
	float width = (float)frame->backing_width, height = (float)frame->backing_height;

	drop_pixels(painter);
	painter->texels_width = frame->backing_width;
	painter->texels_height = frame->backing_height;
	painter->target = GL_TEXTURE_EXTERNAL_OES;
	painter->texture = entry->texture;
	painter->framebuffer = entry->framebuffer;
	painter->copy_x = frame->x;
	painter->copy_y = frame->y;
	painter->copy_flips = frame->y0_top;
	painter->width = frame->width;
	painter->height = frame->height;
	painter->left = (float)frame->x / width;
	painter->right = (float)(frame->x + frame->width) / width;
	painter->top = (float)(frame->y0_top ? frame->y + frame->height : frame->y) / height;
	painter->bottom = (float)(frame->y0_top ? frame->y : frame->y + frame->height) / height;
}

static int set_dmabuf(struct display_painter *painter, struct display_frame *frame,
		      struct base_error *err)
{
	const struct display_frame values = *frame; /* owns nothing */
	BASE_AUTO(base_error) struct base_error why = { 0 };
	const struct display_cache_entry *entry;

	if (check_limits(painter, frame->backing_width, frame->backing_height, err) < 0)
		return -1;
	if (painter->maps && set_copy(painter, frame, NULL) == 0)
		return 0;
	painter->maps = false;
	entry = display_cache_get(&painter->cache, frame, err);
	if (entry != NULL) {
		show_import(painter, entry, &values);
		return 0;
	}
	if (set_copy(painter, frame, &why) < 0) {
		base_debug("%s", why.message);
		return -1;
	}
	base_warning("each picture is copied, which is slow: %s",
		     err != NULL ? err->message : "it cannot be imported");
	base_error_finish(err);
	painter->maps = true;
	return 0;
}

void display_painter_set_frame(struct display_painter *painter, struct display_frame *frame)
{
	display_frame_finish(&painter->next);
	painter->next = display_frame_take(frame);
}

void display_painter_add_damage(struct display_painter *painter, const struct display_rect *damage)
{
	/* A frame that is not prepared yet will be uploaded as a whole. */
	if (painter->next.kind == DISPLAY_FRAME_NONE && painter->surface != NULL &&
	    display_rect_fits(damage, painter->width, painter->height))
		painter->damage = display_rect_union(&painter->damage, damage);
}

static void upload_damage(struct display_painter *painter)
{
	struct display_rect damage = painter->damage;

	painter->damage = (struct display_rect){ 0 };
	if (display_rect_is_empty(&damage))
		return;
	if (painter->mapped.kind == DISPLAY_FRAME_NONE ||
	    display_mapping_copy(&painter->mapped, painter->surface, NULL) == 0)
		upload_rect(painter, &damage);
}

int display_painter_prepare(struct display_painter *painter, bool *is_new, struct base_error *err)
{
	BASE_AUTO(display_frame) struct display_frame frame = display_frame_take(&painter->next);
	enum display_frame_kind kind = frame.kind;
	int result = 0;

	if (kind == DISPLAY_FRAME_DMABUF)
		result = set_dmabuf(painter, &frame, err);
	else if (kind == DISPLAY_FRAME_PIXELS)
		result = set_pixels(painter, &frame, err);
	*is_new = result == 0 && kind != DISPLAY_FRAME_NONE;
	upload_damage(painter);
	return result;
}

static uint32_t choose_program(const struct display_painter *painter,
			       const struct display_view *view)
{
	bool external = painter->target != GL_TEXTURE_2D;
	bool sharp = view->filter == DISPLAY_FILTER_SHARP;
	const struct display_painter_program *program =
		sharp ? &painter->sharp[external] : &painter->plain[external];
	float width = (float)painter->texels_width, height = (float)painter->texels_height;

	glUseProgram(program->name);
	glUniform4f(program->edges, fminf(painter->left, painter->right) + 0.5f / width,
		    fminf(painter->top, painter->bottom) + 0.5f / height,
		    1 - fminf(1 - painter->left, 1 - painter->right) - 0.5f / width,
		    1 - fminf(1 - painter->top, 1 - painter->bottom) - 0.5f / height);
	if (sharp) {
		glUniform2f(program->size, width, height);
		glUniform2f(program->magnify, (float)view->width / (float)view->picture_width,
			    (float)view->height / (float)view->picture_height);
	}
	return program->name;
}

static void draw_picture(const struct display_painter *painter, const struct display_view *view)
{
	const float places[] = { -1, 1, 1, 1, -1, -1, 1, -1 };
	const float texels[] = { painter->left, painter->top,	 painter->right, painter->top,
				 painter->left, painter->bottom, painter->right, painter->bottom };
	GLint filter = view->filter == DISPLAY_FILTER_NEAREST ? GL_NEAREST : GL_LINEAR;
	uint32_t program = choose_program(painter, view);

	glBindTexture(painter->target, painter->texture);
	glTexParameteri(painter->target, GL_TEXTURE_MIN_FILTER, filter);
	glTexParameteri(painter->target, GL_TEXTURE_MAG_FILTER, filter);
	display_shader_draw(program, places, texels);
}

/* With one texel per screen pixel there is nothing to filter, so no shader is needed. */
static bool may_copy(const struct display_painter *painter, const struct display_view *view)
{
	return painter->framebuffer != 0 && painter->opaque &&
	       (uint32_t)view->width == painter->width && (uint32_t)view->height == painter->height;
}

static void copy_picture(const struct display_painter *painter, const struct display_view *view,
			 int32_t window_height)
{
	GLint x = (GLint)painter->copy_x, y = (GLint)painter->copy_y;
	/* GL counts the window's rows from the bottom. */
	GLint top = window_height - view->y, bottom = top - view->height;

	glBindFramebuffer(GL_READ_FRAMEBUFFER, painter->framebuffer);
	glBlitFramebuffer(x, y, x + view->width, y + view->height, view->x,
			  painter->copy_flips ? bottom : top, view->x + view->width,
			  painter->copy_flips ? top : bottom, GL_COLOR_BUFFER_BIT, GL_NEAREST);
	glBindFramebuffer(GL_READ_FRAMEBUFFER, 0);
}

static bool covers_window(const struct display_view *view, int32_t window_width,
			  int32_t window_height)
{
	return view->x == 0 && view->y == 0 && view->width == window_width &&
	       view->height == window_height;
}

static void clear_window(int32_t window_width, int32_t window_height)
{
	glViewport(0, 0, window_width, window_height);
	glClearColor(0, 0, 0, 1);
	glClear(GL_COLOR_BUFFER_BIT);
}

void display_painter_draw(const struct display_painter *painter, const struct display_view *view,
			  int32_t window_width, int32_t window_height, bool blank)
{
	bool empty = blank || painter->width == 0 || view->width == 0;
	bool copies = !empty && may_copy(painter, view);

	if (!copies || !covers_window(view, window_width, window_height))
		clear_window(window_width, window_height);
	if (copies) {
		copy_picture(painter, view, window_height);
	} else if (!empty) {
		glViewport(view->x, window_height - view->y - view->height, view->width,
			   view->height);
		draw_picture(painter, view);
	}
}
