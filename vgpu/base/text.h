/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * As asprintf(3) and vasprintf(3), but return the text, owned by the caller; NULL
 * without memory.
 */
char *base_text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *base_text_vformat(const char *format, va_list arguments)
	__attribute__((format(printf, 1, 0)));

/* A text that is written like a file. */
struct base_text_stream {
	FILE *out;     /* NULL without memory; owned until it is closed */
	char *text;    /* owned; valid when the stream is closed */
	size_t length; /* of the text, when the stream is closed */
};

/* The stream's `out`. The stream must not move before it is closed. */
FILE *base_text_open(struct base_text_stream *stream);

/* Closes the stream and returns what was written, owned by the caller; NULL if memory was short. */
char *base_text_close(struct base_text_stream *stream);

/*
 * A text that grows piece by piece, for commands whose whole work takes less time
 * than printf(3) and a stream. Start with { 0 }. If memory is short, the rest is
 * dropped and base_text_take returns NULL.
 */
struct base_text {
	char *start;
	size_t length, size;
	bool has_failed;
};

void base_text_add(struct base_text *text, const char *more);
void base_text_add_bytes(struct base_text *text, const char *more, size_t length);

/* Adds an item of a list: after ", " unless it is the first. */
void base_text_add_item(struct base_text *text, const char *item);

/* Adds a word of a command that a person is told to type, after a space unless it is first. */
void base_text_add_shell_word(struct base_text *text, const char *word);

/* Writes a number in decimal; the result points into `digits`. */
#define BASE_TEXT_NUMBER_SIZE 24
char *base_text_format_number(char digits[BASE_TEXT_NUMBER_SIZE], long number);
void base_text_add_number(struct base_text *text, long number);

/*
 * Returns the whole text, "" if nothing was added, owned by the caller; NULL
 * without memory. Leaves the text empty.
 */
char *base_text_take(struct base_text *text);

/* True if the text ends with the ending and is longer than it. */
bool base_text_ends_with(const char *text, const char *ending);

/* DIRECTORY/NAME, owned by the caller; NULL without memory. */
char *base_text_join_path(const char *directory, const char *name);

#endif
