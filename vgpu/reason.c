/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/reason.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/file.h"
#include "vgpu/gvt.h"
#include "vgpu/udev.h"

#define PARAMETERS	"/sys/module/i915/parameters/"
#define ATTRIBUTE_LIMIT 4096

/* Modules built into the kernel are there too if they have parameters. */
static bool has_module(const char *path)
{
	return access(path, F_OK) == 0;
}

/* i915's -1 leaves it to the driver, which is off before its twelfth generation. */
static bool is_on(const char *text)
{
	long number = strtol(text, NULL, 10);

	return *text == 'Y' || (number > 0 && (number & 1) != 0);
}

static enum vgpu_setting read_setting(const char *path)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(free) char *text = base_file_read_at(AT_FDCWD, path, ATTRIBUTE_LIMIT, NULL, &err);

	if (text == NULL)
		return err.errnum == ENOENT ? VGPU_SETTING_ABSENT : VGPU_SETTING_UNREADABLE;
	return is_on(text) ? VGPU_SETTING_ON : VGPU_SETTING_OFF;
}

static void take_gpu(struct vgpu_reason_facts *facts, struct udev_device *gpu)
{
	const char *id = udev_device_get_sysattr_value(gpu, "device");
	const char *driver = udev_device_get_driver(gpu);

	snprintf(facts->gpu, sizeof(facts->gpu), "%s", udev_device_get_sysname(gpu));
	facts->device = id != NULL ? (uint16_t)strtoul(id, NULL, 16) : 0;
	facts->has_i915 = driver != NULL && strcmp(driver, "i915") == 0;
}

/* The processor's own is the first: discrete ones come behind bridges. */
static int find_gpu(struct vgpu_reason_facts *facts, struct udev *udev)
{
	BASE_AUTO(udev_enumerate) struct udev_enumerate *all = udev_enumerate_new(udev);
	struct udev_list_entry *entry;

	if (all == NULL || udev_enumerate_add_match_subsystem(all, "pci") < 0 ||
	    udev_enumerate_add_match_sysattr(all, "vendor", "0x8086") < 0 ||
	    udev_enumerate_add_match_sysattr(all, "class", "0x03*") < 0)
		return -1;
	udev_enumerate_scan_devices(all);
	udev_list_entry_foreach (entry, udev_enumerate_get_list_entry(all)) {
		BASE_AUTO(udev_device)
		struct udev_device *gpu =
			udev_device_new_from_syspath(udev, udev_list_entry_get_name(entry));

		if (gpu != NULL) {
			take_gpu(facts, gpu);
			return 0;
		}
	}
	return 0;
}

int vgpu_reason_gather(struct vgpu_reason_facts *facts, struct base_error *err)
{
	BASE_AUTO(udev) struct udev *udev = udev_new();

	*facts = (struct vgpu_reason_facts){ 0 };
	if (udev == NULL || find_gpu(facts, udev) < 0)
		return base_error_errno(err, ENOMEM, "cannot look for a graphics processor");
	facts->has_kvmgt = has_module("/sys/module/kvmgt");
	facts->has_mdev = has_module("/sys/module/mdev");
	facts->gvt = read_setting(PARAMETERS "enable_gvt");
	facts->guc = read_setting(PARAMETERS "enable_guc");
	return 0;
}

/* The outermost cause first: what is inside it cannot be seen before. */
char *vgpu_reason_no_parent(const struct vgpu_reason_facts *facts)
{
	const char *gpu = facts->gpu;
	char *text = NULL;
	int length;

	if (*gpu == '\0')
		length = asprintf(&text,
				  "no device makes vGPUs: this machine has no Intel "
				  "graphics processor%s",
				  facts->has_mdev ? "" : " and the module mdev is not loaded");
	else if (!vgpu_gvt_supports(facts->device))
		length = asprintf(&text,
				  "the graphics processor %s (8086:%04" PRIx16 ") has no GVT-g: "
				  "only Broadwell (2014) to Comet Lake (2020) have",
				  gpu, facts->device);
	else if (!facts->has_i915)
		length = asprintf(&text, "the driver i915 does not drive %s: modprobe i915", gpu);
	else if (facts->gvt == VGPU_SETTING_ABSENT)
		length = asprintf(&text, "this kernel's i915 is built without GVT-g: take one "
					 "with CONFIG_DRM_I915_GVT_KVMGT");
	else if (facts->gvt == VGPU_SETTING_OFF)
		length = asprintf(&text, "GVT-g is switched off: boot with i915.enable_gvt=1");
	else if (facts->guc == VGPU_SETTING_ON)
		length = asprintf(&text, "GVT-g does not go with GuC submission: boot with "
					 "i915.enable_guc=0");
	else if (!facts->has_kvmgt)
		length = asprintf(&text, "the module kvmgt is not loaded: modprobe kvmgt");
	else if (!facts->has_mdev)
		length = asprintf(&text, "the module mdev is not loaded: modprobe mdev");
	else
		length = asprintf(&text, "i915 makes no vGPUs on %s: dmesg says why%s", gpu,
				  facts->gvt == VGPU_SETTING_UNREADABLE
					  ? "; as root, 'vgpu types' can tell more"
					  : "");
	return length < 0 ? NULL : text;
}

/* The size of the PCI device's BAR 2 in MB; 0 if it cannot be known. */
static uint64_t aperture_mb(const struct vgpu_parent *parent)
{
	BASE_AUTO(free) char *path = NULL;
	BASE_AUTO(free) char *text = NULL;
	uint64_t start = 0, end = 0;

	if (asprintf(&path, "%s/resource", parent->syspath) < 0)
		return 0;
	text = base_file_read_at(AT_FDCWD, path, ATTRIBUTE_LIMIT, NULL, NULL);
	if (text == NULL ||
	    sscanf(text, "%*x %*x %*x %*x %*x %*x %" SCNx64 " %" SCNx64, &start, &end) != 2 ||
	    end <= start)
		return 0;
	return (end - start + 1) >> 20;
}

char *vgpu_reason_no_types(const struct vgpu_parent *parent)
{
	uint64_t aperture = aperture_mb(parent);
	char *text = NULL;
	int length;

	if (parent->driver != NULL && strcmp(parent->driver, "i915") == 0 && aperture > 0 &&
	    aperture < VGPU_GVT_HOST_LOW_MB + VGPU_GVT_LEAST_LOW_MB)
		length = asprintf(&text,
				  "no type fits its aperture of %" PRIu64
				  " MB: set 256 MB or more in the firmware",
				  aperture);
	else
		length = asprintf(&text, "its driver offers no types: dmesg may say why");
	return length < 0 ? NULL : text;
}
