// SPDX-License-Identifier: GPL-2.0
#include <linux/uaccess.h>

#include "gvtsim.h"

static struct gvtsim_vgpu *vgpu_of(struct vfio_device *vdev)
{
	return container_of(vdev, struct gvtsim_vgpu, vdev);
}

static int init_device(struct vfio_device *vdev)
{
	struct gvtsim_vgpu *vgpu = vgpu_of(vdev);
	struct mdev_type *mtype = to_mdev_device(vdev->dev)->type;
	int ret;

	vgpu->gvt = container_of(mtype->parent, struct gvtsim, parent);
	vgpu->conf = container_of(mtype, struct gvtsim_type, type)->conf;
	mutex_init(&vgpu->lock);
	gvtsim_screen_init(&vgpu->screen, vgpu->conf);
	ret = gvtsim_account_take(vgpu);
	if (ret)
		return ret;
	ret = gvtsim_region_init(vgpu);
	if (ret)
		gvtsim_account_give(vgpu);
	return ret;
}

static void release_device(struct vfio_device *vdev)
{
	struct gvtsim_vgpu *vgpu = vgpu_of(vdev);

	gvtsim_region_finish(vgpu);
	gvtsim_account_give(vgpu);
}

static int open_device(struct vfio_device *vdev)
{
	struct gvtsim_vgpu *vgpu = vgpu_of(vdev);
	int ret;

	ret = gvtsim_account_attach(vgpu);
	if (ret)
		return ret;
	vgpu->planes = gvtsim_planes_create();
	ret = vgpu->planes ? gvtsim_screen_start(&vgpu->screen) : -ENOMEM;
	if (ret) {
		gvtsim_planes_destroy(vgpu->planes);
		vgpu->planes = NULL;
		gvtsim_account_detach(vgpu);
	}
	return ret;
}

static void close_device(struct vfio_device *vdev)
{
	struct gvtsim_vgpu *vgpu = vgpu_of(vdev);

	gvtsim_screen_stop(&vgpu->screen);
	gvtsim_planes_destroy(vgpu->planes);
	vgpu->planes = NULL;
	gvtsim_irq_release(vgpu);
	gvtsim_account_detach(vgpu);
}

/*
 * Accesses are cut into aligned pieces of 4, 2 and 1 bytes; a piece that fails
 * fails the whole with EFAULT, as in i915.
 */
static size_t piece(size_t count, loff_t pos)
{
	if (count >= 4 && pos % 4 == 0)
		return 4;
	return count >= 2 && pos % 2 == 0 ? 2 : 1;
}

static ssize_t read_device(struct vfio_device *vdev, char __user *buf, size_t count, loff_t *ppos)
{
	size_t done = 0, now;
	u32 value;

	for (; done < count; done += now, *ppos += now) {
		now = piece(count - done, *ppos);
		if (gvtsim_region_access(vgpu_of(vdev), &value, now, *ppos, false) ||
		    copy_to_user(buf + done, &value, now))
			return -EFAULT;
	}
	return done;
}

static ssize_t write_device(struct vfio_device *vdev, const char __user *buf, size_t count,
			    loff_t *ppos)
{
	size_t done = 0, now;
	u32 value;

	for (; done < count; done += now, *ppos += now) {
		now = piece(count - done, *ppos);
		if (copy_from_user(&value, buf + done, now) ||
		    gvtsim_region_access(vgpu_of(vdev), &value, now, *ppos, true))
			return -EFAULT;
	}
	return done;
}

static long device_info(void __user *arg)
{
	const size_t size = offsetofend(struct vfio_device_info, num_irqs);
	struct vfio_device_info info;

	if (copy_from_user(&info, arg, size))
		return -EFAULT;
	if (info.argsz < size)
		return -EINVAL;
	info.flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET;
	info.num_regions = GVTSIM_NUM_REGIONS;
	info.num_irqs = VFIO_PCI_NUM_IRQS;
	return copy_to_user(arg, &info, size) ? -EFAULT : 0;
}

static long device_ioctl(struct vfio_device *vdev, unsigned int cmd, unsigned long argument)
{
	struct gvtsim_vgpu *vgpu = vgpu_of(vdev);
	void __user *arg = (void __user *)argument;

	switch (cmd) {
	case VFIO_DEVICE_GET_INFO:
		return device_info(arg);
	case VFIO_DEVICE_GET_REGION_INFO:
		return gvtsim_region_info(vgpu, arg);
	case VFIO_DEVICE_GET_IRQ_INFO:
		return gvtsim_irq_info(vgpu, arg);
	case VFIO_DEVICE_SET_IRQS:
		return gvtsim_irq_set(vgpu, arg);
	case VFIO_DEVICE_RESET:
		gvtsim_region_reset(vgpu);
		gvtsim_screen_reset(&vgpu->screen);
		return 0;
	case VFIO_DEVICE_QUERY_GFX_PLANE:
		return gvtsim_plane_query(vgpu, arg);
	case VFIO_DEVICE_GET_GFX_DMABUF:
		return gvtsim_plane_get(vgpu, arg);
	default:
		return -ENOTTY;
	}
}

static int mmap_device(struct vfio_device *vdev, struct vm_area_struct *vma)
{
	return gvtsim_region_mmap(vgpu_of(vdev), vma);
}

/* The guest's memory may go at any time: nothing of it is ever pinned. */
static void dma_unmap(struct vfio_device *vdev, u64 iova, u64 length)
{
}

static const struct vfio_device_ops device_ops = {
	.name = "gvtsim",
	.init = init_device,
	.release = release_device,
	.open_device = open_device,
	.close_device = close_device,
	.read = read_device,
	.write = write_device,
	.mmap = mmap_device,
	.ioctl = device_ioctl,
	.dma_unmap = dma_unmap,
	.bind_iommufd = vfio_iommufd_emulated_bind,
	.unbind_iommufd = vfio_iommufd_emulated_unbind,
	.attach_ioas = vfio_iommufd_emulated_attach_ioas,
	.detach_ioas = vfio_iommufd_emulated_detach_ioas,
};

static int probe(struct mdev_device *mdev)
{
	struct gvtsim_vgpu *vgpu;
	int ret;

	vgpu = vfio_alloc_device(gvtsim_vgpu, vdev, &mdev->dev, &device_ops);
	if (IS_ERR(vgpu)) {
		gvt_err("failed to alloc vgpu: %ld\n", PTR_ERR(vgpu));
		return PTR_ERR(vgpu);
	}
	dev_set_drvdata(&mdev->dev, vgpu);
	ret = vfio_register_emulated_iommu_dev(&vgpu->vdev);
	if (ret)
		vfio_put_device(&vgpu->vdev);
	return ret;
}

/* Waits in vfio until nobody has the device open. */
static void remove(struct mdev_device *mdev)
{
	struct gvtsim_vgpu *vgpu = dev_get_drvdata(&mdev->dev);

	vfio_unregister_group_dev(&vgpu->vdev);
	vfio_put_device(&vgpu->vdev);
}

struct mdev_driver gvtsim_vgpu_driver = {
	.device_api = VFIO_DEVICE_API_PCI_STRING,
	.driver = {
		.name = "intel_vgpu_mdev",
		.owner = THIS_MODULE,
		.dev_groups = gvtsim_sysfs_groups,
	},
	.probe = probe,
	.remove = remove,
	.get_available = gvtsim_account_available,
	.show_description = gvtsim_account_describe,
};
