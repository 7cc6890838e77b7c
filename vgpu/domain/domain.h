/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_DOMAIN_H
#define VGPU_DOMAIN_H

#include <stdbool.h>

#include "vgpu/base/error.h"
#include "vgpu/base/name.h"
#include "vgpu/domain/capability.h"
#include "vgpu/vgpus/claims.h"

/*
 * A libvirt domain's stored definition: what its next start uses, not what is
 * running now. libvirt's own messages go into the errors and nowhere else. For one
 * thread.
 */
struct vgpu_domain;

/*
 * Connects and looks the domain up by its name, else by its UUID. A NULL uri is
 * LIBVIRT_DEFAULT_URI or, without that, qemu:///system, because mdevs belong to the
 * host. A domain that has no stored definition (a transient one) is refused.
 */
struct vgpu_domain *vgpu_domain_create(const char *uri, const char *name, struct base_error *err);

/* Takes NULL. */
void vgpu_domain_destroy(struct vgpu_domain *domain);

const char *vgpu_domain_name(const struct vgpu_domain *domain);

/* The URI of its libvirt, for commands that people are told to type; the domain's. */
const char *vgpu_domain_uri(const struct vgpu_domain *domain);

/* Its own UUID, in lower case. */
int vgpu_domain_get_uuid(const struct vgpu_domain *domain, char uuid[BASE_UUID_SIZE],
			 struct base_error *err);

/* Whether it is running now, so that a changed definition has to wait. */
bool vgpu_domain_is_running(const struct vgpu_domain *domain);

/* The definition with its secrets, because what is left out would be lost; owned by the caller. */
char *vgpu_domain_get_xml(const struct vgpu_domain *domain, struct base_error *err);

/* Stores a definition that libvirt has checked against its schema; 0 or -1. */
int vgpu_domain_define(struct vgpu_domain *domain, const char *xml, struct base_error *err);

/* Whether libvirt keeps its memory in a file, with the definition of that time. */
bool vgpu_domain_is_saved(const struct vgpu_domain *domain);

/*
 * The number of its snapshots, each with the definition of its time. *names has the
 * first names and the command that lists the others: one line, owned by the caller,
 * NULL if there are none or libvirt does not say.
 */
size_t vgpu_domain_list_snapshots(const struct vgpu_domain *domain, char **names);

/* Which domains of the same libvirt have which vGPUs, running or not; this one too. */
int vgpu_domain_list_claims(const struct vgpu_domain *domain, struct vgpu_claims *claims,
			    struct base_error *err);

/*
 * Finds out what the emulator can do that is named in the domain's definition
 * `xml`, as libvirt writes it. What libvirt does not say stays unknown.
 */
void vgpu_domain_read_capability(const struct vgpu_domain *domain, const char *xml,
				 struct vgpu_capability *capability);

BASE_DEFINE_CLEANUP_PTR(vgpu_domain, struct vgpu_domain, vgpu_domain_destroy)

#endif
