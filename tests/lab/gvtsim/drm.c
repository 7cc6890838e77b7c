// SPDX-License-Identifier: GPL-2.0
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem.h>
#include <drm/drm_gem_shmem_helper.h>
#include <drm/drm_ioctl.h>
#include <drm/drm_vma_manager.h>
#include <linux/overflow.h>
#include <linux/uaccess.h>

#include "gvtsim.h"

/*
 * On a DRM device Mesa's software renderer gets at memory by the calls for dumb
 * buffers, and takes no refusal: it reads from address 0 and dies. DRM allows
 * them on the card's node only and not for imported memory. QEMU is given the
 * render node and imports the guest's cursor, so here they work for both.
 */

static int create_dumb(struct drm_device *drm, struct drm_file *file, void __user *arg)
{
	struct drm_mode_create_dumb dumb;
	u32 pitch, size;
	int ret;

	if (copy_from_user(&dumb, arg, sizeof(dumb)))
		return -EFAULT;
	if (!dumb.width || !dumb.height || !dumb.bpp || dumb.bpp > 64 ||
	    check_mul_overflow(dumb.width, DIV_ROUND_UP(dumb.bpp, 8), &pitch) ||
	    check_mul_overflow(pitch, dumb.height, &size) || PAGE_ALIGN(size) > S32_MAX)
		return -EINVAL;
	dumb.handle = 0;
	dumb.pitch = 0;
	dumb.size = 0;
	ret = drm_gem_shmem_dumb_create(file, drm, &dumb);
	if (!ret && copy_to_user(arg, &dumb, sizeof(dumb)))
		ret = -EFAULT;
	return ret;
}

static int map_dumb(struct drm_file *file, void __user *arg)
{
	struct drm_gem_object *object;
	struct drm_mode_map_dumb map;
	int ret;

	if (copy_from_user(&map, arg, sizeof(map)))
		return -EFAULT;
	object = drm_gem_object_lookup(file, map.handle);
	if (!object)
		return -ENOENT;
	ret = drm_gem_create_mmap_offset(object);
	if (!ret) {
		map.offset = drm_vma_node_offset_addr(&object->vma_node);
		if (copy_to_user(arg, &map, sizeof(map)))
			ret = -EFAULT;
	}
	drm_gem_object_put(object);
	return ret;
}

static int destroy_dumb(struct drm_file *file, void __user *arg)
{
	struct drm_mode_destroy_dumb dumb;

	if (copy_from_user(&dumb, arg, sizeof(dumb)))
		return -EFAULT;
	return drm_gem_handle_delete(file, dumb.handle);
}

static long device_ioctl(struct file *filp, unsigned int cmd, unsigned long argument)
{
	struct drm_file *file = filp->private_data;
	struct drm_device *drm = file->minor->dev;
	void __user *arg = (void __user *)argument;

	if (drm_is_render_client(file) && !drm_dev_is_unplugged(drm)) {
		switch (cmd) {
		case DRM_IOCTL_MODE_CREATE_DUMB:
			return create_dumb(drm, file, arg);
		case DRM_IOCTL_MODE_MAP_DUMB:
			return map_dumb(file, arg);
		case DRM_IOCTL_MODE_DESTROY_DUMB:
			return destroy_dumb(file, arg);
		}
	}
	return drm_ioctl(filp, cmd, argument);
}

static const struct file_operations fops = {
	.owner = THIS_MODULE,
	.open = drm_open,
	.release = drm_release,
	.unlocked_ioctl = device_ioctl,
	.poll = drm_poll,
	.read = drm_read,
	.llseek = noop_llseek,
	.mmap = drm_gem_mmap,
	.fop_flags = FOP_UNSIGNED_OFFSET,
};

/*
 * Not called i915: Mesa would take it for Intel hardware. A name that it does
 * not know leads it to its software renderer.
 */
static const struct drm_driver driver = {
	.driver_features = DRIVER_GEM | DRIVER_RENDER,
	.fops = &fops,
	DRM_GEM_SHMEM_DRIVER_OPS,
	.name = "gvtsim",
	.desc = "GVT-g stand-in",
	.date = "20250101",
	.major = 1,
};

int gvtsim_drm_register(struct gvtsim *gvt)
{
	struct drm_device *drm = drm_dev_alloc(&driver, &gvt->pdev->dev);
	int ret;

	if (IS_ERR(drm))
		return PTR_ERR(drm);
	ret = drm_dev_register(drm, 0);
	if (ret) {
		drm_dev_put(drm);
		return ret;
	}
	gvt->drm = drm;
	return 0;
}

void gvtsim_drm_unregister(struct gvtsim *gvt)
{
	drm_dev_unplug(gvt->drm);
	drm_dev_put(gvt->drm);
	gvt->drm = NULL;
}
