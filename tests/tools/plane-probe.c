// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tries the whole interface of a gvtsim vGPU, without QEMU: usage: plane-probe
 * UUID. Prints TAP. The vGPU must not be in use; its mode and rate are changed.
 */
#include <linux/pci_regs.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#include "tests/lab/gvtsim/pattern.h"
#include "tests/tools/stamp.h"
#include "tests/tools/vfio.h"
#include "vgpu/base/log.h"

enum {
	PRIMARY = 1,
	CURSOR = 2
}; /* DRM_PLANE_TYPE_*, which are the kernel's own */
enum {
	OPREGION_INDEX = VFIO_PCI_NUM_REGIONS,
	EDID_INDEX
};

static int count, failed;

__attribute__((format(printf, 2, 3))) static bool ok(bool good, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("%sok %d - ", good ? "" : "not ", ++count);
	vprintf(format, args);
	putchar('\n');
	va_end(args);
	failed += !good;
	return good;
}

static bool same(long want, long got, const char *name)
{
	bool good = ok(want == got, "%s", name);

	if (!good)
		printf("# want %ld (0x%lx), got %ld (0x%lx)\n", want, want, got, got);
	return good;
}

static void set(const char *uuid, const char *attribute, const char *value)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };

	if (vfio_set(uuid, attribute, value, &err) < 0) {
		ok(false, "set %s to %s", attribute, value);
		printf("# %s\n", err.message);
	}
}

/* --- regions --------------------------------------------------------------- */

struct region {
	struct vfio_region_info info;
	uint8_t capabilities[256];
};

static int region_get(const struct vfio *vfio, uint32_t index, struct region *region)
{
	*region = (struct region){ .info = { .argsz = sizeof(*region), .index = index } };
	return ioctl(vfio->device, VFIO_DEVICE_GET_REGION_INFO, &region->info) < 0 ? -errno : 0;
}

/* The region's first capability, if it is `id`. */
static const void *region_capability(const struct region *region, uint16_t id)
{
	const uint8_t *at = (const uint8_t *)region + region->info.cap_offset;
	struct vfio_info_cap_header header;

	if (region->info.cap_offset == 0)
		return NULL;
	memcpy(&header, at, sizeof(header));
	return header.id == id ? at : NULL;
}

static uint32_t read32(const struct vfio *vfio, uint32_t index, uint64_t at)
{
	uint32_t value = 0xdeadbeef;

	if (pread(vfio->device, &value, 4, (off_t)((uint64_t)index << 40 | at)) != 4)
		printf("# read of region %u at 0x%llx: %s\n", index, (unsigned long long)at,
		       strerror(errno));
	return value;
}

/* 0 or -errno. */
static int write32(const struct vfio *vfio, uint32_t index, uint64_t at, uint32_t value)
{
	return pwrite(vfio->device, &value, 4, (off_t)((uint64_t)index << 40 | at)) == 4 ? 0
											 : -errno;
}

static void try_device(const struct vfio *vfio)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };

	same(0, ioctl(vfio->device, VFIO_DEVICE_GET_INFO, &info), "device info");
	same(VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET, info.flags,
	     "is a PCI device with reset");
	same(VFIO_PCI_NUM_REGIONS + 2, info.num_regions, "has i915's two regions of its own");
	same(VFIO_PCI_NUM_IRQS, info.num_irqs, "has vfio-pci's interrupts");
}

static void try_config(const struct vfio *vfio)
{
	const uint32_t config = VFIO_PCI_CONFIG_REGION_INDEX;
	uint32_t low, at;

	same(0x59168086, read32(vfio, config, PCI_VENDOR_ID), "config: Intel's vendor and device");
	same(0x0300, read32(vfio, config, PCI_CLASS_REVISION) >> 16, "config: class is VGA");
	write32(vfio, config, PCI_VENDOR_ID, 0x12341234);
	same(0x59168086, read32(vfio, config, PCI_VENDOR_ID), "config: ids cannot be written");
	write32(vfio, config, PCI_BASE_ADDRESS_0, 0xffffffff);
	low = read32(vfio, config, PCI_BASE_ADDRESS_0);
	same(0xff000004, low, "config: BAR 0 says 16 MB of 64-bit memory");
	write32(vfio, config, PCI_BASE_ADDRESS_2, 0xffffffff);
	low = read32(vfio, config, PCI_BASE_ADDRESS_2);
	same(0xc, low & 0xf, "config: BAR 2 is 64-bit prefetchable memory");
	ok((low & 0xfffffff0) != 0, "config: BAR 2 tells its size");
	write32(vfio, config, PCI_BASE_ADDRESS_0, 0xfb123456);
	same(0xfb000004, read32(vfio, config, PCI_BASE_ADDRESS_0), "config: BAR 0 is aligned");
	write32(vfio, config, PCI_BASE_ADDRESS_4, 0xffffffff);
	same(0, read32(vfio, config, PCI_BASE_ADDRESS_4), "config: no BAR 4");
	for (at = read32(vfio, config, PCI_CAPABILITY_LIST) & 0xff; at != 0;
	     at = read32(vfio, config, at) >> 8 & 0xff)
		if ((read32(vfio, config, at) & 0xff) == PCI_CAP_ID_MSI)
			break;
	ok(at != 0, "config: has the MSI capability");
	same(0, read32(vfio, config, at) >> 16 & ~PCI_MSI_FLAGS_ENABLE,
	     "config: MSI is of i915's only format");
	same(-EFAULT, write32(vfio, config, 256, 0), "config: ends at 256 bytes");
}

static void try_bars(const struct vfio *vfio)
{
	const struct vfio_region_info_cap_sparse_mmap *sparse;
	struct region region;
	uint32_t *mapped;

	region_get(vfio, VFIO_PCI_BAR0_REGION_INDEX, &region);
	same(16 << 20, (long)region.info.size, "BAR 0 has 16 MB");
	same(VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE, region.info.flags,
	     "BAR 0 cannot be mapped");
	same(0x76544776, read32(vfio, VFIO_PCI_BAR0_REGION_INDEX, 0x78000),
	     "the guest's driver finds the mark of a vGPU");
	region_get(vfio, VFIO_PCI_BAR2_REGION_INDEX, &region);
	sparse = region_capability(&region, VFIO_REGION_INFO_CAP_SPARSE_MMAP);
	if (!ok(sparse != NULL && sparse->nr_areas == 1, "BAR 2 says what of it can be mapped") ||
	    sparse == NULL)
		return;
	ok(sparse->areas[0].offset + sparse->areas[0].size <= region.info.size,
	   "BAR 2: the part lies in it");
	mapped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, vfio->device,
		      (off_t)(region.info.offset + sparse->areas[0].offset));
	if (ok(mapped != MAP_FAILED, "BAR 2: the part can be mapped")) {
		mapped[1] = 0x12345678;
		same(0x12345678,
		     read32(vfio, VFIO_PCI_BAR2_REGION_INDEX, sparse->areas[0].offset + 4),
		     "BAR 2: read(2) and mmap(2) see the same");
		munmap(mapped, 4096);
	}
	mapped = mmap(NULL, 4096, PROT_READ, MAP_SHARED, vfio->device, (off_t)region.info.offset);
	ok(mapped == MAP_FAILED && errno == EINVAL, "BAR 2: another's part cannot be mapped");
	same(-EFAULT, write32(vfio, VFIO_PCI_BAR2_REGION_INDEX, 0, 1),
	     "BAR 2: another's part cannot be written");
	region.info = (struct vfio_region_info){ .argsz = sizeof(region.info), .index = 2 };
	ioctl(vfio->device, VFIO_DEVICE_GET_REGION_INFO, &region.info);
	ok(region.info.argsz > sizeof(region.info) && region.info.cap_offset == 0,
	   "a call with too little room learns how much it takes");
	same(-EINVAL, region_get(vfio, EDID_INDEX + 1, &region), "there is no region after EDID");
}

static bool region_is(const struct vfio *vfio, uint32_t index, uint32_t type, uint32_t subtype)
{
	const struct vfio_region_info_cap_type *found;
	struct region region;

	if (region_get(vfio, index, &region) < 0)
		return false;
	found = region_capability(&region, VFIO_REGION_INFO_CAP_TYPE);
	return found != NULL && found->type == type && found->subtype == subtype;
}

static void try_opregion(const struct vfio *vfio)
{
	char signature[16] = "";

	ok(region_is(vfio, OPREGION_INDEX, VFIO_REGION_TYPE_PCI_VENDOR_TYPE | 0x8086,
		     VFIO_REGION_SUBTYPE_INTEL_IGD_OPREGION),
	   "OpRegion: a region of Intel's type");
	ok(pread(vfio->device, signature, 16, (off_t)OPREGION_INDEX << 40) == 16 &&
		   memcmp(signature, "IntelGraphicsMem", 16) == 0,
	   "OpRegion: has its signature");
	same(8, read32(vfio, OPREGION_INDEX, 16), "OpRegion: is of 8 kB");
	same(-EFAULT, write32(vfio, OPREGION_INDEX, 0, 0), "OpRegion: cannot be written");
}

static uint32_t edid_get(const struct vfio *vfio, size_t field)
{
	return read32(vfio, EDID_INDEX, field);
}

#define EDID(field) offsetof(struct vfio_region_gfx_edid, field)

static void try_edid(const struct vfio *vfio)
{
	uint32_t blob = edid_get(vfio, EDID(edid_offset)), header;

	ok(region_is(vfio, EDID_INDEX, VFIO_REGION_TYPE_GFX, VFIO_REGION_SUBTYPE_GFX_EDID),
	   "EDID: a region of its type");
	same(128, edid_get(vfio, EDID(edid_max_size)), "EDID: of at most 128 bytes");
	ok(edid_get(vfio, EDID(max_xres)) >= 1024 && edid_get(vfio, EDID(max_yres)) >= 768,
	   "EDID: says the largest mode");
	header = read32(vfio, EDID_INDEX, blob);
	same(0xffffff00, header, "EDID: the type's own is there");
	same(-EFAULT, write32(vfio, EDID_INDEX, EDID(max_xres), 1), "EDID: limits are read-only");
	same(-EFAULT, write32(vfio, EDID_INDEX, EDID(edid_size), 129), "EDID: not larger than max");
	same(-EFAULT, write32(vfio, EDID_INDEX, EDID(link_state), 3), "EDID: link is up or down");
	same(0, write32(vfio, EDID_INDEX, EDID(link_state), VFIO_DEVICE_GFX_LINK_STATE_DOWN),
	     "EDID: link down");
	write32(vfio, EDID_INDEX, blob, 0);
	same(-EFAULT, write32(vfio, EDID_INDEX, EDID(link_state), VFIO_DEVICE_GFX_LINK_STATE_UP),
	     "EDID: a broken one is not plugged in");
	write32(vfio, EDID_INDEX, blob, header);
	same(0, write32(vfio, EDID_INDEX, EDID(link_state), VFIO_DEVICE_GFX_LINK_STATE_UP),
	     "EDID: link up");
	same(VFIO_DEVICE_GFX_LINK_STATE_UP, edid_get(vfio, EDID(link_state)),
	     "EDID: the link stays up");
}

/* --- interrupts and reset -------------------------------------------------- */

static long irq_info(const struct vfio *vfio, uint32_t index, uint32_t *flags)
{
	struct vfio_irq_info info = { .argsz = sizeof(info), .index = index };

	if (ioctl(vfio->device, VFIO_DEVICE_GET_IRQ_INFO, &info) < 0)
		return -errno;
	*flags = info.flags;
	return info.count;
}

static int irq_listen(const struct vfio *vfio, uint32_t index, int fd)
{
	uint8_t buffer[sizeof(struct vfio_irq_set) + sizeof(fd)];
	struct vfio_irq_set head = {
		.argsz = sizeof(buffer),
		.flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
		.index = index,
		.count = 1,
	};

	memcpy(buffer, &head, sizeof(head));
	memcpy(buffer + sizeof(head), &fd, sizeof(fd));
	return ioctl(vfio->device, VFIO_DEVICE_SET_IRQS, buffer) < 0 ? -errno : 0;
}

static void try_irqs(const struct vfio *vfio, const char *uuid)
{
	BASE_AUTO(fd) int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct pollfd poll_event = { .fd = event, .events = POLLIN };
	const uint32_t msi = 0xac;
	uint32_t flags = 0;

	same(1, irq_info(vfio, VFIO_PCI_INTX_IRQ_INDEX, &flags), "one INTx");
	same(VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_MASKABLE | VFIO_IRQ_INFO_AUTOMASKED, flags,
	     "INTx can be masked");
	same(1, irq_info(vfio, VFIO_PCI_MSI_IRQ_INDEX, &flags), "one MSI");
	same(VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_NORESIZE, flags, "MSI cannot be resized");
	same(-EINVAL, irq_info(vfio, VFIO_PCI_REQ_IRQ_INDEX, &flags), "no request interrupt");
	same(0, irq_listen(vfio, VFIO_PCI_INTX_IRQ_INDEX, event), "INTx takes an eventfd");
	same(0, irq_listen(vfio, VFIO_PCI_MSI_IRQ_INDEX, event), "MSI takes an eventfd");
	same(-EINVAL, irq_listen(vfio, VFIO_PCI_ERR_IRQ_INDEX, event), "no error interrupt");
	same(-EBADF, irq_listen(vfio, VFIO_PCI_MSI_IRQ_INDEX, -1), "MSI wants a real eventfd");
	write32(vfio, VFIO_PCI_CONFIG_REGION_INDEX, msi, (uint32_t)PCI_MSI_FLAGS_ENABLE << 16);
	set(uuid, "raise_irq", "1");
	same(1, poll(&poll_event, 1, 1000), "MSI arrives");
	same(0, ioctl(vfio->device, VFIO_DEVICE_RESET), "reset");
	same(0, read32(vfio, VFIO_PCI_CONFIG_REGION_INDEX, msi) >> 16 & PCI_MSI_FLAGS_ENABLE,
	     "reset switches MSI off");
}

/* --- planes ---------------------------------------------------------------- */

static struct vfio_device_gfx_plane_info plane(const struct vfio *vfio, uint32_t type)
{
	struct vfio_device_gfx_plane_info info;

	int status = vfio_query_plane(vfio, type, &info);

	if (status != 0)
		same(0, status, "the plane can be asked for");
	return info;
}

static int query_flags(const struct vfio *vfio, uint32_t flags, uint32_t type)
{
	struct vfio_device_gfx_plane_info info = { .argsz = sizeof(info),
						   .flags = flags,
						   .drm_plane_type = type };

	return ioctl(vfio->device, VFIO_DEVICE_QUERY_GFX_PLANE, &info) < 0 ? -errno : 0;
}

static void try_probe(const struct vfio *vfio)
{
	same(0, query_flags(vfio, VFIO_GFX_PLANE_TYPE_PROBE | VFIO_GFX_PLANE_TYPE_DMABUF, PRIMARY),
	     "probe: dma-bufs yes");
	same(-EINVAL,
	     query_flags(vfio, VFIO_GFX_PLANE_TYPE_PROBE | VFIO_GFX_PLANE_TYPE_REGION, PRIMARY),
	     "probe: regions no");
	same(-EINVAL, query_flags(vfio, 0, PRIMARY), "query: wants a kind");
	same(-EINVAL, query_flags(vfio, VFIO_GFX_PLANE_TYPE_DMABUF, 0), "query: no overlay plane");
	same(-EINVAL, vfio_get_dmabuf(vfio, 4711), "get: an id that never was");
}

static void try_not_ready(const struct vfio *vfio, const char *uuid)
{
	const struct timespec pause = { .tv_nsec = 20000000L };
	struct vfio_device_gfx_plane_info info;
	int tries = 500;

	set(uuid, "delay_ms", "400");
	ioctl(vfio->device, VFIO_DEVICE_RESET);
	info = plane(vfio, PRIMARY);
	ok(info.width == 0 && info.drm_format == 0 && info.dmabuf_id == 0,
	   "after a reset nothing is ready, and that is no error");
	while (vfio_query_plane(vfio, PRIMARY, &info) == 0 && info.width == 0 && tries-- > 0)
		nanosleep(&pause, NULL);
	ok(info.width != 0, "later it is");
	set(uuid, "delay_ms", "0");
	set(uuid, "blank", "1");
	same(0, plane(vfio, PRIMARY).width, "a guest that blanks its screen shows nothing");
	set(uuid, "blank", "0");
	ok(plane(vfio, PRIMARY).width != 0, "and again something");
}

/* The number of bytes of the picture that are not as they must be, or -1. */
static long differences(const struct pattern_image *image, struct pattern_stamp *stamp)
{
	struct pattern_image want = *image;
	long differing = 0;

	if (!stamp_read(image, stamp))
		return -1;
	want.pixels = calloc(image->height, image->stride);
	if (want.pixels == NULL)
		return -1;
	pattern_draw(&want, stamp->frame, stamp->time);
	for (uint32_t y = 0; y < image->height; y++)
		for (uint32_t x = 0; x < image->width * pattern_pixel_bytes(image->format); x++)
			differing += want.pixels[(size_t)y * image->stride + x] !=
				     image->pixels[(size_t)y * image->stride + x];
	free(want.pixels);
	return differing;
}

static bool map(int fd, const struct vfio_device_gfx_plane_info *info, struct pattern_image *image)
{
	uint64_t bytes = (uint64_t)info->stride * info->height;
	void *pixels = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	*image = (struct pattern_image){ pixels, info->stride, info->width, info->height,
					 info->drm_format };
	return pixels != MAP_FAILED;
}

static void unmap(struct pattern_image *image)
{
	munmap(image->pixels, (size_t)image->stride * image->height);
}

static void try_ids(const struct vfio *vfio, const char *uuid)
{
	struct vfio_device_gfx_plane_info first, info;
	struct stat one, two;
	int fds[3], again;
	uint32_t ids[3];

	set(uuid, "mode", "320x240 XR24 3");
	for (int i = 0; i < 3; i++) {
		info = plane(vfio, PRIMARY);
		ids[i] = info.dmabuf_id;
		fds[i] = vfio_get_dmabuf(vfio, ids[i]);
		ok(fds[i] >= 0, "get buffer %d", i);
		set(uuid, "step", "1");
	}
	ok(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2], "three buffers, three ids");
	first = plane(vfio, PRIMARY);
	same(ids[0], first.dmabuf_id, "the id comes back with its buffer");
	again = vfio_get_dmabuf(vfio, ids[0]);
	ok(again >= 0 && fstat(fds[0], &one) == 0 && fstat(again, &two) == 0 &&
		   one.st_ino != two.st_ino,
	   "each get makes a new dma-buf");
	same(O_RDWR, fcntl(again, F_GETFL) & O_ACCMODE, "it can be read and written");
	same(FD_CLOEXEC, fcntl(again, F_GETFD), "it is closed on exec");
	close(fds[0]);
	same(ids[0], plane(vfio, PRIMARY).dmabuf_id, "the id stays while one dma-buf is open");
	close(again);
	close(vfio_get_dmabuf(vfio, ids[0]));
	same(-EINVAL, vfio_get_dmabuf(vfio, ids[0]), "the last one closed: the id is gone");
	same(ids[0], plane(vfio, PRIMARY).dmabuf_id, "the next query gives out the free id");
	close(fds[1]);
	close(fds[2]);
}

static void try_format(const struct vfio *vfio, const char *uuid, const char *mode)
{
	struct vfio_device_gfx_plane_info info;
	struct pattern_stamp before, after;
	struct pattern_image image = { 0 };
	int fd;

	set(uuid, "mode", mode);
	info = plane(vfio, PRIMARY);
	fd = vfio_get_dmabuf(vfio, info.dmabuf_id);
	if (!ok(fd >= 0 && map(fd, &info, &image), "%s: can be mapped", mode))
		return;
	same(0, differences(&image, &before), "the picture is what its stamp says");
	for (int i = 0; i < 8; i++)
		set(uuid, "step", "1");
	while (plane(vfio, PRIMARY).dmabuf_id != info.dmabuf_id)
		set(uuid, "step", "1");
	same(0, differences(&image, &after), "and is so after it was drawn over");
	ok(after.frame >= before.frame + 8 && after.time > before.time,
	   "frames and times go on: %u, %u", before.frame, after.frame);
	unmap(&image);
	close(fd);
}

static void try_zero_copy(const struct vfio *vfio, const char *uuid)
{
	struct vfio_device_gfx_plane_info info;
	struct pattern_image image = { 0 }, other = { 0 };
	struct pattern_stamp stamp;
	int fds[2], again;

	set(uuid, "mode", "320x240 XR24 2");
	info = plane(vfio, PRIMARY);
	fds[0] = vfio_get_dmabuf(vfio, info.dmabuf_id);
	fds[1] = vfio_get_dmabuf(vfio, info.dmabuf_id);
	if (!ok(map(fds[0], &info, &image) && map(fds[1], &info, &other), "two mappings"))
		return;
	set(uuid, "poke", "7 190 c0ffee");
	same(0xc0ffee, *(uint32_t *)(void *)pattern_at(&image, 7, 190), "a poke shows at once");
	ok(differences(&image, &stamp) > 0, "and makes the picture differ");
	*(uint32_t *)(void *)pattern_at(&image, 8, 190) = 0x123456;
	same(0x123456, *(uint32_t *)(void *)pattern_at(&other, 8, 190),
	     "what one dma-buf writes the other sees");
	set(uuid, "step", "1");
	set(uuid, "step", "1");
	same(0, differences(&image, &stamp), "the next drawing mends it");
	set(uuid, "mode", "640x480 RG16 2");
	same(0, differences(&image, &stamp), "a mode change leaves the old buffer alone");
	again = vfio_get_dmabuf(vfio, info.dmabuf_id);
	ok(again >= 0, "which can still be had by its id");
	close(again);
	unmap(&image);
	unmap(&other);
	close(fds[0]);
	close(fds[1]);
}

static void try_cursor(const struct vfio *vfio, const char *uuid)
{
	struct vfio_device_gfx_plane_info info;
	int fd;

	set(uuid, "cursor", "off");
	same(0, plane(vfio, CURSOR).width, "cursor: off");
	set(uuid, "cursor", "30 40");
	info = plane(vfio, CURSOR);
	ok(info.width == 64 && info.height == 64 && info.drm_format == PATTERN_AR24,
	   "cursor: 64x64 AR24");
	ok(info.x_pos == 30 && info.y_pos == 40, "cursor: has its place");
	ok(info.x_hot == UINT32_MAX && info.y_hot == UINT32_MAX, "cursor: hot spot unknown");
	fd = vfio_get_dmabuf(vfio, info.dmabuf_id);
	ok(fd >= 0, "cursor: has a dma-buf");
	set(uuid, "cursor", "31 41 2 3");
	info = plane(vfio, CURSOR);
	ok(info.x_hot == 2 && info.y_hot == 3 && info.x_pos == 31, "cursor: hot spot known");
	close(fd);
	set(uuid, "cursor", "off");
}

static void try_lifetime(struct vfio *vfio, const char *uuid)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	struct vfio_device_gfx_plane_info info;
	struct pattern_image image = { 0 };
	struct pattern_stamp stamp;
	int fd;

	set(uuid, "mode", "320x240 XR24 3");
	info = plane(vfio, PRIMARY);
	fd = vfio_get_dmabuf(vfio, info.dmabuf_id);
	if (!ok(map(fd, &info, &image), "a dma-buf is mapped"))
		return;
	vfio_close(vfio);
	same(0, differences(&image, &stamp), "it outlives the device's closing");
	if (!ok(vfio_open(vfio, uuid, &err) == 0, "the device opens again"))
		return;
	same(-EINVAL, vfio_get_dmabuf(vfio, info.dmabuf_id), "ids do not outlive it");
	same(1, plane(vfio, PRIMARY).dmabuf_id, "they start anew");
	same(0, differences(&image, &stamp), "the old buffer is still as it was");
	unmap(&image);
	close(fd);
}

int main(int argc, char **argv)
{
	static const char *const modes[] = { "320x240 XR24 3", "333x243 AR24 2", "640x480 XB24 1",
					     "1001x767 RG16 8", "160x120 RG16 4" };
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(vfio) struct vfio vfio = VFIO_CLOSED;

	base_log_init("plane-probe", BASE_LOG_INFO);
	if (argc != 2) {
		fputs("usage: plane-probe UUID\n", stderr);
		return BASE_MISUSED;
	}
	if (vfio_set(argv[1], "refresh_mhz", "0", &err) < 0 || vfio_open(&vfio, argv[1], &err) < 0)
		return base_log_error(&err);
	try_device(&vfio);
	try_config(&vfio);
	try_bars(&vfio);
	try_opregion(&vfio);
	try_edid(&vfio);
	try_irqs(&vfio, argv[1]);
	try_probe(&vfio);
	try_not_ready(&vfio, argv[1]);
	try_ids(&vfio, argv[1]);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		try_format(&vfio, argv[1], modes[i]);
	try_zero_copy(&vfio, argv[1]);
	try_cursor(&vfio, argv[1]);
	try_lifetime(&vfio, argv[1]);
	printf("1..%d\n", count);
	return failed > 0;
}
