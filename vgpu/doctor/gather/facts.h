/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DOCTOR_FACTS_H
#define DOCTOR_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "vgpu/base/error.h"
#include "vgpu/host/gpu.h"
#include "vgpu/host/host.h"
#include "vgpu/store/store.h"

/*
 * What `vgpu doctor` has found and judges by. Nothing here decides. All texts are
 * owned by the facts and NULL if they are not known.
 */

/* Which host is looked at. All texts must stay valid. */
struct doctor_place {
	const char *root;   /* in front of /etc, /boot, /lib, /usr and /home; "" for this system */
	const char *kernel; /* in front of /proc and /dev; "" for this kernel */
	const char *config_dir; /* where definitions are */
	uid_t uid;		/* of the person who is to use vGPUs; 0 if that is only root */
	bool may_run;		/* the root's programs may be started, to ask for their versions */
};

enum doctor_answer {
	DOCTOR_NOT_KNOWN,
	DOCTOR_NO,
	DOCTOR_YES,
};

enum doctor_setting {
	DOCTOR_ABSENT,
	DOCTOR_UNREADABLE, /* i915's are for root only */
	DOCTOR_OFF,
	DOCTOR_ON,
};

/* A module's parameter. */
struct doctor_parameter {
	enum doctor_setting now;	/* in the running kernel */
	enum doctor_setting on_cmdline; /* on its command line, which wins at boot */
	enum doctor_setting in_file;	/* in modprobe.d */
	char *file;			/* the last one that sets it, without the root */
};

struct doctor_module {
	bool exists; /* for the running kernel, as a file or built in */
	bool is_builtin;
	bool is_loaded;
	bool at_boot; /* a file of modules-load.d names it */
};

enum doctor_module_name {
	DOCTOR_I915,
	DOCTOR_KVMGT,
	DOCTOR_MDEV,
	DOCTOR_VFIO_MDEV, /* a module of its own up to Linux 5.15 */
	DOCTOR_VFIO_IOMMU_TYPE1,
	DOCTOR_KVM,
	DOCTOR_MODULES,
};

extern const char *const doctor_module_names[DOCTOR_MODULES];

struct doctor_kernel {
	char *release;
	bool has_modules;	   /* its directory below /lib/modules is there */
	enum doctor_answer config; /* whether its configuration has CONFIG_DRM_I915_GVT_KVMGT */
	struct doctor_module modules[DOCTOR_MODULES];
	struct doctor_parameter enable_gvt;
	struct doctor_parameter enable_guc;
	struct doctor_parameter ignore_msrs;
	struct doctor_parameter report_msrs; /* report_ignored_msrs */
	enum doctor_setting iommu;	     /* intel_iommu= on the command line */
	enum doctor_answer vmx;		     /* the processor shows hardware virtualisation */
	const char *initramfs; /* the command that rebuilds it; NULL if none is there */
};

/* An entry of an access control list that allows reading and writing. */
struct doctor_grant {
	bool is_group;
	id_t id;
};

/* A device node. */
struct doctor_node {
	char *path; /* NULL if there is none */
	mode_t mode;
	uid_t uid;
	gid_t gid;
	struct doctor_grant grants[8];
	size_t grant_count;
};

struct doctor_user {
	char *name; /* NULL if there is no such user */
	char *home;
	uid_t uid;
	gid_t *gids; /* owned */
	size_t gid_count;
};

struct doctor_permissions {
	struct doctor_node kvm;
	struct doctor_node vfio;  /* /dev/vfio/vfio */
	struct doctor_node group; /* of an active vGPU, below /dev/vfio */
	struct doctor_node render;
	bool has_vfio_rule; /* the administrator has a udev rule for vfio */
	char *vfio_group;   /* the group that the rule names; NULL if it names none */
	bool in_vfio_group; /* the person is in it, or in kvm if no rule names a group */
	struct doctor_user person;
	struct doctor_user qemu; /* the user of QEMU in qemu:///system */
	bool has_session_vgpus;	 /* a virtual machine in the person's qemu:///session has an mdev */
	long long memlock;	 /* bytes; -1 unlimited, -2 not known */
};

struct doctor_program {
	enum doctor_answer installed;
	char *path;
	int version; /* 1000 * major + minor; 0 if not known */
};

struct doctor_virtualisation {
	struct doctor_program libvirt;
	struct doctor_program qemu;
	enum doctor_answer dbus; /* QEMU has the D-Bus display */
	enum doctor_answer gl;	 /* QEMU can draw by OpenGL without a window */
};

struct doctor_security {
	bool apparmor; /* it is on and libvirt has an abstraction for it */
	enum doctor_answer apparmor_allows;
	bool selinux; /* it enforces */
	bool selinux_denies_ptrace;
	long ptrace_scope; /* Yama's; -1 without Yama */
};

struct doctor_services {
	enum doctor_answer restores_at_boot; /* vgpu-restore.service is enabled */
	bool is_masked;			     /* and so never started, enabled or not */
	char *unit;			     /* where it is installed, without the root */
	bool has_rule;			     /* 90-vgpu.rules */
	bool has_mdevctl_rule;
	bool has_libvirt_hook; /* for vGPUs that start on demand */
};

struct doctor_facts {
	bool is_root; /* so what is for root only could be read */
	struct vgpu_gpu gpu;
	struct vgpu_host host;
	struct doctor_kernel kernel;
	struct doctor_permissions permissions;
	struct doctor_virtualisation virtualisation;
	struct doctor_security security;
	struct doctor_services services;
	struct vgpu_store store;
};

/* The user whose permissions are judged: the one who called sudo or pkexec, if any did. */
uid_t doctor_facts_person(void);

/* Gathers everything; takes a second, as it starts QEMU and libvirt to ask for their versions. */
int doctor_facts_gather(struct doctor_facts *facts, const struct doctor_place *place,
			struct base_error *err);

/* Gathers only what decides whether there are vGPUs at all: gpu, host and kernel. */
int doctor_facts_gather_gvt(struct doctor_facts *facts, const struct doctor_place *place,
			    struct base_error *err);

/* The graphics processor as a parent; NULL if it makes no vGPUs. */
const struct vgpu_parent *doctor_facts_parent(const struct doctor_facts *facts);

/* The command that rebuilds the initramfs of the system below root; NULL if none is there. */
const char *doctor_kernel_initramfs(const char *root);

/* Takes NULL and zeroed facts. */
void doctor_facts_finish(struct doctor_facts *facts);

BASE_DEFINE_CLEANUP(doctor_facts, struct doctor_facts, doctor_facts_finish)

/*
 * The parts of it, one file each. What cannot be found out stays as it is in zeroed
 * facts; only a lack of memory is an error.
 */
int doctor_kernel_gather(struct doctor_kernel *kernel, const struct doctor_place *place,
			 struct base_error *err);
int doctor_permissions_gather(struct doctor_facts *facts, const struct doctor_place *place,
			      struct base_error *err);
int doctor_virtualisation_gather(struct doctor_virtualisation *virtualisation,
				 const struct doctor_place *place, struct base_error *err);
int doctor_security_gather(struct doctor_security *security, const struct doctor_place *place,
			   struct base_error *err);
int doctor_services_gather(struct doctor_services *services, const struct doctor_place *place,
			   struct base_error *err);

#endif
