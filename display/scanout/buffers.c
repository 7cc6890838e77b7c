/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/scanout/buffers.h"

#include <stddef.h>

const struct scanout_buffer *scanout_buffers_find(struct scanout_buffers *buffers,
						  const struct scanout_view *view)
{
	for (size_t i = 0; i < SCANOUT_BUFFERS; i++) {
		struct scanout_buffer *item = &buffers->items[i];

		if (item->number == 0 || !scanout_view_same(&item->view, view))
			continue;
		item->shown = ++buffers->clock;
		return item;
	}
	return NULL;
}

static struct scanout_buffer *make_room(struct scanout_buffers *buffers)
{
	struct scanout_buffer *oldest = &buffers->items[0];

	for (size_t i = 0; i < SCANOUT_BUFFERS; i++) {
		struct scanout_buffer *item = &buffers->items[i];

		if (item->number == 0)
			return item;
		if (item->shown < oldest->shown)
			oldest = item;
	}
	return oldest;
}

const struct scanout_buffer *scanout_buffers_add(struct scanout_buffers *buffers,
						 const struct scanout_view *view,
						 const struct scanout_view *good, uint64_t bytes)
{
	struct scanout_buffer *item = make_room(buffers);

	if (buffers->last == UINT32_MAX)
		return NULL;
	*item = (struct scanout_buffer){
		.number = ++buffers->last,
		.shown = ++buffers->clock,
		.view = *view,
		.good = *good,
		.bytes = bytes,
	};
	return item;
}

bool scanout_buffers_forget(struct scanout_buffers *buffers, uint32_t number)
{
	if (number == 0 || number > buffers->last)
		return false;
	for (size_t i = 0; i < SCANOUT_BUFFERS; i++) {
		if (buffers->items[i].number == number)
			buffers->items[i] = (struct scanout_buffer){ 0 };
	}
	return true;
}
