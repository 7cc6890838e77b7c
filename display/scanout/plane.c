/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/scanout/plane.h"

#include <drm_fourcc.h>
#include <errno.h>
#include <sys/ioctl.h>

#define PRIMARY	    1	   /* DRM_PLANE_TYPE_PRIMARY, which no userspace header defines */
#define MOST_PIXELS 16384u /* per side */
#define MOST_STRIDE (MOST_PIXELS * 16)
#define LEAST_BYTES 1 /* per pixel; only the viewer knows the formats */

int scanout_plane_probe(int device, struct base_error *err)
{
	struct vfio_device_gfx_plane_info info = {
		.argsz = sizeof(info),
		.flags = VFIO_GFX_PLANE_TYPE_PROBE | VFIO_GFX_PLANE_TYPE_DMABUF,
		.drm_plane_type = PRIMARY,
	};

	if (ioctl(device, VFIO_DEVICE_QUERY_GFX_PLANE, &info) < 0)
		return base_error_errno(err, errno,
					"the vGPU does not provide its picture as a dma-buf");
	return 0;
}

void scanout_plane_query(int device, struct scanout_view *view)
{
	struct vfio_device_gfx_plane_info info = {
		.argsz = sizeof(info),
		.flags = VFIO_GFX_PLANE_TYPE_DMABUF,
		.drm_plane_type = PRIMARY,
	};

	*view = (struct scanout_view){ 0 };
	if (ioctl(device, VFIO_DEVICE_QUERY_GFX_PLANE, &info) < 0 || info.drm_format == 0 ||
	    info.width == 0 || info.height == 0)
		return;
	*view = (struct scanout_view){
		.id = info.dmabuf_id,
		.fourcc = info.drm_format,
		.modifier = info.drm_format_mod,
		.width = info.width,
		.height = info.height,
		.stride = info.stride,
		.size = info.size,
		.x = info.x_pos,
		.y = info.y_pos,
	};
}

int scanout_plane_get(int device, uint32_t id)
{
	return ioctl(device, VFIO_DEVICE_GET_GFX_DMABUF, &id);
}

bool scanout_view_is_empty(const struct scanout_view *view)
{
	return view->fourcc == 0;
}

bool scanout_view_same(const struct scanout_view *a, const struct scanout_view *b)
{
	return a->id == b->id && a->fourcc == b->fourcc && a->modifier == b->modifier &&
	       a->width == b->width && a->height == b->height && a->stride == b->stride &&
	       a->size == b->size && a->x == b->x && a->y == b->y;
}

/* This also holds for a tiled plane, because tiles need at least as many bytes. */
static bool fits(const struct scanout_view *view, uint64_t bytes)
{
	uint64_t columns = (uint64_t)view->x + view->width;
	uint64_t rows = (uint64_t)view->y + view->height;

	return columns * LEAST_BYTES <= view->stride &&
	       (rows - 1) * view->stride + columns * LEAST_BYTES <= bytes;
}

int scanout_view_check(struct scanout_view *view, uint64_t bytes, struct base_error *err)
{
	if (view->width > MOST_PIXELS || view->height > MOST_PIXELS || view->stride > MOST_STRIDE)
		return base_error_set(err, BASE_FAILED,
				      "a picture cannot have %ux%u pixels in rows of %u bytes",
				      view->width, view->height, view->stride);
	if (view->modifier == DRM_FORMAT_MOD_INVALID)
		return base_error_set(err, BASE_FAILED, "the layout of its pixels is not known");
	if (!fits(view, bytes))
		view->x = view->y = 0;
	if (!fits(view, bytes))
		return base_error_set(
			err, BASE_FAILED,
			"%ux%u pixels in rows of %u bytes are more than the %ju bytes "
			"of its buffer",
			view->width, view->height, view->stride, (uintmax_t)bytes);
	return 0;
}
