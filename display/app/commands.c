/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/app/parts.h"
#include "display/picture/clock.h"

static void follow_size(struct display_parts *parts)
{
	display_sizing_follow(&parts->sizing, &parts->screen, parts->layout.scale,
			      display_clock_ms());
}

static void toggle_fullscreen(struct display_parts *parts)
{
	display_window_set_fullscreen(&parts->window,
				      !display_window_is_fullscreen(&parts->window));
	follow_size(parts);
}

static void next_scale(struct display_parts *parts)
{
	parts->layout.scale = parts->layout.scale == DISPLAY_SCALE_LAST ? DISPLAY_SCALE_EXACT
									: parts->layout.scale + 1;
	display_schedule_mark(&parts->schedule);
	follow_size(parts);
}

static void obey(struct display_parts *parts, enum display_command command)
{
	switch (command) {
	case DISPLAY_COMMAND_GRAB:
		display_seat_grab(&parts->seat, !parts->seat.grabbed);
		break;
	case DISPLAY_COMMAND_SCREENSHOT:
		parts->screenshot.wanted = true;
		break;
	case DISPLAY_COMMAND_FULLSCREEN:
		toggle_fullscreen(parts);
		break;
	case DISPLAY_COMMAND_SCALE:
		next_scale(parts);
		break;
	case DISPLAY_COMMAND_STATS:
		display_hud_toggle_figures(&parts->hud);
		display_schedule_mark(&parts->schedule);
		break;
	case DISPLAY_COMMAND_HELP:
		parts->shows_keys = !parts->shows_keys;
		display_words_say(parts);
		break;
	case DISPLAY_COMMAND_CONSOLE:
		display_source_switch(parts->source, parts->seat.console);
		break;
	case DISPLAY_COMMAND_DELETE:
	case DISPLAY_COMMAND_NONE:
		break;
	}
}

static bool is_input(uint32_t type)
{
	return type == SDL_KEYDOWN || type == SDL_KEYUP || type == SDL_MOUSEMOTION ||
	       type == SDL_MOUSEBUTTONDOWN || type == SDL_MOUSEBUTTONUP || type == SDL_MOUSEWHEEL;
}

void display_commands_handle(struct display_parts *parts, const SDL_Event *event)
{
	bool grabbed = parts->seat.grabbed;

	if (event->type == SDL_QUIT)
		parts->done = true;
	if (event->type == SDL_WINDOWEVENT &&
	    (event->window.event == SDL_WINDOWEVENT_EXPOSED ||
	     event->window.event == SDL_WINDOWEVENT_SIZE_CHANGED)) {
		display_schedule_mark(&parts->schedule);
		if (display_window_is_rescaled(&parts->window))
			follow_size(parts);
	}
	if (is_input(event->type))
		display_schedule_note_input(&parts->schedule, display_clock_ns());
	obey(parts, display_seat_handle(&parts->seat, event, &parts->view));
	if (parts->seat.grabbed != grabbed) {
		display_words_say(parts);
		display_schedule_mark(&parts->schedule);
	}
}
