// SPDX-License-Identifier: GPL-2.0
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "gvtsim.h"

/* Offsets in the device's file, as in vfio-pci. */
#define OFFSET_SHIFT 40
#define OFFSET_MASK  ((1ull << OFFSET_SHIFT) - 1)

/*
 * The page by which a guest's i915 recognises a vGPU and learns what it may use
 * of the graphics memory, drivers/gpu/drm/i915/i915_pvinfo.h.
 */
#define PVINFO		 0x78000u
#define PVINFO_MAGIC	 0x4776544776544776ull
#define PVINFO_RESOURCES (PVINFO + 0x40)

static void reset_registers(struct gvtsim_vgpu *vgpu)
{
	const u32 resources[] = { (u32)vgpu->low_base, (u32)vgpu->conf->low,
				  (u32)vgpu->gvt->aperture, (u32)vgpu->conf->high,
				  vgpu->conf->fence };
	const u64 magic = PVINFO_MAGIC;
	const u16 version = 1;

	memset(vgpu->registers, 0, GVTSIM_REGISTER_SIZE);
	memcpy(vgpu->registers + PVINFO, &magic, sizeof(magic));
	memcpy(vgpu->registers + PVINFO + 8, &version, sizeof(version));
	memcpy(vgpu->registers + PVINFO + 16, &vgpu->id, sizeof(vgpu->id));
	memcpy(vgpu->registers + PVINFO_RESOURCES, resources, sizeof(resources));
}

/* The header of ACPI's IGD OpRegion, and at 1 kB a video BIOS table without entries. */
static void init_opregion(u8 *opregion)
{
	static const char vbt[] = "$VBT KABYLAKE       ";
	const u32 size = GVTSIM_OPREGION_SIZE / 1024, version = 2 << 24, mailboxes = 0x0f;
	const u16 header = 48, length = 48;

	memcpy(opregion, "IntelGraphicsMem", 16);
	memcpy(opregion + 0x10, &size, sizeof(size));
	memcpy(opregion + 0x14, &version, sizeof(version));
	memcpy(opregion + 0x58, &mailboxes, sizeof(mailboxes));
	memcpy(opregion + 0x400, vbt, 20);
	memcpy(opregion + 0x416, &header, sizeof(header));
	memcpy(opregion + 0x418, &length, sizeof(length));
}

void gvtsim_region_finish(struct gvtsim_vgpu *vgpu)
{
	if (vgpu->aperture)
		fput(vgpu->aperture);
	kfree(vgpu->opregion);
	vfree(vgpu->registers);
}

int gvtsim_region_init(struct gvtsim_vgpu *vgpu)
{
	struct file *aperture;

	vgpu->registers = vzalloc(GVTSIM_REGISTER_SIZE);
	vgpu->opregion = kzalloc(GVTSIM_OPREGION_SIZE, GFP_KERNEL);
	aperture = shmem_file_setup("gvtsim-aperture", vgpu->conf->low, VM_NORESERVE);
	vgpu->aperture = IS_ERR(aperture) ? NULL : aperture;
	if (!vgpu->registers || !vgpu->opregion || !vgpu->aperture) {
		gvtsim_region_finish(vgpu);
		return -ENOMEM;
	}
	init_opregion(vgpu->opregion);
	gvtsim_edid_init(vgpu);
	gvtsim_region_reset(vgpu);
	return 0;
}

void gvtsim_region_reset(struct gvtsim_vgpu *vgpu)
{
	mutex_lock(&vgpu->lock);
	gvtsim_config_reset(vgpu);
	reset_registers(vgpu);
	mutex_unlock(&vgpu->lock);
}

/* --- what there is --------------------------------------------------------- */

static int add_sparse(struct gvtsim_vgpu *vgpu, struct vfio_info_cap *caps)
{
	struct vfio_region_info_cap_sparse_mmap *sparse;
	size_t size = struct_size(sparse, areas, 1);
	int ret;

	sparse = kzalloc(size, GFP_KERNEL);
	if (!sparse)
		return -ENOMEM;
	sparse->header.id = VFIO_REGION_INFO_CAP_SPARSE_MMAP;
	sparse->header.version = 1;
	sparse->nr_areas = 1;
	sparse->areas[0].offset = vgpu->low_base;
	sparse->areas[0].size = vgpu->conf->low;
	ret = vfio_info_add_capability(caps, &sparse->header, size);
	kfree(sparse);
	return ret;
}

static int add_type(struct vfio_info_cap *caps, u32 type, u32 subtype)
{
	struct vfio_region_info_cap_type cap = {
		.header.id = VFIO_REGION_INFO_CAP_TYPE,
		.header.version = 1,
		.type = type,
		.subtype = subtype,
	};

	return vfio_info_add_capability(caps, &cap.header, sizeof(cap));
}

static int describe(struct gvtsim_vgpu *vgpu, struct vfio_region_info *info,
		    struct vfio_info_cap *caps)
{
	const u32 rw = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;

	switch (info->index) {
	case VFIO_PCI_CONFIG_REGION_INDEX:
		info->size = GVTSIM_CONFIG_SIZE;
		info->flags = rw;
		break;
	case VFIO_PCI_BAR0_REGION_INDEX:
		info->size = GVTSIM_MMIO_SIZE;
		info->flags = rw;
		break;
	case VFIO_PCI_BAR2_REGION_INDEX:
		info->size = vgpu->gvt->aperture;
		info->flags = rw | VFIO_REGION_INFO_FLAG_MMAP | VFIO_REGION_INFO_FLAG_CAPS;
		info->offset = (u64)info->index << OFFSET_SHIFT;
		return add_sparse(vgpu, caps);
	case GVTSIM_REGION_OPREGION:
		info->size = GVTSIM_OPREGION_SIZE;
		info->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_CAPS;
		info->offset = (u64)info->index << OFFSET_SHIFT;
		return add_type(caps, VFIO_REGION_TYPE_PCI_VENDOR_TYPE | PCI_VENDOR_ID_INTEL,
				VFIO_REGION_SUBTYPE_INTEL_IGD_OPREGION);
	case GVTSIM_REGION_EDID:
		info->size = GVTSIM_EDID_SIZE;
		info->flags = rw | VFIO_REGION_INFO_FLAG_CAPS;
		info->offset = (u64)info->index << OFFSET_SHIFT;
		return add_type(caps, VFIO_REGION_TYPE_GFX, VFIO_REGION_SUBTYPE_GFX_EDID);
	case VFIO_PCI_ROM_REGION_INDEX:
	case VFIO_PCI_VGA_REGION_INDEX:
		/* i915 leaves the caller's numbers as they are. */
		return 0;
	default:
		if (info->index >= GVTSIM_NUM_REGIONS)
			return -EINVAL;
		info->size = 0;
		info->flags = 0;
	}
	info->offset = (u64)info->index << OFFSET_SHIFT;
	return 0;
}

long gvtsim_region_info(struct gvtsim_vgpu *vgpu, void __user *arg)
{
	const size_t size = offsetofend(struct vfio_region_info, offset);
	struct vfio_info_cap caps = { .buf = NULL };
	struct vfio_region_info info;
	long ret;

	if (copy_from_user(&info, arg, size))
		return -EFAULT;
	if (info.argsz < size)
		return -EINVAL;
	ret = describe(vgpu, &info, &caps);
	if (ret)
		return ret;
	if (caps.size && info.argsz < sizeof(info) + caps.size) {
		info.argsz = sizeof(info) + caps.size;
		info.cap_offset = 0;
	} else if (caps.size) {
		vfio_info_cap_shift(&caps, sizeof(info));
		if (copy_to_user(arg + sizeof(info), caps.buf, caps.size))
			ret = -EFAULT;
		info.cap_offset = sizeof(info);
	}
	kfree(caps.buf);
	if (!ret && copy_to_user(arg, &info, size))
		ret = -EFAULT;
	return ret;
}

/* --- read, write, map ------------------------------------------------------ */

static int access_mmio(struct gvtsim_vgpu *vgpu, void *data, size_t count, u64 at, bool write)
{
	if (at + count > GVTSIM_MMIO_SIZE)
		return -EINVAL;
	if (at + count > GVTSIM_REGISTER_SIZE) {
		if (!write)
			memset(data, 0, count);
	} else if (!write) {
		memcpy(data, vgpu->registers + at, count);
	} else if (at < PVINFO || at >= PVINFO + PAGE_SIZE) {
		memcpy(vgpu->registers + at, data, count);
	}
	return 0;
}

static int access_aperture(struct gvtsim_vgpu *vgpu, void *data, size_t count, u64 at, bool write)
{
	loff_t pos = at - vgpu->low_base;
	ssize_t done;

	if (at < vgpu->low_base || at + count > vgpu->low_base + vgpu->conf->low) {
		gvt_vgpu_err(vgpu, "Invalid aperture offset %llu\n", at);
		return -EINVAL;
	}
	if (write)
		done = kernel_write(vgpu->aperture, data, count, &pos);
	else
		done = kernel_read(vgpu->aperture, data, count, &pos);
	return done == count ? 0 : -EFAULT;
}

static int access_opregion(struct gvtsim_vgpu *vgpu, void *data, size_t count, u64 at, bool write)
{
	if (write || at + count > GVTSIM_OPREGION_SIZE) {
		gvt_vgpu_err(vgpu, "invalid op or offset for Intel vgpu OpRegion\n");
		return -EINVAL;
	}
	memcpy(data, vgpu->opregion + at, count);
	return 0;
}

static int access_locked(struct gvtsim_vgpu *vgpu, void *data, size_t count, u64 pos, bool write)
{
	unsigned int index = pos >> OFFSET_SHIFT;
	u64 at = pos & OFFSET_MASK;

	switch (index) {
	case VFIO_PCI_CONFIG_REGION_INDEX:
		return gvtsim_config_access(vgpu, data, count, at, write);
	case VFIO_PCI_BAR0_REGION_INDEX:
		return access_mmio(vgpu, data, count, at, write);
	case VFIO_PCI_BAR2_REGION_INDEX:
		return access_aperture(vgpu, data, count, at, write);
	case GVTSIM_REGION_OPREGION:
		return access_opregion(vgpu, data, count, at, write);
	case GVTSIM_REGION_EDID:
		return gvtsim_edid_access(vgpu, data, count, at, write);
	default:
		gvt_vgpu_err(vgpu, "unsupported region: %u\n", index);
		return -EINVAL;
	}
}

/* `count` is 1, 2 or 4, `pos` a multiple of it. */
int gvtsim_region_access(struct gvtsim_vgpu *vgpu, void *data, size_t count, u64 pos, bool write)
{
	int ret;

	mutex_lock(&vgpu->lock);
	ret = access_locked(vgpu, data, count, pos, write);
	mutex_unlock(&vgpu->lock);
	return ret;
}

int gvtsim_region_mmap(struct gvtsim_vgpu *vgpu, struct vm_area_struct *vma)
{
	u64 at = (u64)vma->vm_pgoff << PAGE_SHIFT, size = vma->vm_end - vma->vm_start;
	int ret;

	if (at >> OFFSET_SHIFT != VFIO_PCI_BAR2_REGION_INDEX || !(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	at &= OFFSET_MASK;
	if (at < vgpu->low_base || at - vgpu->low_base > vgpu->conf->low ||
	    size > vgpu->conf->low - (at - vgpu->low_base))
		return -EINVAL;
	vma->vm_pgoff = (at - vgpu->low_base) >> PAGE_SHIFT;
	ret = call_mmap(vgpu->aperture, vma);
	if (!ret)
		vma_set_file(vma, vgpu->aperture);
	return ret;
}
