/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/result.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "vgpu/base/text.h"
#include "xmlpatch/text.h"

/* Appends a line to a list; 0, or -1 when memory is out. */
__attribute__((format(printf, 3, 0))) static int append_line(char ***lines, size_t *n,
							     const char *format, va_list args)
{
	char **grown = reallocarray(*lines, *n + 1, sizeof(*grown));

	if (grown == NULL)
		return -1;
	*lines = grown;
	grown[*n] = base_text_vformat(format, args);
	if (grown[*n] == NULL)
		return -1;
	++*n;
	return 0;
}

int xmlpatch_result_note(struct xmlpatch_result *result, struct base_error *err, const char *format,
			 ...)
{
	va_list args;
	int status;

	va_start(args, format);
	status = append_line(&result->changes, &result->n, format, args);
	va_end(args);
	return status == 0 ? 0 : base_error_errno(err, ENOMEM, "cannot note a change");
}

int xmlpatch_result_advise(struct xmlpatch_result *result, struct base_error *err,
			   const char *format, ...)
{
	va_list args;
	int status;

	va_start(args, format);
	status = append_line(&result->advice, &result->n_advice, format, args);
	va_end(args);
	return status == 0 ? 0 : base_error_errno(err, ENOMEM, "cannot note advice");
}

static void free_lines(char **lines, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(lines[i]);
	free(lines);
}

void xmlpatch_result_drop_advice(struct xmlpatch_result *result)
{
	free_lines(result->advice, result->n_advice);
	result->advice = NULL;
	result->n_advice = 0;
}

void xmlpatch_result_finish(struct xmlpatch_result *result)
{
	if (result == NULL)
		return;
	free_lines(result->changes, result->n);
	free_lines(result->advice, result->n_advice);
	free(result->xml);
	*result = (struct xmlpatch_result){ 0 };
}
