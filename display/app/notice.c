/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/app/notice.h"

#include <inttypes.h>
#include <string.h>

#include "display/window/hotkey.h"
#include "vgpu/base/text.h"

#define PATIENCE_MS 1500

int64_t display_notice_silence(const struct display_wait *wait, int64_t now)
{
	bool matters = wait->peer != DISPLAY_PEER_NONE && now - wait->since >= PATIENCE_MS;

	return matters ? now - wait->since : 0;
}

static char *format_silence(const struct display_notice *notice, int64_t ms)
{
	bool is_libvirt = notice->wait.peer == DISPLAY_PEER_LIBVIRT;

	if (notice->state == DISPLAY_STATE_STARTING)
		return base_text_format("libvirt has been starting the VM for %" PRId64 " s.",
					ms / 1000);
	return base_text_format("%s has not answered for %" PRId64
				" s.\n%s continues when it answers.",
				is_libvirt ? "libvirt" : "QEMU", ms / 1000,
				is_libvirt ? "The viewer" : "The picture");
}

static const char *words(const struct display_notice *notice)
{
	switch (notice->state) {
	case DISPLAY_STATE_LOOKING:
	case DISPLAY_STATE_STARTING:
	case DISPLAY_STATE_FOUND:
		return NULL;
	case DISPLAY_STATE_WAITING:
	case DISPLAY_STATE_AWAY:
		return "The VM is not running.\n"
		       "Its screen appears here as soon as it is running.";
	case DISPLAY_STATE_SHOWN:
		break;
	}
	if (notice->problem != NULL)
		return notice->problem;
	if (!notice->blank)
		return NULL;
	if (notice->new)
		return "The guest shows no picture yet.\n"
		       "Its firmware or its GPU driver draws the first one. If none appears, "
		       "run: vgpu doctor";
	return "The guest shows no picture.\n"
	       "It may be asleep: press a key. Or it is restarting, or its GPU driver is not "
	       "running.";
}

char *display_notice_format(const struct display_notice *notice, int64_t now)
{
	int64_t silence = display_notice_silence(&notice->wait, now);
	const char *text;

	if (notice->keys)
		return display_hotkey_text();
	if (silence > 0)
		return format_silence(notice, silence);
	text = words(notice);
	return text != NULL ? strdup(text) : NULL;
}

int64_t display_notice_changes_at(const struct display_wait *wait, int64_t now)
{
	int64_t waited = now - wait->since;

	if (wait->peer == DISPLAY_PEER_NONE)
		return INT64_MAX;
	return wait->since + (waited < PATIENCE_MS ? PATIENCE_MS : (waited / 1000 + 1) * 1000);
}
