/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/decide/stats.h"

#include <inttypes.h>

void display_stats_begin(struct display_stats *stats, int64_t now)
{
	*stats = (struct display_stats){ .began = now };
}

static void note_latency(struct display_stats *stats, int64_t ns)
{
	int64_t step = ns > 0 ? ns / DISPLAY_STATS_STEP_NS : 0;

	if (step >= DISPLAY_STATS_STEPS)
		step = DISPLAY_STATS_STEPS - 1;
	stats->late[step]++;
	stats->measured++;
}

static void note_flip(struct display_stats *stats, const struct display_flip *flip, int64_t now)
{
	/* A helper that was restarted counts from 1 again. */
	uint64_t passed = flip->number > stats->last_flip ? flip->number - stats->last_flip : 1;

	if (flip->number == stats->last_flip)
		return;
	if (stats->last_flip == 0)
		passed = 1;
	stats->flips += passed;
	stats->lost += passed - 1;
	stats->last_flip = flip->number;
	note_latency(stats, now - (int64_t)flip->seen_ns);
}

void display_stats_present(struct display_stats *stats, const struct display_flip *flip,
			   bool direct, int64_t now)
{
	stats->presented++;
	stats->direct = direct;
	if (flip->number != 0)
		note_flip(stats, flip, now);
}

/* In milliseconds: the upper end of the step at which `share` of all flips is reached. */
static double percentile(const struct display_stats *stats, double share)
{
	uint32_t sum = 0;

	for (int step = 0; step < DISPLAY_STATS_STEPS; step++) {
		sum += stats->late[step];
		if (sum > 0 && sum >= share * stats->measured)
			return (double)(step + 1) * DISPLAY_STATS_STEP_NS / 1e6;
	}
	return 0;
}

bool display_stats_report(struct display_stats *stats, uint64_t imports, uint64_t copied,
			  int64_t now, struct display_stats_report *report)
{
	double seconds = (double)(now - stats->began) / DISPLAY_STATS_SECOND_NS;
	uint64_t last_flip = stats->last_flip;

	if (now - stats->began < DISPLAY_STATS_SECOND_NS)
		return false;
	*report = (struct display_stats_report){
		.direct = stats->direct,
		.seconds = seconds,
		.presented = (double)stats->presented / seconds,
		.flipped = (double)stats->flips / seconds,
		.lost = stats->lost,
		.imports = imports - stats->imports,
		.copied = copied - stats->copied,
		.median_ms = percentile(stats, 0.5),
		.late_ms = percentile(stats, 0.99),
	};
	display_stats_begin(stats, now);
	stats->last_flip = last_flip;
	stats->direct = report->direct;
	stats->imports = imports;
	stats->copied = copied;
	return true;
}

int display_stats_write(const struct display_stats_report *report, FILE *file)
{
	int r = fprintf(file,
			"{\"seconds\":%.3f,\"source\":\"%s\",\"presented\":%.2f,\"flipped\":%.2f,"
			"\"lost\":%" PRIu64 ",\"latency_ms\":{\"median\":%.1f,\"p99\":%.1f},"
			"\"imports\":%" PRIu64 ",\"copied_bytes\":%" PRIu64 "}\n",
			report->seconds, report->direct ? "direct" : "dbus", report->presented,
			report->flipped, report->lost, report->median_ms, report->late_ms,
			report->imports, report->copied);

	return r < 0 || fflush(file) != 0 ? -1 : 0;
}
