/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/create/setup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "vgpu/base/file.h"
#include "vgpu/base/launcher.h"
#include "vgpu/base/log.h"
#include "vgpu/base/program.h"
#include "vgpu/base/text.h"
#include "vgpu/doctor/decide/report.h"
#include "vgpu/vgpus/world.h"

/* Enough for the longest output, which is a domain's XML. */
#define OUTPUT_LIMIT	((size_t)16 * 1024 * 1024)
#define LAUNCHER_LIMIT	16384
#define LAUNCHER_DIR	"/usr/local/share/applications"
#define BOOT_SERVICE	"vgpu-restore.service"
#define SUSPEND_SERVICE "vgpu-suspend.service"
#define SCANOUT_SOCKET	"vgpu-scanout.socket"
#define WORDS_MAX	12

static int tell_done(struct vgpu_setup *setup, struct base_error *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int tell_done(struct vgpu_setup *setup, struct base_error *err, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	setup->did = base_text_vformat(format, arguments);
	va_end(arguments);
	return setup->did != NULL ? 0 : base_error_no_memory(err, "cannot set the domain up");
}

/* A NULL value leaves the option out. */
static size_t add_option(const char **words, size_t count, const char *option, const char *value)
{
	if (value == NULL)
		return count;
	words[count++] = option;
	words[count++] = value;
	return count;
}

/* Runs this program again, with one of its commands. Arguments that are NULL are left out. */
static int run_self(const struct vgpu_setup *setup, const char *command, const char *flag,
		    const char *operand, char **output, struct base_error *err)
{
	const char *words[WORDS_MAX] = { "vgpu", command };
	size_t count = add_option(words, 2, "--config-dir", setup->config_dir);

	if (flag != NULL)
		words[count++] = flag;
	words[count] = operand;
	return vgpu_program_run_self(words, OUTPUT_LIMIT, output, err);
}

int vgpu_setup_check_host(struct vgpu_setup *setup, struct base_error *err)
{
	BASE_AUTO(doctor_facts) struct doctor_facts facts = { .store.fd = -1 };
	BASE_AUTO(doctor_report) struct doctor_report report = { 0 };
	const struct doctor_place place = {
		.root = "",
		.kernel = "",
		.config_dir = setup->config_dir != NULL ? setup->config_dir : VGPU_STORE_DIR,
		.uid = doctor_facts_person(),
		.may_run = true,
	};
	const struct doctor_finding *problem;

	if (setup->skip_doctor)
		return tell_done(setup, err, "not checked (--skip-doctor)");
	if (doctor_facts_gather(&facts, &place, err) < 0 ||
	    doctor_report_init(&report, &facts, false, err) < 0)
		return -1;
	problem = doctor_report_first_problem(&report);
	if (problem == NULL)
		return tell_done(setup, err, "ready for vGPUs");
	return base_error_set(err, BASE_FAILED,
			      "it is not ready for vGPUs (%s); 'vgpu doctor' shows everything, "
			      "'vgpu doctor --fix' repairs most of it",
			      problem->found);
}

/* Runs a command of vgpu-domain; *lines is its output. Arguments that are NULL are left out. */
static int ask_domain(const struct vgpu_setup *setup, const char *command, const char *flag,
		      const char *operand, char **lines, struct base_error *err)
{
	const char *words[WORDS_MAX] = { "vgpu-domain", command };
	size_t count = add_option(words, 2, "--connect", setup->uri);

	if (flag != NULL)
		words[count++] = flag;
	if (operand != NULL) {
		words[count++] = "--";
		words[count] = operand;
	}
	return vgpu_program_ask_domain(words, OUTPUT_LIMIT, lines, err);
}

static bool is_for_machines(const struct vgpu_host *host, const struct vgpu_item *item)
{
	const struct vgpu_type *type = vgpu_item_find_type(item, host);

	return type != NULL && vgpu_type_is_pci(type) && vgpu_type_is_graphics(type);
}

/* It must be known which domains have the vGPUs, because a vGPU in a domain is not free. */
static int gather_world(struct vgpu_world *world, const struct vgpu_setup *setup,
			struct base_error *err)
{
	BASE_AUTO(vgpu_claims) struct vgpu_claims claims = { 0 };

	if (vgpu_claims_init(&claims, setup->uri, err) < 0 ||
	    vgpu_world_init(world, setup->config_dir, VGPU_WORLD_PARENTS, err) < 0)
		return -1;
	return vgpu_usage_init_known(&world->usage, &world->host, &claims, err);
}

static const struct vgpu_item *find_item(const struct vgpu_world *world, const char *uuid)
{
	for (size_t i = 0; i < world->inventory.count; i++) {
		if (strcmp(vgpu_item_uuid(&world->inventory.items[i]), uuid) == 0)
			return &world->inventory.items[i];
	}
	return NULL;
}

static const struct vgpu_item *find_free(const struct vgpu_world *world, const char *type,
					 bool active)
{
	for (size_t i = 0; i < world->inventory.count; i++) {
		const struct vgpu_item *item = &world->inventory.items[i];

		if ((item->device != NULL) == active && is_for_machines(&world->host, item) &&
		    vgpu_usage_is_free(&world->usage, &world->host, item) &&
		    (type == NULL || strcmp(vgpu_item_type(item), type) == 0))
			return item;
	}
	return NULL;
}

/* Makes what is missing of the vGPU: all of it, its definition, or nothing. */
static int complete(struct vgpu_setup *setup, const struct vgpu_item *item, struct base_error *err)
{
	const char *words[WORDS_MAX] = { "vgpu", "create", "--uuid", setup->uuid };
	size_t count = add_option(words, 4, "--config-dir", setup->config_dir);
	BASE_AUTO(free) char *output = NULL;

	if (item != NULL && item->definition != NULL && item->device != NULL)
		return 0;
	add_option(words, count, "--type", item == NULL ? setup->type : NULL);
	if (vgpu_program_run_self(words, OUTPUT_LIMIT, &output, err) < 0)
		return -1;
	if (item == NULL)
		setup->made = VGPU_SETUP_MADE_ALL;
	else
		setup->made =
			item->device == NULL ? VGPU_SETUP_MADE_ACTIVE : VGPU_SETUP_MADE_DEFINITION;
	setup->changed = true;
	return 0;
}

static int start_at_boot(struct vgpu_setup *setup, struct base_error *err)
{
	BASE_AUTO(free) char *output = NULL;

	if (run_self(setup, "set", "--boot", setup->uuid, &output, err) < 0)
		return -1;
	setup->set_boot = true;
	setup->changed = true;
	return 0;
}

/* A vGPU on demand is not made now, but when its domain starts. */
static int take_item(struct vgpu_setup *setup, const struct vgpu_item *item, const char *found,
		     struct base_error *err)
{
	const struct vgpu_definition *definition = item != NULL ? item->definition : NULL;

	setup->on_demand = definition != NULL && definition->start == VGPU_START_ON_DEMAND;
	if (setup->on_demand)
		return tell_done(setup, err, "%s, %s", setup->uuid, found);
	if (complete(setup, item, err) < 0)
		return -1;
	if (definition != NULL && definition->start == VGPU_START_MANUAL &&
	    start_at_boot(setup, err) < 0) {
		vgpu_setup_give_back_vgpu(setup);
		return -1;
	}
	return tell_done(setup, err, "%s, %s", setup->uuid, found);
}

static int make_vgpu(struct vgpu_setup *setup, struct base_error *err)
{
	const char *words[WORDS_MAX] = { "vgpu", "create" };
	size_t count = add_option(words, 2, "--config-dir", setup->config_dir);
	BASE_AUTO(free) char *output = NULL;

	add_option(words, count, "--type", setup->type);
	if (vgpu_program_run_self(words, OUTPUT_LIMIT, &output, err) < 0)
		return -1;
	output[strcspn(output, "\n")] = '\0';
	if (!base_name_parse_uuid(output, setup->uuid))
		return base_error_set(err, BASE_FAILED, "'vgpu create' printed no UUID");
	setup->made = VGPU_SETUP_MADE_ALL;
	setup->changed = true;
	return tell_done(setup, err, "%s, a new one", setup->uuid);
}

int vgpu_setup_take_vgpu(struct vgpu_setup *setup, struct base_error *err)
{
	BASE_AUTO(vgpu_world) struct vgpu_world world = { 0 };
	const struct vgpu_item *item;
	BASE_AUTO(free) char *own = NULL;

	if (ask_domain(setup, "show", NULL, setup->domain, &own, err) < 0 ||
	    gather_world(&world, setup, err) < 0)
		return -1;
	own[strcspn(own, "\n")] = '\0';
	if (base_name_parse_uuid(own, setup->uuid))
		return take_item(setup, find_item(&world, setup->uuid),
				 "which the domain has already", err);
	/* A vGPU that is active needs no more room. */
	item = find_free(&world, setup->type, true);
	if (item == NULL)
		item = find_free(&world, setup->type, false);
	if (item == NULL)
		return make_vgpu(setup, err);
	memcpy(setup->uuid, vgpu_item_uuid(item), BASE_UUID_SIZE);
	return take_item(setup, item, "which was free", err);
}

void vgpu_setup_give_back_vgpu(struct vgpu_setup *setup)
{
	static const char *const commands[][2] = {
		[VGPU_SETUP_MADE_ALL] = { "remove", "--forget" },
		[VGPU_SETUP_MADE_ACTIVE] = { "remove", "--keep" },
		[VGPU_SETUP_MADE_DEFINITION] = { "forget", NULL },
	};
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(free) char *output = NULL;
	BASE_AUTO(free) char *more = NULL;

	if ((!setup->set_boot ||
	     run_self(setup, "set", "--no-boot", setup->uuid, &output, &err) == 0) &&
	    (setup->made == VGPU_SETUP_MADE_NOTHING ||
	     run_self(setup, commands[setup->made][0], commands[setup->made][1], setup->uuid, &more,
		      &err) == 0))
		return;
	setup->left_behind = true;
	base_warning("the vGPU %s stays: %s", setup->uuid, err.message);
}

static int systemctl(const char *verb, const char *unit, struct base_error *err)
{
	const char *const words[] = { "systemctl", "--quiet", verb, unit, NULL };
	BASE_AUTO(free) char *output = NULL;

	return vgpu_program_run("systemctl", words, OUTPUT_LIMIT, &output, err);
}

/* A service that was enabled before is not disabled if setup is undone. */
static int enable(struct vgpu_setup *setup, const char *unit, bool *enabled, const char *what,
		  struct base_error *err)
{
	if (systemctl("is-enabled", unit, NULL) == 0)
		return tell_done(setup, err, "%s (%s was enabled)", what, unit);
	if (systemctl("enable", unit, err) < 0)
		return -1;
	*enabled = true;
	setup->changed = true;
	return tell_done(setup, err, "%s (enabled %s)", what, unit);
}

static void disable(struct vgpu_setup *setup, const char *unit, bool enabled)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };

	if (!enabled || systemctl("disable", unit, &err) == 0)
		return;
	setup->left_behind = true;
	base_warning("%s stays enabled: %s", unit, err.message);
}

int vgpu_setup_enable_boot(struct vgpu_setup *setup, struct base_error *err)
{
	if (setup->on_demand)
		return tell_done(setup, err, "nothing to do: libvirt makes the vGPU when %s starts",
				 setup->domain);
	return enable(setup, BOOT_SERVICE, &setup->enabled_boot, "the vGPU comes back at boot",
		      err);
}

void vgpu_setup_disable_boot(struct vgpu_setup *setup)
{
	disable(setup, BOOT_SERVICE, setup->enabled_boot);
}

int vgpu_setup_enable_suspend(struct vgpu_setup *setup, struct base_error *err)
{
	if (!setup->suspend)
		return 0;
	return enable(setup, SUSPEND_SERVICE, &setup->enabled_suspend,
		      "vGPUs that are not in use are removed before sleep and made again after it",
		      err);
}

void vgpu_setup_disable_suspend(struct vgpu_setup *setup)
{
	disable(setup, SUSPEND_SERVICE, setup->enabled_suspend);
}

/* The socket is also started, so that the viewer can use it at once. */
int vgpu_setup_enable_scanout(struct vgpu_setup *setup, struct base_error *err)
{
	if (enable(setup, SCANOUT_SOCKET, &setup->enabled_scanout,
		   "the viewer sees every flip of the guest", err) < 0)
		return -1;
	if (!setup->enabled_scanout || systemctl("start", SCANOUT_SOCKET, err) == 0)
		return 0;
	vgpu_setup_disable_scanout(setup);
	return -1;
}

void vgpu_setup_disable_scanout(struct vgpu_setup *setup)
{
	if (setup->enabled_scanout)
		systemctl("stop", SCANOUT_SOCKET, NULL);
	disable(setup, SCANOUT_SOCKET, setup->enabled_scanout);
}

static int open_launcher_directory(struct base_error *err)
{
	int fd;

	if ((mkdir("/usr/local/share", 0755) < 0 && errno != EEXIST) ||
	    (mkdir(LAUNCHER_DIR, 0755) < 0 && errno != EEXIST))
		return base_error_errno(err, errno, "cannot make %s", LAUNCHER_DIR);
	fd = open(LAUNCHER_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 ? fd : base_error_errno(err, errno, "cannot open %s", LAUNCHER_DIR);
}

int vgpu_setup_add_launcher(struct vgpu_setup *setup, struct base_error *err)
{
	BASE_AUTO(fd) int directory = open_launcher_directory(err);
	BASE_AUTO(free)
	char *text = base_launcher_format(VGPU_BINDIR "/vgpu-display", NULL, setup->domain);
	BASE_AUTO(free) char *name = base_launcher_name(setup->domain);
	BASE_AUTO(free) char *there = NULL;
	BASE_AUTO(base_error) struct base_error why = { 0 };

	if (directory < 0)
		return -1;
	if (name != NULL)
		setup->launcher = base_text_format(LAUNCHER_DIR "/%s", name);
	if (text == NULL || setup->launcher == NULL)
		return base_error_no_memory(err, "cannot set the domain up");
	there = base_file_read_at(directory, name, LAUNCHER_LIMIT, NULL, &why);
	if (there != NULL || why.errnum != ENOENT)
		return tell_done(setup, err, "%s existed already", setup->launcher);
	if (base_file_replace_at(directory, name, text, strlen(text), 0644, err) < 0)
		return base_error_wrap(err, LAUNCHER_DIR);
	setup->added_launcher = true;
	setup->changed = true;
	return tell_done(setup, err, "added %s", setup->launcher);
}

void vgpu_setup_remove_launcher(struct vgpu_setup *setup)
{
	if (!setup->added_launcher || unlink(setup->launcher) == 0)
		return;
	setup->left_behind = true;
	base_warning("%s stays: %s", setup->launcher, strerror(errno));
}

static char *read_definition(const struct vgpu_setup *setup, struct base_error *err)
{
	char *xml = NULL;

	return ask_domain(setup, "show", "--xml", setup->domain, &xml, err) < 0 ? NULL : xml;
}

int vgpu_setup_attach(struct vgpu_setup *setup, struct base_error *err)
{
	const char *words[WORDS_MAX] = { "vgpu-domain", "attach" };
	size_t count = add_option(words, 2, "--connect", setup->uri);
	BASE_AUTO(free) char *before = read_definition(setup, err);
	BASE_AUTO(free) char *after = NULL;
	BASE_AUTO(free) char *output = NULL;
	int status;

	if (before == NULL)
		return -1;
	count = add_option(words, count, "--config-dir", setup->config_dir);
	words[count++] = "--yes";
	words[count++] = "--";
	words[count++] = setup->domain;
	words[count] = setup->uuid;
	status = vgpu_program_ask_domain(words, OUTPUT_LIMIT, &output, err);
	after = read_definition(setup, status < 0 ? NULL : err);
	if (after == NULL)
		return -1;
	if (strcmp(before, after) == 0)
		return status < 0 ? -1 : tell_done(setup, err, "%s had the vGPU", setup->domain);
	/* A command that was interrupted may have changed the domain all the same. */
	base_error_finish(err);
	setup->changed = true;
	return tell_done(setup, err, "%s has the vGPU", setup->domain);
}

void vgpu_setup_finish(struct vgpu_setup *setup)
{
	if (setup == NULL)
		return;
	free(setup->launcher);
	free(setup->did);
	*setup = (struct vgpu_setup){ 0 };
}
