/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Moves the pointer of a compositor of wlroots' kind over its screen.
 *
 * usage: move-pointer SECONDS WIDTHxHEIGHT X,Y...
 *
 * The screen is taken for WIDTHxHEIGHT units; the pointer is at each place for
 * SECONDS, and gone in the end.
 */
#include <stdio.h>
#include <unistd.h>

#include "tests/tools/wayland.h"

enum {
	MANAGER_CREATE_POINTER = 0,
	POINTER_MOTION_ABSOLUTE = 1,
	POINTER_FRAME = 4
};

/* wlr-virtual-pointer-unstable-v1, as far as it is used. */
static const struct wl_interface *no_types[5];
static const struct wl_message pointer_requests[] = {
	{ "motion", "uff", no_types }, { "motion_absolute", "uuuuu", no_types },
	{ "button", "uuu", no_types }, { "axis", "uuf", no_types },
	{ "frame", "", no_types },
};
static const struct wl_interface pointer_interface = { "zwlr_virtual_pointer_v1", 1, 5,
						       pointer_requests,	  0, NULL };
static const struct wl_interface *create_types[] = { &wl_seat_interface, &pointer_interface };
static const struct wl_message manager_requests[] = {
	{ "create_virtual_pointer", "?on", create_types },
};
static const struct wl_interface manager_interface = {
	"zwlr_virtual_pointer_manager_v1", 1, 1, manager_requests, 0, NULL
};

static void rest(struct wl_display *display, unsigned int seconds)
{
	wl_display_roundtrip(display);
	sleep(seconds);
}

static void move(struct wl_proxy *pointer, unsigned int x, unsigned int y, unsigned int width,
		 unsigned int height)
{
	wl_proxy_marshal_flags(pointer, POINTER_MOTION_ABSOLUTE, NULL, 1, 0, 0, x, y, width,
			       height);
	wl_proxy_marshal_flags(pointer, POINTER_FRAME, NULL, 1, 0);
}

static int usage(void)
{
	fprintf(stderr, "usage: move-pointer SECONDS WIDTHxHEIGHT X,Y...\n");
	return 2;
}

int main(int argc, char **argv)
{
	struct wl_display *display = wl_display_connect(NULL);
	struct wl_proxy *manager, *pointer;
	unsigned int seconds, width, height, x, y;

	if (argc < 4 || sscanf(argv[1], "%u", &seconds) != 1 ||
	    sscanf(argv[2], "%ux%u", &width, &height) != 2)
		return usage();
	manager = display != NULL ? wayland_bind(display, &manager_interface, 1) : NULL;
	if (manager == NULL) {
		fprintf(stderr, "move-pointer: no compositor that lets others move its pointer\n");
		return 1;
	}
	pointer = wl_proxy_marshal_flags(manager, MANAGER_CREATE_POINTER, &pointer_interface, 1, 0,
					 NULL, NULL);
	/* Clients ask for the pointer when they hear that there is one. */
	rest(display, seconds);
	for (int i = 3; i < argc; i++) {
		if (sscanf(argv[i], "%u,%u", &x, &y) != 2)
			return usage();
		move(pointer, x, y, width, height);
		rest(display, seconds);
	}
	wl_display_disconnect(display);
	return 0;
}
