/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_DOMAIN_COMMANDS_H
#define VGPU_DOMAIN_COMMANDS_H

#include "vgpu/base/error.h"

/*
 * The commands that `vgpu` leaves to vgpu-domain, which alone links libvirt and
 * libxml2: each is called as those of vgpu/commands/commands.h are.
 */
int vgpu_cmd_attach(int argc, char **argv, struct base_error *err);
int vgpu_cmd_detach(int argc, char **argv, struct base_error *err);
int vgpu_cmd_show(int argc, char **argv, struct base_error *err);
int vgpu_cmd_claims(int argc, char **argv, struct base_error *err);
int vgpu_cmd_hook(int argc, char **argv, struct base_error *err);

#endif
