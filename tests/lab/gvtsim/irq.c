// SPDX-License-Identifier: GPL-2.0
#include <linux/eventfd.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "gvtsim.h"

static unsigned int lines(u32 index)
{
	return index == VFIO_PCI_INTX_IRQ_INDEX || index == VFIO_PCI_MSI_IRQ_INDEX;
}

long gvtsim_irq_info(struct gvtsim_vgpu *vgpu, void __user *arg)
{
	const size_t size = offsetofend(struct vfio_irq_info, count);
	struct vfio_irq_info info;

	if (copy_from_user(&info, arg, size))
		return -EFAULT;
	if (info.argsz < size || !lines(info.index))
		return -EINVAL;
	info.flags = VFIO_IRQ_INFO_EVENTFD;
	info.count = 1;
	if (info.index == VFIO_PCI_INTX_IRQ_INDEX)
		info.flags |= VFIO_IRQ_INFO_MASKABLE | VFIO_IRQ_INFO_AUTOMASKED;
	else
		info.flags |= VFIO_IRQ_INFO_NORESIZE;
	return copy_to_user(arg, &info, size) ? -EFAULT : 0;
}

static void replace_msi(struct gvtsim_vgpu *vgpu, struct eventfd_ctx *msi)
{
	struct eventfd_ctx *old;

	mutex_lock(&vgpu->lock);
	old = vgpu->msi;
	vgpu->msi = msi;
	mutex_unlock(&vgpu->lock);
	if (old)
		eventfd_ctx_put(old);
}

void gvtsim_irq_release(struct gvtsim_vgpu *vgpu)
{
	replace_msi(vgpu, NULL);
}

static long set_msi(struct gvtsim_vgpu *vgpu, const struct vfio_irq_set *set, const void *data)
{
	struct eventfd_ctx *msi = NULL;

	if (set->flags & VFIO_IRQ_SET_DATA_EVENTFD) {
		if (!data)
			return -EINVAL;
		msi = eventfd_ctx_fdget(*(const int *)data);
		if (IS_ERR(msi)) {
			gvt_vgpu_err(vgpu, "eventfd_ctx_fdget failed\n");
			return PTR_ERR(msi);
		}
	} else if (!(set->flags & VFIO_IRQ_SET_DATA_NONE) || set->count) {
		return 0;
	}
	replace_msi(vgpu, msi);
	return 0;
}

/* INTx is accepted and never raised, as in i915: its guests use MSI. */
static long apply(struct gvtsim_vgpu *vgpu, const struct vfio_irq_set *set, const void *data)
{
	u32 action = set->flags & VFIO_IRQ_SET_ACTION_TYPE_MASK;

	if (set->index == VFIO_PCI_INTX_IRQ_INDEX)
		return action ? 0 : -ENOTTY;
	if (set->index == VFIO_PCI_MSI_IRQ_INDEX && action == VFIO_IRQ_SET_ACTION_TRIGGER)
		return set_msi(vgpu, set, data);
	return -ENOTTY;
}

long gvtsim_irq_set(struct gvtsim_vgpu *vgpu, void __user *arg)
{
	const size_t size = offsetofend(struct vfio_irq_set, count);
	struct vfio_irq_set set;
	size_t data_size = 0;
	void *data = NULL;
	long ret;

	if (copy_from_user(&set, arg, size))
		return -EFAULT;
	if (!(set.flags & VFIO_IRQ_SET_DATA_NONE)) {
		ret = vfio_set_irqs_validate_and_prepare(&set, lines(set.index), VFIO_PCI_NUM_IRQS,
							 &data_size);
		if (ret)
			return -EINVAL;
		if (data_size)
			data = memdup_user(arg + size, data_size);
		if (IS_ERR(data))
			return PTR_ERR(data);
	}
	ret = apply(vgpu, &set, data);
	kfree(data);
	return ret;
}

/* False if the guest has no MSI enabled or QEMU does not listen. */
bool gvtsim_irq_raise(struct gvtsim_vgpu *vgpu)
{
	bool raised = false;

	mutex_lock(&vgpu->lock);
	if (vgpu->msi && gvtsim_config_msi_enabled(vgpu)) {
		eventfd_signal(vgpu->msi);
		raised = true;
	}
	mutex_unlock(&vgpu->lock);
	return raised;
}
