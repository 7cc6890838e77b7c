/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/cache.h"

#include <epoxy/gl.h>
#include <inttypes.h>

#include "display/format.h"
#include "vgpu/base/log.h"

void display_cache_init(struct display_cache *cache, const struct display_egl *egl)
{
	*cache = (struct display_cache){ .egl = egl };
	for (int i = 0; i < DISPLAY_CACHE_SIZE; i++)
		cache->entries[i].frame = (struct display_frame)DISPLAY_FRAME_INIT;
}

static void drop(const struct display_cache *cache, struct display_cache_entry *entry)
{
	if (entry->texture != 0)
		glDeleteTextures(1, &entry->texture);
	if (entry->image != EGL_NO_IMAGE_KHR)
		eglDestroyImageKHR(cache->egl->display, entry->image);
	display_frame_finish(&entry->frame);
	entry->texture = 0;
	entry->image = EGL_NO_IMAGE_KHR;
	entry->used = 0;
}

void display_cache_finish(struct display_cache *cache)
{
	for (int i = 0; i < DISPLAY_CACHE_SIZE; i++)
		drop(cache, &cache->entries[i]);
}

static struct display_cache_entry *find(struct display_cache *cache,
					const struct display_frame *frame)
{
	for (int i = 0; i < DISPLAY_CACHE_SIZE; i++) {
		if (display_frame_same_buffer(&cache->entries[i].frame, frame))
			return &cache->entries[i];
	}
	return NULL;
}

static struct display_cache_entry *oldest(struct display_cache *cache)
{
	struct display_cache_entry *entry = &cache->entries[0];

	for (int i = 1; i < DISPLAY_CACHE_SIZE; i++) {
		if (cache->entries[i].used < entry->used)
			entry = &cache->entries[i];
	}
	return entry;
}

static uint32_t make_texture(EGLImageKHR image)
{
	GLuint texture = 0;

	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_EXTERNAL_OES, texture);
	glTexParameteri(GL_TEXTURE_EXTERNAL_OES, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
	glTexParameteri(GL_TEXTURE_EXTERNAL_OES, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
	glEGLImageTargetTexture2DOES(GL_TEXTURE_EXTERNAL_OES, image);
	return texture;
}

static struct display_cache_entry *import(struct display_cache *cache, struct display_frame *frame,
					  struct base_error *err)
{
	EGLImageKHR image = display_egl_import(cache->egl, frame, err);
	struct display_cache_entry *entry = oldest(cache);
	char name[DISPLAY_FORMAT_NAME_SIZE];

	if (image == EGL_NO_IMAGE_KHR)
		return NULL;
	drop(cache, entry);
	cache->imports++;
	base_debug("import %" PRIu64 ": %ux%u %s, modifier 0x%" PRIx64 ", inode %ju",
		   cache->imports, frame->backing_width, frame->backing_height,
		   display_format_name(frame->fourcc, name), frame->modifier,
		   (uintmax_t)frame->planes[0].inode);
	entry->image = image;
	entry->texture = make_texture(image);
	entry->frame = display_frame_take(frame);
	return entry;
}

uint32_t display_cache_get(struct display_cache *cache, struct display_frame *frame,
			   struct base_error *err)
{
	struct display_cache_entry *entry = find(cache, frame);

	if (entry == NULL)
		entry = import(cache, frame, err);
	if (entry == NULL)
		return 0;
	display_frame_finish(frame);
	entry->used = ++cache->gets;
	return entry->texture;
}
