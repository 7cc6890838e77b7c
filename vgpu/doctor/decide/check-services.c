/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "vgpu/doctor/decide/decide.h"
#include "vgpu/host/gvt.h"

static size_t count_starting(const struct vgpu_store *store, enum vgpu_start start)
{
	size_t count = 0;

	for (size_t i = 0; i < store->definition_count; i++)
		count += store->definitions[i].start == start;
	return count;
}

void doctor_check_restore(const struct doctor_facts *facts, struct doctor_report *report)
{
	const struct doctor_services *services = &facts->services;
	bool anything = services->has_rule || services->has_mdevctl_rule;

	if (!doctor_has_gvt_gpu(facts))
		return;
	if (services->is_masked) {
		doctor_find(report, DOCTOR_PROBLEM, "vgpu-restore.service is masked");
		doctor_mend(report, "sudo systemctl unmask vgpu-restore.service");
	} else if (services->restores_at_boot == DOCTOR_YES) {
		doctor_find(report, DOCTOR_FINE, "vgpu-restore.service is enabled");
	} else if (services->restores_at_boot == DOCTOR_NOT_KNOWN) {
		doctor_find(report, DOCTOR_UNKNOWN, "/etc/systemd/system cannot be read");
		doctor_mend(report, "systemctl is-enabled vgpu-restore.service");
	} else if (services->unit == NULL) {
		doctor_find(report, DOCTOR_ADVICE, "vgpu-restore.service is not installed");
		doctor_mend(report, "install vgpu with its services (sudo make install)");
	} else {
		doctor_find(report,
			    !anything && count_starting(&facts->store, VGPU_START_BOOT) > 0
				    ? DOCTOR_PROBLEM
				    : DOCTOR_ADVICE,
			    "vgpu-restore.service is not enabled");
		doctor_mend(
			report,
			"sudo vgpu doctor --fix, or sudo systemctl enable vgpu-restore.service");
	}
}

void doctor_check_on_demand(const struct doctor_facts *facts, struct doctor_report *report)
{
	if (!doctor_has_gvt_gpu(facts))
		return;
	if (count_starting(&facts->store, VGPU_START_ON_DEMAND) == 0) {
		doctor_find(report, DOCTOR_FINE, "none");
	} else if (facts->services.has_libvirt_hook) {
		doctor_find(report, DOCTOR_FINE, "libvirt's hook makes them");
	} else {
		doctor_find(report, DOCTOR_PROBLEM, "libvirt has no hook that makes them");
		doctor_mend(report, "install vgpu with its hook (sudo make install), then sudo "
				    "systemctl try-restart libvirtd virtqemud");
	}
}

void doctor_check_mdevctl(const struct doctor_facts *facts, struct doctor_report *report)
{
	if (!doctor_has_gvt_gpu(facts))
		return;
	if (facts->services.has_mdevctl_rule)
		doctor_find(report, DOCTOR_FINE,
			    "its udev rule is installed too, which does no harm: the second one "
			    "finds the vGPUs made");
	else
		doctor_find(report, DOCTOR_FINE, "not installed, and not needed");
}

/* A GPU that makes no vGPUs yet has findings of its own. */
static bool waits_for_gpu(const struct doctor_facts *facts,
			  const struct vgpu_definition *definition)
{
	return facts->gpu.address != NULL && strcmp(definition->parent, facts->gpu.address) == 0 &&
	       !doctor_makes_vgpus(facts);
}

static void check_definition(const struct doctor_facts *facts,
			     const struct vgpu_definition *definition, struct doctor_report *report)
{
	const struct vgpu_parent *parent = vgpu_host_find_parent(&facts->host, definition->parent);
	enum doctor_verdict verdict =
		definition->start == VGPU_START_MANUAL ? DOCTOR_ADVICE : DOCTOR_PROBLEM;

	if (parent == NULL && !waits_for_gpu(facts, definition)) {
		doctor_find(report, verdict, "%s: its parent %s makes no vGPUs", definition->uuid,
			    definition->parent);
		doctor_mend(report, "if the parent will not come back, sudo vgpu forget %s",
			    definition->uuid);
	} else if (parent != NULL && parent->type_count > 0 &&
		   vgpu_parent_find_type(parent, definition->type) == NULL) {
		doctor_find(report, verdict, "%s: %s has no type %s", definition->uuid,
			    parent->name, definition->type);
		doctor_mend(report,
			    "sudo vgpu set %s --type TYPE (vgpu types lists them), or sudo vgpu "
			    "forget %s",
			    definition->uuid, definition->uuid);
	}
}

/* What all vGPUs that start at boot need together. */
static struct vgpu_gvt_room add_up(const struct doctor_facts *facts,
				   const struct vgpu_parent *parent)
{
	struct vgpu_gvt_room sum = { 0 };

	for (size_t i = 0; i < facts->store.definition_count; i++) {
		const struct vgpu_definition *definition = &facts->store.definitions[i];
		const struct vgpu_type *type;

		if (definition->start != VGPU_START_BOOT ||
		    strcmp(definition->parent, parent->name) != 0)
			continue;
		type = vgpu_parent_find_type(parent, definition->type);
		if (type == NULL || type->low_mb < 0 || type->high_mb < 0 || type->fences < 0)
			continue;
		sum.low_mb += type->low_mb;
		sum.high_mb += type->high_mb;
		sum.fences += type->fences;
		sum.ids++;
	}
	return sum;
}

static void check_sum(const struct doctor_facts *facts, struct doctor_report *report)
{
	const struct vgpu_parent *parent = doctor_facts_parent(facts);
	struct vgpu_gvt_room room = vgpu_gvt_room(facts->gpu.aperture_mb);
	struct vgpu_gvt_room sum;

	if (parent == NULL || facts->gpu.aperture_mb == 0)
		return;
	sum = add_up(facts, parent);
	if (sum.low_mb > room.low_mb)
		doctor_find(report, DOCTOR_PROBLEM,
			    "the vGPUs of %s that start at boot need %ld MB of the aperture, but "
			    "only %ld MB are left for them",
			    parent->name, sum.low_mb, room.low_mb);
	else if (sum.high_mb > room.high_mb)
		doctor_find(report, DOCTOR_PROBLEM,
			    "the vGPUs of %s that start at boot need %ld MB of high memory, but "
			    "only %ld MB are left for them",
			    parent->name, sum.high_mb, room.high_mb);
	else if (sum.fences > room.fences || sum.ids > room.ids)
		doctor_find(report, DOCTOR_PROBLEM,
			    "%ld vGPUs of %s start at boot, but at most %ld fit", sum.ids,
			    parent->name, room.ids);
	else
		return;
	doctor_mend(report, "choose a smaller type for one of them (sudo vgpu set UUID --type "
			    "TYPE), or do not start it at boot (sudo vgpu set UUID --no-boot)");
}

void doctor_check_definitions(const struct doctor_facts *facts, struct doctor_report *report)
{
	const struct vgpu_store *store = &facts->store;
	size_t before = report->count;

	if (!doctor_has_gvt_gpu(facts))
		return;
	for (size_t i = 0; i < store->definition_count; i++)
		check_definition(facts, &store->definitions[i], report);
	check_sum(facts, report);
	for (size_t i = 0; i < store->problem_count; i++) {
		doctor_find(report, DOCTOR_ADVICE, "%s", store->problems[i].message);
		doctor_mend(report, "repair the file, or remove it");
	}
	if (report->count > before)
		return;
	if (store->definition_count == 0)
		doctor_find(report, DOCTOR_FINE, "none");
	else if (!doctor_makes_vgpus(facts))
		doctor_find(report, DOCTOR_FINE, "%zu, which wait for vGPU types",
			    store->definition_count);
	else
		doctor_find(report, DOCTOR_FINE, "%zu, all of which can be made",
			    store->definition_count);
}
