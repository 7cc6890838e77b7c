/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_CLAIMS_WRITER_H
#define VGPU_CLAIMS_WRITER_H

#include <stdio.h>

#include <libvirt/libvirt.h>

#include "vgpu/base/error.h"

/*
 * Writes a line "UUID DOMAIN" for each vGPU that a domain's definition has or that
 * it runs with; vgpu_claims_parse() reads them. A domain that cannot be read causes
 * a warning and does not hide those of others.
 */
int vgpu_claims_write(virConnectPtr connection, FILE *out, struct base_error *err);

#endif
