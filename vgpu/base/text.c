/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/base/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 128

/* Makes room for `more` bytes and a NUL. */
static bool make_room(struct base_text *text, size_t more)
{
	size_t size = text->size > 0 ? text->size : FIRST_SIZE;
	char *start;

	if (text->has_failed || more >= SIZE_MAX / 4 || text->length >= SIZE_MAX / 4) {
		text->has_failed = true;
		return false;
	}
	if (text->length + more < text->size)
		return true;
	while (size <= text->length + more)
		size *= 2;
	start = realloc(text->start, size);
	if (start == NULL) {
		text->has_failed = true;
		return false;
	}
	text->start = start;
	text->size = size;
	return true;
}

char *base_text_vformat(const char *format, va_list arguments)
{
	char *text;

	return vasprintf(&text, format, arguments) >= 0 ? text : NULL;
}

char *base_text_format(const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = base_text_vformat(format, arguments);
	va_end(arguments);
	return text;
}

FILE *base_text_open(struct base_text_stream *stream)
{
	*stream = (struct base_text_stream){ 0 };
	stream->out = open_memstream(&stream->text, &stream->length);
	return stream->out;
}

char *base_text_close(struct base_text_stream *stream)
{
	char *text = NULL;

	/* If the stream could not grow, fclose() reports it at the latest. */
	if (stream->out != NULL && fclose(stream->out) == 0)
		text = stream->text;
	else
		free(stream->text);
	stream->out = NULL;
	stream->text = NULL;
	return text;
}

void base_text_add_bytes(struct base_text *text, const char *more, size_t length)
{
	if (!make_room(text, length))
		return;
	memcpy(text->start + text->length, more, length);
	text->length += length;
}

void base_text_add(struct base_text *text, const char *more)
{
	base_text_add_bytes(text, more, strlen(more));
}

void base_text_add_shell_word(struct base_text *text, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "_-.:/+@%=,";
	bool is_plain = word[0] != '\0' && word[strspn(word, plain)] == '\0';

	base_text_add(text, text->length > 0 ? " " : "");
	if (is_plain) {
		base_text_add(text, word);
		return;
	}
	base_text_add(text, "'");
	for (; *word != '\0'; word++)
		base_text_add(text, *word == '\'' ? "'\\''" : (const char[]){ *word, '\0' });
	base_text_add(text, "'");
}

void base_text_add_item(struct base_text *text, const char *item)
{
	if (text->length > 0)
		base_text_add(text, ", ");
	base_text_add(text, item);
}

char *base_text_format_number(char digits[BASE_TEXT_NUMBER_SIZE], long number)
{
	unsigned long rest = number < 0 ? 0UL - (unsigned long)number : (unsigned long)number;
	char *start = &digits[BASE_TEXT_NUMBER_SIZE - 1];

	*start = '\0';
	do {
		*--start = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (number < 0)
		*--start = '-';
	return start;
}

void base_text_add_number(struct base_text *text, long number)
{
	char digits[BASE_TEXT_NUMBER_SIZE];

	base_text_add(text, base_text_format_number(digits, number));
}

char *base_text_take(struct base_text *text)
{
	char *start = NULL;

	if (make_room(text, 0)) {
		text->start[text->length] = '\0';
		start = text->start;
	} else {
		free(text->start);
	}
	*text = (struct base_text){ 0 };
	return start;
}

bool base_text_ends_with(const char *text, const char *ending)
{
	size_t length = strlen(text), size = strlen(ending);

	return length > size && strcmp(text + length - size, ending) == 0;
}

char *base_text_join_path(const char *directory, const char *name)
{
	struct base_text path = { 0 };

	base_text_add(&path, directory);
	base_text_add(&path, "/");
	base_text_add(&path, name);
	return base_text_take(&path);
}
