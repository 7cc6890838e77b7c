/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * Values that clean up after themselves when they leave their scope:
 *
 *	BASE_AUTO(free) char *text = NULL;
 *	BASE_AUTO(fd) int fd = -1;
 *
 * Always initialise them. Hand one out with BASE_STEAL_PTR or BASE_STEAL_FD. The
 * cleanups for a library's handles are defined beside the code that uses that
 * library, with BASE_DEFINE_CLEANUP (functions that take a pointer to the value) or
 * BASE_DEFINE_CLEANUP_PTR (functions that take the pointer itself; NULL is never
 * passed on).
 */
#define BASE_AUTO(name) __attribute__((cleanup(base_cleanup_##name)))

#define BASE_DEFINE_CLEANUP(name, type, function)                                                  \
	static inline void base_cleanup_##name(type *value)                                        \
	{                                                                                          \
		function(value);                                                                   \
	}

#define BASE_DEFINE_CLEANUP_PTR(name, type, function)                                              \
	static inline void base_cleanup_##name(type **value)                                       \
	{                                                                                          \
		if (*value != NULL)                                                                \
			function(*value);                                                          \
		*value = NULL;                                                                     \
	}

#define BASE_STEAL_PTR(pointer)                                                                    \
	__extension__({                                                                            \
		__typeof__(pointer) stolen_ = (pointer);                                           \
		(pointer) = NULL;                                                                  \
		stolen_;                                                                           \
	})

#define BASE_STEAL_FD(fd)                                                                          \
	__extension__({                                                                            \
		int stolen_ = (fd);                                                                \
		(fd) = -1;                                                                         \
		stolen_;                                                                           \
	})

/* Repeats a system call that a signal interrupted. */
#define BASE_RETRY(call)                                                                           \
	__extension__({                                                                            \
		__typeof__(call) result_;                                                          \
		do {                                                                               \
			result_ = (call);                                                          \
		} while (result_ == -1 && errno == EINTR);                                         \
		result_;                                                                           \
	})

/* Frees what a pointer variable points to. */
static inline void base_cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void base_cleanup_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

BASE_DEFINE_CLEANUP_PTR(file, FILE, fclose)
BASE_DEFINE_CLEANUP_PTR(dir, DIR, closedir)

#endif
