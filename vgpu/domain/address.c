/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/domain/address.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define PARTS 3 /* domain, bus and slot */

/* Reads at most `digits` hexadecimal digits and nothing else. */
static bool parse_number(const char *text, size_t length, size_t digits, unsigned long most,
			 unsigned int *number)
{
	char copy[8];
	unsigned long value;

	if (length == 0 || length > digits)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (!isxdigit((unsigned char)text[i]))
			return false;
	}
	memcpy(copy, text, length);
	copy[length] = '\0';
	value = strtoul(copy, NULL, 16);
	if (value > most)
		return false;
	*number = (unsigned int)value;
	return true;
}

/* The parts are right-aligned: what is left out at the front stays 0. */
static bool parse_parts(const char *text, size_t length, unsigned int parts[PARTS])
{
	static const struct {
		size_t digits;
		unsigned long most;
	} limits[PARTS] = { { 4, 0 }, { 2, 0xff }, { 2, 0x1f } };
	size_t count = 1;

	for (size_t i = 0; i < length; i++)
		count += text[i] == ':';
	if (count > PARTS)
		return false;
	for (size_t i = PARTS - count; i < PARTS; i++) {
		const char *colon = memchr(text, ':', length);
		size_t here = colon != NULL ? (size_t)(colon - text) : length;

		if (!parse_number(text, here, limits[i].digits, limits[i].most, &parts[i]))
			return false;
		if (colon != NULL) {
			text = colon + 1;
			length -= here + 1;
		}
	}
	return true;
}

bool vgpu_address_parse(const char *text, struct xmlpatch_address *address)
{
	const char *dot = strchrnul(text, '.');
	unsigned int parts[PARTS] = { 0 };
	unsigned int function = 0;

	if (!parse_parts(text, (size_t)(dot - text), parts) ||
	    (*dot != '\0' && !parse_number(dot + 1, strlen(dot + 1), 1, 7, &function)))
		return false;
	*address = (struct xmlpatch_address){ parts[1], parts[2], function };
	return true;
}
