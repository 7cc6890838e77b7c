/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/picture/surface.h"

#include <drm_fourcc.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "display/picture/size.h"

struct display_surface {
	atomic_uint references;
	uint32_t width, height;
	const struct display_format *format; /* of the data that is written */
	const struct display_format *stored; /* of `pixels` */
	size_t row_bytes;		     /* of `pixels`: tightly packed */
	uint8_t *pixels;		     /* owned; guarded by lock */
	uint8_t *scratch;		     /* owned; one row; for the writing thread */
	pthread_mutex_t lock;
};

struct display_surface *display_surface_create(uint32_t width, uint32_t height,
					       const struct display_format *format,
					       struct base_error *err)
{
	struct display_surface *surface;

	if (display_size_check(width, height, err) < 0)
		return NULL;
	surface = calloc(1, sizeof(*surface));
	if (surface == NULL) {
		base_error_errno(err, ENOMEM, "cannot hold a picture");
		return NULL;
	}
	atomic_init(&surface->references, 1);
	pthread_mutex_init(&surface->lock, NULL);
	surface->width = width;
	surface->height = height;
	surface->format = format;
	surface->stored = format->packing == DISPLAY_PACKING_1_5_5_5
				  ? display_format_find(DRM_FORMAT_XRGB8888)
				  : format;
	surface->row_bytes = (size_t)width * surface->stored->bytes;
	surface->pixels = calloc(height, surface->row_bytes);
	surface->scratch = malloc((size_t)width * format->bytes);
	if (surface->pixels == NULL || surface->scratch == NULL) {
		display_surface_unref(surface);
		base_error_errno(err, ENOMEM, "cannot hold a picture of %ux%u", width, height);
		return NULL;
	}
	return surface;
}

struct display_surface *display_surface_ref(struct display_surface *surface)
{
	atomic_fetch_add(&surface->references, 1);
	return surface;
}

void display_surface_unref(struct display_surface *surface)
{
	if (surface == NULL || atomic_fetch_sub(&surface->references, 1) > 1)
		return;
	pthread_mutex_destroy(&surface->lock);
	free(surface->pixels);
	free(surface->scratch);
	free(surface);
}

uint32_t display_surface_width(const struct display_surface *surface)
{
	return surface->width;
}

uint32_t display_surface_height(const struct display_surface *surface)
{
	return surface->height;
}

const struct display_format *display_surface_format(const struct display_surface *surface)
{
	return surface->format;
}

static uint32_t widen_5_bits(uint32_t value)
{
	return value << 3 | value >> 2;
}

static void widen_1555(uint8_t *to, const uint8_t *from, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint16_t in;
		uint32_t out;

		memcpy(&in, from + 2 * i, sizeof(in));
		out = widen_5_bits(in >> 10 & 31) << 16 | widen_5_bits(in >> 5 & 31) << 8 |
		      widen_5_bits(in & 31);
		memcpy(to + 4 * i, &out, sizeof(out));
	}
}

static void store_row(struct display_surface *surface, const struct display_rect *rect, int32_t row,
		      const uint8_t *from)
{
	uint8_t *to = surface->pixels + (size_t)(rect->y + row) * surface->row_bytes +
		      (size_t)rect->x * surface->stored->bytes;

	if (surface->stored != surface->format)
		widen_1555(to, from, (size_t)rect->width);
	else
		memcpy(to, from, (size_t)rect->width * surface->format->bytes);
}

static int check_rect(const struct display_surface *surface, const struct display_rect *rect,
		      uint32_t stride, struct base_error *err)
{
	if (!display_rect_fits(rect, surface->width, surface->height)) {
		return base_error_set(err, BASE_FAILED,
				      "%dx%d pixels at %d,%d are outside of a picture of %ux%u",
				      rect->width, rect->height, rect->x, rect->y, surface->width,
				      surface->height);
	}
	if ((uint64_t)rect->width * surface->format->bytes > stride)
		return base_error_set(err, BASE_FAILED, "rows of %d pixels do not fit in %u bytes",
				      rect->width, stride);
	return 0;
}

int display_surface_write(struct display_surface *surface, const struct display_rect *rect,
			  const void *data, size_t size, uint32_t stride, struct base_error *err)
{
	uint64_t need;

	if (check_rect(surface, rect, stride, err) < 0)
		return -1;
	need = (uint64_t)stride * (uint32_t)(rect->height - 1) +
	       (uint64_t)rect->width * surface->format->bytes;
	if (size < need) {
		return base_error_set(err, BASE_FAILED,
				      "%d rows of %u bytes do not fit in %zu bytes", rect->height,
				      stride, size);
	}
	pthread_mutex_lock(&surface->lock);
	for (int32_t row = 0; row < rect->height; row++)
		store_row(surface, rect, row, (const uint8_t *)data + (size_t)row * stride);
	pthread_mutex_unlock(&surface->lock);
	return 0;
}

static int read_all(int fd, uint8_t *to, size_t size, uint64_t offset, struct base_error *err)
{
	while (size > 0) {
		ssize_t n = BASE_RETRY(pread(fd, to, size, (off_t)offset));

		if (n < 0)
			return base_error_errno(err, errno, "cannot read QEMU's shared memory");
		if (n == 0)
			return base_error_set(err, BASE_FAILED,
					      "QEMU's shared memory ends within the picture");
		to += n;
		size -= (size_t)n;
		offset += (uint64_t)n;
	}
	return 0;
}

int display_surface_read(struct display_surface *surface, const struct display_rect *rect, int fd,
			 uint64_t offset, uint32_t stride, struct base_error *err)
{
	uint32_t bytes = surface->format->bytes;

	if (check_rect(surface, rect, stride, err) < 0)
		return -1;
	offset += (uint64_t)rect->y * stride + (uint64_t)rect->x * bytes;
	for (int32_t row = 0; row < rect->height; row++, offset += stride) {
		if (read_all(fd, surface->scratch, (size_t)rect->width * bytes, offset, err) < 0)
			return -1;
		pthread_mutex_lock(&surface->lock);
		store_row(surface, rect, row, surface->scratch);
		pthread_mutex_unlock(&surface->lock);
	}
	return 0;
}

void display_surface_copy(struct display_surface *to, struct display_surface *from)
{
	uint32_t height = to->height < from->height ? to->height : from->height;
	size_t bytes = to->row_bytes < from->row_bytes ? to->row_bytes : from->row_bytes;

	pthread_mutex_lock(&to->lock);
	for (uint32_t row = 0; row < height; row++)
		memcpy(to->pixels + row * to->row_bytes, from->pixels + row * from->row_bytes,
		       bytes);
	pthread_mutex_unlock(&to->lock);
}

const void *display_surface_lock(struct display_surface *surface,
				 const struct display_format **format, uint32_t *row_pixels)
{
	*format = surface->stored;
	*row_pixels = surface->width;
	pthread_mutex_lock(&surface->lock);
	return surface->pixels;
}

void display_surface_unlock(struct display_surface *surface)
{
	pthread_mutex_unlock(&surface->lock);
}
