/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/uuid.h"

#include <ctype.h>
#include <string.h>

bool xmlpatch_uuid_read(const char *text, char uuid[BASE_UUID_SIZE])
{
	size_t used = 0;

	text += strspn(text, " \t\r\n\v\f");
	for (text += strspn(text, "-"); *text != '\0'; text += strspn(text, "-")) {
		if (!isxdigit((unsigned char)*text) || used == BASE_UUID_SIZE - 1)
			return false;
		if (used == 8 || used == 13 || used == 18 || used == 23)
			uuid[used++] = '-';
		uuid[used++] = (char)tolower((unsigned char)*text++);
	}
	uuid[used < BASE_UUID_SIZE ? used : 0] = '\0';
	return used == BASE_UUID_SIZE - 1;
}

bool xmlpatch_uuid_is(const char *left, const char *right)
{
	char a[BASE_UUID_SIZE], b[BASE_UUID_SIZE];

	return xmlpatch_uuid_read(left, a) && xmlpatch_uuid_read(right, b) && strcmp(a, b) == 0;
}
