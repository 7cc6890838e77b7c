// SPDX-License-Identifier: GPL-2.0
#include <drm/drm_fourcc.h>
#include <drm/drm_plane.h>
#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "gvtsim.h"

/*
 * A buffer that has been asked for. As in i915 it has an id from the first query
 * on, and keeps it until the last dma-buf of it is closed; then the id is free
 * for another buffer. The query itself counts as one reference, which the first
 * GET uses up.
 */
struct exposed {
	struct gvtsim_planes *planes; /* referenced */
	struct gvtsim_buffer *buffer; /* referenced */
	int id;			      /* 0: the vGPU was closed */
	unsigned int refs;	      /* planes->lock */
	bool queried;		      /* holds one of the refs */
};

static void free_planes(struct kref *kref)
{
	struct gvtsim_planes *planes = container_of(kref, struct gvtsim_planes, kref);

	idr_destroy(&planes->ids);
	kfree(planes);
}

struct gvtsim_planes *gvtsim_planes_create(void)
{
	struct gvtsim_planes *planes = kzalloc(sizeof(*planes), GFP_KERNEL);

	if (!planes)
		return NULL;
	kref_init(&planes->kref);
	mutex_init(&planes->lock);
	idr_init(&planes->ids);
	return planes;
}

/* planes->lock is held; the caller holds a reference to the planes. */
static void exposed_put(struct exposed *exposed)
{
	struct gvtsim_planes *planes = exposed->planes;

	if (--exposed->refs > 0)
		return;
	if (exposed->id)
		idr_remove(&planes->ids, exposed->id);
	gvtsim_buffer_put(exposed->buffer);
	kfree(exposed);
	kref_put(&planes->kref, free_planes);
}

void gvtsim_planes_destroy(struct gvtsim_planes *planes)
{
	struct exposed *exposed;
	int id;

	if (!planes)
		return;
	mutex_lock(&planes->lock);
	idr_for_each_entry(&planes->ids, exposed, id)
	{
		idr_remove(&planes->ids, id);
		exposed->id = 0;
		if (exposed->queried)
			exposed_put(exposed);
	}
	mutex_unlock(&planes->lock);
	kref_put(&planes->kref, free_planes);
}

/* --- the dma-buf ----------------------------------------------------------- */

static struct gvtsim_buffer *buffer_of(struct dma_buf *dmabuf)
{
	return ((struct exposed *)dmabuf->priv)->buffer;
}

static struct sg_table *map_dma_buf(struct dma_buf_attachment *attachment,
				    enum dma_data_direction direction)
{
	struct gvtsim_buffer *buffer = buffer_of(attachment->dmabuf);
	struct sg_table *table = kzalloc(sizeof(*table), GFP_KERNEL);
	int ret;

	if (!table)
		return ERR_PTR(-ENOMEM);
	ret = sg_alloc_table_from_pages(table, buffer->pages, buffer->page_count, 0,
					(size_t)buffer->page_count << PAGE_SHIFT, GFP_KERNEL);
	if (!ret) {
		ret = dma_map_sgtable(attachment->dev, table, direction, 0);
		if (ret)
			sg_free_table(table);
	}
	if (ret) {
		kfree(table);
		return ERR_PTR(ret);
	}
	return table;
}

static void unmap_dma_buf(struct dma_buf_attachment *attachment, struct sg_table *table,
			  enum dma_data_direction direction)
{
	dma_unmap_sgtable(attachment->dev, table, direction, 0);
	sg_free_table(table);
	kfree(table);
}

static int vmap_dma_buf(struct dma_buf *dmabuf, struct iosys_map *map)
{
	iosys_map_set_vaddr(map, buffer_of(dmabuf)->image.pixels);
	return 0;
}

static int mmap_dma_buf(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	struct gvtsim_buffer *buffer = buffer_of(dmabuf);

	if (!gvtsim_params.mappable)
		return -ENODEV;
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP);
	return vm_map_pages(vma, buffer->pages, buffer->page_count);
}

static void release_dma_buf(struct dma_buf *dmabuf)
{
	struct exposed *exposed = dmabuf->priv;
	struct gvtsim_planes *planes = exposed->planes;

	kref_get(&planes->kref);
	mutex_lock(&planes->lock);
	exposed_put(exposed);
	mutex_unlock(&planes->lock);
	kref_put(&planes->kref, free_planes);
}

/* x86 keeps caches and DMA coherent: nothing to do around CPU accesses. */
static const struct dma_buf_ops dma_buf_ops = {
	.map_dma_buf = map_dma_buf,
	.unmap_dma_buf = unmap_dma_buf,
	.vmap = vmap_dma_buf,
	.mmap = mmap_dma_buf,
	.release = release_dma_buf,
};

/* --- QUERY ----------------------------------------------------------------- */

static struct exposed *find(struct gvtsim_planes *planes, struct gvtsim_buffer *buffer)
{
	struct exposed *exposed;
	int id;

	idr_for_each_entry(&planes->ids, exposed, id) if (exposed->buffer == buffer) return exposed;
	return NULL;
}

static struct exposed *expose(struct gvtsim_planes *planes, struct gvtsim_buffer *buffer)
{
	struct exposed *exposed = kzalloc(sizeof(*exposed), GFP_KERNEL);

	if (!exposed)
		return NULL;
	exposed->id = idr_alloc(&planes->ids, exposed, 1, 0, GFP_KERNEL);
	if (exposed->id < 0) {
		kfree(exposed);
		return NULL;
	}
	kref_get(&planes->kref);
	exposed->planes = planes;
	exposed->buffer = gvtsim_buffer_get(buffer);
	return exposed;
}

/* The id that GET takes, or an error. */
static int id_of(struct gvtsim_planes *planes, struct gvtsim_buffer *buffer)
{
	struct exposed *exposed;
	int id = -ENOMEM;

	mutex_lock(&planes->lock);
	exposed = find(planes, buffer);
	if (!exposed)
		exposed = expose(planes, buffer);
	if (exposed) {
		id = exposed->id;
		if (!exposed->queried) {
			exposed->queried = true;
			exposed->refs++;
		}
	}
	mutex_unlock(&planes->lock);
	return id;
}

static void describe(struct vfio_device_gfx_plane_info *info, const struct pattern_image *image,
		     const struct gvtsim_cursor *cursor)
{
	info->drm_format = image->format;
	info->drm_format_mod = DRM_FORMAT_MOD_LINEAR;
	info->width = image->width;
	info->height = image->height;
	info->stride = image->stride;
	info->size = image->stride * image->height;
	info->x_pos = cursor->x;
	info->y_pos = cursor->y;
	info->x_hot = cursor->hot_x;
	info->y_hot = cursor->hot_y;
}

/* A plane that is not ready leaves the caller's numbers as they are: no error. */
static int fill_in(struct gvtsim_vgpu *vgpu, struct vfio_device_gfx_plane_info *info)
{
	struct gvtsim_cursor cursor = { 0 };
	struct gvtsim_buffer *buffer;
	int id = 0;

	if (info->drm_plane_type == DRM_PLANE_TYPE_PRIMARY) {
		buffer = gvtsim_screen_shown(&vgpu->screen, NULL);
	} else if (info->drm_plane_type == DRM_PLANE_TYPE_CURSOR) {
		buffer = gvtsim_screen_shown(&vgpu->screen, &cursor);
	} else {
		gvt_vgpu_err(vgpu, "invalid plane id:%d\n", info->drm_plane_type);
		return -EINVAL;
	}
	if (buffer) {
		id = id_of(vgpu->planes, buffer);
		if (id > 0) {
			describe(info, &buffer->image, &cursor);
			info->dmabuf_id = id;
		}
		gvtsim_buffer_put(buffer);
	}
	return min(id, 0);
}

long gvtsim_plane_query(struct gvtsim_vgpu *vgpu, void __user *arg)
{
	const size_t size = offsetofend(struct vfio_device_gfx_plane_info, dmabuf_id);
	struct vfio_device_gfx_plane_info info;
	long ret = 0;

	if (copy_from_user(&info, arg, size))
		return -EFAULT;
	if (info.argsz < size)
		return -EINVAL;
	if (info.flags == VFIO_GFX_PLANE_TYPE_DMABUF)
		ret = fill_in(vgpu, &info);
	else if (info.flags != (VFIO_GFX_PLANE_TYPE_DMABUF | VFIO_GFX_PLANE_TYPE_PROBE))
		ret = -EINVAL;
	if (ret)
		return ret;
	return copy_to_user(arg, &info, size) ? -EFAULT : 0;
}

/* --- GET ------------------------------------------------------------------- */

/* planes->lock is held. The new file descriptor. */
static int export(struct exposed *exposed)
{
	DEFINE_DMA_BUF_EXPORT_INFO(info);
	struct dma_buf *dmabuf;
	int fd;

	info.ops = &dma_buf_ops;
	info.size = (size_t)exposed->buffer->page_count << PAGE_SHIFT;
	info.flags = O_RDWR | O_CLOEXEC;
	info.priv = exposed;
	dmabuf = dma_buf_export(&info);
	if (IS_ERR(dmabuf))
		return PTR_ERR(dmabuf);
	exposed->refs++;
	fd = dma_buf_fd(dmabuf, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		/* Its release waits for the lock, in this task, after the call. */
		dma_buf_put(dmabuf);
		return fd;
	}
	if (exposed->queried) {
		exposed->queried = false;
		exposed_put(exposed);
	}
	return fd;
}

long gvtsim_plane_get(struct gvtsim_vgpu *vgpu, void __user *arg)
{
	struct exposed *exposed;
	int fd = -EINVAL;
	u32 id;

	if (get_user(id, (u32 __user *)arg))
		return -EFAULT;
	mutex_lock(&vgpu->planes->lock);
	exposed = idr_find(&vgpu->planes->ids, id);
	if (exposed)
		fd = export(exposed);
	else
		gvt_vgpu_err(vgpu, "invalid dmabuf id:%d\n", id);
	mutex_unlock(&vgpu->planes->lock);
	return fd;
}
