/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/domain/claims-writer.h"

#include <stdlib.h>
#include <string.h>

#include <libvirt/virterror.h>

#include "vgpu/base/line.h"
#include "vgpu/base/log.h"
#include "vgpu/domain/libvirt.h"
#include "xmlpatch/xmlpatch.h"

static int read_mdevs(virDomainPtr domain, unsigned int flags, struct xmlpatch_mdevs *mdevs,
		      struct base_error *err)
{
	BASE_AUTO(free) char *xml = virDomainGetXMLDesc(domain, flags);

	/* A domain may vanish while we look: then it has none. */
	if (xml == NULL && virGetLastErrorCode() == VIR_ERR_NO_DOMAIN)
		return 0;
	if (xml == NULL)
		return vgpu_libvirt_fail(err, "read the definition of the domain",
					 virDomainGetName(domain));
	if (xmlpatch_read_mdevs(xml, strlen(xml), mdevs, err) < 0)
		return base_error_wrap(err, "domain %s", virDomainGetName(domain));
	return 0;
}

/* Prints the vGPUs in the domain's definition and, while it is running, those that it runs with. */
static int print_claims(virDomainPtr domain, FILE *out, struct base_error *err)
{
	BASE_AUTO(xmlpatch_mdevs) struct xmlpatch_mdevs defined = { 0 };
	BASE_AUTO(xmlpatch_mdevs) struct xmlpatch_mdevs running = { 0 };
	BASE_AUTO(free) char *name = strdup(virDomainGetName(domain));

	if (name == NULL)
		return base_error_no_memory(err, "cannot list the domains");
	base_line_make(name);
	if (read_mdevs(domain, VIR_DOMAIN_XML_INACTIVE, &defined, err) < 0)
		return -1;
	if (virDomainIsActive(domain) == 1 && read_mdevs(domain, 0, &running, err) < 0)
		return -1;
	for (size_t i = 0; i < defined.n; i++)
		fprintf(out, "%s %s\n", defined.uuids[i], name);
	for (size_t i = 0; i < running.n; i++) {
		if (!xmlpatch_mdevs_have(&defined, running.uuids[i]))
			fprintf(out, "%s %s\n", running.uuids[i], name);
	}
	return 0;
}

int vgpu_claims_write(virConnectPtr connection, FILE *out, struct base_error *err)
{
	virDomainPtr *all = NULL;
	int n = virConnectListAllDomains(connection, &all, 0);

	if (n < 0)
		return vgpu_libvirt_fail(err, "list the domains of", virConnectGetType(connection));
	for (int i = 0; i < n; i++) {
		BASE_AUTO(base_error) struct base_error why = { 0 };

		if (print_claims(all[i], out, &why) < 0)
			base_warning("%s", why.message);
		virDomainFree(all[i]);
	}
	free(all);
	return 0;
}
