/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/scanout/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "vgpu/base/cleanup.h"
#include "vgpu/base/file.h"

#define TEXT_LIMIT	16384		    /* bytes; status has about 1,500 */
#define ARGUMENTS_LIMIT ((size_t)512 << 10) /* bytes; QEMU's are about 10,000 */

/*
 * The value of a "name:\tvalue" line; NULL if there is none. A process cannot fake a line
 * with its own name, because the kernel escapes that.
 */
static const char *find_value(const char *text, const char *name)
{
	size_t length = strlen(name);

	for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, length) == 0 && line[length] == ':')
			return line + length + 1;
	}
	return NULL;
}

bool scanout_process_parse_status(struct scanout_process *process, const char *text)
{
	const char *users = find_value(text, "Uid");
	const char *numbers = find_value(text, "FDSize");
	unsigned int uid[4], size;

	if (users == NULL || numbers == NULL ||
	    sscanf(users, "%u %u %u %u", &uid[0], &uid[1], &uid[2], &uid[3]) != 4 ||
	    sscanf(numbers, "%u", &size) != 1)
		return false;
	if (uid[1] != uid[0] || uid[2] != uid[0] || uid[3] != uid[0])
		return false;
	process->uid = uid[0];
	process->numbers = size;
	return true;
}

/* The path in a line "0::PATH" or "N:name=systemd:PATH" of cgroups(7); NULL for others. */
static const char *find_path(const char *line)
{
	const char *names = line + strspn(line, "0123456789");

	if (strncmp(line, "0::", 3) == 0)
		return line + 3;
	if (names != line && strncmp(names, ":name=systemd:", 14) == 0)
		return names + 14;
	return NULL;
}

/* Skips the leading components of a path that end with `end`; no slash is before the first. */
static const char *skip(const char *path, const char *end)
{
	size_t length = strlen(end);

	for (const char *slash; (slash = strchr(path, '/')) != NULL; path = slash + 1) {
		size_t name = (size_t)(slash - path);

		if (name <= length || memcmp(slash - length, end, length) != 0)
			break;
	}
	return path;
}

/* The VM is directly below the machine's part of the tree, or in partitions (<resource>) of it. */
static bool is_machine(const char *path)
{
	if (strncmp(path, "/machine.slice/", 15) == 0)
		return strncmp(skip(path + 15, ".slice"), "machine-qemu", 12) == 0;
	if (strncmp(path, "/machine/", 9) == 0)
		return strncmp(skip(path + 9, ".partition"), "qemu-", 5) == 0;
	return false;
}

bool scanout_process_is_system(const char *text)
{
	for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
		const char *path;

		line += *line == '\n';
		path = find_path(line);
		if (path != NULL && is_machine(path))
			return true;
	}
	return false;
}

bool scanout_process_read(struct scanout_process *process, int dirfd)
{
	BASE_AUTO(free) char *status = base_file_read_at(dirfd, "status", TEXT_LIMIT, NULL, NULL);
	BASE_AUTO(free) char *cgroup = base_file_read_at(dirfd, "cgroup", TEXT_LIMIT, NULL, NULL);

	if (status == NULL || cgroup == NULL || !scanout_process_parse_status(process, status))
		return false;
	process->is_system = scanout_process_is_system(cgroup);
	return true;
}

bool scanout_process_names(const char *arguments, size_t length, const char domain[BASE_UUID_SIZE])
{
	const char *end = arguments + length;
	bool is_uuid = false;

	for (const char *word = arguments; word < end;) {
		size_t size = strnlen(word, (size_t)(end - word));

		/* An argument that was cut off does not count. */
		if (word + size == end)
			return false;
		if (is_uuid && strcmp(word, domain) == 0)
			return true;
		is_uuid = strcmp(word, "-uuid") == 0;
		word += size + 1;
	}
	return false;
}

bool scanout_process_runs(int dirfd, const char domain[BASE_UUID_SIZE])
{
	BASE_AUTO(fd) int fd = BASE_RETRY(openat(dirfd, "cmdline", O_RDONLY | O_CLOEXEC));
	BASE_AUTO(free) char *arguments = NULL;
	size_t length = 0;

	if (fd < 0)
		return false;
	arguments = base_file_read_all(fd, "cmdline", ARGUMENTS_LIMIT, &length, NULL);
	return arguments != NULL && scanout_process_names(arguments, length, domain);
}
