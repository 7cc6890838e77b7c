/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/app/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

static const int handled[] = { SIGINT, SIGTERM, SIGHUP, SIGUSR1 };
#define N_HANDLED (sizeof(handled) / sizeof(handled[0]))

/* Static, because a signal handler gets no user data. */
static struct {
	struct display_waker *waker;
	bool handles;
	atomic_bool ended;	     /* a signal has asked for the end at least once */
	atomic_bool end, screenshot; /* not taken yet */
	struct sigaction old[N_HANDLED];
} state;

/* A second signal ends the program at once, in case the first one hangs in the display server. */
static void on_signal(int number)
{
	int saved = errno;

	if (number == SIGUSR1) {
		atomic_store(&state.screenshot, true);
	} else if (atomic_exchange(&state.ended, true)) {
		signal(number, SIG_DFL);
		raise(number);
	} else {
		atomic_store(&state.end, true);
	}
	display_waker_wake(state.waker);
	errno = saved;
}

void display_signals_init(struct display_waker *waker)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	state.waker = waker;
	state.handles = true;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < N_HANDLED; i++)
		sigaction(handled[i], &action, &state.old[i]);
}

struct display_signals display_signals_take(void)
{
	return (struct display_signals){
		.end = atomic_exchange(&state.end, false),
		.screenshot = atomic_exchange(&state.screenshot, false),
	};
}

bool display_signals_have_ended(void)
{
	return atomic_load(&state.ended);
}

void display_signals_finish(void)
{
	for (size_t i = 0; state.handles && i < N_HANDLED; i++)
		sigaction(handled[i], &state.old[i], NULL);
	state.handles = false;
}
