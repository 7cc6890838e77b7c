/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "vgpu/base/options.h"
#include "vgpu/domain-commands/commands.h"
#include "vgpu/domain/domain.h"
#include "xmlpatch/xmlpatch.h"

int vgpu_cmd_show(int argc, char **argv, struct base_error *err)
{
	BASE_AUTO(vgpu_domain) struct vgpu_domain *domain = NULL;
	BASE_AUTO(xmlpatch_mdevs) struct xmlpatch_mdevs mdevs = { 0 };
	BASE_AUTO(free) char *xml = NULL;
	const char *uri = NULL, *name;
	bool whole = false;
	const struct vgpu_option options[] = { { "connect", &uri, NULL },
					       { "xml", NULL, &whole },
					       { NULL, NULL, NULL } };
	int count = vgpu_options_parse(argc, argv, options, &name, 1, err);

	if (count < 0)
		return -1;
	if (count == 0)
		return base_error_set(err, BASE_MISUSED, "show which domain?");
	domain = vgpu_domain_create(uri, name, err);
	xml = domain != NULL ? vgpu_domain_get_xml(domain, err) : NULL;
	if (xml == NULL || xmlpatch_read_mdevs(xml, strlen(xml), &mdevs, err) < 0)
		return -1;
	if (whole)
		fputs(xml, stdout);
	for (size_t i = 0; !whole && i < mdevs.n; i++)
		puts(mdevs.uuids[i]);
	return 0;
}
