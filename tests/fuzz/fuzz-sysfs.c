/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Feeds the readers of sysfs with a parent, its types and a vGPU that are made of
 * the input, in a directory of its own. Whatever a driver says
 *	- texts are printable ASCII and end without white space,
 *	- numbers are unknown or not below zero,
 *	- a resolution is one,
 *	- names are components of a path, so that none of them leads elsewhere,
 *	- what is left of a processor is no more than it has, and what is short is told
 *	  in a line.
 * The input is split at NUL bytes: available_instances, name, device_api, a type's
 * directory, a link's target, a processor's resources; the description is the rest.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fuzz/require.h"
#include "vgpu/base/cleanup.h"
#include "vgpu/base/name.h"
#include "vgpu/host/budget.h"
#include "vgpu/host/gpu.h"
#include "vgpu/host/sysfs.h"
#include "vgpu/host/type.h"

enum part {
	AVAILABLE,
	NAME,
	API,
	DIRECTORY,
	TARGET,
	RESOURCE,
	DESCRIPTION,
	PARTS
};

/* A directory in memory, made once. */
static char path[] = "/dev/shm/fuzz-sysfs-XXXXXX";

static int directory(void)
{
	static int fd = -1;

	if (fd >= 0)
		return fd;
	require(mkdtemp(path) != NULL, "there is a directory");
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	require(fd >= 0 && mkdirat(fd, "type", 0700) == 0, "there is a directory");
	return fd;
}

static void put(int dirfd, const char *path, const uint8_t *data, size_t size)
{
	BASE_AUTO(fd) int fd = openat(dirfd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	require(fd >= 0 && write(fd, data, size) == (ssize_t)size, "the input can be written");
}

static void check_text(const char *text)
{
	size_t length;

	if (text == NULL)
		return;
	length = strlen(text);
	require(length == 0 || strchr(" \t\r\n\v\f", text[length - 1]) == NULL,
		"no white space at the end");
	for (; *text != '\0'; text++)
		require(*text == '\n' || (*text >= ' ' && *text <= '~'), "texts are printable");
}

static void check_resolution(const char *text)
{
	unsigned int width, height;
	char rest;

	require(text == NULL || (sscanf(text, "%5ux%5u%c", &width, &height, &rest) == 2 &&
				 strspn(text, "0123456789x") == strlen(text)),
		"a resolution is one");
}

/* One vGPU of the type is active on a parent that has that type only. */
static void check_budget(struct vgpu_type *type)
{
	const struct vgpu_parent parent = { .types = type, .type_count = 1, .active = 1 };
	long aperture = vgpu_gpu_aperture(path);
	struct vgpu_budget budget;
	char *text;

	type->active = 1;
	require(aperture >= 0, "an aperture is unknown or not below zero");
	if (aperture == 0 || !vgpu_budget_work_out(&budget, &parent, aperture))
		return;
	require(budget.free.low_mb <= budget.total.low_mb &&
			budget.free.high_mb <= budget.total.high_mb &&
			budget.free.fences <= budget.total.fences &&
			budget.free.ids <= budget.total.ids,
		"no more is free than there is");
	require(vgpu_budget_maximum(&budget, type) >= 0, "the active one fits at least by itself");
	text = vgpu_budget_describe(&budget, type);
	require(text != NULL && strchr(text, '\n') == NULL, "what is short is told in a line");
	free(text);
	(void)vgpu_budget_is_low_short(&budget, type);
}

static void check_type(int dirfd)
{
	struct vgpu_type type = { 0 };
	char *summary;

	require(vgpu_type_init(&type, dirfd, "type", NULL) == 0, "a type that is there is read");
	check_text(type.name);
	check_text(type.description);
	check_text(type.device_api);
	check_resolution(type.resolution);
	require(type.available >= -1 && type.low_mb >= -1 && type.high_mb >= -1 &&
			type.fences >= -1 && type.weight >= -1,
		"a number is unknown or not below zero");
	summary = vgpu_type_summarise(&type);
	require(summary != NULL && strchr(summary, '\n') == NULL, "a summary is one line");
	free(summary);
	require(vgpu_type_compare(&type, &type) == 0, "a type is as large as itself");
	check_budget(&type);
	vgpu_type_finish(&type);
}

static void check_link(int dirfd, const uint8_t *data, size_t size)
{
	BASE_AUTO(free) char *target = strndup((const char *)data, size);
	BASE_AUTO(free) char *name = NULL;
	BASE_AUTO(free) char *device = NULL;

	unlinkat(dirfd, "link", 0);
	if (target == NULL || symlinkat(target, dirfd, "link") < 0)
		return;
	name = vgpu_sysfs_read_link_name(dirfd, "link");
	device = vgpu_sysfs_read_device(dirfd, "link");
	require(name != NULL && (*name == '\0' || base_name_is_component(name)),
		"a relative's name is one");
	require(device != NULL && (*device == '\0' || (strncmp(device, "/sys/devices/", 13) == 0 &&
						       strstr(device, "/../") == NULL)),
		"a device is below /sys/devices");
}

static void check_name(const uint8_t *data, size_t size)
{
	BASE_AUTO(free) char *name = strndup((const char *)data, size);
	char uuid[BASE_UUID_SIZE] = "";

	if (name == NULL)
		return;
	if (base_name_is_component(name))
		require(name[0] != '.' && strchr(name, '/') == NULL, "a component leads nowhere");
	if (base_name_parse_uuid(name, uuid))
		require(strcasecmp(name, uuid) == 0, "a UUID stays what it is");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const files[] = {
		[AVAILABLE] = "type/available_instances",
		[NAME] = "type/name",
		[API] = "type/device_api",
		[RESOURCE] = "resource",
		[DESCRIPTION] = "type/description",
	};
	int dirfd = directory();

	for (int part = 0; part < PARTS; part++) {
		const uint8_t *end = part < DESCRIPTION ? memchr(data, '\0', size) : NULL;
		size_t length = end != NULL ? (size_t)(end - data) : size;

		if (part == DIRECTORY)
			check_name(data, length);
		else if (part == TARGET)
			check_link(dirfd, data, length);
		else
			put(dirfd, files[part], data, length);
		length += end != NULL;
		data += length;
		size -= length;
	}
	check_type(dirfd);
	return 0;
}
