/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/options.h"
#include "vgpu/base/text.h"
#include "vgpu/commands/commands.h"
#include "vgpu/doctor/act/fix.h"
#include "vgpu/doctor/act/print.h"

struct request {
	const char *root;
	const char *config_dir;
	bool json;
	bool fix;
	bool undo;
	bool yes;
};

static int parse_request(int argc, char **argv, struct request *request, struct base_error *err)
{
	const struct vgpu_option options[] = {
		{ "json", NULL, &request->json },
		{ "fix", NULL, &request->fix },
		{ "undo", NULL, &request->undo },
		{ "yes", NULL, &request->yes },
		{ "root", &request->root, NULL },
		{ "config-dir", &request->config_dir, NULL },
		{ NULL, NULL, NULL },
	};

	if (vgpu_options_parse(argc, argv, options, NULL, 0, err) < 0)
		return -1;
	if (request->json + request->fix + request->undo > 1)
		return base_error_set(err, BASE_MISUSED,
				      "doctor: --json, --fix and --undo cannot be combined");
	if (request->yes && !request->fix)
		return base_error_set(err, BASE_MISUSED,
				      "doctor: --yes can be used only with --fix");
	if (request->root != NULL && *request->root != '/')
		return base_error_set(err, BASE_MISUSED,
				      "doctor: --root needs a path that begins with /, not '%s'",
				      request->root);
	return 0;
}

/* Only the files below --root belong to the other system. */
static int find_place(const struct request *request, char **config_dir, struct doctor_place *place,
		      struct base_error *err)
{
	const char *root =
		request->root != NULL && strcmp(request->root, "/") != 0 ? request->root : "";

	if (request->config_dir == NULL) {
		*config_dir = base_text_format("%s" VGPU_STORE_DIR, root);
		if (*config_dir == NULL)
			return base_error_no_memory(err, "cannot look at this host");
	}
	*place = (struct doctor_place){
		.root = root,
		.kernel = "",
		.config_dir = request->config_dir != NULL ? request->config_dir : *config_dir,
		.uid = doctor_facts_person(),
		.may_run = *root == '\0',
	};
	return 0;
}

static int examine_host(const struct request *request, const struct doctor_place *place,
			struct base_error *err)
{
	BASE_AUTO(doctor_facts) struct doctor_facts facts = { .store.fd = -1 };
	BASE_AUTO(doctor_report) struct doctor_report report = { 0 };

	if (doctor_facts_gather(&facts, place, err) < 0 ||
	    doctor_report_init(&report, &facts, false, err) < 0)
		return -1;
	if (request->fix)
		return doctor_fix(&facts, &report, place, request->yes, err);
	if (!request->json)
		doctor_print_people(&report);
	else if (doctor_print_json(&report, err) < 0)
		return -1;
	return doctor_report_is_ready(&report) ? BASE_DONE : BASE_FAILED;
}

int vgpu_cmd_doctor(int argc, char **argv, struct base_error *err)
{
	BASE_AUTO(free) char *config_dir = NULL;
	struct request request = { 0 };
	struct doctor_place place = { 0 };

	if (parse_request(argc, argv, &request, err) < 0 ||
	    find_place(&request, &config_dir, &place, err) < 0)
		return -1;
	return request.undo ? doctor_undo(place.root, err) : examine_host(&request, &place, err);
}
