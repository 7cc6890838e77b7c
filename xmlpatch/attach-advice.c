/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/attach-advice.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const xmlNode *child_of(const struct xmlpatch_attach *attach, const char *outer,
			       const char *inner)
{
	return xmlpatch_document_child(xmlpatch_document_child(attach->guest.root, outer), inner);
}

static int advise_emulation(struct xmlpatch_attach *attach, struct base_error *err)
{
	if (!xmlpatch_document_has(attach->guest.root, "type", "qemu"))
		return 0;
	return xmlpatch_attach_advise(attach, err,
				      "the domain's type is 'qemu', which emulates the processor: "
				      "GVT-g needs type='kvm'");
}

/*
 * Firmware in flash is UEFI. Firmware in a ROM is SeaBIOS or OVMF, which only the name of its
 * file tells.
 */
static bool is_uefi(const struct xmlpatch_attach *attach)
{
	const xmlNode *os = xmlpatch_document_child(attach->guest.root, "os");
	const xmlNode *loader = xmlpatch_document_child(os, "loader");
	BASE_AUTO(free) char *path = xmlpatch_document_content(loader);
	const char *name = path == NULL ? NULL : strrchr(path, '/');

	if (name == NULL)
		name = path;
	return xmlpatch_document_has(os, "firmware", "efi") ||
	       xmlpatch_document_has(loader, "type", "pflash") ||
	       (name != NULL && strcasestr(name, "OVMF") != NULL);
}

/* OVMF can draw on ramfb (QemuRamfbDxe), but has no driver for the vGPU itself. */
static int advise_firmware(struct xmlpatch_attach *attach, struct base_error *err)
{
	if (!is_uefi(attach) || attach->wishes->display == XMLPATCH_DISPLAY_NONE)
		return 0;
	if (attach->wishes->no_ramfb)
		return xmlpatch_attach_advise(
			attach, err,
			"the domain boots with UEFI: without ramfb the screen stays dark until the "
			"guest's driver is running, unless OVMF has a vBIOS file for the vGPU");
	return xmlpatch_attach_advise(
		attach, err,
		"the domain boots with UEFI: until the guest's driver is running, its screen is "
		"the small one of ramfb; OVMF needs a vBIOS file for the vGPU only without ramfb");
}

/* Reads an amount of memory in bytes; false if there is none or it cannot be read. */
static bool read_memory(const xmlNode *node, uint64_t *bytes)
{
	static const struct {
		const char *name;
		uint64_t bytes;
	} units[] = {
		{ "b", 1 },
		{ "bytes", 1 },
		{ "KB", 1000 },
		{ "k", 1024 },
		{ "KiB", 1024 },
		{ "MB", 1000000 },
		{ "M", UINT64_C(1) << 20 },
		{ "MiB", UINT64_C(1) << 20 },
		{ "GB", 1000000000 },
		{ "G", UINT64_C(1) << 30 },
		{ "GiB", UINT64_C(1) << 30 },
		{ "TB", UINT64_C(1000000000000) },
		{ "T", UINT64_C(1) << 40 },
		{ "TiB", UINT64_C(1) << 40 },
	};
	BASE_AUTO(free) char *text = xmlpatch_document_content(node);
	BASE_AUTO(free) char *unit = xmlpatch_document_get(node, "unit");
	char *end = NULL;
	uintmax_t number;

	if (text == NULL || *text < '0' || *text > '9')
		return false;
	errno = 0;
	number = strtoumax(text, &end, 10);
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (strcasecmp(unit == NULL ? "KiB" : unit, units[i].name) != 0)
			continue;
		if (errno != 0 || *end != '\0' || number > UINT64_MAX / units[i].bytes)
			return false;
		*bytes = number * units[i].bytes;
		return true;
	}
	return false;
}

/* VFIO pins all memory of the guest as long as it is running (vfio_iommu_type1). */
static int advise_limits(struct xmlpatch_attach *attach, struct base_error *err)
{
	/* What libvirt itself adds for MMIO (qemuDomainGetMemLockLimitBytes()). */
	const uint64_t extra = UINT64_C(1) << 30;
	uint64_t memory, current, limit;

	if (!read_memory(xmlpatch_document_child(attach->guest.root, "memory"), &memory))
		return 0;
	if (read_memory(child_of(attach, "memtune", "hard_limit"), &limit) &&
	    (memory > UINT64_MAX - extra || limit < memory + extra) &&
	    xmlpatch_attach_advise(
		    attach, err,
		    "the <hard_limit> in <memtune> is less than the guest's memory plus 1 GiB: the "
		    "vGPU pins all of the memory, and the guest cannot start") < 0)
		return -1;
	if (!read_memory(xmlpatch_document_child(attach->guest.root, "currentMemory"), &current) ||
	    current >= memory)
		return 0;
	return xmlpatch_attach_advise(
		attach, err,
		"<currentMemory> is less than <memory>: the balloon cannot give memory back, "
		"because the vGPU pins all of the guest's memory");
}

static bool has_eager_balloon(const struct xmlpatch_attach *attach)
{
	const xmlNode *balloon = xmlpatch_document_child(attach->guest.devices, "memballoon");

	return xmlpatch_document_has(balloon, "autodeflate", "on") ||
	       xmlpatch_document_has(balloon, "freePageReporting", "on");
}

static int advise_memory(struct xmlpatch_attach *attach, struct base_error *err)
{
	if (advise_limits(attach, err) < 0)
		return -1;
	if (child_of(attach, "memoryBacking", "discard") != NULL &&
	    xmlpatch_attach_advise(
		    attach, err,
		    "<discard> in <memoryBacking> has no effect: the vGPU pins all of "
		    "the guest's memory") < 0)
		return -1;
	if (xmlpatch_document_has(child_of(attach, "memoryBacking", "allocation"), "mode",
				  "ondemand") &&
	    xmlpatch_attach_advise(
		    attach, err,
		    "<allocation mode='ondemand'> has no effect: the vGPU pins all of "
		    "the guest's memory when it starts") < 0)
		return -1;
	if (!has_eager_balloon(attach))
		return 0;
	return xmlpatch_attach_advise(
		attach, err,
		"the memory balloon's autodeflate and freePageReporting have no "
		"effect: the vGPU pins all of the guest's memory");
}

int xmlpatch_attach_advise_guest(struct xmlpatch_attach *attach, struct base_error *err)
{
	if (advise_emulation(attach, err) < 0 || advise_firmware(attach, err) < 0)
		return -1;
	return advise_memory(attach, err);
}
