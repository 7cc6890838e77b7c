/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/app/title.h"

#include <stdio.h>

#include "display/window/hotkey.h"
#include "vgpu/base/text.h"

static const char *state_of(const struct display_title *title)
{
	if (title->away)
		return " - not running";
	if (!title->blank)
		return "";
	return title->new ? " - the guest shows no picture yet" : " - the guest shows no picture";
}

char *display_title_format(const struct display_title *title)
{
	char screen[64] = "";

	if (title->screens > 1 && !title->away)
		snprintf(screen, sizeof(screen), " (screen %u of %u)", title->screen,
			 title->screens);
	return base_text_format("%s%s%s - %s %s keyboard and mouse", title->vm, screen,
				state_of(title), DISPLAY_HOTKEY_GRAB,
				title->grabbed ? "releases" : "takes");
}
