/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/window/monitor.h"

#include <SDL.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *name_of(int index)
{
	const char *name = SDL_GetDisplayName(index);

	return name != NULL ? name : "?";
}

/* SDL's name is the maker's name for the monitor, or the connector and the size in inches. */
static bool has_name(int index, const char *wanted)
{
	const char *name = name_of(index);
	size_t first = strcspn(name, " ");

	return strcasecmp(name, wanted) == 0 ||
	       (strlen(wanted) == first && strncasecmp(name, wanted, first) == 0);
}

static int find_index(const char *wanted, int count)
{
	char *end;
	long number = strtol(wanted, &end, 10);

	if (end != wanted && *end == '\0')
		return number >= 1 && number <= count ? (int)number - 1 : -1;
	for (int i = 0; i < count; i++) {
		if (has_name(i, wanted))
			return i;
	}
	return -1;
}

static char *list_monitors(int count)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	for (int i = 0; i < count; i++)
		fprintf(out, "%s%d (%s)", i > 0 ? ", " : "", i + 1, name_of(i));
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

int display_monitor_find(const char *name, struct base_error *err)
{
	int count = SDL_GetNumVideoDisplays();
	int index = find_index(name, count);
	BASE_AUTO(free) char *all = index < 0 ? list_monitors(count) : NULL;

	if (index >= 0)
		return index;
	return base_error_set(err, BASE_MISUSED, "there is no monitor '%s'; the monitors are: %s",
			      name, all != NULL && all[0] != '\0' ? all : "none");
}
