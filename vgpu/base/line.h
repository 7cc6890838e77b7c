/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_LINE_H
#define BASE_LINE_H

/*
 * Makes a text one line that cannot control the terminal, because messages quote
 * texts from elsewhere (libvirt, the kernel, domains, file names). Control
 * characters, including C1 in UTF-8, become spaces; white space at the end is
 * removed. Bytes that are not UTF-8, for example where a name was cut inside a
 * character, become question marks, so that the text can be in JSON.
 */
void base_line_make(char *text);

#endif
