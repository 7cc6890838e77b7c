/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/app/hud.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "display/picture/clock.h"
#include "vgpu/base/cleanup.h"
#include "vgpu/base/log.h"
#include "vgpu/base/text.h"

#define WAITING "Waiting for the first figures"

int display_hud_init(struct display_hud *hud, const char *path, bool shows_figures,
		     struct base_error *err)
{
	*hud = (struct display_hud){ .path = path };
	hud->notice.place = DISPLAY_OVERLAY_MIDDLE;
	display_stats_begin(&hud->stats, display_clock_ns());
	if (shows_figures)
		display_hud_toggle_figures(hud);
	if (path == NULL)
		return 0;
	hud->file = fopen(path, "ae");
	return hud->file != NULL ? 0 : base_error_errno(err, errno, "cannot write %s", path);
}

void display_hud_finish(struct display_hud *hud)
{
	display_overlay_finish(&hud->notice);
	display_overlay_finish(&hud->figures);
	if (hud->file != NULL)
		fclose(hud->file);
	*hud = (struct display_hud){ 0 };
}

void display_hud_set_notice(struct display_hud *hud, const char *words)
{
	display_overlay_set(&hud->notice, words);
}

void display_hud_toggle_figures(struct display_hud *hud)
{
	hud->shows_figures = !hud->shows_figures;
	display_overlay_set(&hud->figures, hud->shows_figures ? WAITING : NULL);
}

static void show(struct display_hud *hud, const struct display_stats_report *report)
{
	BASE_AUTO(free) char *words = NULL;

	if (report->direct)
		words = base_text_format(
			"%.1f shown, %.1f flipped a second, %" PRIu64 " lost\n"
			"flip to monitor: %.1f ms (median), 99 %% within %.1f ms\n"
			"from the vGPU's planes: %" PRIu64 " imported, %" PRIu64 " bytes copied",
			report->presented, report->flipped, report->lost, report->median_ms,
			report->late_ms, report->imports, report->copied);
	else
		words = base_text_format("%.1f shown a second\n"
					 "from QEMU: %" PRIu64 " imported, %" PRIu64
					 " bytes copied",
					 report->presented, report->imports, report->copied);
	display_overlay_set(&hud->figures, words);
}

static void save(struct display_hud *hud, const struct display_stats_report *report)
{
	if (display_stats_write(report, hud->file) == 0)
		return;
	base_warning("cannot write %s: %s", hud->path, strerror(errno));
	fclose(BASE_STEAL_PTR(hud->file));
}

void display_hud_note(struct display_hud *hud, const struct display_flip *flip, bool direct,
		      int64_t now)
{
	display_stats_present(&hud->stats, flip, direct, now);
}

bool display_hud_tick(struct display_hud *hud, uint64_t imports, uint64_t copied, int64_t now)
{
	struct display_stats_report report;

	if (!display_stats_report(&hud->stats, imports, copied, now, &report))
		return false;
	if (hud->file != NULL)
		save(hud, &report);
	if (hud->shows_figures)
		show(hud, &report);
	return true;
}

int display_hud_timeout(const struct display_hud *hud, int64_t now)
{
	int64_t left = hud->stats.began + DISPLAY_STATS_SECOND_NS - now;

	if (hud->file == NULL && !hud->shows_figures)
		return -1;
	/* Rounded up, so that the caller does not wake up too early again and again. */
	return left > 0 ? (int)((left + 999999) / 1000000) : 0;
}

void display_hud_draw(struct display_hud *hud, int32_t window_width, int32_t window_height,
		      double scale)
{
	display_overlay_draw(&hud->notice, window_width, window_height, scale);
	display_overlay_draw(&hud->figures, window_width, window_height, scale);
}
