/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/app/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "vgpu/base/cleanup.h"

static const int handled[] = { SIGINT, SIGTERM, SIGHUP, SIGUSR1 };
#define N_HANDLED (sizeof(handled) / sizeof(handled[0]))

/* A handler has no user data. */
static struct {
	int pipe[2];
	sd_event_source *source;
	struct display_mailbox *mailbox;
	atomic_bool ended;
	atomic_bool asked; /* to end, by a signal; the handlers' */
	struct sigaction old[N_HANDLED];
} state = { .pipe = { -1, -1 } };

/* A viewer that does not end, as its display server hangs, ends at once the second time. */
static void on_signal(int number)
{
	unsigned char byte = (unsigned char)number;
	int saved = errno;

	if (number != SIGUSR1 && atomic_exchange(&state.asked, true)) {
		signal(number, SIG_DFL);
		raise(number);
	}
	/* A full pipe says what it has to say already. */
	(void)!write(state.pipe[1], &byte, 1);
	errno = saved;
}

static int on_readable(sd_event_source *source, int fd, uint32_t events, void *data)
{
	unsigned char byte = 0;

	(void)source;
	(void)events;
	(void)data;
	while (BASE_RETRY(read(fd, &byte, 1)) == 1) {
		if (byte == SIGUSR1) {
			display_mailbox_put_screenshot(state.mailbox);
			continue;
		}
		atomic_store(&state.ended, true);
		display_mailbox_put_end(state.mailbox, NULL);
	}
	return 0;
}

int display_signals_init(sd_event *event, struct display_mailbox *mailbox, struct base_error *err)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	int r;

	if (pipe2(state.pipe, O_CLOEXEC | O_NONBLOCK) < 0)
		return base_error_errno(err, errno, "cannot make a pipe");
	state.mailbox = mailbox;
	r = sd_event_add_io(event, &state.source, state.pipe[0], EPOLLIN, on_readable, NULL);
	if (r < 0)
		return base_error_errno(err, -r, "cannot make an event loop");
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < N_HANDLED; i++)
		sigaction(handled[i], &action, &state.old[i]);
	return 0;
}

bool display_signals_have_ended(void)
{
	return atomic_load(&state.ended);
}

void display_signals_finish(void)
{
	if (state.source != NULL) {
		for (size_t i = 0; i < N_HANDLED; i++)
			sigaction(handled[i], &state.old[i], NULL);
	}
	state.source = sd_event_source_disable_unref(state.source);
	base_cleanup_fd(&state.pipe[0]);
	base_cleanup_fd(&state.pipe[1]);
}
