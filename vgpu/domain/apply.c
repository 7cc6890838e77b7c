/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/domain/apply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vgpu/base/ask.h"
#include "vgpu/base/log.h"
#include "vgpu/base/text.h"
#include "vgpu/domain/backup.h"
#include "vgpu/domain/patch-print.h"

static int show_diff(const struct vgpu_change *change, FILE *out, struct base_error *err)
{
	BASE_AUTO(free) char *label = base_text_format("%s.xml", vgpu_domain_name(change->domain));

	if (label == NULL)
		return base_error_no_memory(err, "cannot show the changes");
	return vgpu_patch_print_diff(out, label, change->before, change->result, err);
}

static int ask_for_change(const struct vgpu_change *change, struct base_error *err)
{
	BASE_AUTO(free) char *question = NULL;

	if (change->is_agreed)
		return 0;
	question = base_text_format("Change the definition of %s like this?",
				    vgpu_domain_name(change->domain));
	if (question == NULL)
		return base_error_no_memory(err, "cannot ask");
	/* If nobody can be asked, one line says so and nothing else is shown. */
	if (isatty(STDIN_FILENO) && isatty(STDERR_FILENO)) {
		if (show_diff(change, stderr, err) < 0)
			return -1;
		vgpu_patch_print_advice(change->result);
	}
	return vgpu_ask(false, question, err);
}

/* A change that somebody else made while the user was asked must not be lost. */
static int check_unchanged(const struct vgpu_change *change, struct base_error *err)
{
	BASE_AUTO(free) char *now = vgpu_domain_get_xml(change->domain, err);

	if (now == NULL)
		return -1;
	if (strcmp(now, change->before) == 0)
		return 0;
	return base_error_set(err, BASE_FAILED,
			      "the domain %s was changed in the meantime: nothing was changed "
			      "here, run this command again",
			      vgpu_domain_name(change->domain));
}

static char *save_backup(const struct vgpu_change *change, struct base_error *err)
{
	BASE_AUTO(free) char *place = vgpu_backup_place(err);
	char uuid[BASE_UUID_SIZE] = "";

	if (place == NULL || vgpu_domain_get_uuid(change->domain, uuid, err) < 0)
		return NULL;
	return vgpu_backup_save(place, uuid, change->before, err);
}

/* A backup of a change that failed is removed. */
static int store_definition(const struct vgpu_change *change, struct base_error *err)
{
	BASE_AUTO(free) char *path = NULL;

	if (check_unchanged(change, err) < 0)
		return -1;
	path = save_backup(change, err);
	if (path == NULL)
		return -1;
	if (vgpu_domain_define(change->domain, change->result->xml, err) < 0) {
		unlink(path);
		return -1;
	}
	vgpu_patch_print_changes(change->result);
	base_info("the old definition is in %s", path);
	return 0;
}

/* Prints what still uses the old definition or could bring it back. */
static void print_leftovers(const struct vgpu_domain *domain)
{
	const char *name = vgpu_domain_name(domain);
	BASE_AUTO(free) char *snapshots = NULL;
	size_t count = vgpu_domain_list_snapshots(domain, &snapshots);

	if (vgpu_domain_is_running(domain))
		base_info("the domain %s is running: shut it down and start it again for the "
			  "change to take effect",
			  name);
	else if (vgpu_domain_is_saved(domain))
		vgpu_patch_note(
			"the next start of %s resumes its saved image, with the old definition: "
			"'virsh -c %s managedsave-remove %s' removes that image",
			name, vgpu_domain_uri(domain), name);
	if (count > 0)
		vgpu_patch_note("%s has %zu snapshot%s (%s), which bring%s the old definition "
				"back when reverted to",
				name, count, count > 1 ? "s" : "", snapshots, count > 1 ? "" : "s");
}

int vgpu_apply(const struct vgpu_change *change, struct base_error *err)
{
	const struct xmlpatch_result *result = change->result;

	if (change->is_dry)
		return show_diff(change, stdout, err);
	if (result->n == 0) {
		vgpu_patch_print_advice(result);
		return 0;
	}
	if (ask_for_change(change, err) < 0 || store_definition(change, err) < 0)
		return -1;
	if (change->is_agreed)
		vgpu_patch_print_advice(result);
	print_leftovers(change->domain);
	return 0;
}
