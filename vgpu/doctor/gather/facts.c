/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/doctor/gather/facts.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const doctor_module_names[DOCTOR_MODULES] = {
	[DOCTOR_I915] = "i915",
	[DOCTOR_KVMGT] = "kvmgt",
	[DOCTOR_MDEV] = "mdev",
	[DOCTOR_VFIO_MDEV] = "vfio_mdev",
	[DOCTOR_VFIO_IOMMU_TYPE1] = "vfio_iommu_type1",
	[DOCTOR_KVM] = "kvm",
};

int doctor_facts_gather_gvt(struct doctor_facts *facts, const struct doctor_place *place,
			    struct base_error *err)
{
	*facts = (struct doctor_facts){ .is_root = geteuid() == 0, .store.fd = -1 };
	if (vgpu_gpu_gather(&facts->gpu, err) == 0 && vgpu_host_init(&facts->host, err) == 0 &&
	    doctor_kernel_gather(&facts->kernel, place, err) == 0)
		return 0;
	doctor_facts_finish(facts);
	return -1;
}

int doctor_facts_gather(struct doctor_facts *facts, const struct doctor_place *place,
			struct base_error *err)
{
	if (doctor_facts_gather_gvt(facts, place, err) < 0)
		return -1;
	if (doctor_permissions_gather(facts, place, err) == 0 &&
	    doctor_virtualisation_gather(&facts->virtualisation, place, err) == 0 &&
	    doctor_security_gather(&facts->security, place, err) == 0 &&
	    doctor_services_gather(&facts->services, place, err) == 0 &&
	    vgpu_store_init(&facts->store, place->config_dir, err) == 0)
		return 0;
	doctor_facts_finish(facts);
	return -1;
}

const struct vgpu_parent *doctor_facts_parent(const struct doctor_facts *facts)
{
	if (facts->gpu.address == NULL)
		return NULL;
	return vgpu_host_find_parent(&facts->host, facts->gpu.address);
}

static void finish_parameter(struct doctor_parameter *parameter)
{
	free(parameter->file);
}

static void finish_user(struct doctor_user *user)
{
	free(user->name);
	free(user->home);
	free(user->gids);
}

void doctor_facts_finish(struct doctor_facts *facts)
{
	if (facts == NULL)
		return;
	vgpu_gpu_finish(&facts->gpu);
	vgpu_host_finish(&facts->host);
	vgpu_store_finish(&facts->store);
	free(facts->kernel.release);
	finish_parameter(&facts->kernel.enable_gvt);
	finish_parameter(&facts->kernel.enable_guc);
	finish_parameter(&facts->kernel.ignore_msrs);
	finish_parameter(&facts->kernel.report_msrs);
	free(facts->permissions.kvm.path);
	free(facts->permissions.vfio.path);
	free(facts->permissions.group.path);
	free(facts->permissions.vfio_group);
	free(facts->permissions.render.path);
	finish_user(&facts->permissions.person);
	finish_user(&facts->permissions.qemu);
	free(facts->virtualisation.libvirt.path);
	free(facts->virtualisation.qemu.path);
	free(facts->services.unit);
	*facts = (struct doctor_facts){ .store.fd = -1 };
}

uid_t doctor_facts_person(void)
{
	static const char *const names[] = { "SUDO_UID", "PKEXEC_UID" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && getuid() == 0; i++) {
		const char *text = getenv(names[i]);
		char *end;
		unsigned long id = text != NULL ? strtoul(text, &end, 10) : 0;

		if (id > 0 && *end == '\0')
			return (uid_t)id;
	}
	return getuid();
}
