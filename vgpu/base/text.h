/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A text that grows piece by piece, for commands whose whole work takes less than
 * printf(3) and open_memstream(3) would. Start with { 0 }; without memory it stays
 * without the rest, and base_text_take says so.
 */
struct base_text {
	char *start;
	size_t length, size;
	bool has_failed;
};

void base_text_add(struct base_text *text, const char *more);
void base_text_add_bytes(struct base_text *text, const char *more, size_t length);

/* A number in decimal, within `digits` and as long as that is there. */
#define BASE_TEXT_NUMBER_SIZE 24
char *base_text_format_number(char digits[BASE_TEXT_NUMBER_SIZE], long number);
void base_text_add_number(struct base_text *text, long number);

/* The whole, "" at least, owned by the caller; NULL without memory. Starts anew. */
char *base_text_take(struct base_text *text);

/* DIRECTORY/NAME, owned by the caller; NULL without memory. */
char *base_text_join_path(const char *directory, const char *name);

#endif
