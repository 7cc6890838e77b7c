/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_MOCK_HOST_H
#define TESTS_MOCK_HOST_H

#include <umockdev.h>

/*
 * /sys as a test wants it, by umockdev. Call this first in main: it starts the
 * program again with umockdev's library preloaded. Returns in that second run.
 */
void mock_host_enter(char **argv);

/* A test's own empty /sys; the last thing it does is mock_host_destroy. */
UMockdevTestbed *mock_host_create(void);
void mock_host_destroy(UMockdevTestbed *bed);

/*
 * A device with mdev_supported_types, linked in /sys/class/mdev_bus. driver may
 * be NULL. Returns its syspath, owned by the caller (g_free).
 */
char *mock_host_add_parent(UMockdevTestbed *bed, const char *subsystem, const char *name,
			   const char *driver);

/* An attribute that is NULL is missing. */
void mock_host_add_type(UMockdevTestbed *bed, const char *parent_syspath, const char *id,
			const char *device_api, const char *available, const char *name,
			const char *description);

/* A vGPU that is there, linked to its type and from it. */
void mock_host_add_vgpu(UMockdevTestbed *bed, const char *parent_syspath, const char *uuid,
			const char *type);

/* The parent and the types of GVT-g on a processor of 2017 with a 512 MB aperture. */
char *mock_host_add_gvt(UMockdevTestbed *bed);

/* Puts a file anywhere below /sys, with the directories that it needs. */
void mock_host_put(UMockdevTestbed *bed, const char *path, const char *text);

#endif
