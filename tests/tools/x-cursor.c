/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints the cursor that an X server shows now: "WIDTHxHEIGHT+HOTX+HOTY", then a line
 * a row, its pixels as premultiplied ARGB.
 *
 * usage: x-cursor
 */
#include <X11/extensions/Xfixes.h>
#include <stdio.h>

int main(void)
{
	Display *display = XOpenDisplay(NULL);
	XFixesCursorImage *image;
	int event, error;

	if (display == NULL || !XFixesQueryExtension(display, &event, &error)) {
		fprintf(stderr, "x-cursor: no X server with XFixes at DISPLAY\n");
		return 1;
	}
	image = XFixesGetCursorImage(display);
	if (image == NULL) {
		fprintf(stderr, "x-cursor: the X server tells no cursor\n");
		return 1;
	}
	printf("%hux%hu+%hu+%hu\n", image->width, image->height, image->xhot, image->yhot);
	for (size_t y = 0; y < image->height; y++)
		for (size_t x = 0; x < image->width; x++)
			printf("%08lx%c", image->pixels[y * image->width + x] & 0xffffffff,
			       x + 1 < image->width ? ' ' : '\n');
	XFree(image);
	XCloseDisplay(display);
	return 0;
}
