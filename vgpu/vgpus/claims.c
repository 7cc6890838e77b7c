/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/vgpus/claims.h"

#include <stdlib.h>
#include <string.h>

#include "vgpu/base/array.h"
#include "vgpu/base/line.h"
#include "vgpu/base/program.h"
#include "vgpu/base/text.h"

#define TEXT_LIMIT (1 << 20) /* some 10,000 lines */

static int compare_claims(const void *a, const void *b)
{
	const struct vgpu_claim *left = a, *right = b;
	int order = strcmp(left->uuid, right->uuid);

	return order != 0 ? order : strcmp(left->domain, right->domain);
}

static int add_claim(struct vgpu_claims *claims, char *line, struct base_error *err)
{
	struct vgpu_claim claim = { .domain = line + BASE_UUID_SIZE };
	struct vgpu_claim *items;

	if (strlen(line) <= BASE_UUID_SIZE || line[BASE_UUID_SIZE - 1] != ' ')
		return 0;
	line[BASE_UUID_SIZE - 1] = '\0';
	base_line_make(line + BASE_UUID_SIZE);
	if (!base_name_parse_uuid(line, claim.uuid))
		return 0;
	items = vgpu_array_grow(claims->items, claims->count, sizeof(*claims->items));
	if (items == NULL)
		return base_error_no_memory(err, "cannot see which domains have the vGPUs");
	claims->items = items;
	items[claims->count++] = claim;
	return 0;
}

int vgpu_claims_parse(struct vgpu_claims *claims, char *text, struct base_error *err)
{
	char *rest = text;

	*claims = (struct vgpu_claims){ .text = text };
	while (rest != NULL) {
		if (add_claim(claims, strsep(&rest, "\n"), err) < 0)
			return -1;
	}
	if (claims->count > 0)
		qsort(claims->items, claims->count, sizeof(*claims->items), compare_claims);
	return 0;
}

int vgpu_claims_init(struct vgpu_claims *claims, const char *uri, struct base_error *err)
{
	const char *const argv[] = { "vgpu-domain", "claims", uri != NULL ? "--connect" : NULL, uri,
				     NULL };
	char *text = NULL;

	*claims = (struct vgpu_claims){ 0 };
	if (vgpu_program_ask_domain(argv, TEXT_LIMIT, &text, err) < 0)
		return -1;
	return vgpu_claims_parse(claims, text, err);
}

const struct vgpu_claim *vgpu_claims_find(const struct vgpu_claims *claims, const char *uuid,
					  size_t *index)
{
	size_t end = claims->count;

	while (*index < end) {
		size_t middle = *index + (end - *index) / 2;

		if (strcmp(claims->items[middle].uuid, uuid) < 0)
			*index = middle + 1;
		else
			end = middle;
	}
	return *index < claims->count && strcmp(claims->items[*index].uuid, uuid) == 0
		       ? &claims->items[*index]
		       : NULL;
}

char *vgpu_claims_describe(const struct vgpu_claims *claims, const char *uuid)
{
	const struct vgpu_claim *claim;
	struct base_text text = { 0 };

	for (size_t i = 0; (claim = vgpu_claims_find(claims, uuid, &i)) != NULL; i++)
		base_text_add_item(&text, claim->domain);
	return text.length > 0 ? base_text_take(&text) : NULL;
}

void vgpu_claims_finish(struct vgpu_claims *claims)
{
	if (claims == NULL)
		return;
	free(claims->items);
	free(claims->text);
	*claims = (struct vgpu_claims){ 0 };
}
