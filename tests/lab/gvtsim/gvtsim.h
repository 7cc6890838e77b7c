/* SPDX-License-Identifier: GPL-2.0 */
#ifndef GVTSIM_H
#define GVTSIM_H

#include <linux/hrtimer.h>
#include <linux/idr.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mdev.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/spinlock.h>
#include <linux/vfio.h>
#include <linux/workqueue.h>

#include "pattern.h"

/*
 * Locks, in the order in which they are taken:
 *
 *	gvtsim.lock             accounting, who is attached
 *	gvtsim_vgpu.lock        config space, registers, EDID, interrupts
 *	gvtsim_screen.lock      mode, drawing
 *	gvtsim_screen.flip      what is shown; a spinlock, the timer takes it
 *	gvtsim_planes.lock      dma-buf ids; taken alone: the release of a
 *	                        dma-buf may come from anywhere
 *
 * vfio's own locks are taken before all of these.
 */

#define gvt_err(...)			pr_err("gvt: " __VA_ARGS__)
#define gvt_vgpu_err(vgpu, format, ...) pr_err("gvt: vgpu %d: " format, (vgpu)->id, ##__VA_ARGS__)

#define GVTSIM_CONFIG_SIZE   256u
#define GVTSIM_MMIO_SIZE     (16u << 20) /* BAR 0 */
#define GVTSIM_REGISTER_SIZE (2u << 20)	 /* the part of BAR 0 that keeps what is written */
#define GVTSIM_OPREGION_SIZE 8192u
#define GVTSIM_EDID_SIZE     128u
#define GVTSIM_MAX_BUFFERS   8u

/* Region indices beyond vfio-pci's, in the order in which i915 adds them. */
enum {
	GVTSIM_REGION_OPREGION = VFIO_PCI_NUM_REGIONS,
	GVTSIM_REGION_EDID,
	GVTSIM_NUM_REGIONS,
};

struct gvtsim_params {
	unsigned int aperture_mb;
	unsigned int fences;
	bool require_kvm;
	bool intel_id;
	bool mappable;
	bool limit;
	bool follow_edid;
	unsigned int refresh_mhz;
	unsigned int delay_ms;
	char *mode;
};
extern struct gvtsim_params gvtsim_params;

/* One row of i915's fixed table. */
struct gvtsim_conf {
	const char *name;
	u64 low, high; /* bytes */
	unsigned int fence, weight;
	u32 width, height;
};

struct gvtsim_type {
	struct mdev_type type;
	const struct gvtsim_conf *conf;
	char name[16];
};

enum {
	GVTSIM_MAX_TYPES = 4
};

/* The GPU. */
struct gvtsim {
	struct pci_dev *pdev;
	struct drm_device *drm;
	struct mdev_parent parent;
	struct gvtsim_type types[GVTSIM_MAX_TYPES];
	struct mdev_type *type_list[GVTSIM_MAX_TYPES];
	unsigned int num_types;
	u64 aperture, hidden; /* bytes */

	struct mutex lock;
	u64 low_taken, high_taken; /* bytes, by vGPUs */
	unsigned int fence_taken;
	struct idr vgpus; /* of struct gvtsim_vgpu */
};

/* Memory for one picture. Lives as long as anybody refers to it. */
struct gvtsim_buffer {
	struct kref kref;
	struct pattern_image image;
	unsigned int page_count;
	struct page **pages;
};

struct gvtsim_mode {
	u32 width, height, format;
	unsigned int buffers;
};

struct gvtsim_cursor {
	bool on;
	u32 x, y, hot_x, hot_y; /* hot spot U32_MAX: unknown */
};

struct gvtsim_screen {
	struct mutex lock;
	bool on;
	bool blank;
	struct gvtsim_mode mode;
	u32 max_width, max_height;
	u32 refresh_mhz;
	unsigned int delay_ms;
	struct gvtsim_buffer *background;
	u32 drawn[GVTSIM_MAX_BUFFERS]; /* the frame in each buffer */
	bool dirty[GVTSIM_MAX_BUFFERS];
	u64 base, period, slot; /* flips are due at base + slot * period, ns */
	struct work_struct draw, remode;
	struct hrtimer timer;
	u32 wanted_width, wanted_height; /* by EDID */

	spinlock_t flip;
	struct gvtsim_buffer *buffers[GVTSIM_MAX_BUFFERS];
	struct gvtsim_buffer *cursor_buffer;
	struct gvtsim_cursor cursor;
	unsigned int front;
	bool armed;
	u32 frame;
	u64 time, next_time, ready_time; /* ns, CLOCK_MONOTONIC */
	u64 missed;			 /* flips that were due and came later */
};

/* What has an id; outlives the vGPU as long as a dma-buf of it does. */
struct gvtsim_planes {
	struct kref kref;
	struct mutex lock;
	struct idr ids; /* of struct exposed */
};

struct gvtsim_edid {
	struct vfio_region_gfx_edid regs;
	u8 blob[GVTSIM_EDID_SIZE];
};

struct gvtsim_vgpu {
	struct vfio_device vdev;
	struct gvtsim *gvt;
	const struct gvtsim_conf *conf;
	int id;
	u64 low_base; /* where its part of the aperture starts */
	bool attached;
	struct pid *opener; /* referenced while attached */
	struct kvm *kvm;    /* only compared */

	struct mutex lock;
	u8 config[GVTSIM_CONFIG_SIZE];
	u8 *registers;
	u8 *opregion;
	struct file *aperture; /* shared memory: the vGPU's part of BAR 2 */
	struct gvtsim_edid edid;
	struct eventfd_ctx *msi;

	struct gvtsim_planes *planes;
	struct gvtsim_screen screen;
};

/* account.c: types and what is left of low and high memory, fences and ids. */
void gvtsim_account_init(struct gvtsim *gvt);
unsigned int gvtsim_account_available(struct mdev_type *mtype);
ssize_t gvtsim_account_describe(struct mdev_type *mtype, char *buf);
int gvtsim_account_take(struct gvtsim_vgpu *vgpu);
void gvtsim_account_give(struct gvtsim_vgpu *vgpu);
int gvtsim_account_attach(struct gvtsim_vgpu *vgpu);
void gvtsim_account_detach(struct gvtsim_vgpu *vgpu);

/* vgpu.c: the VFIO device. */
extern struct mdev_driver gvtsim_vgpu_driver;

/* region.c: what can be read, written and mapped. */
int gvtsim_region_init(struct gvtsim_vgpu *vgpu);
void gvtsim_region_finish(struct gvtsim_vgpu *vgpu);
void gvtsim_region_reset(struct gvtsim_vgpu *vgpu);
long gvtsim_region_info(struct gvtsim_vgpu *vgpu, void __user *arg);
int gvtsim_region_access(struct gvtsim_vgpu *vgpu, void *data, size_t count, u64 pos, bool write);
int gvtsim_region_mmap(struct gvtsim_vgpu *vgpu, struct vm_area_struct *vma);

/* config.c: PCI configuration space. vgpu.lock is held. */
void gvtsim_config_reset(struct gvtsim_vgpu *vgpu);
int gvtsim_config_access(struct gvtsim_vgpu *vgpu, void *data, size_t count, u64 at, bool write);
bool gvtsim_config_msi_enabled(struct gvtsim_vgpu *vgpu);

/* edid.c: VFIO_REGION_SUBTYPE_GFX_EDID. vgpu.lock is held. */
void gvtsim_edid_init(struct gvtsim_vgpu *vgpu);
int gvtsim_edid_access(struct gvtsim_vgpu *vgpu, void *data, size_t count, u64 at, bool write);

/* irq.c */
long gvtsim_irq_info(struct gvtsim_vgpu *vgpu, void __user *arg);
long gvtsim_irq_set(struct gvtsim_vgpu *vgpu, void __user *arg);
bool gvtsim_irq_raise(struct gvtsim_vgpu *vgpu);
void gvtsim_irq_release(struct gvtsim_vgpu *vgpu);

/* buffer.c; create and put may sleep. put takes NULL. */
struct gvtsim_buffer *gvtsim_buffer_create(u32 width, u32 height, u32 format);
struct gvtsim_buffer *gvtsim_buffer_get(struct gvtsim_buffer *buffer);
void gvtsim_buffer_put(struct gvtsim_buffer *buffer);

/* plane.c: buffers as dma-bufs. */
struct gvtsim_planes *gvtsim_planes_create(void);
/* Forgets all ids; exported dma-bufs stay as they are. Takes NULL. */
void gvtsim_planes_destroy(struct gvtsim_planes *planes);
long gvtsim_plane_query(struct gvtsim_vgpu *vgpu, void __user *arg);
long gvtsim_plane_get(struct gvtsim_vgpu *vgpu, void __user *arg);

/* screen.c: what the guest would draw. */
extern struct workqueue_struct *gvtsim_screen_queue;
void gvtsim_screen_init(struct gvtsim_screen *screen, const struct gvtsim_conf *conf);
int gvtsim_screen_start(struct gvtsim_screen *screen);
void gvtsim_screen_stop(struct gvtsim_screen *screen);
/* The guest's driver starts anew. */
void gvtsim_screen_reset(struct gvtsim_screen *screen);
int gvtsim_screen_set_mode(struct gvtsim_screen *screen, const struct gvtsim_mode *mode);
void gvtsim_screen_request_size(struct gvtsim_screen *screen, u32 width, u32 height);
void gvtsim_screen_set_refresh(struct gvtsim_screen *screen, u32 refresh_mhz);
int gvtsim_screen_step(struct gvtsim_screen *screen);
int gvtsim_screen_poke(struct gvtsim_screen *screen, u32 x, u32 y, u32 argb);
/*
 * The buffer that is shown, with a reference, or NULL if none is. For the cursor
 * `cursor` says where it is; NULL asks for the primary plane.
 */
struct gvtsim_buffer *gvtsim_screen_shown(struct gvtsim_screen *screen,
					  struct gvtsim_cursor *cursor);

/* sysfs.c */
extern const struct attribute_group *gvtsim_sysfs_groups[];

/* drm.c: a render node that imports and exports memory and draws nothing. */
int gvtsim_drm_register(struct gvtsim *gvt);
void gvtsim_drm_unregister(struct gvtsim *gvt);

#endif
