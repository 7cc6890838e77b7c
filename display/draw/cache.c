/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/draw/cache.h"

#include <epoxy/gl.h>
#include <inttypes.h>

#include "display/draw/texture.h"
#include "display/picture/format.h"
#include "vgpu/base/log.h"

void display_cache_init(struct display_cache *cache, const struct display_egl *egl)
{
	*cache = (struct display_cache){ .egl = egl };
	for (int i = 0; i < DISPLAY_CACHE_SIZE; i++)
		cache->entries[i].frame = (struct display_frame)DISPLAY_FRAME_INIT;
}

static void drop_entry(const struct display_cache *cache, struct display_cache_entry *entry)
{
	if (entry->framebuffer != 0)
		glDeleteFramebuffers(1, &entry->framebuffer);
	if (entry->plain != 0)
		glDeleteTextures(1, &entry->plain);
	if (entry->texture != 0)
		glDeleteTextures(1, &entry->texture);
	if (entry->image != EGL_NO_IMAGE_KHR)
		eglDestroyImageKHR(cache->egl->display, entry->image);
	display_frame_finish(&entry->frame);
	entry->texture = entry->plain = entry->framebuffer = 0;
	entry->image = EGL_NO_IMAGE_KHR;
	entry->used = 0;
}

void display_cache_finish(struct display_cache *cache)
{
	for (int i = 0; i < DISPLAY_CACHE_SIZE; i++)
		drop_entry(cache, &cache->entries[i]);
}

/* The index of the frame's buffer; -1 if it is not in the cache. */
static int find_entry(const struct display_cache *cache, const struct display_frame *frame)
{
	for (int i = 0; i < DISPLAY_CACHE_SIZE; i++) {
		if (display_frame_same_buffer(&cache->entries[i].frame, frame))
			return i;
	}
	return -1;
}

static int find_oldest(const struct display_cache *cache)
{
	int found = 0;

	for (int i = 1; i < DISPLAY_CACHE_SIZE; i++) {
		if (cache->entries[i].used < cache->entries[found].used)
			found = i;
	}
	return found;
}

static uint32_t make_texture(GLenum target, EGLImageKHR image)
{
	uint32_t texture = display_texture_create(target);

	glEGLImageTargetTexture2DOES(target, image);
	return texture;
}

/*
 * Optional: with some modifiers an image works only as an external texture (external_only of
 * EGL_EXT_image_dma_buf_import_modifiers). It is then drawn from that texture.
 */
static void make_framebuffer(struct display_cache_entry *entry)
{
	bool complete;

	while (glGetError() != GL_NO_ERROR)
		;
	entry->plain = make_texture(GL_TEXTURE_2D, entry->image);
	glGenFramebuffers(1, &entry->framebuffer);
	glBindFramebuffer(GL_READ_FRAMEBUFFER, entry->framebuffer);
	glFramebufferTexture2D(GL_READ_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D,
			       entry->plain, 0);
	complete = glCheckFramebufferStatus(GL_READ_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;
	glBindFramebuffer(GL_READ_FRAMEBUFFER, 0);
	if (glGetError() == GL_NO_ERROR && complete)
		return;
	glDeleteFramebuffers(1, &entry->framebuffer);
	glDeleteTextures(1, &entry->plain);
	entry->plain = entry->framebuffer = 0;
}

/* The buffers of the guest's last mode will not come back and only use memory. */
static void drop_other_modes(struct display_cache *cache, const struct display_frame *frame)
{
	for (int i = 0; i < DISPLAY_CACHE_SIZE; i++) {
		const struct display_frame *old = &cache->entries[i].frame;

		if (old->kind != DISPLAY_FRAME_NONE &&
		    (old->backing_width != frame->backing_width ||
		     old->backing_height != frame->backing_height || old->fourcc != frame->fourcc))
			drop_entry(cache, &cache->entries[i]);
	}
}

/* Returns the frame's new index; -1 and err if it cannot be imported. */
static int import_frame(struct display_cache *cache, struct display_frame *frame,
			struct base_error *err)
{
	EGLImageKHR image = display_egl_import(cache->egl, frame, err);
	struct display_cache_entry *entry;
	char name[DISPLAY_FORMAT_NAME_SIZE];
	int place;

	if (image == EGL_NO_IMAGE_KHR)
		return -1;
	drop_other_modes(cache, frame);
	place = find_oldest(cache);
	entry = &cache->entries[place];
	drop_entry(cache, entry);
	cache->imports++;
	base_debug("import %" PRIu64 ": %ux%u %s, modifier 0x%" PRIx64 ", inode %ju",
		   cache->imports, frame->backing_width, frame->backing_height,
		   display_format_name(frame->fourcc, name), frame->modifier,
		   (uintmax_t)frame->planes[0].inode);
	entry->image = image;
	entry->texture = make_texture(GL_TEXTURE_EXTERNAL_OES, image);
	make_framebuffer(entry);
	entry->frame = display_frame_take(frame);
	return place;
}

const struct display_cache_entry *
display_cache_get(struct display_cache *cache, struct display_frame *frame, struct base_error *err)
{
	int place = find_entry(cache, frame);

	if (place < 0)
		place = import_frame(cache, frame, err);
	if (place < 0)
		return NULL;
	display_frame_finish(frame);
	cache->entries[place].used = ++cache->gets;
	return &cache->entries[place];
}
