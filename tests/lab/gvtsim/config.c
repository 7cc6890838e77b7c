// SPDX-License-Identifier: GPL-2.0
#include "gvtsim.h"

#define GMCH_CONTROL 0x50
#define CAP_VENDOR   0x40
#define CAP_MSI	     0xac
#define CAP_PM	     0xd0

/* Bits that a write can change; those of the status register it clears. */
static const u8 writable[GVTSIM_CONFIG_SIZE] = {
	[PCI_COMMAND] = 0xff,
	[PCI_COMMAND + 1] = 0x07,
	[PCI_STATUS + 1] = 0xf9,
	[PCI_CACHE_LINE_SIZE] = 0xff,
	[PCI_INTERRUPT_LINE] = 0xff,
	[0x5c ... 0x5f] = 0xff, /* stolen memory's base */
	[CAP_MSI + PCI_MSI_FLAGS] = PCI_MSI_FLAGS_ENABLE,
	[CAP_MSI + PCI_MSI_ADDRESS_LO... CAP_MSI + PCI_MSI_DATA_32 + 1] = 0xff,
	[CAP_PM + PCI_PM_CTRL] = PCI_PM_CTRL_STATE_MASK,
	[0xe0 ... 0xff] = 0xff, /* SWSCI, OpRegion's address */
};

static void put16(struct gvtsim_vgpu *vgpu, unsigned int at, u16 value)
{
	memcpy(vgpu->config + at, &value, sizeof(value));
}

static void put32(struct gvtsim_vgpu *vgpu, unsigned int at, u32 value)
{
	memcpy(vgpu->config + at, &value, sizeof(value));
}

static u32 get32(struct gvtsim_vgpu *vgpu, unsigned int at)
{
	u32 value;

	memcpy(&value, vgpu->config + at, sizeof(value));
	return value;
}

static void put_capability(struct gvtsim_vgpu *vgpu, u8 at, u8 id, u8 next)
{
	vgpu->config[at + PCI_CAP_LIST_ID] = id;
	vgpu->config[at + PCI_CAP_LIST_NEXT] = next;
}

void gvtsim_config_reset(struct gvtsim_vgpu *vgpu)
{
	memset(vgpu->config, 0, sizeof(vgpu->config));
	put16(vgpu, PCI_VENDOR_ID, PCI_VENDOR_ID_INTEL);
	put16(vgpu, PCI_DEVICE_ID, 0x5916);
	put16(vgpu, PCI_STATUS, PCI_STATUS_CAP_LIST);
	vgpu->config[PCI_REVISION_ID] = 0x02;
	put16(vgpu, PCI_CLASS_DEVICE, PCI_CLASS_DISPLAY_VGA);
	put32(vgpu, PCI_BASE_ADDRESS_0, PCI_BASE_ADDRESS_MEM_TYPE_64);
	put32(vgpu, PCI_BASE_ADDRESS_2,
	      PCI_BASE_ADDRESS_MEM_TYPE_64 | PCI_BASE_ADDRESS_MEM_PREFETCH);
	put16(vgpu, PCI_SUBSYSTEM_VENDOR_ID, PCI_VENDOR_ID_INTEL);
	put16(vgpu, PCI_SUBSYSTEM_ID, 0x2015);
	vgpu->config[PCI_CAPABILITY_LIST] = CAP_VENDOR;
	vgpu->config[PCI_INTERRUPT_PIN] = 1;
	put_capability(vgpu, CAP_VENDOR, PCI_CAP_ID_VNDR, CAP_MSI);
	vgpu->config[CAP_VENDOR + 2] = 0x0c;
	put_capability(vgpu, CAP_MSI, PCI_CAP_ID_MSI, CAP_PM);
	put_capability(vgpu, CAP_PM, PCI_CAP_ID_PM, 0);
	put16(vgpu, CAP_PM + PCI_PM_PMC, 0x0022);
	put16(vgpu, GMCH_CONTROL, 0x00c0); /* 8 MB of GTT, no stolen memory */
}

bool gvtsim_config_msi_enabled(struct gvtsim_vgpu *vgpu)
{
	return vgpu->config[CAP_MSI + PCI_MSI_FLAGS] & PCI_MSI_FLAGS_ENABLE;
}

/* Both BARs are of 64 bits and powers of 2. Writing ones tells the size. */
static int write_bar(struct gvtsim_vgpu *vgpu, unsigned int at, u32 value)
{
	unsigned int bar = (at - PCI_BASE_ADDRESS_0) / 4;
	u64 size = bar < 2 ? GVTSIM_MMIO_SIZE : vgpu->gvt->aperture;
	u32 keep = 0xf;

	if (bar >= 4)
		return 0;
	if (bar % 2 == 0)
		put32(vgpu, at, (value & (u32) ~(size - 1)) | (get32(vgpu, at) & keep));
	else
		put32(vgpu, at, value & (u32)(~(size - 1) >> 32));
	return 0;
}

static void write_bytes(struct gvtsim_vgpu *vgpu, unsigned int at, const u8 *data, size_t count)
{
	u8 *config = vgpu->config;

	for (size_t i = 0; i < count; i++, at++) {
		u8 mask = writable[at], new = data[i] & mask;

		if (at == PCI_STATUS + 1)
			new = config[at] & mask & ~new;
		config[at] = (config[at] & ~mask) | new;
	}
}

int gvtsim_config_access(struct gvtsim_vgpu *vgpu, void *data, size_t count, u64 at, bool write)
{
	u32 value;

	if (at + count > GVTSIM_CONFIG_SIZE)
		return -EINVAL;
	if (!write) {
		memcpy(data, vgpu->config + at, count);
		return 0;
	}
	if (at >= PCI_BASE_ADDRESS_0 && at < PCI_BASE_ADDRESS_5 + 4) {
		if (count != 4)
			return -EINVAL;
		memcpy(&value, data, sizeof(value));
		return write_bar(vgpu, at, value);
	}
	write_bytes(vgpu, at, data, count);
	return 0;
}
