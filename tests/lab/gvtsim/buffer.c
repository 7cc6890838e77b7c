// SPDX-License-Identifier: GPL-2.0
#include <linux/gfp.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "gvtsim.h"

static void destroy(struct kref *kref)
{
	struct gvtsim_buffer *buffer = container_of(kref, struct gvtsim_buffer, kref);

	if (buffer->image.pixels)
		vunmap(buffer->image.pixels);
	for (unsigned int i = 0; buffer->pages && i < buffer->page_count; i++)
		if (buffer->pages[i])
			__free_page(buffer->pages[i]);
	kvfree(buffer->pages);
	kfree(buffer);
}

struct gvtsim_buffer *gvtsim_buffer_get(struct gvtsim_buffer *buffer)
{
	kref_get(&buffer->kref);
	return buffer;
}

void gvtsim_buffer_put(struct gvtsim_buffer *buffer)
{
	if (buffer)
		kref_put(&buffer->kref, destroy);
}

static bool allocate(struct gvtsim_buffer *buffer)
{
	buffer->pages = kvcalloc(buffer->page_count, sizeof(*buffer->pages), GFP_KERNEL);
	if (!buffer->pages)
		return false;
	for (unsigned int i = 0; i < buffer->page_count; i++) {
		buffer->pages[i] = alloc_page(GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN);
		if (!buffer->pages[i])
			return false;
	}
	buffer->image.pixels = vmap(buffer->pages, buffer->page_count, VM_MAP, PAGE_KERNEL);
	return buffer->image.pixels;
}

/* Lines start at multiples of 64 bytes, as Intel's display engine wants it. */
struct gvtsim_buffer *gvtsim_buffer_create(u32 width, u32 height, u32 format)
{
	struct gvtsim_buffer *buffer = kzalloc(sizeof(*buffer), GFP_KERNEL);

	if (!buffer)
		return NULL;
	kref_init(&buffer->kref);
	buffer->image.width = width;
	buffer->image.height = height;
	buffer->image.format = format;
	buffer->image.stride = ALIGN(width * pattern_pixel_bytes(format), 64);
	buffer->page_count = DIV_ROUND_UP((u64)buffer->image.stride * height, PAGE_SIZE);
	if (!allocate(buffer)) {
		gvtsim_buffer_put(buffer);
		return NULL;
	}
	return buffer;
}
