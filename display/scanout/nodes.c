/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/scanout/nodes.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "vgpu/base/cleanup.h"
#include "vgpu/base/dir.h"
#include "vgpu/base/file.h"

static bool is_number(const char *text)
{
	size_t length = strspn(text, "0123456789");

	return length > 0 && length < 10 && text[length] == '\0';
}

/* Reads a file `dev` of sysfs, which contains "MAJOR:MINOR"; 0 if there is none. */
static dev_t read_number(int dirfd, const char *path)
{
	BASE_AUTO(free) char *text = base_file_read_attribute_at(dirfd, path);
	unsigned int high, low;

	if (text == NULL || sscanf(text, "%u:%u", &high, &low) != 2)
		return 0;
	return makedev(high, low);
}

/* The target of the group's link ends with its number: ../../../kernel/iommu_groups/12. */
static dev_t read_group(const char *sysfs, int vgpu)
{
	char target[PATH_MAX], path[PATH_MAX];
	ssize_t length = readlinkat(vgpu, "iommu_group", target, sizeof(target) - 1);
	const char *number;

	if (length < 0)
		return 0;
	target[length] = '\0';
	number = strrchr(target, '/');
	if (number == NULL || !is_number(number + 1))
		return 0;
	snprintf(path, sizeof(path), "%s/class/vfio/%.9s/dev", sysfs, number + 1);
	return read_number(AT_FDCWD, path);
}

/* The only folder in vfio-dev has the name of the device's file, such as vfio3. */
static dev_t read_device(int vgpu)
{
	BASE_AUTO(base_dir) struct base_dir dir = BASE_DIR_CLOSED;
	const char *name;
	char path[32];

	if (base_dir_open(&dir, vgpu, "vfio-dev") < 0)
		return 0;
	while ((name = base_dir_next(&dir)) != NULL) {
		if (strncmp(name, "vfio", 4) != 0 || !is_number(name + 4))
			continue;
		snprintf(path, sizeof(path), "%.13s/dev", name);
		return read_number(dir.fd, path);
	}
	return 0;
}

bool scanout_nodes_read(struct scanout_nodes *nodes, const char *sysfs,
			const char vgpu[BASE_UUID_SIZE])
{
	BASE_AUTO(fd) int fd = -1;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/bus/mdev/devices/%s", sysfs, vgpu);
	fd = BASE_RETRY(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (fd < 0)
		return false;
	*nodes = (struct scanout_nodes){
		.group = read_group(sysfs, fd),
		.device = read_device(fd),
	};
	return nodes->group != 0 || nodes->device != 0;
}

enum scanout_node scanout_nodes_match(const struct scanout_nodes *nodes, const struct stat *file)
{
	if (!S_ISCHR(file->st_mode) || file->st_rdev == 0)
		return SCANOUT_NODE_OTHER;
	if (file->st_rdev == nodes->group)
		return SCANOUT_NODE_GROUP;
	return file->st_rdev == nodes->device ? SCANOUT_NODE_DEVICE : SCANOUT_NODE_OTHER;
}
