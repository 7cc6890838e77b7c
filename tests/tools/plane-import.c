// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Imports a gvtsim vGPU's planes into OpenGL on a DRM render node, in the way of
 * QEMU (GBM, EGL_EXT_image_dma_buf_import), and looks at what GL sees: usage:
 * plane-import RENDERNODE UUID. Prints TAP. The vGPU must not be in use; it is
 * paused and shows a cursor.
 */
#include <dlfcn.h>
#include <epoxy/egl.h>
#include <epoxy/gl.h>
#include <stdint.h>
#include <stdlib.h>

#include "tests/lab/gvtsim/pattern.h"
#include "tests/tools/vfio.h"
#include "vgpu/base/log.h"

enum {
	PRIMARY = 1,
	CURSOR = 2
};

static int count, failed;

static bool ok(bool good, const char *name)
{
	printf("%sok %d - %s\n", good ? "" : "not ", ++count, name);
	failed += !good;
	return good;
}

/* GBM is not among what the project links; QEMU loads it anyway. */
static void *gbm_open(int node)
{
	void *library = dlopen("libgbm.so.1", RTLD_NOW);
	void *(*create)(int) = NULL;

	if (library != NULL)
		*(void **)&create = dlsym(library, "gbm_create_device");
	return create != NULL ? create(node) : NULL;
}

static EGLDisplay display_open(int node, struct base_error *err)
{
	void *gbm = gbm_open(node);
	EGLDisplay display;
	EGLContext context;

	if (gbm == NULL) {
		base_error_set(err, BASE_FAILED, "cannot open the render node with GBM");
		return EGL_NO_DISPLAY;
	}
	display = eglGetPlatformDisplayEXT(EGL_PLATFORM_GBM_KHR, gbm, NULL);
	if (display == EGL_NO_DISPLAY || !eglInitialize(display, NULL, NULL) ||
	    !eglBindAPI(EGL_OPENGL_API)) {
		base_error_set(err, BASE_FAILED, "no EGL on the render node");
		return EGL_NO_DISPLAY;
	}
	context = eglCreateContext(display, EGL_NO_CONFIG_KHR, EGL_NO_CONTEXT, NULL);
	if (!eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, context)) {
		base_error_set(err, BASE_FAILED, "no GL context on the render node");
		return EGL_NO_DISPLAY;
	}
	return display;
}

/* Makes the plane the source of glReadPixels. */
static bool import(EGLDisplay display, const struct vfio *vfio, uint32_t type,
		   struct vfio_device_gfx_plane_info *plane)
{
	GLuint texture, framebuffer;
	EGLImage image;
	int fd;

	if (vfio_query_plane(vfio, type, plane) < 0)
		return false;
	fd = vfio_get_dmabuf(vfio, plane->dmabuf_id);
	if (fd < 0)
		return false;
	const EGLint attributes[] = {
		EGL_WIDTH,
		(EGLint)plane->width,
		EGL_HEIGHT,
		(EGLint)plane->height,
		EGL_LINUX_DRM_FOURCC_EXT,
		(EGLint)plane->drm_format,
		EGL_DMA_BUF_PLANE0_FD_EXT,
		fd,
		EGL_DMA_BUF_PLANE0_OFFSET_EXT,
		0,
		EGL_DMA_BUF_PLANE0_PITCH_EXT,
		(EGLint)plane->stride,
		EGL_NONE,
	};
	image = eglCreateImageKHR(display, EGL_NO_CONTEXT, EGL_LINUX_DMA_BUF_EXT, NULL, attributes);
	close(fd);
	if (image == EGL_NO_IMAGE)
		return false;
	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_2D, texture);
	glEGLImageTargetTexture2DOES(GL_TEXTURE_2D, image);
	glGenFramebuffers(1, &framebuffer);
	glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
	glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
	return glCheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;
}

static uint32_t *read_pixels(const struct vfio_device_gfx_plane_info *plane)
{
	uint32_t *pixels = calloc((size_t)plane->width * plane->height, 4);

	if (pixels != NULL)
		glReadPixels(0, 0, (GLsizei)plane->width, (GLsizei)plane->height, GL_BGRA,
			     GL_UNSIGNED_BYTE, pixels);
	return pixels;
}

static bool is_the_picture(const struct vfio_device_gfx_plane_info *plane, uint32_t *pixels)
{
	struct pattern_image image = { (uint8_t *)pixels, plane->width * 4, plane->width,
				       plane->height, PATTERN_XR24 };
	struct pattern_layout layout = pattern_layout(plane->width, plane->height);
	uint32_t words[PATTERN_STAMP_WORDS] = { 0 };
	struct pattern_stamp stamp;
	long differing = 0;

	for (int bit = 0; bit < 32 * PATTERN_STAMP_WORDS; bit++)
		words[bit / 32] = words[bit / 32] << 1 |
				  (*pattern_at(&image, layout.stamp.x + bit % 32 * layout.cell,
					       layout.stamp.y + bit / 32 * layout.cell) != 0);
	if (!pattern_stamp_decode(words, &stamp))
		return false;
	image.pixels = calloc(plane->height, image.stride);
	if (image.pixels == NULL)
		return false;
	pattern_draw(&image, stamp.frame, stamp.time);
	for (size_t i = 0; i < (size_t)plane->width * plane->height; i++)
		differing += (pixels[i] & 0xffffff) != ((uint32_t *)(void *)image.pixels)[i];
	free(image.pixels);
	if (differing != 0)
		printf("# %ld pixels differ\n", differing);
	return differing == 0;
}

static uint32_t pixel_at(int x, int y)
{
	uint32_t pixel = 0;

	glReadPixels(x, y, 1, 1, GL_BGRA, GL_UNSIGNED_BYTE, &pixel);
	return pixel & 0xffffff;
}

static void try_planes(EGLDisplay display, const struct vfio *vfio, const char *uuid)
{
	struct vfio_device_gfx_plane_info plane;
	BASE_AUTO(free) uint32_t *picture = NULL;
	BASE_AUTO(free) uint32_t *cursor = NULL;

	if (ok(import(display, vfio, PRIMARY, &plane), "the primary plane is imported")) {
		picture = read_pixels(&plane);
		ok(picture != NULL && is_the_picture(&plane, picture), "GL sees every pixel of it");
		vfio_set(uuid, "poke", "7 100 c0ffee", NULL);
		ok(pixel_at(7, 100) == 0xc0ffee, "and a pixel that changes later: no copy");
	}
	if (ok(import(display, vfio, CURSOR, &plane), "the cursor plane is imported")) {
		cursor = read_pixels(&plane);
		ok(cursor != NULL && cursor[10 * 64 + 3] == 0xffffffff && cursor[63] == 0,
		   "GL sees the arrow");
	}
}

int main(int argc, char **argv)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(vfio) struct vfio vfio = VFIO_CLOSED;
	BASE_AUTO(fd) int node = -1;
	EGLDisplay display;

	base_log_init("plane-import", BASE_LOG_INFO);
	if (argc != 3) {
		fputs("usage: plane-import RENDERNODE UUID\n", stderr);
		return BASE_MISUSED;
	}
	node = open(argv[1], O_RDWR | O_CLOEXEC);
	if (node < 0)
		base_error_errno(&err, errno, "cannot open %s", argv[1]);
	display = node < 0 ? EGL_NO_DISPLAY : display_open(node, &err);
	if (display == EGL_NO_DISPLAY || vfio_set(argv[2], "refresh_mhz", "0", &err) < 0 ||
	    vfio_set(argv[2], "cursor", "3 3", &err) < 0 || vfio_open(&vfio, argv[2], &err) < 0)
		return base_log_error(&err);
	printf("# %s\n", (const char *)glGetString(GL_RENDERER));
	try_planes(display, &vfio, argv[2]);
	eglTerminate(display);
	printf("1..%d\n", count);
	return failed > 0;
}
