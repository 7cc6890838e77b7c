/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/base/launcher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/cleanup.h"
#include "vgpu/base/line.h"
#include "vgpu/base/text.h"

#define KEPT "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"

char *base_launcher_name(const char *domain)
{
	BASE_AUTO(free) char *encoded = malloc(strlen(domain) * 3 + 1);
	char *end = encoded;

	if (encoded == NULL)
		return NULL;
	for (const char *c = domain; *c != '\0'; c++) {
		if (strchr(KEPT, *c) != NULL)
			*end++ = *c;
		else
			end += sprintf(end, "_%02X", (unsigned int)(unsigned char)*c);
	}
	*end = '\0';
	return base_text_format("vgpu-display-%s.desktop", encoded);
}

/* In a value of type string, a backslash is the escape character. */
static char *escape_string(const char *text)
{
	char *escaped = malloc(strlen(text) * 2 + 1);
	char *end = escaped;

	if (escaped == NULL)
		return NULL;
	for (; *text != '\0'; text++) {
		if (*text == '\\')
			*end++ = '\\';
		*end++ = *text;
	}
	*end = '\0';
	base_line_make(escaped);
	return escaped;
}

/*
 * An argument of Exec: in double quotes, with a backslash before ", `, $ and \ and
 * with % doubled; then, like every string, with its backslashes doubled.
 */
static char *quote_argument(const char *text)
{
	BASE_AUTO(free) char *quoted = malloc(strlen(text) * 2 + 3);
	char *end = quoted;

	if (quoted == NULL)
		return NULL;
	*end++ = '"';
	for (; *text != '\0'; text++) {
		if (strchr("\"`$\\", *text) != NULL)
			*end++ = '\\';
		if (*text == '%')
			*end++ = '%';
		*end++ = *text;
	}
	*end++ = '"';
	*end = '\0';
	return escape_string(quoted);
}

char *base_launcher_format(const char *program, const char *uri, const char *domain)
{
	BASE_AUTO(free) char *name = escape_string(domain);
	BASE_AUTO(free) char *command = quote_argument(program);
	BASE_AUTO(free) char *argument = quote_argument(domain);
	BASE_AUTO(free) char *connect = quote_argument(uri != NULL ? uri : "");

	if (name == NULL || command == NULL || argument == NULL || connect == NULL)
		return NULL;
	return base_text_format("[Desktop Entry]\n"
				"Type=Application\n"
				"Name=%s\n"
				"Comment=The screen of the virtual machine %s\n"
				"Exec=%s%s%s -- %s\n"
				"Icon=computer\n"
				"Terminal=false\n"
				"Categories=System;Emulator;\n",
				name, name, command, uri != NULL ? " --connect " : "",
				uri != NULL ? connect : "", argument);
}
