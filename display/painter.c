/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/painter.h"

#include <epoxy/gl.h>
#include <string.h>

#include "display/format.h"
#include "vgpu/base/log.h"

enum {
	PLACE,
	TEXEL
};

static const char vertex_shader[] = "attribute vec2 place;\n"
				    "attribute vec2 texel;\n"
				    "varying vec2 at;\n"
				    "void main()\n"
				    "{\n"
				    "	gl_Position = vec4(place, 0.0, 1.0);\n"
				    "	at = texel;\n"
				    "}\n";

/* Alpha is what a guest left there; a window must not become transparent. */
#define FRAGMENT_SHADER(sampler)                                                                   \
	"precision highp float;\n"                                                                 \
	"uniform " sampler " picture;\n"                                                           \
	"varying vec2 at;\n"                                                                       \
	"void main()\n"                                                                            \
	"{\n"                                                                                      \
	"	gl_FragColor = vec4(texture2D(picture, at).rgb, 1.0);\n"                                 \
	"}\n"

static const char fragment_2d[] = FRAGMENT_SHADER("sampler2D");
static const char fragment_external[] =
	"#extension GL_OES_EGL_image_external : require\n" FRAGMENT_SHADER("samplerExternalOES");

static GLuint compile(GLenum kind, const char *text, struct base_error *err)
{
	GLuint shader = glCreateShader(kind);
	GLint compiled = GL_FALSE;
	char log[256] = "";

	glShaderSource(shader, 1, &text, NULL);
	glCompileShader(shader);
	glGetShaderiv(shader, GL_COMPILE_STATUS, &compiled);
	if (compiled)
		return shader;
	glGetShaderInfoLog(shader, sizeof(log), NULL, log);
	glDeleteShader(shader);
	base_error_set(err, BASE_FAILED, "the OpenGL driver does not take a shader: %s", log);
	return 0;
}

static GLuint link_program(const char *fragment, struct base_error *err)
{
	GLuint parts[2] = { compile(GL_VERTEX_SHADER, vertex_shader, err), 0 };
	GLuint program = glCreateProgram();
	GLint linked = GL_FALSE;

	if (parts[0] != 0)
		parts[1] = compile(GL_FRAGMENT_SHADER, fragment, err);
	if (parts[1] != 0) {
		glAttachShader(program, parts[0]);
		glAttachShader(program, parts[1]);
		glBindAttribLocation(program, PLACE, "place");
		glBindAttribLocation(program, TEXEL, "texel");
		glLinkProgram(program);
		glGetProgramiv(program, GL_LINK_STATUS, &linked);
		if (!linked)
			base_error_set(err, BASE_FAILED, "the OpenGL driver does not link shaders");
	}
	glDeleteShader(parts[0]);
	glDeleteShader(parts[1]);
	if (!linked) {
		glDeleteProgram(program);
		return 0;
	}
	return program;
}

int display_painter_init(struct display_painter *painter, struct base_error *err)
{
	*painter = (struct display_painter){ 0 };
	if (display_egl_init(&painter->egl, err) < 0)
		return -1;
	display_cache_init(&painter->cache, &painter->egl);
	glGetIntegerv(GL_MAX_TEXTURE_SIZE, &painter->max_texture);
	glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
	glPixelStorei(GL_PACK_ALIGNMENT, 1);
	painter->program_2d = link_program(fragment_2d, err);
	if (painter->program_2d == 0)
		return -1;
	if (painter->egl.exts.image_external)
		painter->program_external = link_program(fragment_external, err);
	return painter->egl.exts.image_external && painter->program_external == 0 ? -1 : 0;
}

void display_painter_finish(struct display_painter *painter)
{
	if (painter->egl.display == EGL_NO_DISPLAY)
		return;
	display_cache_finish(&painter->cache);
	display_surface_unref(painter->surface);
	if (painter->upload != 0)
		glDeleteTextures(1, &painter->upload);
	glDeleteProgram(painter->program_2d);
	glDeleteProgram(painter->program_external);
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

static GLint component(char name)
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

/* A texture of the surface's size and layout; the old one if it has them. */
static void prepare_upload(struct display_painter *painter, const struct display_format *format)
{
	struct gl_layout layout = layout_of(format);

	if (painter->upload != 0 && painter->upload_width == painter->width &&
	    painter->upload_height == painter->height && painter->upload_format == format)
		return;
	if (painter->upload != 0)
		glDeleteTextures(1, &painter->upload);
	glGenTextures(1, &painter->upload);
	glBindTexture(GL_TEXTURE_2D, painter->upload);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_R, component(format->order[0]));
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_G, component(format->order[1]));
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_B, component(format->order[2]));
	glTexImage2D(GL_TEXTURE_2D, 0, layout.internal, (GLsizei)painter->width,
		     (GLsizei)painter->height, 0, layout.format, layout.type, NULL);
	painter->upload_width = painter->width;
	painter->upload_height = painter->height;
	painter->upload_format = format;
}

static void upload(struct display_painter *painter, const struct display_rect *rect)
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
}

static int check_limits(const struct display_painter *painter, uint32_t width, uint32_t height,
			struct base_error *err)
{
	if (width <= (uint32_t)painter->max_texture && height <= (uint32_t)painter->max_texture)
		return 0;
	return base_error_set(err, BASE_FAILED,
			      "a picture of %ux%u is too large for %s: %d pixels a side at most",
			      width, height, painter->egl.renderer, painter->max_texture);
}

static int set_pixels(struct display_painter *painter, struct display_frame *frame,
		      struct base_error *err)
{
	struct display_rect all = { .width = (int32_t)frame->width,
				    .height = (int32_t)frame->height };

	if (check_limits(painter, frame->width, frame->height, err) < 0)
		return -1;
	display_surface_unref(painter->surface);
	painter->surface = BASE_STEAL_PTR(frame->surface);
	painter->width = frame->width;
	painter->height = frame->height;
	painter->left = painter->top = 0;
	painter->right = painter->bottom = 1;
	upload(painter, &all);
	painter->target = GL_TEXTURE_2D;
	painter->texture = painter->upload;
	return 0;
}

static int set_dmabuf(struct display_painter *painter, struct display_frame *frame,
		      struct base_error *err)
{
	struct display_frame copy = *frame; /* its plain values only */
	float width = (float)frame->backing_width, height = (float)frame->backing_height;
	uint32_t texture;

	if (check_limits(painter, frame->backing_width, frame->backing_height, err) < 0)
		return -1;
	texture = display_cache_get(&painter->cache, frame, err);
	if (texture == 0)
		return -1;
	display_surface_unref(BASE_STEAL_PTR(painter->surface));
	painter->target = GL_TEXTURE_EXTERNAL_OES;
	painter->texture = texture;
	painter->width = copy.width;
	painter->height = copy.height;
	painter->left = (float)copy.x / width;
	painter->right = (float)(copy.x + copy.width) / width;
	painter->top = (float)(copy.y0_top ? copy.y + copy.height : copy.y) / height;
	painter->bottom = (float)(copy.y0_top ? copy.y : copy.y + copy.height) / height;
	return 0;
}

int display_painter_set_frame(struct display_painter *painter, struct display_frame *frame,
			      struct base_error *err)
{
	int result = frame->kind == DISPLAY_FRAME_DMABUF ? set_dmabuf(painter, frame, err)
							 : set_pixels(painter, frame, err);

	display_frame_finish(frame);
	return result;
}

void display_painter_update(struct display_painter *painter, const struct display_rect *damage)
{
	if (painter->surface != NULL && display_rect_fits(damage, painter->width, painter->height))
		upload(painter, damage);
}

static void draw_picture(const struct display_painter *painter, bool exact)
{
	const float places[] = { -1, 1, 1, 1, -1, -1, 1, -1 };
	const float texels[] = { painter->left, painter->top,	 painter->right, painter->top,
				 painter->left, painter->bottom, painter->right, painter->bottom };
	GLint filter = exact ? GL_NEAREST : GL_LINEAR;

	glUseProgram(painter->target == GL_TEXTURE_2D ? painter->program_2d
						      : painter->program_external);
	glBindTexture(painter->target, painter->texture);
	glTexParameteri(painter->target, GL_TEXTURE_MIN_FILTER, filter);
	glTexParameteri(painter->target, GL_TEXTURE_MAG_FILTER, filter);
	glVertexAttribPointer(PLACE, 2, GL_FLOAT, GL_FALSE, 0, places);
	glVertexAttribPointer(TEXEL, 2, GL_FLOAT, GL_FALSE, 0, texels);
	glEnableVertexAttribArray(PLACE);
	glEnableVertexAttribArray(TEXEL);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

void display_painter_draw(const struct display_painter *painter, const struct display_view *view,
			  int32_t window_width, int32_t window_height, bool blank)
{
	glViewport(0, 0, window_width, window_height);
	glClearColor(0, 0, 0, 1);
	glClear(GL_COLOR_BUFFER_BIT);
	if (blank || painter->width == 0 || view->width == 0)
		return;
	glViewport(view->x, window_height - view->y - view->height, view->width, view->height);
	draw_picture(painter, display_view_is_exact(view));
}
