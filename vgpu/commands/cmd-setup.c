/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vgpu/base/log.h"
#include "vgpu/base/options.h"
#include "vgpu/commands/commands.h"
#include "vgpu/create/setup.h"

/*
 * What can be taken back comes first and the domain last: libvirt replaces a
 * definition in one step, so that a failure anywhere leaves nothing half done.
 */
static const struct {
	const char *name;
	int (*run)(struct vgpu_setup *setup, struct base_error *err);
	void (*undo)(struct vgpu_setup *setup);
} steps[] = {
	{ "host", vgpu_setup_check_host, NULL },
	{ "vGPU", vgpu_setup_take_vgpu, vgpu_setup_give_back_vgpu },
	{ "boot", vgpu_setup_enable_boot, vgpu_setup_disable_boot },
	{ "sleep", vgpu_setup_enable_suspend, vgpu_setup_disable_suspend },
	{ "viewer", vgpu_setup_enable_scanout, vgpu_setup_disable_scanout },
	{ "launcher", vgpu_setup_add_launcher, vgpu_setup_remove_launcher },
	{ "domain", vgpu_setup_attach, NULL },
};

#define STEP_COUNT (sizeof(steps) / sizeof(*steps))

static int parse_setup(int argc, char **argv, struct vgpu_setup *setup, struct base_error *err)
{
	const struct vgpu_option options[] = { { "type", &setup->type, NULL },
					       { "connect", &setup->uri, NULL },
					       { "config-dir", &setup->config_dir, NULL },
					       { "suspend", NULL, &setup->suspend },
					       { "skip-doctor", NULL, &setup->skip_doctor },
					       { NULL, NULL, NULL } };
	int count = vgpu_options_parse(argc, argv, options, &setup->domain, 1, err);

	if (count < 0)
		return -1;
	if (count == 0)
		return base_error_set(
			err, BASE_MISUSED,
			"set up which domain? 'virsh -c qemu:///system list --all' shows them");
	if (geteuid() != 0)
		return base_error_errno(err, EPERM, "cannot set %s up (run this as root)",
					setup->domain);
	return 0;
}

static int run_step(struct vgpu_setup *setup, size_t i, struct base_error *err)
{
	if (steps[i].run(setup, err) < 0)
		return base_error_wrap(err, "%s", steps[i].name);
	if (setup->did != NULL) {
		printf("%-9s %s\n", steps[i].name, setup->did);
		fflush(stdout);
	}
	free(BASE_STEAL_PTR(setup->did));
	return 0;
}

/* After a Ctrl-C or when the terminal closes, the current step is finished first. */
static void defer_signals(sigset_t *ending)
{
	sigemptyset(ending);
	sigaddset(ending, SIGHUP);
	sigaddset(ending, SIGINT);
	sigaddset(ending, SIGTERM);
	sigprocmask(SIG_BLOCK, ending, NULL);
}

static int check_signals(const sigset_t *ending, struct base_error *err)
{
	sigset_t pending;

	sigpending(&pending);
	for (int signal = 1; signal < NSIG; signal++) {
		if (sigismember(ending, signal) == 1 && sigismember(&pending, signal) == 1)
			return base_error_set(err, BASE_FAILED, "interrupted");
	}
	return 0;
}

/* The error says why setup stopped; this adds whether everything was taken back. */
static int take_back(struct vgpu_setup *setup, size_t done, struct base_error *err)
{
	while (done-- > 0) {
		if (steps[done].undo != NULL)
			steps[done].undo(setup);
	}
	return base_error_wrap(err, setup->left_behind
					    ? "setup stopped, and not everything was taken back"
					    : "setup stopped, and nothing was changed");
}

int vgpu_cmd_setup(int argc, char **argv, struct base_error *err)
{
	BASE_AUTO(vgpu_setup) struct vgpu_setup setup = { 0 };
	sigset_t ending;

	if (parse_setup(argc, argv, &setup, err) < 0)
		return -1;
	defer_signals(&ending);
	for (size_t i = 0; i < STEP_COUNT; i++) {
		if (check_signals(&ending, err) < 0 || run_step(&setup, i, err) < 0)
			return take_back(&setup, i, err);
	}
	if (setup.changed)
		base_info("%s is ready: 'vgpu-display --start %s' starts and shows it",
			  setup.domain, setup.domain);
	else
		base_info("%s was ready already: nothing was changed", setup.domain);
	return 0;
}
