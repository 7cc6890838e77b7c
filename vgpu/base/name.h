/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_NAME_H
#define BASE_NAME_H

#include <stdbool.h>

/*
 * Which names may become part of a path. Names come from people, files and other
 * programs; each is checked here before a path is made of it.
 */

#define BASE_UUID_SIZE 37 /* with the NUL */

/*
 * Reads a UUID of 36 characters, in either case, and writes it in lower case,
 * as the kernel names the directory (drivers/vfio/mdev/mdev_sysfs.c). False and
 * `uuid` untouched if it is not one.
 */
bool base_name_parse_uuid(const char *text, char uuid[BASE_UUID_SIZE]);

/* Makes a new random UUID in lower case. */
void base_name_make_uuid(char uuid[BASE_UUID_SIZE]);

/* DDDD:BB:SS.F in hexadecimal; the domain may have up to 8 digits. */
bool base_name_is_pci_address(const char *text);

/* One path component of a device or type: [A-Za-z0-9_.:+-], no leading dot. */
bool base_name_is_component(const char *text);

#endif
