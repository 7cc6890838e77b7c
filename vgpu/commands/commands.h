/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_COMMANDS_H
#define VGPU_COMMANDS_H

#include "vgpu/base/error.h"

/*
 * One command, one file (cmd-NAME.c beside this), one row in main's table. argv[0] is
 * the command's name; `--help` never reaches a command. A command returns 0, or
 * -1 with err set, or, when it has printed a line for each failure itself, the
 * exit status (enum base_status).
 */
int vgpu_cmd_types(int argc, char **argv, struct base_error *err);
int vgpu_cmd_list(int argc, char **argv, struct base_error *err);
int vgpu_cmd_create(int argc, char **argv, struct base_error *err);
int vgpu_cmd_remove(int argc, char **argv, struct base_error *err);
int vgpu_cmd_set(int argc, char **argv, struct base_error *err);
int vgpu_cmd_forget(int argc, char **argv, struct base_error *err);
int vgpu_cmd_restore(int argc, char **argv, struct base_error *err);
int vgpu_cmd_suspend(int argc, char **argv, struct base_error *err);
int vgpu_cmd_resume(int argc, char **argv, struct base_error *err);
int vgpu_cmd_setup(int argc, char **argv, struct base_error *err);
int vgpu_cmd_doctor(int argc, char **argv, struct base_error *err);

#endif
