/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/pci-domain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "xmlpatch/mdev.h"
#include "xmlpatch/pci-read.h"

static char *write_domain(const struct domain *domain, size_t *length)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, length);

	assert_non_null(out);
	fprintf(out,
		"<domain type='kvm' xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'>"
		"<name>n</name><os><type machine='%s'>hvm</type></os><devices>",
		domain->machine);
	for (unsigned int slot = domain->first_net; slot != 0 && slot <= domain->last_net; slot++)
		fprintf(out, NET("slot='%u'"), slot);
	fprintf(out, "%s</devices>%s</domain>", domain->devices == NULL ? "" : domain->devices,
		domain->beside == NULL ? "" : domain->beside);
	assert_int_equal(fclose(out), 0);
	return text;
}

static char *write_plan(const struct xmlpatch_pci_plan *plan, bool tells_room)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	fputs(plan->is_multifunction ? "multifunction " : "", out);
	fputs(plan->has_address ? xmlpatch_pci_address_format(&plan->address).text : "-", out);
	for (size_t i = 0; i < plan->n; i++) {
		const struct xmlpatch_pci_move *move = &plan->moves[i];

		fprintf(out, " %s>%s",
			move->had_address ? xmlpatch_pci_address_format(&move->from).text : "",
			xmlpatch_pci_address_format(&move->to).text);
	}
	if (plan->has_video_address)
		fprintf(out, " new %s", xmlpatch_pci_address_format(&plan->video_address).text);
	if (tells_room)
		fprintf(out, " room %s",
			plan->has_room	   ? xmlpatch_pci_address_format(&plan->room).text
			: plan->lacks_room ? "none"
					   : "unasked");
	assert_int_equal(fclose(out), 0);
	return text;
}

static bool read_asked(const char *text, struct xmlpatch_address *asked)
{
	return text != NULL &&
	       sscanf(text, "%x:%x.%x", &asked->bus, &asked->slot, &asked->function) == 3;
}

/* The plan in words, to free(); NULL with an error. */
static char *plan_text(const char *xml, size_t length, enum xmlpatch_video wish, const char *slot,
		       bool tells_room, struct base_error *err)
{
	BASE_AUTO(xmlpatch_document) struct xmlpatch_document document = { 0 };
	BASE_AUTO(xmlpatch_pci_map) struct xmlpatch_pci_map map = { 0 };
	BASE_AUTO(xmlpatch_pci_plan) struct xmlpatch_pci_plan plan = { 0 };
	struct xmlpatch_guest guest;
	struct xmlpatch_address asked;

	if (xmlpatch_document_parse(&document, xml, length, err) < 0 ||
	    xmlpatch_guest_read(&guest, &document, err) < 0 ||
	    xmlpatch_pci_read(&map, &guest, err) < 0 ||
	    xmlpatch_pci_plan(&map, xmlpatch_mdev_find(guest.devices, UUID, NULL), wish,
			      read_asked(slot, &asked) ? &asked : NULL, &plan, err) < 0)
		return NULL;
	return write_plan(&plan, tells_room);
}

char *pci_domain_plan(const struct domain *domain, enum xmlpatch_video wish, const char *slot,
		      struct base_error *err)
{
	size_t length = 0;
	BASE_AUTO(free) char *xml = write_domain(domain, &length);

	return plan_text(xml, length, wish, slot, domain->tells_room, err);
}

size_t pci_domain_add_tests(struct CMUnitTest *tests, const struct pci_case *cases, size_t n,
			    void (*test)(void **state))
{
	for (size_t i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){ .name = cases[i].name,
						.test_func = test,
						.initial_state = (void *)&cases[i] };
	return n;
}
