// SPDX-License-Identifier: GPL-2.0
#include <linux/minmax.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/sizes.h>

#include "gvtsim.h"

/* What i915 keeps for the host, drivers/gpu/drm/i915/gvt/gvt.h. */
#define HOST_LOW   (128ull * SZ_1M)
#define HOST_HIGH  (384ull * SZ_1M)
#define HOST_FENCE 4u
#define GGTT_SIZE  (4ull * SZ_1G)
#define MAX_VGPU   8 /* ids 1 to 7 */

static const struct gvtsim_conf confs[] = {
	{ "8", 64ull * SZ_1M, 384ull * SZ_1M, 4, 2, 1024, 768 },
	{ "4", 128ull * SZ_1M, 512ull * SZ_1M, 4, 4, 1920, 1200 },
	{ "2", 256ull * SZ_1M, 1024ull * SZ_1M, 4, 8, 1920, 1200 },
	{ "1", 512ull * SZ_1M, 2048ull * SZ_1M, 4, 16, 1920, 1200 },
};

static struct gvtsim *gvt_of(struct mdev_type *mtype)
{
	return container_of(mtype->parent, struct gvtsim, parent);
}

static const struct gvtsim_conf *conf_of(struct mdev_type *mtype)
{
	return container_of(mtype, struct gvtsim_type, type)->conf;
}

static u64 low_total(const struct gvtsim *gvt)
{
	return gvt->aperture > HOST_LOW ? gvt->aperture - HOST_LOW : 0;
}

static u64 high_total(const struct gvtsim *gvt)
{
	return gvt->hidden > HOST_HIGH ? gvt->hidden - HOST_HIGH : 0;
}

static unsigned int fence_total(void)
{
	return gvtsim_params.fences > HOST_FENCE ? gvtsim_params.fences - HOST_FENCE : 0;
}

/* A type that does not fit into the empty GPU is not listed, nor any larger one. */
void gvtsim_account_init(struct gvtsim *gvt)
{
	struct gvtsim_type *type;
	unsigned int i;

	mutex_init(&gvt->lock);
	idr_init(&gvt->vgpus);
	gvt->hidden = GGTT_SIZE - gvt->aperture;
	for (i = 0; i < ARRAY_SIZE(confs) && low_total(gvt) >= confs[i].low; i++) {
		type = &gvt->types[i];
		type->conf = &confs[i];
		snprintf(type->name, sizeof(type->name), "GVTg_V5_%s", confs[i].name);
		type->type.sysfs_name = type->name;
		gvt->type_list[i] = &type->type;
	}
	gvt->num_types = i;
}

unsigned int gvtsim_account_available(struct mdev_type *mtype)
{
	const struct gvtsim_conf *conf = conf_of(mtype);
	struct gvtsim *gvt = gvt_of(mtype);
	u64 low, high, fence;

	mutex_lock(&gvt->lock);
	low = low_total(gvt) - gvt->low_taken;
	high = high_total(gvt) - gvt->high_taken;
	fence = fence_total() - gvt->fence_taken;
	mutex_unlock(&gvt->lock);
	return min3(low / conf->low, high / conf->high, fence / conf->fence);
}

ssize_t gvtsim_account_describe(struct mdev_type *mtype, char *buf)
{
	const struct gvtsim_conf *conf = conf_of(mtype);

	return sprintf(buf,
		       "low_gm_size: %lluMB\nhigh_gm_size: %lluMB\n"
		       "fence: %u\nresolution: %ux%u\nweight: %u\n",
		       conf->low / SZ_1M, conf->high / SZ_1M, conf->fence, conf->width,
		       conf->height, conf->weight);
}

static int check(const char *item, u64 request, u64 total, u64 taken)
{
	if (request <= total - taken)
		return 0;
	gvt_err("fail to allocate resource %s\n", item);
	gvt_err("request %lluMB avail %lluMB max %lluMB taken %lluMB\n", request / SZ_1M,
		(total - taken) / SZ_1M, total / SZ_1M, taken / SZ_1M);
	return -ENOSPC;
}

static bool overlaps(struct gvtsim *gvt, u64 base, u64 size, u64 *end)
{
	struct gvtsim_vgpu *other;
	int id;

	idr_for_each_entry(&gvt->vgpus, other, id)
	{
		if (other->low_base != 0 && base < other->low_base + other->conf->low &&
		    other->low_base < base + size) {
			*end = other->low_base + other->conf->low;
			return true;
		}
	}
	return false;
}

/* The first hole that is large enough: there may be none though enough is free. */
static int place(struct gvtsim_vgpu *vgpu)
{
	u64 base = HOST_LOW;

	while (overlaps(vgpu->gvt, base, vgpu->conf->low, &base))
		;
	if (base + vgpu->conf->low > vgpu->gvt->aperture) {
		gvt_err("fail to alloc low gm space from host\n");
		return -ENOSPC;
	}
	vgpu->low_base = base;
	return 0;
}

static int take(struct gvtsim_vgpu *vgpu)
{
	const struct gvtsim_conf *conf = vgpu->conf;
	struct gvtsim *gvt = vgpu->gvt;
	int ret;

	ret = check("low GM space", conf->low, low_total(gvt), gvt->low_taken);
	if (!ret)
		ret = check("high GM space", conf->high, high_total(gvt), gvt->high_taken);
	if (!ret)
		ret = check("fence", conf->fence, fence_total(), gvt->fence_taken);
	if (!ret)
		ret = place(vgpu);
	if (ret)
		return ret;
	gvt->low_taken += conf->low;
	gvt->high_taken += conf->high;
	gvt->fence_taken += conf->fence;
	return 0;
}

int gvtsim_account_take(struct gvtsim_vgpu *vgpu)
{
	struct gvtsim *gvt = vgpu->gvt;
	int ret;

	mutex_lock(&gvt->lock);
	ret = idr_alloc(&gvt->vgpus, vgpu, 1, MAX_VGPU, GFP_KERNEL);
	if (ret > 0) {
		vgpu->id = ret;
		ret = take(vgpu);
		if (ret)
			idr_remove(&gvt->vgpus, vgpu->id);
	}
	mutex_unlock(&gvt->lock);
	return ret;
}

void gvtsim_account_give(struct gvtsim_vgpu *vgpu)
{
	struct gvtsim *gvt = vgpu->gvt;

	mutex_lock(&gvt->lock);
	idr_remove(&gvt->vgpus, vgpu->id);
	gvt->low_taken -= vgpu->conf->low;
	gvt->high_taken -= vgpu->conf->high;
	gvt->fence_taken -= vgpu->conf->fence;
	mutex_unlock(&gvt->lock);
}

/* i915 compares the VMs; without KVM a VM is known by its process. */
static bool same_vm(const struct gvtsim_vgpu *a, const struct gvtsim_vgpu *b)
{
	return a->kvm || b->kvm ? a->kvm == b->kvm : a->opener == b->opener;
}

static bool vm_has_vgpu(struct gvtsim_vgpu *vgpu)
{
	struct gvtsim_vgpu *other;
	int id;

	idr_for_each_entry(&vgpu->gvt->vgpus, other,
			   id) if (other->attached && same_vm(other, vgpu)) return true;
	return false;
}

int gvtsim_account_attach(struct gvtsim_vgpu *vgpu)
{
	int ret = 0;

	mutex_lock(&vgpu->gvt->lock);
	vgpu->kvm = vgpu->vdev.kvm;
	vgpu->opener = get_pid(task_tgid(current));
	if (vm_has_vgpu(vgpu)) {
		ret = -EEXIST;
	} else if (gvtsim_params.require_kvm && !vgpu->kvm) {
		gvt_vgpu_err(vgpu, "KVM is required to use Intel vGPU\n");
		ret = -ESRCH;
	}
	vgpu->attached = !ret;
	if (ret)
		put_pid(vgpu->opener);
	mutex_unlock(&vgpu->gvt->lock);
	return ret;
}

void gvtsim_account_detach(struct gvtsim_vgpu *vgpu)
{
	mutex_lock(&vgpu->gvt->lock);
	vgpu->attached = false;
	put_pid(vgpu->opener);
	vgpu->opener = NULL;
	vgpu->kvm = NULL;
	mutex_unlock(&vgpu->gvt->lock);
}
