/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/base/name.h"

#include <limits.h>
#include <string.h>

#include <uuid/uuid.h>

bool base_name_parse_uuid(const char *text, char uuid[BASE_UUID_SIZE])
{
	uuid_t parsed;

	/* A text of another length may be very long, so it is not read to its end. */
	if (strnlen(text, BASE_UUID_SIZE) != BASE_UUID_SIZE - 1 || uuid_parse(text, parsed) < 0)
		return false;
	uuid_unparse_lower(parsed, uuid);
	return true;
}

void base_name_make_uuid(char uuid[BASE_UUID_SIZE])
{
	uuid_t made;

	uuid_generate_random(made);
	uuid_unparse_lower(made, uuid);
}

static bool skip_hex(const char **text, size_t least, size_t most)
{
	size_t digits = strspn(*text, "0123456789abcdefABCDEF");

	if (digits < least || digits > most)
		return false;
	*text += digits;
	return true;
}

static bool skip_char(const char **text, char expected)
{
	if (**text != expected)
		return false;
	(*text)++;
	return true;
}

bool base_name_is_pci_address(const char *text)
{
	if (!skip_hex(&text, 4, 8) || !skip_char(&text, ':') || !skip_hex(&text, 2, 2) ||
	    !skip_char(&text, ':') || !skip_hex(&text, 2, 2) || !skip_char(&text, '.'))
		return false;
	return *text >= '0' && *text <= '7' && text[1] == '\0';
}

bool base_name_is_component(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_.:+-";
	size_t length = strspn(text, allowed);

	return text[length] == '\0' && length > 0 && length <= NAME_MAX && *text != '.';
}
