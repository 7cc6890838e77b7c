/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/vgpus/restore.h"

#include <errno.h>

#include "vgpu/host/watch.h"
#include "vgpu/vgpus/make.h"

/* How long another program may take to make a vGPU whose UUID it has taken. */
#define PATIENCE_MS 2000

static int check_existing(const struct vgpu_device *device,
			  const struct vgpu_definition *definition, struct base_error *err)
{
	if (vgpu_make_check(device, definition->parent, definition->type, err) < 0)
		return -1;
	return vgpu_make_complete(device, definition, err);
}

/*
 * Checks once a UUID that somebody has taken. Returns 0 if the vGPU exists and is
 * the wanted one, 1 if it was made here after all, or -1; err->errnum is EAGAIN
 * while the vGPU does not exist and the UUID is not free.
 */
static int try_taken(const struct vgpu_parent *parent, const struct vgpu_definition *definition,
		     struct base_error *err)
{
	BASE_AUTO(vgpu_device) struct vgpu_device device = { 0 };
	BASE_AUTO(base_error) struct base_error why = { 0 };

	if (vgpu_device_init(&device, definition->uuid, &why) == 0) {
		if (vgpu_device_has_type(&device))
			return check_existing(&device, definition, err);
	} else if (why.errnum != ENOENT) {
		return base_error_set(err, BASE_FAILED, "%s", why.message);
	} else if (parent == NULL) {
		return base_error_errno(err, ENOENT, "it has just been removed");
	} else if (vgpu_make(parent, definition, err) == 0) {
		return 1;
	} else if (err->errnum != EEXIST) {
		return -1;
	}
	return base_error_errno(err, EAGAIN, "another program is making it");
}

/*
 * mdev takes the UUID first; the device and the link to its type appear later.
 * There are events for the device, but not for the link or a UUID that becomes
 * free. Both follow an event closely, so the waits between two checks grow.
 */
static int wait_for_maker(const struct vgpu_parent *parent,
			  const struct vgpu_definition *definition, struct base_error *err)
{
	BASE_AUTO(vgpu_watch) struct vgpu_watch *watch = vgpu_watch_create(err);
	int64_t step = 1;
	int64_t end = vgpu_watch_now() + PATIENCE_MS;

	while (watch != NULL) {
		int status = try_taken(parent, definition, err);
		int64_t now = vgpu_watch_now();

		if (status >= 0 || err->errnum != EAGAIN)
			return status;
		if (now >= end)
			return base_error_errno(err, EEXIST,
						"the UUID %s is taken, but no vGPU has it",
						definition->uuid);
		base_error_finish(err);
		if (vgpu_watch_wait_for(watch, definition->uuid,
					now + step < end ? now + step : end, err) < 0)
			return -1;
		step *= 2;
	}
	return -1;
}

static int make_missing(const struct vgpu_parent *parent, const struct vgpu_definition *definition,
			struct base_error *err)
{
	if (vgpu_parent_find_type(parent, definition->type) == NULL)
		return base_error_set(err, BASE_FAILED, "%s has no type %s now", parent->name,
				      definition->type);
	if (vgpu_make(parent, definition, err) == 0)
		return 1;
	if (err->errnum != EEXIST)
		return -1;
	base_error_finish(err);
	return wait_for_maker(parent, definition, err);
}

static int restore_vgpu(const struct vgpu_host *host, const struct vgpu_definition *definition,
			struct base_error *err)
{
	const struct vgpu_parent *parent = vgpu_host_find_parent(host, definition->parent);
	const struct vgpu_device *device = vgpu_host_find_device(host, definition->uuid);

	if (device != NULL && vgpu_device_has_type(device))
		return check_existing(device, definition, err);
	if (device != NULL)
		return wait_for_maker(parent, definition, err);
	if (parent != NULL)
		return make_missing(parent, definition, err);
	base_error_set(err, BASE_FAILED,
		       "its parent %s makes no vGPUs now; 'vgpu types' shows the parents that do",
		       definition->parent);
	err->errnum = ENODEV;
	return -1;
}

/* The steps read their error's errnum, so they always need an error object. */
int vgpu_restore_one(const struct vgpu_host *host, const struct vgpu_definition *definition,
		     struct base_error *err)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };
	int status = restore_vgpu(host, definition, &why);

	if (status < 0 && err != NULL) {
		base_error_finish(err);
		*err = why;
		why = (struct base_error){ 0 };
	}
	return status;
}
