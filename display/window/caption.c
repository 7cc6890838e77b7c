/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/window/caption.h"

#include <string.h>

#define ELLIPSIS "\u2026"

static int is_inside_character(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

void display_caption_cut(char caption[DISPLAY_CAPTION_SIZE], const char *title)
{
	size_t length = strnlen(title, DISPLAY_CAPTION_SIZE);

	if (length < DISPLAY_CAPTION_SIZE) {
		memcpy(caption, title, length + 1);
		return;
	}
	length = DISPLAY_CAPTION_SIZE - sizeof(ELLIPSIS);
	while (length > 0 && is_inside_character(title[length]))
		length--;
	memcpy(caption, title, length);
	memcpy(caption + length, ELLIPSIS, sizeof(ELLIPSIS));
}
