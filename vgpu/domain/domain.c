/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/domain/domain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libvirt/virterror.h>

#include "vgpu/base/text.h"
#include "vgpu/domain/claims-writer.h"
#include "vgpu/domain/libvirt.h"

#define NAMED_SNAPSHOTS 3 /* as many names as fit on a line */

struct vgpu_domain {
	virConnectPtr connection; /* owned */
	virDomainPtr domain;	  /* owned */
	const char *uri;	  /* borrowed; of the connection */
	const char *name;	  /* the domain's; asking libvirt for it clears the last error */
};

static int look_up(struct vgpu_domain *domain, const char *name, struct base_error *err)
{
	domain->domain = virDomainLookupByName(domain->connection, name);
	if (domain->domain == NULL && virGetLastErrorCode() == VIR_ERR_NO_DOMAIN)
		domain->domain = virDomainLookupByUUIDString(domain->connection, name);
	if (domain->domain != NULL) {
		domain->name = virDomainGetName(domain->domain);
		return 0;
	}
	switch (virGetLastErrorCode()) {
	case VIR_ERR_NO_DOMAIN:
	case VIR_ERR_INVALID_ARG: /* not a UUID either */
		return base_error_set(err, BASE_FAILED,
				      "there is no domain '%s'; 'virsh -c %s list --all' shows the "
				      "domains",
				      name, domain->uri);
	default:
		return vgpu_libvirt_fail(err, "look up the domain", name);
	}
}

static int check_persistent(const struct vgpu_domain *domain, struct base_error *err)
{
	int persistent = virDomainIsPersistent(domain->domain);

	if (persistent < 0)
		return vgpu_libvirt_fail(err, "ask about the domain", vgpu_domain_name(domain));
	if (persistent == 0)
		return base_error_set(
			err, BASE_FAILED,
			"the domain %s is transient and has no stored definition to change: define "
			"it first with 'virsh -c %s define FILE'",
			vgpu_domain_name(domain), domain->uri);
	return 0;
}

struct vgpu_domain *vgpu_domain_create(const char *uri, const char *name, struct base_error *err)
{
	BASE_AUTO(vgpu_domain) struct vgpu_domain *domain = calloc(1, sizeof(*domain));

	if (domain == NULL) {
		base_error_no_memory(err, "cannot connect to libvirt");
		return NULL;
	}
	domain->uri = vgpu_libvirt_uri(uri);
	domain->connection = vgpu_libvirt_connect(uri, false, err);
	if (domain->connection == NULL || look_up(domain, name, err) < 0 ||
	    check_persistent(domain, err) < 0)
		return NULL;
	return BASE_STEAL_PTR(domain);
}

const char *vgpu_domain_uri(const struct vgpu_domain *domain)
{
	return domain->uri;
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
	return domain->name;
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
		vgpu_libvirt_fail(err, "read the definition of the domain",
				  vgpu_domain_name(domain));
	return xml;
}

int vgpu_domain_define(struct vgpu_domain *domain, const char *xml, struct base_error *err)
{
	virDomainPtr defined =
		virDomainDefineXMLFlags(domain->connection, xml, VIR_DOMAIN_DEFINE_VALIDATE);

	if (defined == NULL)
		return vgpu_libvirt_fail(err, "change the definition of the domain",
					 vgpu_domain_name(domain));
	virDomainFree(defined);
	return 0;
}

int vgpu_domain_get_uuid(const struct vgpu_domain *domain, char uuid[BASE_UUID_SIZE],
			 struct base_error *err)
{
	char text[VIR_UUID_STRING_BUFLEN] = "";

	if (virDomainGetUUIDString(domain->domain, text) == 0 && base_name_parse_uuid(text, uuid))
		return 0;
	return vgpu_libvirt_fail(err, "read the UUID of the domain", vgpu_domain_name(domain));
}

bool vgpu_domain_is_saved(const struct vgpu_domain *domain)
{
	return virDomainHasManagedSaveImage(domain->domain, 0) == 1;
}

static char *join_names(const struct vgpu_domain *domain, virDomainSnapshotPtr *all, int count)
{
	struct base_text_stream stream;
	FILE *out = base_text_open(&stream);

	if (out == NULL)
		return NULL;
	for (int i = 0; i < count && i < NAMED_SNAPSHOTS; i++)
		fprintf(out, "%s%s", i > 0 ? ", " : "", virDomainSnapshotGetName(all[i]));
	if (count > NAMED_SNAPSHOTS)
		fprintf(out, ", ...: 'virsh -c %s snapshot-list %s' lists all", domain->uri,
			vgpu_domain_name(domain));
	return base_text_close(&stream);
}

size_t vgpu_domain_list_snapshots(const struct vgpu_domain *domain, char **names)
{
	virDomainSnapshotPtr *all = NULL;
	int count = virDomainListAllSnapshots(domain->domain, &all, 0);

	*names = count > 0 ? join_names(domain, all, count) : NULL;
	for (int i = 0; i < count; i++)
		virDomainSnapshotFree(all[i]);
	free(all);
	return *names != NULL ? (size_t)count : 0;
}

int vgpu_domain_list_claims(const struct vgpu_domain *domain, struct vgpu_claims *claims,
			    struct base_error *err)
{
	BASE_AUTO(free) char *text = NULL;
	struct base_text_stream stream;
	FILE *out = base_text_open(&stream);
	int status;

	if (out == NULL)
		return base_error_no_memory(err, "cannot list the domains");
	status = vgpu_claims_write(domain->connection, out, err);
	text = base_text_close(&stream);
	if (text == NULL)
		return base_error_no_memory(err, "cannot list the domains");
	return status < 0 ? -1 : vgpu_claims_parse(claims, BASE_STEAL_PTR(text), err);
}

/* Owned by the caller; NULL for libvirt's own choice. */
static char *find_emulator(const char *xml)
{
	static const char before[] = "\n    <emulator>";
	const char *start = strstr(xml, before);

	if (start == NULL)
		return NULL;
	start += strlen(before);
	return strndup(start, strcspn(start, "<&"));
}

void vgpu_domain_read_capability(const struct vgpu_domain *domain, const char *xml,
				 struct vgpu_capability *capability)
{
	const char *driver = virConnectGetType(domain->connection);
	BASE_AUTO(free) char *emulator = find_emulator(xml);
	BASE_AUTO(free) char *text = NULL;

	*capability = (struct vgpu_capability){ 0 };
	if (virConnectGetLibVersion(domain->connection, &capability->libvirt) < 0)
		capability->libvirt = 0;
	if (driver == NULL || strcmp(driver, "QEMU") != 0)
		return;
	if (virConnectGetVersion(domain->connection, &capability->qemu) < 0)
		capability->qemu = 0;
	text = virConnectGetDomainCapabilities(domain->connection, emulator, NULL, NULL, NULL, 0);
	if (text != NULL)
		vgpu_capability_read_displays(capability, text);
}
