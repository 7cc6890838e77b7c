// SPDX-License-Identifier: GPL-2.0-or-later
/* Opens vGPUs as QEMU would and looks at their planes; see usage_text. */
#include <png.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "tests/tools/samples.h"
#include "tests/tools/stamp.h"
#include "tests/tools/vfio.h"
#include "vgpu/base/log.h"

static const char usage_text[] =
	"usage: plane-open hold UUID...          open all; print `open`; wait for end of input\n"
	"       plane-open watch SECONDS UUID    ask for the plane every half millisecond\n"
	"       plane-open png FILE UUID         save what the plane shows\n"
	"\n"
	"Errors name the kernel's answer, as in `EEXIST`.\n"
	"watch prints flips seen, frames that went by, different ids, and how late after\n"
	"its stamp the worst and the median flip were seen, in microseconds.\n";

enum {
	PRIMARY = 1,
	MAX_DEVICES = 8,
	MAX_IDS = 1024,
	MAX_FLIPS = 100000
};

static int open_named(struct vfio *vfio, const char *uuid, struct base_error *err)
{
	if (vfio_open(vfio, uuid, err) == 0)
		return 0;
	return base_error_wrap(err, "%s", strerrorname_np(err->errnum));
}

static int hold(char **uuids, struct base_error *err)
{
	struct vfio devices[MAX_DEVICES];
	int count = 0, status = 0;
	char byte;

	for (; count < MAX_DEVICES && uuids[count] != NULL; count++) {
		status = open_named(&devices[count], uuids[count], err);
		if (status < 0)
			break;
	}
	if (status == 0) {
		puts("open");
		fflush(stdout);
		while (read(STDIN_FILENO, &byte, 1) > 0)
			;
	}
	while (count > 0)
		vfio_close(&devices[--count]);
	return status;
}

/* --- pictures -------------------------------------------------------------- */

struct cache {
	struct {
		int fd;
		struct pattern_image image;
	} at[MAX_IDS]; /* by id */
	int ids;
};

static int cache_map(struct cache *cache, const struct vfio *vfio,
		     const struct vfio_device_gfx_plane_info *info, struct base_error *err)
{
	size_t size = (size_t)info->stride * info->height;
	struct pattern_image *image;
	void *pixels;
	int fd;

	if (info->dmabuf_id >= MAX_IDS)
		return base_error_set(err, BASE_FAILED, "more than %d ids", MAX_IDS);
	image = &cache->at[info->dmabuf_id].image;
	if (image->pixels != NULL)
		return 0;
	fd = vfio_get_dmabuf(vfio, info->dmabuf_id);
	if (fd < 0)
		return base_error_errno(err, -fd, "%s: dma-buf %u", strerrorname_np(-fd),
					info->dmabuf_id);
	pixels = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	if (pixels == MAP_FAILED) {
		close(fd);
		return base_error_errno(err, errno, "%s: cannot map dma-buf %u",
					strerrorname_np(errno), info->dmabuf_id);
	}
	cache->at[info->dmabuf_id].fd = fd;
	*image = (struct pattern_image){ pixels, info->stride, info->width, info->height,
					 info->drm_format };
	cache->ids++;
	return 0;
}

static void cache_finish(struct cache *cache)
{
	for (int id = 0; id < MAX_IDS; id++) {
		struct pattern_image *image = &cache->at[id].image;

		if (image->pixels == NULL)
			continue;
		munmap(image->pixels, (size_t)image->stride * image->height);
		close(cache->at[id].fd);
	}
}

BASE_DEFINE_CLEANUP(cache, struct cache, cache_finish)

/* The picture that is shown; NULL with no error if none is. */
static struct pattern_image *shown(struct cache *cache, const struct vfio *vfio,
				   struct base_error *err)
{
	struct vfio_device_gfx_plane_info info;
	int status = vfio_query_plane(vfio, PRIMARY, &info);

	if (status < 0) {
		base_error_errno(err, -status, "%s: query", strerrorname_np(-status));
		return NULL;
	}
	if (info.width == 0 || cache_map(cache, vfio, &info, err) < 0)
		return NULL;
	return &cache->at[info.dmabuf_id].image;
}

/* --- watch ----------------------------------------------------------------- */

struct watch {
	uint32_t *late; /* owned; microseconds, of each flip */
	size_t flips;
	uint32_t first, last; /* frames */
};

static void watch_note(struct watch *watch, const struct pattern_stamp *stamp)
{
	uint64_t now = now_ns();

	if (watch->flips > 0 && stamp->frame == watch->last)
		return;
	if (watch->flips == MAX_FLIPS)
		return;
	if (watch->flips == 0)
		watch->first = stamp->frame;
	watch->last = stamp->frame;
	watch->late[watch->flips++] = samples_between(stamp->time, now);
}

/* The first flip may have been long ago when the watch began: it counts for nothing. */
static void watch_print(struct watch *watch, int ids)
{
	struct samples late = { watch->late + 1, watch->flips > 1 ? watch->flips - 1 : 0 };

	samples_sort(&late);
	printf("flips=%zu frames=%u ids=%d late_us_median=%u late_us_worst=%u\n", late.count,
	       watch->last - watch->first, ids, samples_rank(&late, 50), samples_rank(&late, 100));
}

static int watch(const char *seconds, const char *uuid, struct base_error *err)
{
	const struct timespec pause = { .tv_nsec = 500000L };
	BASE_AUTO(vfio) struct vfio vfio = VFIO_CLOSED;
	BASE_AUTO(cache) struct cache cache = { 0 };
	BASE_AUTO(free) uint32_t *late = calloc(MAX_FLIPS, sizeof(*late));
	struct watch result = { .late = late };
	struct pattern_stamp stamp;
	uint64_t end;

	if (late == NULL)
		return base_error_errno(err, ENOMEM, "cannot watch");
	if (open_named(&vfio, uuid, err) < 0)
		return -1;
	end = now_ns() + (uint64_t)(strtod(seconds, NULL) * 1e9);
	while (now_ns() < end) {
		const struct pattern_image *image = shown(&cache, &vfio, err);

		if (base_error_is_set(err))
			return -1;
		if (image != NULL && stamp_read(image, &stamp))
			watch_note(&result, &stamp);
		nanosleep(&pause, NULL);
	}
	watch_print(&result, cache.ids);
	return 0;
}

/* --- png ------------------------------------------------------------------- */

static void to_rgb(const struct pattern_image *image, uint32_t x, uint32_t y, uint8_t *rgb)
{
	uint32_t value = 0;

	memcpy(&value, pattern_at(image, (int)x, (int)y), pattern_pixel_bytes(image->format));
	if (image->format == PATTERN_RG16) {
		rgb[0] = (uint8_t)((value >> 11) * 255 / 31);
		rgb[1] = (uint8_t)((value >> 5 & 63) * 255 / 63);
		rgb[2] = (uint8_t)((value & 31) * 255 / 31);
		return;
	}
	rgb[0] = (uint8_t)(value >> (image->format == PATTERN_XB24 ? 0 : 16));
	rgb[1] = (uint8_t)(value >> 8);
	rgb[2] = (uint8_t)(value >> (image->format == PATTERN_XB24 ? 16 : 0));
}

static int save(const char *file, const char *uuid, struct base_error *err)
{
	BASE_AUTO(vfio) struct vfio vfio = VFIO_CLOSED;
	BASE_AUTO(cache) struct cache cache = { 0 };
	BASE_AUTO(free) uint8_t *rgb = NULL;
	png_image png = { .version = PNG_IMAGE_VERSION, .format = PNG_FORMAT_RGB };
	const struct pattern_image *image;

	if (open_named(&vfio, uuid, err) < 0)
		return -1;
	image = shown(&cache, &vfio, err);
	if (image == NULL || image->width == 0 || image->height == 0)
		return base_error_is_set(err)
			       ? -1
			       : base_error_set(err, BASE_FAILED, "nothing is shown");
	rgb = calloc((size_t)image->width * image->height, 3);
	if (rgb == NULL)
		return base_error_errno(err, ENOMEM, "cannot hold the picture");
	for (uint32_t y = 0; y < image->height; y++)
		for (uint32_t x = 0; x < image->width; x++)
			to_rgb(image, x, y, rgb + ((size_t)y * image->width + x) * 3);
	png.width = image->width;
	png.height = image->height;
	if (!png_image_write_to_file(&png, file, 0, rgb, 0, NULL))
		return base_error_set(err, BASE_FAILED, "cannot write %s: %s", file, png.message);
	return 0;
}

int main(int argc, char **argv)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	int status;

	base_log_init("plane-open", BASE_LOG_INFO);
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(usage_text, stdout);
		return BASE_DONE;
	}
	if (argc >= 3 && strcmp(argv[1], "hold") == 0) {
		status = hold(argv + 2, &err);
	} else if (argc == 4 && strcmp(argv[1], "watch") == 0) {
		status = watch(argv[2], argv[3], &err);
	} else if (argc == 4 && strcmp(argv[1], "png") == 0) {
		status = save(argv[2], argv[3], &err);
	} else {
		fputs(usage_text, stderr);
		return BASE_MISUSED;
	}
	return status < 0 ? base_log_error(&err) : BASE_DONE;
}
