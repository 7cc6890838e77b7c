/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/base/line.h"

#include <stdbool.h>
#include <string.h>

/* U+0080 to U+009F, which some terminals obey like escape sequences. */
static bool is_c1(const char *text)
{
	return (unsigned char)text[0] == 0xc2 && (unsigned char)text[1] >= 0x80 &&
	       (unsigned char)text[1] < 0xa0;
}

/* The number of bytes of the character that begins here; 0 if it is not UTF-8. */
static size_t measure(const unsigned char *text)
{
	/* The lowest code point for each number of bytes: a lower one is badly encoded. */
	static const unsigned long least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length = text[0] < 0x80		   ? 1
			: (text[0] & 0xe0) == 0xc0 ? 2
			: (text[0] & 0xf0) == 0xe0 ? 3
			: (text[0] & 0xf8) == 0xf0 ? 4
						   : 0;
	unsigned long code = text[0] & (0xffu >> (length + 1));

	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3fu);
	}
	if (length > 1 && (code < least[length] || code > 0x10ffff || (code >> 11) == 0x1b))
		return 0;
	return length;
}

void base_line_make(char *text)
{
	size_t length = strlen(text);

	for (char *p = text; *p != '\0';) {
		size_t size = measure((const unsigned char *)p);

		if (size == 0)
			*p = '?';
		else if (is_c1(p) || (unsigned char)*p < 0x20 || *p == 0x7f)
			memset(p, ' ', size);
		p += size > 0 ? size : 1;
	}
	while (length > 0 && text[length - 1] == ' ')
		text[--length] = '\0';
}
