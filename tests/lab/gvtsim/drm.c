// SPDX-License-Identifier: GPL-2.0
#include <drm/drm_drv.h>
#include <drm/drm_file.h>
#include <drm/drm_gem_shmem_helper.h>
#include <drm/drm_ioctl.h>

#include "gvtsim.h"

DEFINE_DRM_GEM_FOPS(fops);

/*
 * Not called i915: Mesa would take it for Intel hardware. A name that it does
 * not know leads it to its software renderer.
 */
static const struct drm_driver driver = {
	.driver_features = DRIVER_GEM | DRIVER_RENDER,
	.fops = &fops,
	DRM_GEM_SHMEM_DRIVER_OPS,
	.name = "gvtsim",
	.desc = "GVT-g stand-in",
	.date = "20250101",
	.major = 1,
};

int gvtsim_drm_register(struct gvtsim *gvt)
{
	struct drm_device *drm = drm_dev_alloc(&driver, &gvt->pdev->dev);
	int ret;

	if (IS_ERR(drm))
		return PTR_ERR(drm);
	ret = drm_dev_register(drm, 0);
	if (ret) {
		drm_dev_put(drm);
		return ret;
	}
	gvt->drm = drm;
	return 0;
}

void gvtsim_drm_unregister(struct gvtsim *gvt)
{
	drm_dev_unplug(gvt->drm);
	drm_dev_put(gvt->drm);
	gvt->drm = NULL;
}
