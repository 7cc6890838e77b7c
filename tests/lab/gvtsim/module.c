// SPDX-License-Identifier: GPL-2.0
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/pci.h>
#include <linux/sizes.h>

#include "gvtsim.h"

struct gvtsim_params gvtsim_params = {
	.fences = 32,
	.intel_id = true,
	.mappable = true,
	.limit = true,
	.refresh_mhz = 60000,
};

#define PARAM(name, type, permissions, text)                                                       \
	module_param_named(name, gvtsim_params.name, type, permissions);                           \
	MODULE_PARM_DESC(name, text)

PARAM(aperture_mb, uint, 0444, "size of the aperture; 0: that of BAR 2");
PARAM(fences, uint, 0444, "fence registers of the GPU, 4 of them the host's");
PARAM(require_kvm, bool, 0644, "open only in a VM that runs on KVM, as i915 does");
PARAM(intel_id, bool, 0444, "let the PCI device pass for an Intel GPU (8086:5916)");
PARAM(mappable, bool, 0644, "let dma-bufs be mapped, which i915 refuses");
PARAM(limit, bool, 0644, "refuse modes larger than the type's resolution");
PARAM(follow_edid, bool, 0644, "take the preferred mode of an EDID that is plugged in");
PARAM(refresh_mhz, uint, 0644, "flips in 1000 seconds, of new vGPUs");
PARAM(delay_ms, uint, 0644, "how long after open and reset nothing is shown, of new vGPUs");
PARAM(mode, charp, 0444, "WIDTHxHEIGHT,FORMAT,BUFFERS of new vGPUs (default 1024x768,XR24,3)");

/* What the PCI device was before it passed for an Intel GPU. */
struct identity {
	u16 vendor, device, subvendor, subdevice;
	u32 class;
	u8 revision;
};

struct state {
	struct gvtsim gvt;
	struct identity identity;
	resource_size_t bar_size;
};

static struct identity exchange_identity(struct pci_dev *pdev, struct identity to)
{
	struct identity from = { pdev->vendor,		 pdev->device, pdev->subsystem_vendor,
				 pdev->subsystem_device, pdev->class,  pdev->revision };

	pdev->vendor = to.vendor;
	pdev->device = to.device;
	pdev->subsystem_vendor = to.subvendor;
	pdev->subsystem_device = to.subdevice;
	pdev->class = to.class;
	pdev->revision = to.revision;
	return from;
}

/* The aperture is the size of BAR 2, so a smaller one makes it smaller. */
static int set_aperture(struct state *state)
{
	struct resource *bar = &state->gvt.pdev->resource[2];
	u64 size = (u64)gvtsim_params.aperture_mb * SZ_1M;

	state->bar_size = resource_size(bar);
	if (!size)
		size = state->bar_size;
	state->gvt.aperture = size;
	if (!is_power_of_2(size) || size < SZ_64M || size > state->bar_size) {
		dev_err(&state->gvt.pdev->dev, "no aperture of %llu MB: BAR 2 has %llu MB\n",
			size / SZ_1M, (u64)state->bar_size / SZ_1M);
		return -EINVAL;
	}
	return adjust_resource(bar, bar->start, size);
}

static void restore(struct state *state)
{
	struct pci_dev *pdev = state->gvt.pdev;
	struct resource *bar = &pdev->resource[2];

	adjust_resource(bar, bar->start, state->bar_size);
	if (gvtsim_params.intel_id)
		exchange_identity(pdev, state->identity);
}

static int start(struct state *state)
{
	struct gvtsim *gvt = &state->gvt;
	int ret;

	gvtsim_account_init(gvt);
	ret = gvtsim_drm_register(gvt);
	if (ret)
		return ret;
	ret = mdev_register_parent(&gvt->parent, &gvt->pdev->dev, &gvtsim_vgpu_driver,
				   gvt->type_list, gvt->num_types);
	if (ret)
		gvtsim_drm_unregister(gvt);
	return ret;
}

static int probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	const struct identity intel = { PCI_VENDOR_ID_INTEL,	    0x5916,
					PCI_VENDOR_ID_INTEL,	    0x2015,
					PCI_CLASS_DISPLAY_VGA << 8, 0x02 };
	struct state *state;
	int ret;

	state = devm_kzalloc(&pdev->dev, sizeof(*state), GFP_KERNEL);
	if (!state)
		return -ENOMEM;
	state->gvt.pdev = pdev;
	ret = pcim_enable_device(pdev);
	if (!ret)
		ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (!ret)
		ret = set_aperture(state);
	if (ret)
		return ret;
	pci_set_drvdata(pdev, state);
	if (gvtsim_params.intel_id)
		state->identity = exchange_identity(pdev, intel);
	ret = start(state);
	if (ret)
		restore(state);
	return ret;
}

static void remove(struct pci_dev *pdev)
{
	struct state *state = pci_get_drvdata(pdev);

	mdev_unregister_parent(&state->gvt.parent);
	gvtsim_drm_unregister(&state->gvt);
	restore(state);
}

static const struct pci_device_id ids[] = { { PCI_DEVICE(PCI_VENDOR_ID_REDHAT, 0x0005) }, { 0 } };

static struct pci_driver gpu_driver = {
	.name = "i915",
	.id_table = ids,
	.probe = probe,
	.remove = remove,
};

static int __init gvtsim_init(void)
{
	int ret;

	gvtsim_screen_queue = alloc_workqueue("gvtsim", WQ_UNBOUND | WQ_HIGHPRI, 0);
	if (!gvtsim_screen_queue)
		return -ENOMEM;
	ret = mdev_register_driver(&gvtsim_vgpu_driver);
	if (!ret) {
		ret = pci_register_driver(&gpu_driver);
		if (ret)
			mdev_unregister_driver(&gvtsim_vgpu_driver);
	}
	if (ret)
		destroy_workqueue(gvtsim_screen_queue);
	return ret;
}

static void __exit gvtsim_exit(void)
{
	pci_unregister_driver(&gpu_driver);
	mdev_unregister_driver(&gvtsim_vgpu_driver);
	destroy_workqueue(gvtsim_screen_queue);
}

module_init(gvtsim_init);
module_exit(gvtsim_exit);
MODULE_DESCRIPTION("Stand-in for i915's GVT-g");
MODULE_LICENSE("GPL");
MODULE_IMPORT_NS(DMA_BUF);
