/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_EGL_H
#define DISPLAY_EGL_H

#include <epoxy/egl.h>
#include <stdbool.h>

#include "display/picture/frame.h"
#include "vgpu/base/error.h"

/* What the EGL display of the current context supports; asked once. */
struct display_egl {
	EGLDisplay display;
	struct {
		bool dma_buf_import;
		bool dma_buf_import_modifiers;
		bool image_external; /* OpenGL ES: draws an imported buffer */
	} exts;
	const char *vendor, *renderer; /* for people */
};

/* -1 and err if the current context is not an EGL context. Main thread. */
int display_egl_init(struct display_egl *egl, struct base_error *err);

/*
 * Imports a dma-buf frame that passed display_frame_check. No pixel is copied: what is
 * written to the buffer later appears in the image. The frame's fds can be closed
 * afterwards. On failure EGL_NO_IMAGE_KHR, and err says why and what to do. Main thread.
 */
EGLImageKHR display_egl_import(const struct display_egl *egl, const struct display_frame *frame,
			       struct base_error *err);

#endif
