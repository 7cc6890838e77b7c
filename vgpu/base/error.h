/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

#include "vgpu/base/cleanup.h"

/* The exit codes of the programs; every error carries one. */
enum base_status {
	BASE_DONE = 0,
	BASE_FAILED = 1,
	BASE_MISUSED = 2,
};

/*
 * One error: set where it happens, wrapped with context on the way up, printed
 * once, by main. Declare it as `BASE_AUTO(base_error) struct base_error err =
 * { 0 };` Success leaves it untouched. Not shared between threads.
 */
struct base_error {
	enum base_status status;
	int errnum;    /* the errno that caused it; 0 if none did */
	char *message; /* owned; one line, no newline; NULL when no error is set */
};

/*
 * All setters return -1, so that a function can end with `return
 * base_error_set(err, ...)`. err may be NULL: then only -1 is returned. An error
 * that is set already is replaced.
 */
int base_error_set(struct base_error *err, enum base_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* As base_error_set with BASE_FAILED, followed by ": " and strerror(errnum). */
int base_error_errno(struct base_error *err, int errnum, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* As base_error_errno with ENOMEM. */
int base_error_no_memory(struct base_error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Puts "context: " before the message of an error that is set; returns -1. */
int base_error_wrap(struct base_error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

bool base_error_is_set(const struct base_error *err);

/* Frees the message; takes NULL and an error that is not set. */
void base_error_finish(struct base_error *err);

BASE_DEFINE_CLEANUP(base_error, struct base_error, base_error_finish)

#endif
