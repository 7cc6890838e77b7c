/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xmlpatch/result.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const change_names[] = {
	[XMLPATCH_VGPU_ADDED] = "vgpu-added",
	[XMLPATCH_VGPU_CHANGED] = "vgpu-changed",
	[XMLPATCH_VGPU_REMOVED] = "vgpu-removed",
	[XMLPATCH_GRAPHICS_ADDED] = "graphics-added",
	[XMLPATCH_GRAPHICS_CHANGED] = "graphics-changed",
	[XMLPATCH_GRAPHICS_REMOVED] = "graphics-removed",
	[XMLPATCH_VIDEO_ADDED] = "video-added",
	[XMLPATCH_VIDEO_CHANGED] = "video-changed",
	[XMLPATCH_VIDEO_MOVED] = "video-moved",
	[XMLPATCH_VIDEO_REPLACED] = "video-replaced",
	[XMLPATCH_VIDEO_REMOVED] = "video-removed",
	[XMLPATCH_AUDIO_ADDED] = "audio-added",
	[XMLPATCH_AUDIO_CHANGED] = "audio-changed",
	[XMLPATCH_INPUT_ADDED] = "input-added",
	[XMLPATCH_CHANNEL_ADDED] = "channel-added",
	[XMLPATCH_DEVICE_REMOVED] = "device-removed",
	[XMLPATCH_DEVICES_ADDED] = "devices-added",
	[XMLPATCH_OVERRIDE_CHANGED] = "override-changed",
	[XMLPATCH_ARGUMENTS_CHANGED] = "arguments-changed",
	[XMLPATCH_TAKEN_BACK] = "taken-back",
};

const char *xmlpatch_change_name(enum xmlpatch_change_kind kind)
{
	if ((size_t)kind >= sizeof(change_names) / sizeof(*change_names))
		return "unknown";
	return change_names[kind];
}

/* Owned; NULL when memory is short. */
__attribute__((format(printf, 1, 0))) static char *format_text(const char *format, va_list args)
{
	char *text;

	return vasprintf(&text, format, args) < 0 ? NULL : text;
}

int xmlpatch_result_note(struct xmlpatch_result *result, struct base_error *err,
			 enum xmlpatch_change_kind kind, const char *format, ...)
{
	struct xmlpatch_change *grown = NULL;
	char *text;
	va_list args;

	va_start(args, format);
	text = format_text(format, args);
	va_end(args);
	if (text != NULL)
		grown = reallocarray(result->changes, result->n + 1, sizeof(*grown));
	if (grown == NULL) {
		free(text);
		return base_error_errno(err, ENOMEM, "cannot note a change");
	}
	grown[result->n++] = (struct xmlpatch_change){ .kind = kind, .text = text };
	result->changes = grown;
	return 0;
}

int xmlpatch_result_advise(struct xmlpatch_result *result, struct base_error *err,
			   const char *format, ...)
{
	char **grown = NULL;
	char *text;
	va_list args;

	va_start(args, format);
	text = format_text(format, args);
	va_end(args);
	if (text != NULL)
		grown = reallocarray(result->advice, result->n_advice + 1, sizeof(*grown));
	if (grown == NULL) {
		free(text);
		return base_error_errno(err, ENOMEM, "cannot note advice");
	}
	grown[result->n_advice++] = text;
	result->advice = grown;
	return 0;
}

void xmlpatch_result_drop_advice(struct xmlpatch_result *result)
{
	for (size_t i = 0; i < result->n_advice; i++)
		free(result->advice[i]);
	free(result->advice);
	result->advice = NULL;
	result->n_advice = 0;
}

void xmlpatch_result_finish(struct xmlpatch_result *result)
{
	if (result == NULL)
		return;
	for (size_t i = 0; i < result->n; i++)
		free(result->changes[i].text);
	xmlpatch_result_drop_advice(result);
	free(result->changes);
	free(result->xml);
	*result = (struct xmlpatch_result){ 0 };
}
