/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asks a window of an X server to close, as the button in its title does.
 *
 * usage: close-window NUMBER
 */
#include <X11/Xlib.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	Display *display = XOpenDisplay(NULL);
	XEvent event = { 0 };
	Window window;

	if (argc != 2 || display == NULL) {
		fprintf(stderr, "usage: close-window NUMBER, with DISPLAY set\n");
		return 2;
	}
	window = strtoul(argv[1], NULL, 0);
	event.xclient.type = ClientMessage;
	event.xclient.window = window;
	event.xclient.message_type = XInternAtom(display, "WM_PROTOCOLS", False);
	event.xclient.format = 32;
	event.xclient.data.l[0] = (long)XInternAtom(display, "WM_DELETE_WINDOW", False);
	XSendEvent(display, window, False, NoEventMask, &event);
	XCloseDisplay(display);
	return 0;
}
