/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISPLAY_CAPTION_H
#define DISPLAY_CAPTION_H

/*
 * In bytes, with the NUL. A VM's name may have thousands of bytes, and a Wayland message of
 * more than 4096 bytes breaks the connection.
 */
#define DISPLAY_CAPTION_SIZE 1024

/* Copies a title in UTF-8; if it is too long, it is cut after a character, with an ellipsis. */
void display_caption_cut(char caption[DISPLAY_CAPTION_SIZE], const char *title);

#endif
