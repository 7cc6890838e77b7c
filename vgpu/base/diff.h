/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_DIFF_H
#define VGPU_DIFF_H

/*
 * The changes that turn the old text into the new one, line by line, as `diff -u`
 * writes and `patch` reads them: both names, then hunks with three lines of
 * context. Empty if the texts are equal. Owned by the caller; NULL without memory.
 */
char *vgpu_diff_texts(const char *old_name, const char *old_text, const char *new_name,
		      const char *new_text);

#endif
