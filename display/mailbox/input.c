/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/mailbox/input.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>

#include "vgpu/base/cleanup.h"

#define QUEUE_SIZE 2048
/* Behind these only releases are taken, of which there are fewer than keys and buttons. */
#define PRESSES_MAX (QUEUE_SIZE / 2)

struct display_input {
	pthread_mutex_t lock;
	struct display_input_event queue[QUEUE_SIZE]; /* a ring */
	size_t first, count;
	int fd; /* eventfd; readable while count > 0 */
	atomic_bool absolute;
	bool no_guest; /* of the putting thread only */
};

struct display_input *display_input_create(struct base_error *err)
{
	struct display_input *input = calloc(1, sizeof(*input));

	if (input == NULL) {
		base_error_errno(err, ENOMEM, "cannot start");
		return NULL;
	}
	pthread_mutex_init(&input->lock, NULL);
	atomic_init(&input->absolute, false);
	input->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (input->fd < 0) {
		base_error_errno(err, errno, "cannot make an eventfd");
		display_input_destroy(input);
		return NULL;
	}
	return input;
}

void display_input_destroy(struct display_input *input)
{
	if (input == NULL)
		return;
	base_cleanup_fd(&input->fd);
	pthread_mutex_destroy(&input->lock);
	free(input);
}

/* Sums of pointer movements are clamped so that they cannot overflow. */
static int32_t add(int32_t a, int32_t b)
{
	int64_t sum = (int64_t)a + b;

	if (sum > INT16_MAX)
		return INT16_MAX;
	return sum < INT16_MIN ? INT16_MIN : (int32_t)sum;
}

static bool merge(struct display_input_event *last, const struct display_input_event *event)
{
	if (last->kind != event->kind)
		return false;
	if (event->kind == DISPLAY_INPUT_MOVE_TO || event->kind == DISPLAY_INPUT_SCREEN) {
		*last = *event;
		return true;
	}
	if (event->kind == DISPLAY_INPUT_MOVE_BY) {
		last->x = add(last->x, event->x);
		last->y = add(last->y, event->y);
		return true;
	}
	return false;
}

/* One that is lost would leave a key or button pressed in the guest. */
static bool is_release(const struct display_input_event *event)
{
	return (event->kind == DISPLAY_INPUT_KEY || event->kind == DISPLAY_INPUT_BUTTON) &&
	       !event->down;
}

void display_input_put(struct display_input *input, const struct display_input_event *event)
{
	struct display_input_event *last;

	if (input->no_guest)
		return;
	pthread_mutex_lock(&input->lock);
	last = &input->queue[(input->first + input->count + QUEUE_SIZE - 1) % QUEUE_SIZE];
	if ((input->count == 0 || !merge(last, event)) &&
	    input->count < (is_release(event) ? QUEUE_SIZE : PRESSES_MAX)) {
		input->queue[(input->first + input->count) % QUEUE_SIZE] = *event;
		input->count++;
	}
	pthread_mutex_unlock(&input->lock);
	eventfd_write(input->fd, 1);
}

void display_input_set_guest(struct display_input *input, bool is_there)
{
	input->no_guest = !is_there;
}

bool display_input_take(struct display_input *input, struct display_input_event *event)
{
	bool found;

	pthread_mutex_lock(&input->lock);
	found = input->count > 0;
	if (found) {
		*event = input->queue[input->first];
		input->first = (input->first + 1) % QUEUE_SIZE;
		input->count--;
	} else {
		eventfd_t value;

		eventfd_read(input->fd, &value);
	}
	pthread_mutex_unlock(&input->lock);
	return found;
}

int display_input_fd(const struct display_input *input)
{
	return input->fd;
}

void display_input_set_absolute(struct display_input *input, bool absolute)
{
	atomic_store(&input->absolute, absolute);
}

bool display_input_is_absolute(const struct display_input *input)
{
	return atomic_load(&input->absolute);
}
