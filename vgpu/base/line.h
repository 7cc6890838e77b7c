/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_LINE_H
#define BASE_LINE_H

/*
 * Makes a text one line that a terminal only shows: messages quote foreign words
 * (libvirt's, the kernel's, a domain's, names of files). Control characters, C1
 * in UTF-8 among them, become spaces; white space at the end goes. What is not
 * UTF-8, as a name that was cut within a character, becomes question marks, so
 * that it can be in JSON.
 */
void base_line_make(char *text);

#endif
