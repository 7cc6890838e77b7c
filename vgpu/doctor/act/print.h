/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DOCTOR_PRINT_H
#define DOCTOR_PRINT_H

#include "vgpu/doctor/decide/report.h"

/* To standard output: a line for what is fine, three for what is not; colours on a terminal. */
void doctor_print_people(const struct doctor_report *report);

int doctor_print_json(const struct doctor_report *report, struct base_error *err);

#endif
