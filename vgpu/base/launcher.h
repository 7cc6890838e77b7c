/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_LAUNCHER_H
#define BASE_LAUNCHER_H

/*
 * The desktop entry that opens the viewer of a domain, as in the Desktop Entry
 * Specification 1.5 (freedesktop.org). A domain's name may hold anything but a
 * slash and a newline: it is quoted for Exec and encoded for the file's name. Texts
 * are owned by the caller; NULL without memory.
 */

/*
 * "vgpu-display-win10.desktop"; a byte that is not a letter, digit, dot or dash is
 * written as _XX.
 */
char *base_launcher_name(const char *domain);

/* program is the viewer's path; uri is the libvirt that has the domain (NULL: the default). */
char *base_launcher_format(const char *program, const char *uri, const char *domain);

#endif
