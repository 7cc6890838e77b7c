/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/domain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "xmlpatch/xmlpatch.h"

struct vgpu_domain {
	virConnectPtr connection; /* owned */
	virDomainPtr domain;	  /* owned */
};

static void ignore(void *data, virErrorPtr error)
{
	(void)data;
	(void)error;
}

static int fail(struct base_error *err, const char *what, const char *on)
{
	return base_error_set(err, BASE_FAILED, "cannot %s %s: %s", what, on,
			      virGetLastErrorMessage());
}

static const char *default_uri(void)
{
	const char *uri = getenv("LIBVIRT_DEFAULT_URI");

	return uri != NULL && *uri != '\0' ? uri : "qemu:///system";
}

static int connect_to(struct vgpu_domain *domain, const char *uri, struct base_error *err)
{
	const char *to = uri != NULL ? uri : default_uri();

	/* Without a handler of ours libvirt prints each error itself. */
	virSetErrorFunc(NULL, ignore);
	domain->connection = virConnectOpen(to);
	if (domain->connection != NULL)
		return 0;
	return base_error_set(
		err, BASE_FAILED,
		"cannot connect to libvirt at %s: %s; is it running, and are you root "
		"or in the group libvirt?",
		to, virGetLastErrorMessage());
}

static int look_up(struct vgpu_domain *domain, const char *name, struct base_error *err)
{
	domain->domain = virDomainLookupByName(domain->connection, name);
	if (domain->domain == NULL && virGetLastErrorCode() == VIR_ERR_NO_DOMAIN)
		domain->domain = virDomainLookupByUUIDString(domain->connection, name);
	if (domain->domain != NULL)
		return 0;
	switch (virGetLastErrorCode()) {
	case VIR_ERR_NO_DOMAIN:
	case VIR_ERR_INVALID_ARG: /* not a UUID either */
		return base_error_set(err, BASE_FAILED,
				      "there is no domain '%s'; 'virsh list --all' shows those "
				      "that there are",
				      name);
	default:
		return fail(err, "look up the domain", name);
	}
}

static int check_persistent(const struct vgpu_domain *domain, struct base_error *err)
{
	int persistent = virDomainIsPersistent(domain->domain);

	if (persistent < 0)
		return fail(err, "ask about the domain", vgpu_domain_name(domain));
	if (persistent == 0)
		return base_error_set(err, BASE_FAILED,
				      "the domain %s is transient and has no stored definition to "
				      "change: define it with 'virsh define' first",
				      vgpu_domain_name(domain));
	return 0;
}

struct vgpu_domain *vgpu_domain_create(const char *uri, const char *name, struct base_error *err)
{
	BASE_AUTO(vgpu_domain) struct vgpu_domain *domain = calloc(1, sizeof(*domain));

	if (domain == NULL) {
		base_error_errno(err, ENOMEM, "cannot connect to libvirt");
		return NULL;
	}
	if (connect_to(domain, uri, err) < 0 || look_up(domain, name, err) < 0 ||
	    check_persistent(domain, err) < 0)
		return NULL;
	return BASE_STEAL_PTR(domain);
}

void vgpu_domain_destroy(struct vgpu_domain *domain)
{
	if (domain == NULL)
		return;
	if (domain->domain != NULL)
		virDomainFree(domain->domain);
	if (domain->connection != NULL)
		virConnectClose(domain->connection);
	free(domain);
}

const char *vgpu_domain_name(const struct vgpu_domain *domain)
{
	return virDomainGetName(domain->domain);
}

bool vgpu_domain_is_running(const struct vgpu_domain *domain)
{
	return virDomainIsActive(domain->domain) == 1;
}

char *vgpu_domain_get_xml(const struct vgpu_domain *domain, struct base_error *err)
{
	char *xml = virDomainGetXMLDesc(domain->domain,
					VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE);

	if (xml == NULL)
		fail(err, "read the definition of the domain", vgpu_domain_name(domain));
	return xml;
}

int vgpu_domain_define(struct vgpu_domain *domain, const char *xml, struct base_error *err)
{
	virDomainPtr defined =
		virDomainDefineXMLFlags(domain->connection, xml, VIR_DOMAIN_DEFINE_VALIDATE);

	if (defined == NULL)
		return fail(err, "change the definition of the domain", vgpu_domain_name(domain));
	virDomainFree(defined);
	return 0;
}

/* A domain may vanish while we look: then it is no user. */
static int uses(virDomainPtr domain, const char *uuid, struct base_error *err)
{
	BASE_AUTO(free) char *xml = virDomainGetXMLDesc(domain, VIR_DOMAIN_XML_INACTIVE);
	int found;

	if (xml == NULL && virGetLastErrorCode() == VIR_ERR_NO_DOMAIN)
		return 0;
	if (xml == NULL)
		return fail(err, "read the definition of the domain", virDomainGetName(domain));
	found = xmlpatch_has_vgpu(xml, strlen(xml), uuid, err);
	return found >= 0 ? found : base_error_wrap(err, "domain %s", virDomainGetName(domain));
}

static bool is_same(virDomainPtr left, virDomainPtr right)
{
	unsigned char a[VIR_UUID_BUFLEN], b[VIR_UUID_BUFLEN];

	return virDomainGetUUID(left, a) == 0 && virDomainGetUUID(right, b) == 0 &&
	       memcmp(a, b, sizeof(a)) == 0;
}

static int find_among(virDomainPtr *all, int n, virDomainPtr but, const char *uuid, char **user,
		      struct base_error *err)
{
	for (int i = 0; i < n; i++) {
		int found = is_same(all[i], but) ? 0 : uses(all[i], uuid, err);

		if (found < 0)
			return -1;
		if (found == 0)
			continue;
		*user = strdup(virDomainGetName(all[i]));
		return *user != NULL ? 0 : base_error_errno(err, ENOMEM, "cannot look for users");
	}
	return 0;
}

int vgpu_domain_find_user(const struct vgpu_domain *domain, const char *uuid, char **user,
			  struct base_error *err)
{
	virDomainPtr *all = NULL;
	int n = virConnectListAllDomains(domain->connection, &all, 0);
	int status;

	*user = NULL;
	if (n < 0)
		return fail(err, "list the domains beside", vgpu_domain_name(domain));
	status = find_among(all, n, domain->domain, uuid, user, err);
	for (int i = 0; i < n; i++)
		virDomainFree(all[i]);
	free(all);
	return status;
}
