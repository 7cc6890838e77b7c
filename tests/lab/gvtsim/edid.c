// SPDX-License-Identifier: GPL-2.0
#include "gvtsim.h"

/* Where the blob starts in the region; before it are the registers. */
#define BLOB_OFFSET (PAGE_SIZE / 2)
#define DETAILED    54 /* the preferred mode's timing */

static const u8 header[8] = { 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00 };

static u8 sum(const u8 *blob)
{
	u8 total = 0;

	for (unsigned int i = 0; i < GVTSIM_EDID_SIZE; i++)
		total += blob[i];
	return total;
}

static bool valid(const u8 *blob)
{
	return !memcmp(blob, header, sizeof(header)) && sum(blob) == 0;
}

/* VESA's reduced blanking, 60 Hz. */
static void put_timing(u8 *to, u32 width, u32 height)
{
	const u32 hblank = 160, vblank = 35;
	u32 clock = (width + hblank) * (height + vblank) * 60 / 10000;

	to[0] = clock & 0xff;
	to[1] = clock >> 8;
	to[2] = width & 0xff;
	to[3] = hblank;
	to[4] = width >> 8 << 4;
	to[5] = height & 0xff;
	to[6] = vblank;
	to[7] = height >> 8 << 4;
	to[8] = 48;
	to[9] = 32;
	to[10] = 3 << 4 | 6;
	to[17] = 0x1a;
}

static void put_name(u8 *to, const char *name)
{
	to[3] = 0xfc;
	snprintf((char *)to + 5, 13, "%-12s", name);
	to[17] = '\n';
}

void gvtsim_edid_init(struct gvtsim_vgpu *vgpu)
{
	struct vfio_region_gfx_edid *regs = &vgpu->edid.regs;
	u8 *blob = vgpu->edid.blob;

	regs->edid_offset = BLOB_OFFSET;
	regs->edid_max_size = GVTSIM_EDID_SIZE;
	regs->edid_size = GVTSIM_EDID_SIZE;
	regs->max_xres = vgpu->conf->width;
	regs->max_yres = vgpu->conf->height;
	memcpy(blob, header, sizeof(header));
	blob[8] = 0x22; /* HVS */
	blob[9] = 0xd3;
	blob[18] = 1; /* EDID 1.4 */
	blob[19] = 4;
	blob[20] = 0xa5; /* digital, 8 bits a colour */
	blob[24] = 0x06;
	for (unsigned int i = 38; i < DETAILED; i++)
		blob[i] = 1; /* no standard timings */
	put_timing(blob + DETAILED, vgpu->conf->width, vgpu->conf->height);
	put_name(blob + DETAILED + 18, "gvtsim");
	blob[DETAILED + 36 + 3] = 0x10;
	blob[DETAILED + 54 + 3] = 0x10;
	blob[127] = -sum(blob);
}

static int plug(struct gvtsim_vgpu *vgpu)
{
	const u8 *timing = vgpu->edid.blob + DETAILED;

	if (!valid(vgpu->edid.blob)) {
		gvt_vgpu_err(vgpu, "invalid EDID blob\n");
		return -EINVAL;
	}
	gvtsim_screen_request_size(&vgpu->screen, timing[2] | (timing[4] & 0xf0) << 4,
				   timing[5] | (timing[7] & 0xf0) << 4);
	return 0;
}

static int write_register(struct gvtsim_vgpu *vgpu, u64 at, u32 value)
{
	struct vfio_region_gfx_edid *regs = &vgpu->edid.regs;

	switch (at) {
	case offsetof(struct vfio_region_gfx_edid, link_state):
		if (value == VFIO_DEVICE_GFX_LINK_STATE_UP) {
			if (plug(vgpu))
				return -EINVAL;
		} else if (value != VFIO_DEVICE_GFX_LINK_STATE_DOWN) {
			gvt_vgpu_err(vgpu, "invalid EDID link state %d\n", value);
			return -EINVAL;
		}
		regs->link_state = value;
		return 0;
	case offsetof(struct vfio_region_gfx_edid, edid_size):
		if (value > regs->edid_max_size) {
			gvt_vgpu_err(vgpu, "EDID size is bigger than %d!\n", regs->edid_max_size);
			return -EINVAL;
		}
		regs->edid_size = value;
		return 0;
	default:
		gvt_vgpu_err(vgpu, "write read-only EDID region at offset %llu\n", at);
		return -EPERM;
	}
}

static int access_registers(struct gvtsim_vgpu *vgpu, void *data, size_t count, u64 at, bool write)
{
	u32 value;

	if (at + count > sizeof(vgpu->edid.regs) || count != 4)
		return -EINVAL;
	if (!write) {
		memcpy(data, (u8 *)&vgpu->edid.regs + at, count);
		return 0;
	}
	memcpy(&value, data, sizeof(value));
	return write_register(vgpu, at, value);
}

int gvtsim_edid_access(struct gvtsim_vgpu *vgpu, void *data, size_t count, u64 at, bool write)
{
	if (at < BLOB_OFFSET)
		return access_registers(vgpu, data, count, at, write);
	at -= BLOB_OFFSET;
	if (at + count > vgpu->edid.regs.edid_size)
		return -EINVAL;
	if (write)
		memcpy(vgpu->edid.blob + at, data, count);
	else
		memcpy(data, vgpu->edid.blob + at, count);
	return 0;
}
