/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_CAPTION_H
#define DISPLAY_CAPTION_H

/*
 * In bytes, with the NUL. A VM may have a name of thousands, and a Wayland message of
 * more than 4096 breaks the connection.
 */
#define DISPLAY_CAPTION_SIZE 1024

/* A window's title in UTF-8; of one that is too long whole characters and an ellipsis. */
void display_caption_cut(char caption[DISPLAY_CAPTION_SIZE], const char *title);

#endif
