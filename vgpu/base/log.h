/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "vgpu/base/error.h"

enum base_log_level {
	BASE_LOG_WARNING,
	BASE_LOG_INFO,
	BASE_LOG_DEBUG,
};

/*
 * Messages go to standard error, one line each: "program: message", with their
 * priority if standard error is the journal of a systemd service. Call
 * base_log_init once at the start of main; until then the level is BASE_LOG_INFO.
 * program must stay valid. Thread-safe: a line is written by one call.
 */
void base_log_init(const char *program, enum base_log_level level);

void base_log(enum base_log_level level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Prints the error at the end of main and returns its exit code. */
int base_log_error(const struct base_error *err);

/* Flushes standard output. Returns 0, or -1 if something could not be written. */
int base_log_flush(struct base_error *err);

#define base_warning(...) base_log(BASE_LOG_WARNING, __VA_ARGS__)
#define base_info(...)	  base_log(BASE_LOG_INFO, __VA_ARGS__)
#define base_debug(...)	  base_log(BASE_LOG_DEBUG, __VA_ARGS__)

#endif
