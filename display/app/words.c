/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

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

/* NULL without memory. */
static char *explain(const struct display_parts *parts, bool is_dmabuf,
		     const struct base_error *why)
{
	const struct display_options *options = parts->options;
	BASE_AUTO(free)
	char *target = base_text_format("%s%s", options->qmp != NULL ? "--qmp " : "",
					options->qmp != NULL ? options->qmp : options->domain);
	struct display_gpu gpu;
	char *text = NULL;

	display_gpu_find(&gpu, DISPLAY_GPU_SYSFS);
	if (is_dmabuf && target != NULL)
		text = display_gpu_explain(&gpu, parts->painter.egl.renderer, getenv("DRI_PRIME"),
					   target);
	return text != NULL ? text
			    : base_text_format("The picture cannot be shown: %s.", why->message);
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
