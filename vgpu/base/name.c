/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/base/name.h"

#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "vgpu/base/file.h"

bool base_name_parse_uuid(const char *text, char uuid[BASE_UUID_SIZE])
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	char lower[BASE_UUID_SIZE] = "";

	for (size_t i = 0; i < BASE_UUID_SIZE - 1; i++) {
		/* The NUL of a text that is too short is neither. */
		if (form[i] == '-' ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
			return false;
		lower[i] = (char)tolower((unsigned char)text[i]);
	}
	if (text[BASE_UUID_SIZE - 1] != '\0')
		return false;
	memcpy(uuid, lower, sizeof(lower));
	return true;
}

int base_name_make_uuid(char uuid[BASE_UUID_SIZE], struct base_error *err)
{
	const char *path = "/proc/sys/kernel/random/uuid";
	BASE_AUTO(free) char *text = base_file_read_at(AT_FDCWD, path, BASE_UUID_SIZE, NULL, err);

	if (text == NULL)
		return base_error_wrap(err, "cannot make a UUID");
	text[strcspn(text, "\n")] = '\0';
	if (base_name_parse_uuid(text, uuid))
		return 0;
	return base_error_set(err, BASE_FAILED, "cannot make a UUID: %s holds none", path);
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

static bool is_allowed(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '.' || c == ':' || c == '+' || c == '-';
}

bool base_name_is_component(const char *text)
{
	size_t length = 0;

	while (is_allowed(text[length]))
		length++;
	return text[length] == '\0' && length > 0 && length <= NAME_MAX && *text != '.';
}
