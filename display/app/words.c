/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "display/app/notice.h"
#include "display/app/parts.h"
#include "display/app/title.h"
#include "display/draw/gpu.h"
#include "display/picture/clock.h"
#include "vgpu/base/log.h"
#include "vgpu/base/text.h"

const char *display_words_name(const struct display_parts *parts)
{
	if (parts->status.title[0] != '\0')
		return parts->status.title;
	return parts->options->domain != NULL ? parts->options->domain : "QEMU";
}

void display_words_say(struct display_parts *parts)
{
	const struct display_notice notice = {
		.keys = parts->shows_keys,
		.state = parts->status.state,
		.blank = parts->screen.blank,
		.new = parts->screen.first == 0,
		.wait = parts->wait,
		.problem = parts->problem,
	};
	const struct display_title title = {
		.vm = display_words_name(parts),
		.screen = parts->status.screen,
		.screens = parts->status.screens,
		.away = notice.state == DISPLAY_STATE_AWAY,
		.blank = notice.blank && notice.state == DISPLAY_STATE_SHOWN,
		.new = notice.new,
		.grabbed = parts->seat.grabbed,
	};
	int64_t now = display_clock_ms();
	BASE_AUTO(free) char *text = display_notice_format(&notice, now);
	BASE_AUTO(free) char *name = display_title_format(&title);

	display_hud_set_notice(&parts->hud, text);
	if (name != NULL)
		display_window_set_title(&parts->window, name);
	display_schedule_mark(&parts->schedule);
	parts->say_at = display_notice_changes_at(&parts->wait, now);
}

/* The arguments that name this VM, as a shell takes them. NULL without memory. */
static char *format_arguments(const struct display_options *options)
{
	struct base_text line = { 0 };

	if (options->connect != NULL) {
		base_text_add_shell_word(&line, "--connect");
		base_text_add_shell_word(&line, options->connect);
	}
	if (options->qmp != NULL)
		base_text_add_shell_word(&line, "--qmp");
	base_text_add_shell_word(&line, options->qmp != NULL ? options->qmp : options->domain);
	return base_text_take(&line);
}

/* NULL without memory. */
static char *explain(const struct display_parts *parts, bool is_dmabuf,
		     const struct base_error *why)
{
	BASE_AUTO(free) char *arguments = format_arguments(parts->options);
	BASE_AUTO(free) char *advice = NULL;
	const char *renderer = parts->painter.egl.renderer;
	struct display_gpu gpu;

	display_gpu_find(&gpu, DISPLAY_GPU_SYSFS);
	/* On the vGPU's own GPU it is not the GPU that is wrong. */
	if (is_dmabuf && arguments != NULL && strstr(renderer, "Intel") == NULL)
		advice = display_gpu_explain(&gpu, renderer, getenv("DRI_PRIME"), arguments);
	if (advice != NULL)
		return base_text_format("%s\n(%s)", advice, why->message);
	return base_text_format("The picture cannot be shown: %s.", why->message);
}

void display_words_set_problem(struct display_parts *parts, bool is_dmabuf,
			       const struct base_error *why)
{
	if (why == NULL && parts->problem == NULL)
		return;
	free(parts->problem);
	parts->problem = why != NULL ? explain(parts, is_dmabuf, why) : NULL;
	display_words_say(parts);
}
