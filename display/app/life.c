/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/app/life.h"

#include <errno.h>
#include <string.h>

#include "display/app/signals.h"
#include "display/source/waiting.h"
#include "vgpu/base/log.h"

#define END_LOOKS   20
#define END_LOOK_US UINT64_C(50000)

static struct display_vm *find_vm(const struct display_life *life, struct base_error *err)
{
	const struct display_options *options = life->options;

	if (options->qmp != NULL)
		return display_qmp_create(options->qmp, life->event, err);
	return display_domain_create(options->domain, options->connect, life->event, err);
}

int display_life_init(struct display_life *life, const struct display_options *options,
		      void (*wake)(void *data), void *data, struct base_error *err)
{
	int r;

	*life = (struct display_life){ .options = options, .screen = options->screen };
	r = sd_event_new(&life->event);
	if (r < 0)
		return base_error_errno(err, -r, "cannot make an event loop");
	life->mailbox = display_mailbox_create(wake, data, err);
	life->input = life->mailbox != NULL ? display_input_create(err) : NULL;
	if (life->input == NULL)
		return -1;
	life->vm = find_vm(life, err);
	return life->vm != NULL ? 0 : -1;
}

/* Until a look no longer finds `running`; what it finds then. */
static int wait_while(struct display_life *life, int running, struct base_error *err)
{
	uint64_t patience = (uint64_t)life->vm->look_ms * 1000;
	int found = running;

	while (found == running) {
		int r = sd_event_run(life->event, patience);

		if (r < 0)
			return base_error_errno(err, -r, "the event loop failed");
		base_error_finish(err);
		found = display_vm_look(life->vm, err);
	}
	return found;
}

static int wait_for_vm(struct display_life *life, struct base_error *err)
{
	base_info("waiting for '%s' to start", life->vm->name);
	return wait_while(life, 0, err);
}

int display_life_await_end(struct display_life *life, struct base_error *err)
{
	int running = display_vm_look(life->vm, err);

	if (running > 0) {
		base_info("'%s' runs on; its next start opens a window again", life->vm->name);
		running = wait_while(life, 1, err);
	}
	if (running == 0)
		base_error_finish(err);
	return running;
}

int display_life_await(struct display_life *life, struct base_error *err)
{
	struct display_vm *vm = life->vm;
	int running = display_vm_look(vm, err);

	if (running == 0 && life->options->start) {
		base_error_finish(err);
		if (vm->ops->start(vm, err) < 0)
			return -1;
		running = display_vm_look(vm, err);
	}
	if (running == 0 && (life->options->wait || life->options->follow))
		running = wait_for_vm(life, err);
	return running > 0 ? 0 : -1;
}

int display_life_open(struct display_life *life, struct base_error *err)
{
	char *title;

	life->source = display_qemu_create(life->vm, life->screen, life->event, life->mailbox,
					   life->input, err);
	if (life->source == NULL)
		return -1;
	title = strdup(life->source->title);
	if (title == NULL)
		return base_error_errno(err, ENOMEM, "cannot start");
	free(life->title);
	life->title = title;
	life->away = false;
	return 0;
}

/* Beside QEMU's source, whose input and cursor are used all the same. */
static int start_direct(struct display_life *life, struct base_error *err)
{
	bool required = life->options->source == DISPLAY_SOURCE_DIRECT;
	BASE_AUTO(base_error) struct base_error why = { 0 };

	if (life->options->source == DISPLAY_SOURCE_DBUS)
		return 0;
	if (life->vm->vgpu[0] == '\0' && required)
		return base_error_set(err, BASE_FAILED,
				      "screen %u of '%s' is no vGPU's, its planes cannot be read: "
				      "choose another by --screen (it has %u), or do without "
				      "--source direct",
				      life->source->screen, life->title, life->source->screens);
	if (life->vm->vgpu[0] == '\0')
		return 0;
	life->direct =
		display_planes_create(life->vm, life->mailbox, required, required ? err : &why);
	if (life->direct == NULL) {
		if (!required)
			base_debug("%s", why.message);
		return required ? -1 : 0;
	}
	return display_source_start(life->direct, err);
}

void display_life_set_hidden(struct display_life *life, bool hidden)
{
	display_source_set_hidden(life->source, hidden);
	if (life->direct != NULL)
		display_source_set_hidden(life->direct, hidden);
}

static void close_source(struct display_life *life)
{
	display_source_destroy(life->direct);
	display_source_destroy(life->source);
	life->source = life->direct = NULL;
}

/* Whatever the source that is closed has said of its end is dealt with. */
static int go_away(struct display_life *life, struct base_error *err)
{
	display_mailbox_reopen(life->mailbox);
	life->source = display_waiting_create(life->vm, life->title, life->event, life->mailbox,
					      life->input, err);
	if (life->source == NULL)
		return -1;
	life->away = true;
	return display_source_start(life->source, err);
}

/* The window, when the VM does not run. */
static bool stays(const struct display_life *life)
{
	return life->options->keep || life->vm->returns;
}

/* A display that is closed without a word on the VM may be one that libvirt knows to be gone. */
static bool has_stopped(struct display_life *life)
{
	return life->vm->gone || display_vm_look(life->vm, NULL) == 0;
}

/* One that ends while we connect to it is told in a moment, by the event loop. */
static bool ends_soon(struct display_life *life)
{
	for (int i = 0; i < END_LOOKS && !has_stopped(life); i++) {
		if (sd_event_run(life->event, END_LOOK_US) < 0)
			break;
	}
	return has_stopped(life);
}

int display_life_start(struct display_life *life, struct base_error *err)
{
	if (display_source_start(life->source, err) == 0)
		return start_direct(life, err);
	if (!ends_soon(life) || !stays(life))
		return -1;
	base_error_finish(err);
	close_source(life);
	return go_away(life, err);
}

static int end(struct display_update *update, enum display_turn *turn, struct base_error *err)
{
	*turn = DISPLAY_TURN_END;
	if (!base_error_is_set(&update->error))
		return 0;
	return base_error_set(err, update->error.status, "%s", update->error.message);
}

static int leave(struct display_life *life, struct display_update *update, enum display_turn *turn,
		 struct base_error *err)
{
	close_source(life);
	if (!has_stopped(life))
		return end(update, turn, err);
	if (base_error_is_set(&update->error))
		base_warning("%s", update->error.message);
	base_info("'%s' %s; its window stays", life->title,
		  life->vm->returns ? "is saved or elsewhere" : "does not run");
	*turn = DISPLAY_TURN_AWAY;
	return go_away(life, err);
}

/* A source of pictures of a VM that runs, or did until now. */
static int open_anew(struct display_life *life, enum display_turn *turn, struct base_error *err)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };

	close_source(life);
	*turn = DISPLAY_TURN_BACK;
	if (display_life_open(life, &why) == 0)
		return 0;
	if (!ends_soon(life))
		return base_error_set(err, why.status, "%s", why.message);
	close_source(life);
	*turn = stays(life) ? DISPLAY_TURN_AWAY : DISPLAY_TURN_END;
	return stays(life) ? go_away(life, err) : 0;
}

int display_life_turn(struct display_life *life, struct display_update *update,
		      enum display_turn *turn, struct base_error *err)
{
	bool goes_on = life->away ? !base_error_is_set(&update->error) : stays(life);

	if (display_signals_have_ended() || !goes_on)
		return end(update, turn, err);
	display_mailbox_reopen(life->mailbox);
	return life->away ? open_anew(life, turn, err) : leave(life, update, turn, err);
}

int display_life_switch(struct display_life *life, unsigned int screen, enum display_turn *turn,
			struct base_error *err)
{
	*turn = DISPLAY_TURN_NONE;
	if (life->away || screen == life->source->screen)
		return 0;
	if (screen > life->source->screens) {
		base_info("'%s' has no screen %u: %u in all", life->title, screen,
			  life->source->screens);
		return 0;
	}
	life->screen = screen;
	close_source(life);
	display_mailbox_reopen(life->mailbox);
	return open_anew(life, turn, err);
}

void display_life_close(struct display_life *life)
{
	close_source(life);
	life->runs_on = life->vm != NULL && !life->vm->gone;
	/* libvirt may keep us waiting: a signal ends us from here on. */
	display_signals_finish();
	display_vm_destroy(life->vm);
	life->vm = NULL;
}

void display_life_finish(struct display_life *life)
{
	free(life->title);
	display_input_destroy(life->input);
	display_mailbox_destroy(life->mailbox);
	sd_event_unref(life->event);
	*life = (struct display_life){ 0 };
}
