/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/host/process.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "vgpu/base/file.h"
#include "vgpu/base/line.h"
#include "vgpu/base/text.h"

#define NAME_LIMIT	   64	 /* the kernel's names of processes have 15 bytes */
#define DOMAIN_LIMIT	   256	 /* bytes of a guest's name that are shown */
#define COMMAND_LINE_LIMIT 65536 /* the name comes early in a long one */

static char *read_command(int proc, long pid)
{
	char path[64];
	char *command;

	snprintf(path, sizeof(path), "%ld/comm", pid);
	command = base_file_read_at(proc, path, NAME_LIMIT, NULL, NULL);
	if (command != NULL)
		base_line_make(command);
	return command;
}

/* Takes the text up to the first comma that is not doubled, as QEMU reads its options. */
static char *take_name(const char *value)
{
	char *name = malloc(DOMAIN_LIMIT);
	char *to = name;

	if (name == NULL)
		return NULL;
	for (const char *from = value; *from != '\0' && to < name + DOMAIN_LIMIT - 1; from++) {
		if (*from == ',' && *++from != ',')
			break;
		*to++ = *from;
	}
	*to = '\0';
	base_line_make(name);
	if (*name != '\0')
		return name;
	free(name);
	return NULL;
}

char *vgpu_process_find_domain(const char *command_line, size_t length)
{
	const char *end = command_line + length;
	bool is_name = false;

	for (const char *word = command_line; word < end;) {
		size_t size = strnlen(word, (size_t)(end - word));

		if (word + size == end)
			break;
		if (is_name)
			return take_name(strncmp(word, "guest=", 6) == 0 ? word + 6 : word);
		is_name = strcmp(word, "-name") == 0;
		word += size + 1;
	}
	return NULL;
}

static char *read_domain(int proc, long pid)
{
	BASE_AUTO(free) char *line = malloc(COMMAND_LINE_LIMIT);
	BASE_AUTO(fd) int fd = -1;
	size_t length = 0;
	char path[64];
	ssize_t got;

	snprintf(path, sizeof(path), "%ld/cmdline", pid);
	fd = BASE_RETRY(openat(proc, path, O_RDONLY | O_CLOEXEC));
	if (line == NULL || fd < 0)
		return NULL;
	do {
		got = BASE_RETRY(read(fd, line + length, COMMAND_LINE_LIMIT - length));
		length += got > 0 ? (size_t)got : 0;
	} while (got > 0 && length < COMMAND_LINE_LIMIT);
	return vgpu_process_find_domain(line, length);
}

void vgpu_process_init(struct vgpu_process *process, int proc, long pid)
{
	*process = (struct vgpu_process){
		.pid = pid,
		.command = read_command(proc, pid),
		.domain = read_domain(proc, pid),
	};
}

char *vgpu_process_describe(const struct vgpu_process *process)
{
	const char *command = process->command != NULL ? process->command : "a process";

	if (process->domain != NULL)
		return base_text_format("the domain %s (%s, PID %ld)", process->domain, command,
					process->pid);
	return base_text_format("%s (PID %ld)", command, process->pid);
}

void vgpu_process_finish(struct vgpu_process *process)
{
	if (process == NULL)
		return;
	free(process->command);
	free(process->domain);
	*process = (struct vgpu_process){ 0 };
}
