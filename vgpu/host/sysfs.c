/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/host/sysfs.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "vgpu/base/cleanup.h"
#include "vgpu/base/dir.h"
#include "vgpu/base/name.h"
#include "vgpu/base/text.h"

char *vgpu_sysfs_read_link(int dirfd, const char *path)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(dirfd, path, target, sizeof(target) - 1);

	if (length < 0 && errno != ENOENT && errno != ENODEV && errno != EINVAL)
		return NULL;
	target[length > 0 ? length : 0] = '\0';
	return strdup(target);
}

char *vgpu_sysfs_read_link_name(int dirfd, const char *path)
{
	BASE_AUTO(free) char *target = vgpu_sysfs_read_link(dirfd, path);
	const char *name;

	if (target == NULL)
		return NULL;
	name = strrchr(target, '/');
	name = name != NULL ? name + 1 : target;
	return strdup(base_name_is_component(name) ? name : "");
}

/* "../../../devices/...": the kernel writes "../" only at the start. */
char *vgpu_sysfs_read_device(int dirfd, const char *path)
{
	BASE_AUTO(free) char *target = vgpu_sysfs_read_link(dirfd, path);
	const char *rest = target;

	if (target == NULL)
		return NULL;
	while (strncmp(rest, "../", 3) == 0)
		rest += 3;
	if (strncmp(rest, "devices/", 8) != 0 || strstr(rest, "/../") != NULL)
		return strdup("");
	return base_text_join_path("/sys", rest);
}

long vgpu_sysfs_count_vgpus(int dirfd, const char *path)
{
	BASE_AUTO(base_dir) struct base_dir dir = BASE_DIR_CLOSED;
	const char *name;
	long count = 0;

	if (base_dir_open(&dir, dirfd, path) < 0)
		return -1;
	while ((name = base_dir_next(&dir)) != NULL)
		count += strlen(name) == BASE_UUID_SIZE - 1;
	return errno == 0 ? count : -1;
}
