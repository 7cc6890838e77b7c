/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vgpu/vgpus/inventory.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* "PARENT/NUMBER ..." in a host's or a store's order; a UUID is the number's digit. */
struct words {
	const char *text;
	char parent[8];
	char uuid[8];
};

static bool next_word(struct words *words)
{
	int length = 0;

	if (sscanf(words->text, " %7[^/]/%7s%n", words->parent, words->uuid, &length) != 2)
		return false;
	words->text += length;
	return true;
}

static void fill(struct vgpu_host *host, struct vgpu_store *store, const char *active,
		 const char *defined)
{
	struct words words = { .text = active };

	*host = (struct vgpu_host){ .devices = calloc(8, sizeof(*host->devices)) };
	*store = (struct vgpu_store){ .fd = -1,
				      .definitions = calloc(8, sizeof(*store->definitions)) };
	while (next_word(&words)) {
		struct vgpu_device *device = &host->devices[host->device_count++];

		memcpy(device->uuid, words.uuid, sizeof(words.uuid));
		device->parent = strdup(words.parent);
	}
	words.text = defined;
	while (next_word(&words)) {
		struct vgpu_definition *d = &store->definitions[store->definition_count++];

		memcpy(d->uuid, words.uuid, sizeof(words.uuid));
		d->parent = strdup(words.parent);
	}
}

/* The same with a sign: + active, - defined, * both. */
static void describe(const struct vgpu_inventory *inventory, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < inventory->count; i++) {
		const struct vgpu_item *item = &inventory->items[i];

		used += (size_t)snprintf(text + used, size - used, "%s%s/%s%c", i > 0 ? " " : "",
					 vgpu_item_parent(item), vgpu_item_uuid(item),
					 item->definition == NULL ? '+'
					 : item->device == NULL	  ? '-'
								  : '*');
	}
}

static void what_is_active_and_what_is_defined_come_together(void **state)
{
	static const struct {
		const char *active;
		const char *defined;
		const char *wanted;
	} cases[] = {
		{ "", "", "" },
		{ "a/1 a/2", "", "a/1+ a/2+" },
		{ "", "a/1 b/0", "a/1- b/0-" },
		{ "a/1 b/2", "a/1 b/2", "a/1* b/2*" },
		{ "a/1 a/3 b/1", "a/2 b/1 b/2", "a/1+ a/2- a/3+ b/1* b/2-" },
		{ "b/1", "a/9 c/1", "a/9- b/1+ c/1-" },
		/* The same UUID on another parent is another vGPU. */
		{ "a/1", "b/1", "a/1+ b/1-" },
		/* Numbers in names count as numbers. */
		{ "gpu2/1 gpu10/1", "gpu2/2 gpu10/1", "gpu2/1+ gpu2/2- gpu10/1*" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		BASE_AUTO(vgpu_inventory) struct vgpu_inventory inventory = { 0 };
		BASE_AUTO(vgpu_store) struct vgpu_store store = { .fd = -1 };
		BASE_AUTO(vgpu_host) struct vgpu_host host = { 0 };
		char got[256];

		fill(&host, &store, cases[i].active, cases[i].defined);
		assert_int_equal(vgpu_inventory_init(&inventory, &host, &store, NULL), 0);
		describe(&inventory, got, sizeof(got));
		assert_string_equal(got, cases[i].wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_active_and_what_is_defined_come_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
