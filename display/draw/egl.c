/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/draw/egl.h"

#include <drm_fourcc.h>
#include <epoxy/gl.h>
#include <inttypes.h>
#include <string.h>

#include "display/picture/format.h"
#include "vgpu/base/log.h"

/* 8 pairs for the picture, at most 5 for a plane, and EGL_NONE. */
#define ATTRIBUTES_MAX (2 * (8 + 5 * DISPLAY_FRAME_PLANES) + 1)

int display_egl_init(struct display_egl *egl, struct base_error *err)
{
	EGLDisplay display = eglGetCurrentDisplay();

	if (display == EGL_NO_DISPLAY)
		return base_error_set(err, BASE_FAILED,
				      "SDL opened a window without EGL: install Mesa's libEGL, "
				      "and unset SDL_VIDEODRIVER and SDL_VIDEO_X11_FORCE_EGL");
	egl->display = display;
	egl->exts.dma_buf_import = epoxy_has_egl_extension(display, "EGL_EXT_image_dma_buf_import");
	egl->exts.dma_buf_import_modifiers =
		epoxy_has_egl_extension(display, "EGL_EXT_image_dma_buf_import_modifiers");
	egl->exts.image_external = epoxy_has_gl_extension("GL_OES_EGL_image_external");
	egl->vendor = eglQueryString(display, EGL_VENDOR);
	egl->renderer = (const char *)glGetString(GL_RENDERER);
	base_debug("EGL of %s, %s: import of dma-bufs %s, with modifiers %s", egl->vendor,
		   egl->renderer, egl->exts.dma_buf_import ? "yes" : "no",
		   egl->exts.dma_buf_import_modifiers ? "yes" : "no");
	return 0;
}

struct attributes {
	EGLint list[ATTRIBUTES_MAX];
	size_t count;
};

static void push_attribute(struct attributes *attributes, EGLint name, EGLint value)
{
	attributes->list[attributes->count++] = name;
	attributes->list[attributes->count++] = value;
}

static const struct {
	EGLint fd, offset, pitch, modifier_low, modifier_high;
} plane_names[DISPLAY_FRAME_PLANES] = {
	{ EGL_DMA_BUF_PLANE0_FD_EXT, EGL_DMA_BUF_PLANE0_OFFSET_EXT, EGL_DMA_BUF_PLANE0_PITCH_EXT,
	  EGL_DMA_BUF_PLANE0_MODIFIER_LO_EXT, EGL_DMA_BUF_PLANE0_MODIFIER_HI_EXT },
	{ EGL_DMA_BUF_PLANE1_FD_EXT, EGL_DMA_BUF_PLANE1_OFFSET_EXT, EGL_DMA_BUF_PLANE1_PITCH_EXT,
	  EGL_DMA_BUF_PLANE1_MODIFIER_LO_EXT, EGL_DMA_BUF_PLANE1_MODIFIER_HI_EXT },
	{ EGL_DMA_BUF_PLANE2_FD_EXT, EGL_DMA_BUF_PLANE2_OFFSET_EXT, EGL_DMA_BUF_PLANE2_PITCH_EXT,
	  EGL_DMA_BUF_PLANE2_MODIFIER_LO_EXT, EGL_DMA_BUF_PLANE2_MODIFIER_HI_EXT },
	{ EGL_DMA_BUF_PLANE3_FD_EXT, EGL_DMA_BUF_PLANE3_OFFSET_EXT, EGL_DMA_BUF_PLANE3_PITCH_EXT,
	  EGL_DMA_BUF_PLANE3_MODIFIER_LO_EXT, EGL_DMA_BUF_PLANE3_MODIFIER_HI_EXT },
};

static void push_plane(struct attributes *attributes, const struct display_frame *frame, uint32_t i,
		       bool with_modifier)
{
	push_attribute(attributes, plane_names[i].fd, frame->planes[i].fd);
	push_attribute(attributes, plane_names[i].offset, (EGLint)frame->planes[i].offset);
	push_attribute(attributes, plane_names[i].pitch, (EGLint)frame->planes[i].stride);
	if (!with_modifier)
		return;
	push_attribute(attributes, plane_names[i].modifier_low,
		       (EGLint)(frame->modifier & UINT32_MAX));
	push_attribute(attributes, plane_names[i].modifier_high, (EGLint)(frame->modifier >> 32));
}

static const char *egl_error_name(EGLint error)
{
	switch (error) {
	case EGL_BAD_MATCH:
		return "the driver does not accept this layout";
	case EGL_BAD_ATTRIBUTE:
		return "the driver does not know this format or modifier";
	case EGL_BAD_ACCESS:
		return "the driver is not allowed to read the buffer";
	case EGL_BAD_ALLOC:
		return "the buffer is not on this GPU, or memory is short";
	default:
		return "the driver gives no reason";
	}
}

static int check_exts(const struct display_egl *egl, struct base_error *err)
{
	if (egl->exts.dma_buf_import && egl->exts.image_external)
		return 0;
	return base_error_set(
		err, BASE_FAILED,
		"cannot show the vGPU's picture: %s (%s) cannot import dma-bufs; "
		"the window must be drawn by the vGPU's GPU, with a /dev/dri/renderD* "
		"that you may open, under Wayland, or under X11 with DRI3",
		egl->renderer, egl->vendor);
}

static int import_failed(const struct display_frame *frame, struct base_error *err)
{
	char name[DISPLAY_FORMAT_NAME_SIZE];
	EGLint error = eglGetError();

	return base_error_set(err, BASE_FAILED,
			      "cannot import the vGPU's picture, %ux%u %s with modifier 0x%" PRIx64
			      ": %s (EGL 0x%x); the window must be drawn by the vGPU's GPU",
			      frame->backing_width, frame->backing_height,
			      display_format_name(frame->fourcc, name), frame->modifier,
			      egl_error_name(error), error);
}

EGLImageKHR display_egl_import(const struct display_egl *egl, const struct display_frame *frame,
			       struct base_error *err)
{
	struct attributes attributes = { .count = 0 };
	bool with_modifier = frame->modifier != DRM_FORMAT_MOD_INVALID;
	EGLImageKHR image;

	if (check_exts(egl, err) < 0)
		return EGL_NO_IMAGE_KHR;
	if (!egl->exts.dma_buf_import_modifiers) {
		if (with_modifier && frame->modifier != DRM_FORMAT_MOD_LINEAR) {
			base_error_set(
				err, BASE_FAILED,
				"cannot import the vGPU's tiled picture: %s (%s) does not support "
				"modifiers",
				egl->renderer, egl->vendor);
			return EGL_NO_IMAGE_KHR;
		}
		with_modifier = false;
	}
	push_attribute(&attributes, EGL_WIDTH, (EGLint)frame->backing_width);
	push_attribute(&attributes, EGL_HEIGHT, (EGLint)frame->backing_height);
	push_attribute(&attributes, EGL_LINUX_DRM_FOURCC_EXT, (EGLint)frame->fourcc);
	push_attribute(&attributes, EGL_IMAGE_PRESERVED_KHR, EGL_TRUE);
	for (uint32_t i = 0; i < frame->plane_count; i++)
		push_plane(&attributes, frame, i, with_modifier);
	attributes.list[attributes.count] = EGL_NONE;
	image = eglCreateImageKHR(egl->display, EGL_NO_CONTEXT, EGL_LINUX_DMA_BUF_EXT, NULL,
				  attributes.list);
	if (image == EGL_NO_IMAGE_KHR)
		import_failed(frame, err);
	return image;
}
