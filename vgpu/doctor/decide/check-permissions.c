/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include "vgpu/doctor/decide/decide.h"

/* Nobody wants a vGPU in a virtual machine with less memory than this. */
#define MEMLOCK_LEAST (4LL << 30) /* bytes */

#define FIX	"sudo vgpu doctor --fix"
#define TRIGGER "sudo udevadm trigger --subsystem-match=vfio"

static bool is_in_group(const struct doctor_user *user, gid_t gid)
{
	for (size_t i = 0; i < user->gid_count; i++) {
		if (user->gids[i] == gid)
			return true;
	}
	return false;
}

static bool is_granted(const struct doctor_user *user, const struct doctor_node *node)
{
	for (size_t i = 0; i < node->grant_count; i++) {
		const struct doctor_grant *grant = &node->grants[i];

		if (grant->is_group ? is_in_group(user, grant->id) : grant->id == user->uid)
			return true;
	}
	return false;
}

bool doctor_may_use(const struct doctor_user *user, const struct doctor_node *node)
{
	const mode_t owner = S_IRUSR | S_IWUSR;
	const mode_t group = S_IRGRP | S_IWGRP;
	const mode_t others = S_IROTH | S_IWOTH;

	if (user->uid == 0 || is_granted(user, node))
		return true;
	if (user->uid == node->uid)
		return (node->mode & owner) == owner;
	if (is_in_group(user, node->gid))
		return (node->mode & group) == group;
	return (node->mode & others) == others;
}

/* True if the user's rights need a check: root has all rights. */
static bool is_ordinary(const struct doctor_user *user)
{
	return user->name != NULL && user->uid != 0;
}

static void find_shut_out(struct doctor_report *report, enum doctor_verdict verdict,
			  const struct doctor_user *user, const struct doctor_node *node)
{
	doctor_find(report, verdict, "%s may not open %s", user->name, node->path);
}

void doctor_check_kvm_node(const struct doctor_facts *facts, struct doctor_report *report)
{
	const struct doctor_permissions *permissions = &facts->permissions;
	const struct doctor_node *kvm = &permissions->kvm;

	if (!doctor_has_gvt_gpu(facts) || kvm->path == NULL)
		return;
	if (is_ordinary(&permissions->qemu) && !doctor_may_use(&permissions->qemu, kvm)) {
		find_shut_out(report, DOCTOR_PROBLEM, &permissions->qemu, kvm);
		doctor_mend(report, "sudo usermod -aG kvm %s; sudo systemctl restart libvirtd",
			    permissions->qemu.name);
	} else if (permissions->has_session_vgpus && !doctor_may_use(&permissions->person, kvm)) {
		find_shut_out(report, DOCTOR_PROBLEM, &permissions->person, kvm);
		doctor_mend(report, "sudo usermod -aG kvm %s, then log in again",
			    permissions->person.name);
	} else {
		doctor_find(report, DOCTOR_FINE, "those who run virtual machines may open it");
	}
}

static bool is_left_out(const struct doctor_permissions *permissions)
{
	return permissions->vfio_group != NULL && !permissions->in_vfio_group &&
	       permissions->person.uid != 0;
}

static bool may_open(const struct doctor_permissions *permissions)
{
	if (permissions->group.path != NULL)
		return doctor_may_use(&permissions->person, &permissions->group);
	return permissions->has_vfio_rule && !is_left_out(permissions);
}

/* An existing node keeps the owners that udev's rules gave it when it was made. */
static void mend_group(struct doctor_report *report, const struct doctor_permissions *permissions)
{
	bool has_node = permissions->group.path != NULL;

	if (permissions->in_vfio_group)
		doctor_mend(report, has_node ? FIX "; " TRIGGER : FIX);
	else
		doctor_mend(report, "%s%ssudo usermod -aG %s %s, then log in again",
			    permissions->has_vfio_rule ? "" : FIX "; ",
			    has_node ? TRIGGER "; " : "",
			    permissions->vfio_group != NULL ? permissions->vfio_group : "kvm",
			    permissions->person.name);
}

void doctor_check_vfio_node(const struct doctor_facts *facts, struct doctor_report *report)
{
	const struct doctor_permissions *permissions = &facts->permissions;

	if (!doctor_has_gvt_gpu(facts))
		return;
	if (permissions->vfio.path == NULL &&
	    facts->kernel.modules[DOCTOR_VFIO_IOMMU_TYPE1].is_loaded) {
		doctor_find(report, DOCTOR_PROBLEM, "there is no /dev/vfio/vfio");
		doctor_mend(report, "sudo modprobe vfio");
	} else if (!permissions->has_session_vgpus) {
		doctor_find(report, DOCTOR_FINE,
			    "libvirt opens it for the virtual machines of qemu:///system");
	} else if (may_open(permissions)) {
		doctor_find(report, DOCTOR_FINE, "%s may open vGPUs", permissions->person.name);
	} else if (!permissions->has_vfio_rule) {
		doctor_find(report, DOCTOR_PROBLEM,
			    "no udev rule lets %s's virtual machines in qemu:///session open vGPUs",
			    permissions->person.name);
		mend_group(report, permissions);
	} else if (is_left_out(permissions)) {
		doctor_find(report, DOCTOR_PROBLEM,
			    "%s is not in the group %s, which may open vGPUs",
			    permissions->person.name, permissions->vfio_group);
		mend_group(report, permissions);
	} else {
		find_shut_out(report, DOCTOR_PROBLEM, &permissions->person, &permissions->group);
		doctor_mend(report, TRIGGER);
	}
}

void doctor_check_render_node(const struct doctor_facts *facts, struct doctor_report *report)
{
	const struct doctor_user *person = &facts->permissions.person;
	const struct doctor_node *render = &facts->permissions.render;

	if (!doctor_has_gvt_gpu(facts) || !doctor_has_i915(facts))
		return;
	if (render->path == NULL) {
		doctor_find(report, DOCTOR_PROBLEM, "i915 has none in /dev/dri");
		doctor_mend(report, "remove nomodeset from the kernel's command line, if it is "
				    "there, and reboot; else sudo dmesg | grep i915 shows more");
	} else if (is_ordinary(person) && !doctor_may_use(person, render)) {
		find_shut_out(report, DOCTOR_ADVICE, person, render);
		doctor_mend(report,
			    "sudo usermod -aG render %s, then log in again (logind lets the person "
			    "at the screen in without it)",
			    person->name);
	} else {
		doctor_find(report, DOCTOR_FINE, "%s", render->path);
	}
}

bool doctor_locks_too_little(const struct doctor_permissions *permissions)
{
	return permissions->has_session_vgpus && permissions->memlock >= 0 &&
	       permissions->memlock < MEMLOCK_LEAST;
}

void doctor_check_memlock(const struct doctor_facts *facts, struct doctor_report *report)
{
	const struct doctor_permissions *permissions = &facts->permissions;
	long long limit = permissions->memlock;

	if (!doctor_has_gvt_gpu(facts))
		return;
	if (!permissions->has_session_vgpus) {
		doctor_find(report, DOCTOR_FINE,
			    "libvirt sets it for the virtual machines of qemu:///system");
	} else if (limit == -2) {
		doctor_find(report, DOCTOR_UNKNOWN, "the limit cannot be read");
		doctor_mend(report, "ulimit -l shows it");
	} else if (doctor_locks_too_little(permissions)) {
		doctor_find(report, DOCTOR_PROBLEM, "%s may lock only %lld MB",
			    permissions->person.name, limit >> 20);
		doctor_mend(report, "sudo vgpu doctor --fix, then log in again");
	} else if (limit == -1) {
		doctor_find(report, DOCTOR_FINE, "unlimited");
	} else {
		doctor_find(report, DOCTOR_FINE, "up to %lld MB", limit >> 20);
	}
}
