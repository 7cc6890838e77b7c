/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/base/line.h"

#include <stdbool.h>
#include <string.h>

static bool is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

/* U+0080 to U+009F, which some terminals obey as they do escape sequences. */
static bool is_c1(const char *text)
{
	return (unsigned char)text[0] == 0xc2 && (unsigned char)text[1] >= 0x80 &&
	       (unsigned char)text[1] < 0xa0;
}

void base_line_make(char *text)
{
	size_t length = strlen(text);

	for (char *p = text; *p != '\0'; p++) {
		if (is_c1(p))
			memset(p++, ' ', 2);
		else if (is_control((unsigned char)*p))
			*p = ' ';
	}
	while (length > 0 && text[length - 1] == ' ')
		text[--length] = '\0';
}
