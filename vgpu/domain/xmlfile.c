/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/domain/xmlfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vgpu/base/file.h"
#include "vgpu/domain/patch-print.h"

static bool is_standard_input(const struct vgpu_xmlfile *file)
{
	return strcmp(file->path, "-") == 0;
}

const char *vgpu_xmlfile_name(const struct vgpu_xmlfile *file)
{
	return is_standard_input(file) ? "standard input" : file->path;
}

int vgpu_xmlfile_init(struct vgpu_xmlfile *file, const char *path, struct base_error *err)
{
	BASE_AUTO(fd) int opened = -1;
	int fd = STDIN_FILENO;

	*file = (struct vgpu_xmlfile){ .path = path };
	if (!is_standard_input(file)) {
		opened = BASE_RETRY(open(path, O_RDONLY | O_CLOEXEC));
		if (opened < 0)
			return base_error_errno(err, errno, "cannot open %s", path);
		fd = opened;
	}
	file->text =
		base_file_read_all(fd, vgpu_xmlfile_name(file), XMLPATCH_LIMIT, &file->length, err);
	if (file->text == NULL)
		return -1;
	/* There is room for the NUL unless the file is too long, which the patcher reports. */
	if (file->length <= XMLPATCH_LIMIT)
		file->text[file->length] = '\0';
	return 0;
}

int vgpu_xmlfile_print(const struct vgpu_xmlfile *file, const struct xmlpatch_result *result,
		       bool is_diff, struct base_error *err)
{
	if (is_diff)
		return vgpu_patch_print_diff(stdout, vgpu_xmlfile_name(file), file->text, result,
					     err);
	fwrite(result->xml, 1, result->length, stdout);
	vgpu_patch_print_changes(result);
	vgpu_patch_print_advice(result);
	return 0;
}

void vgpu_xmlfile_finish(struct vgpu_xmlfile *file)
{
	if (file == NULL)
		return;
	free(file->text);
	*file = (struct vgpu_xmlfile){ 0 };
}
