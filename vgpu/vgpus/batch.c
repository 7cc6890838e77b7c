/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/vgpus/batch.h"

#include <pthread.h>
#include <stdlib.h>

#include "vgpu/base/array.h"
#include "vgpu/vgpus/make.h"

/* The items of one parent, and the thread that makes them. */
struct share {
	struct vgpu_batch_item *items;
	size_t count;
	pthread_t thread;
	bool has_thread;
};

int vgpu_batch_add(struct vgpu_batch *batch, const struct vgpu_host *host,
		   const struct vgpu_definition *definition, struct base_error *err)
{
	const struct vgpu_parent *parent = vgpu_host_find_parent(host, definition->parent);
	struct vgpu_batch_item *items;

	if (parent == NULL || vgpu_host_find_device(host, definition->uuid) != NULL ||
	    vgpu_parent_find_type(parent, definition->type) == NULL)
		return 0;
	items = vgpu_array_grow(batch->items, batch->count, sizeof(*batch->items));
	if (items == NULL)
		return base_error_no_memory(err, "cannot make %s", definition->uuid);
	batch->items = items;
	items[batch->count++] =
		(struct vgpu_batch_item){ .definition = definition, .parent = parent };
	return 0;
}

static void *make_share(void *data)
{
	const struct share *share = data;

	for (size_t i = 0; i < share->count; i++) {
		struct vgpu_batch_item *item = &share->items[i];

		item->status = vgpu_make(item->parent, item->definition, &item->err);
	}
	return NULL;
}

/* The items from `first` on that have the same parent. */
static struct share cut_share(const struct vgpu_batch *batch, size_t first)
{
	struct share share = { .items = &batch->items[first] };

	while (first + share.count < batch->count &&
	       share.items[share.count].parent == share.items[0].parent)
		share.count++;
	return share;
}

/*
 * Each parent except the last gets a thread; this thread does the last one and
 * those whose thread could not start. The array is long enough from the start, so
 * it does not move while threads use it.
 */
void vgpu_batch_run(struct vgpu_batch *batch)
{
	BASE_AUTO(free) struct share *shares = calloc(batch->count + 1, sizeof(*shares));
	struct share all = { .items = batch->items, .count = batch->count };
	size_t count = 0;

	if (shares == NULL) {
		make_share(&all);
		return;
	}
	for (size_t first = 0; first < batch->count; first += shares[count++].count)
		shares[count] = cut_share(batch, first);
	for (size_t i = 0; i + 1 < count; i++)
		shares[i].has_thread =
			pthread_create(&shares[i].thread, NULL, make_share, &shares[i]) == 0;
	for (size_t i = count; i > 0; i--) {
		if (!shares[i - 1].has_thread)
			make_share(&shares[i - 1]);
	}
	for (size_t i = 0; i < count; i++) {
		if (shares[i].has_thread)
			pthread_join(shares[i].thread, NULL);
	}
}

struct vgpu_batch_item *vgpu_batch_take(struct vgpu_batch *batch,
					const struct vgpu_definition *definition)
{
	if (batch->next == batch->count || batch->items[batch->next].definition != definition)
		return NULL;
	return &batch->items[batch->next++];
}

void vgpu_batch_finish(struct vgpu_batch *batch)
{
	if (batch == NULL)
		return;
	for (size_t i = 0; i < batch->count; i++)
		base_error_finish(&batch->items[i].err);
	free(batch->items);
	*batch = (struct vgpu_batch){ 0 };
}
