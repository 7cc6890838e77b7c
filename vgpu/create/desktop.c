/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/create/desktop.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "vgpu/base/program.h"

#define UNIT	    "display-manager.service"
#define MARK	    "VGPU_DISPLAY_MANAGER_STOPPED"
#define STATE_LIMIT 64

int vgpu_desktop_is_running(bool *is_running, struct base_error *err)
{
	static const char *const argv[] = { "systemctl", "show", "--property=ActiveState",
					    "--value",	 UNIT,	 NULL };
	BASE_AUTO(free) char *state = NULL;

	if (vgpu_program_run("systemctl", argv, STATE_LIMIT, &state, err) < 0)
		return base_error_wrap(err, "cannot see whether a display manager is running");
	state[strcspn(state, "\n")] = '\0';
	*is_running = strcmp(state, "inactive") != 0 && strcmp(state, "failed") != 0;
	return 0;
}

/* systemd would take a single $ for the beginning of a variable. */
static char *escape(const char *word)
{
	char *escaped = malloc(2 * strlen(word) + 1);
	char *to = escaped;

	if (escaped == NULL)
		return NULL;
	for (; *word != '\0'; word++) {
		if (*word == '$')
			*to++ = '$';
		*to++ = *word;
	}
	*to = '\0';
	return escaped;
}

/*
 * systemd starts the display manager again, not this program, so that it happens
 * after success, failure, signals and even a SIGKILL. Only one unit of this name
 * can exist, so that two commands cannot stop and start the display manager at the
 * same time.
 */
static const char *const service[] = {
	"systemd-run",
	"--quiet",
	"--collect",
	"--wait",
	"--pipe",
	"--same-dir",
	"--unit=" VGPU_DESKTOP_UNIT ".service",
	"--description=Make a vGPU while the display manager is stopped",
	"--setenv=" MARK "=1",
	"--property=TimeoutStartSec=infinity",
	"--property=ExecStartPre=/bin/systemctl stop " UNIT,
	"--property=ExecStopPost=/bin/systemctl start " UNIT,
	"--",
};

#define SERVICE_WORDS (sizeof(service) / sizeof(service[0]))

int vgpu_desktop_become_without(char *const argv[], struct base_error *err)
{
	BASE_AUTO(free) const char **whole = NULL;
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	size_t count = 0;

	if (length <= 0)
		return base_error_errno(err, errno, "cannot find this program");
	self[length] = '\0';
	while (argv[count] != NULL)
		count++;
	whole = calloc(SERVICE_WORDS + count + 2, sizeof(*whole));
	if (whole == NULL)
		return base_error_no_memory(err, "cannot start systemd-run");
	memcpy(whole, service, sizeof(service));
	whole[SERVICE_WORDS] = escape(self);
	for (size_t i = 0; i < count; i++)
		whole[SERVICE_WORDS + 1 + i] = escape(argv[i]);
	execvp(whole[0], (char *const *)whole);
	return base_error_errno(err, errno, "cannot start systemd-run");
}

bool vgpu_desktop_is_stopped(void)
{
	return getenv(MARK) != NULL;
}

void vgpu_desktop_record(bool is_failure, const char *text)
{
	openlog("vgpu", LOG_PID, LOG_DAEMON);
	syslog(is_failure ? LOG_ERR : LOG_INFO, "%s", text);
	closelog();
}
