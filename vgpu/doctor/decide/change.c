/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/doctor/decide/change.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vgpu/base/diff.h"
#include "vgpu/base/file.h"
#include "vgpu/base/text.h"
#include "vgpu/doctor/gather/read.h"

bool doctor_change_is_parameter(const struct doctor_change *change)
{
	return strncmp(change->path, DOCTOR_PARAMETERS, strlen(DOCTOR_PARAMETERS)) == 0;
}

int doctor_change_write(const struct doctor_change *change, int dirfd, const char *name,
			const char *text, struct base_error *err)
{
	if (base_file_replace_at(dirfd, name, text, strlen(text), change->mode, err) < 0)
		return -1;
	if (change->gid != getegid() &&
	    fchownat(dirfd, name, (uid_t)-1, change->gid, AT_SYMLINK_NOFOLLOW) < 0)
		return base_error_errno(err, errno, "cannot set the group of %s", change->path);
	return 0;
}

char *doctor_change_show(const struct doctor_change *change)
{

	if (!change->is_link)
		return vgpu_diff_texts(change->before != NULL ? change->path : "/dev/null",
				       change->before != NULL ? change->before : "",
				       change->after != NULL ? change->path : "/dev/null",
				       change->after != NULL ? change->after : "");
	return base_text_format("link %s -> %s\n", change->path, change->after);
}

static bool is_added(const struct doctor_change *change, const char *line, size_t length)
{
	return change->after != NULL && doctor_read_has_line(change->after, line, length) &&
	       (change->before == NULL || !doctor_read_has_line(change->before, line, length));
}

int doctor_change_take_out(const struct doctor_change *change, const char *text, char **rest)
{
	size_t used = 0;

	*rest = malloc(strlen(text) + 1);
	if (*rest == NULL)
		return -1;
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");
		size_t whole = length + (text[length] == '\n');

		if (!is_added(change, text, length)) {
			memcpy(*rest + used, text, whole);
			used += whole;
		}
		text += whole;
	}
	(*rest)[used] = '\0';
	if (change->before == NULL && (*rest)[strspn(*rest, " \t\r\n")] == '\0') {
		free(*rest);
		*rest = NULL;
	}
	return 0;
}

void doctor_change_finish(struct doctor_change *change)
{
	if (change == NULL)
		return;
	free(change->path);
	free(change->before);
	free(change->after);
	*change = (struct doctor_change){ 0 };
}
