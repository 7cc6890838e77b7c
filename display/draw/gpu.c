/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/draw/gpu.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vgpu/base/dir.h"
#include "vgpu/base/name.h"

#define DRIVER "i915" /* the driver that has GVT-g */

/* The last component of the target of a symbolic link; false if `path` is not a link. */
static bool read_link_name(int directory, const char *path, char name[NAME_MAX + 1])
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(directory, path, target, sizeof(target) - 1);
	const char *slash;

	if (length < 0)
		return false;
	target[length] = '\0';
	slash = strrchr(target, '/');
	return snprintf(name, NAME_MAX + 1, "%s", slash != NULL ? slash + 1 : target) <= NAME_MAX;
}

static bool has_driver(int directory, const char *node)
{
	char path[NAME_MAX + sizeof("/device/driver")];
	char driver[NAME_MAX + 1];

	snprintf(path, sizeof(path), "%s/device/driver", node);
	return read_link_name(directory, path, driver) && strcmp(driver, DRIVER) == 0;
}

/* The same form as in Mesa (src/loader/loader.c). */
static bool read_tag(int directory, const char *node, char tag[DISPLAY_GPU_TAG_MAX])
{
	char path[NAME_MAX + sizeof("/device")];
	char address[NAME_MAX + 1];

	snprintf(path, sizeof(path), "%s/device", node);
	if (!read_link_name(directory, path, address) || !base_name_is_pci_address(address) ||
	    snprintf(tag, DISPLAY_GPU_TAG_MAX, "pci-%s", address) >= DISPLAY_GPU_TAG_MAX)
		return false;
	for (char *c = tag; *c != '\0'; c++) {
		if (*c == ':' || *c == '.')
			*c = '_';
	}
	return true;
}

void display_gpu_find(struct display_gpu *gpu, const char *sysfs)
{
	BASE_AUTO(base_dir) struct base_dir dir = BASE_DIR_CLOSED;
	char path[PATH_MAX];
	const char *name;

	*gpu = (struct display_gpu){ 0 };
	if (snprintf(path, sizeof(path), "%s/class/drm", sysfs) >= (int)sizeof(path) ||
	    base_dir_open(&dir, AT_FDCWD, path) < 0)
		return;
	while ((name = base_dir_next(&dir)) != NULL) {
		if (strncmp(name, "renderD", strlen("renderD")) != 0)
			continue;
		gpu->count++;
		if (gpu->node[0] == '\0' && has_driver(dir.fd, name) &&
		    read_tag(dir.fd, name, gpu->tag))
			snprintf(gpu->node, sizeof(gpu->node), "%s", name);
	}
}

char *display_gpu_explain(const struct display_gpu *gpu, const char *renderer, const char *prime,
			  const char *target)
{
	/* DRI_PRIME can help if there is more than one GPU and it was not tried already. */
	bool may_help = gpu->count > 1 && (prime == NULL || strcmp(prime, gpu->tag) != 0);
	char *advice = NULL, *text = NULL;
	int r;

	if (gpu->node[0] == '\0')
		return NULL;
	if (may_help)
		r = asprintf(&advice, "Start it with: DRI_PRIME=%s vgpu-display %s", gpu->tag,
			     target);
	else
		r = asprintf(&advice,
			     "Log in as a user who may open /dev/dri/%s (group render), and start "
			     "the viewer again.",
			     gpu->node);
	if (r < 0)
		return NULL;
	r = asprintf(
		&text,
		"The picture cannot be shown: it is on the Intel GPU (%s, %s), but the window is "
		"drawn by %s.\n%s",
		gpu->node, DRIVER, renderer, advice);
	free(advice);
	return r < 0 ? NULL : text;
}
