/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "vgpu/base/file.h"
#include "vgpu/base/log.h"
#include "vgpu/base/options.h"
#include "vgpu/domain-commands/commands.h"
#include "vgpu/store/lock.h"
#include "vgpu/vgpus/remove.h"
#include "vgpu/vgpus/restore.h"
#include "vgpu/vgpus/world.h"
#include "xmlpatch/xmlpatch.h"

/*
 * What libvirt's hook for QEMU runs, with the domain's XML on standard input. It
 * must not ask libvirt anything: libvirt waits for it. Of all that happens to a
 * domain two things matter:
 *
 *	DOMAIN prepare begin	comes before libvirt looks for the domain's devices;
 *				a failure keeps the domain from starting
 *	DOMAIN release end	comes when QEMU is gone, and after any failure on the
 *				way, ours included
 */
struct request {
	const char *domain;
	const char *config_dir;
	bool prepare; /* else: release */
};

static const struct vgpu_definition *find_on_demand(const struct vgpu_store *store,
						    const char *uuid)
{
	const struct vgpu_definition *definition;

	for (size_t i = 0; (definition = vgpu_store_find(store, uuid, &i)) != NULL; i++) {
		if (definition->start == VGPU_START_ON_DEMAND)
			return definition;
	}
	return NULL;
}

static bool has_on_demand(const struct vgpu_store *store, const struct xmlpatch_mdevs *mdevs)
{
	for (size_t i = 0; i < mdevs->n; i++) {
		if (find_on_demand(store, mdevs->uuids[i]) != NULL)
			return true;
	}
	return false;
}

/* Removes the domain's vGPUs, except those that another virtual machine uses. */
static int remove_vgpus(const struct request *request, const struct vgpu_world *world,
			const struct xmlpatch_mdevs *mdevs, struct base_error *err)
{
	int status = 0;

	for (size_t i = 0; i < mdevs->n; i++) {
		const char *uuid = mdevs->uuids[i];
		BASE_AUTO(vgpu_device) struct vgpu_device device = { 0 };
		BASE_AUTO(base_error) struct base_error why = { 0 };

		if (find_on_demand(&world->store, uuid) == NULL ||
		    vgpu_device_init(&device, uuid, NULL) < 0 || vgpu_remove(&device, &why) == 0 ||
		    why.errnum == EBUSY)
			continue;
		status = base_error_set(err, BASE_FAILED,
					"cannot remove the vGPU %s, which domain %s no longer "
					"needs: %s",
					uuid, request->domain, why.message);
	}
	return status;
}

static int make_vgpus(const struct request *request, const struct vgpu_world *world,
		      const struct xmlpatch_mdevs *mdevs, struct base_error *err)
{
	for (size_t i = 0; i < mdevs->n; i++) {
		const struct vgpu_definition *definition =
			find_on_demand(&world->store, mdevs->uuids[i]);

		if (definition == NULL || vgpu_restore_one(&world->host, definition, err) >= 0)
			continue;
		return base_error_wrap(err, "cannot make the vGPU %s, which domain %s needs",
				       definition->uuid, request->domain);
	}
	return 0;
}

static int handle_domain(const struct request *request, const struct xmlpatch_mdevs *mdevs,
			 struct base_error *err)
{
	BASE_AUTO(vgpu_world) struct vgpu_world world = { 0 };
	BASE_AUTO(vgpu_store) struct vgpu_store before = { .fd = -1 };
	BASE_AUTO(fd) int lock = -1;

	/* Domains that have no vGPU on demand do not wait for the lock. */
	if (vgpu_store_init(&before, request->config_dir, err) < 0)
		return -1;
	if (!has_on_demand(&before, mdevs))
		return 0;
	lock = vgpu_lock_take(request->config_dir, err);
	if (lock < 0 || vgpu_world_init(&world, request->config_dir, VGPU_WORLD_PARENTS, err) < 0)
		return -1;
	return request->prepare ? make_vgpus(request, &world, mdevs, err)
				: remove_vgpus(request, &world, mdevs, err);
}

static int read_domain(struct xmlpatch_mdevs *mdevs, struct base_error *err)
{
	BASE_AUTO(free) char *xml = NULL;
	size_t length;

	xml = base_file_read_all(STDIN_FILENO, "standard input", XMLPATCH_LIMIT, &length, err);
	if (xml == NULL)
		return -1;
	return xmlpatch_read_mdevs(xml, length, mdevs, err);
}

int vgpu_cmd_hook(int argc, char **argv, struct base_error *err)
{
	BASE_AUTO(xmlpatch_mdevs) struct xmlpatch_mdevs mdevs = { 0 };
	struct request request = { 0 };
	const struct vgpu_option options[] = { { "config-dir", &request.config_dir, NULL },
					       { NULL, NULL, NULL } };
	const char *words[4] = { NULL }; /* the domain, what happens, a part of that, more */
	int count = vgpu_options_parse(argc, argv, options, words, 4, err);

	if (count < 0)
		return -1;
	if (count < 3)
		return base_error_set(err, BASE_MISUSED,
				      "hook: libvirt calls it with DOMAIN OPERATION PART");
	request.domain = words[0];
	request.prepare = strcmp(words[1], "prepare") == 0 && strcmp(words[2], "begin") == 0;
	if (!request.prepare && (strcmp(words[1], "release") != 0 || strcmp(words[2], "end") != 0))
		return 0;
	if (read_domain(&mdevs, err) < 0)
		return base_error_wrap(err, "cannot read the domain %s", request.domain);
	return mdevs.n == 0 ? 0 : handle_domain(&request, &mdevs, err);
}
