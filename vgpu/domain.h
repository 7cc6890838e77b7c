/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_DOMAIN_H
#define VGPU_DOMAIN_H

#include <stdbool.h>

#include "vgpu/base/error.h"

/*
 * A libvirt domain, as its stored definition: what a start of it will use, not
 * what runs now. libvirt's own words end up in the errors and nowhere else.
 * One thread.
 */
struct vgpu_domain;

/*
 * Connects and looks the domain up by its name, else by its UUID. A NULL uri is
 * LIBVIRT_DEFAULT_URI or, without that, qemu:///system: mdevs are the host's.
 * A domain that has no stored definition (a transient one) is refused.
 */
struct vgpu_domain *vgpu_domain_create(const char *uri, const char *name, struct base_error *err);

/* Takes NULL. */
void vgpu_domain_destroy(struct vgpu_domain *domain);

const char *vgpu_domain_name(const struct vgpu_domain *domain);

/* Whether it runs now, so that a changed definition has to wait. */
bool vgpu_domain_is_running(const struct vgpu_domain *domain);

/* The definition with its secrets, for what is left out would be lost; to free. */
char *vgpu_domain_get_xml(const struct vgpu_domain *domain, struct base_error *err);

/* Stores a definition that libvirt has checked against its schema; 0 or -1. */
int vgpu_domain_define(struct vgpu_domain *domain, const char *xml, struct base_error *err);

/*
 * Looks for another domain, running or not, that has the mdev: 0 with its name
 * in *user (to free) or NULL if there is none, or -1.
 */
int vgpu_domain_find_user(const struct vgpu_domain *domain, const char *uuid, char **user,
			  struct base_error *err);

BASE_DEFINE_CLEANUP_PTR(vgpu_domain, struct vgpu_domain, vgpu_domain_destroy)

#endif
