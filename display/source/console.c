/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/source/console.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "display/source/bus.h"
#include "vgpu/base/log.h"

#define VM_PATH	 "/org/qemu/Display1/VM"
#define VM	 "org.qemu.Display1.VM"
#define CONSOLE	 "org.qemu.Display1.Console"
#define KEYBOARD "org.qemu.Display1.Keyboard"
#define MOUSE	 "org.qemu.Display1.Mouse"
/*
 * The size is asked for while a call from QEMU is handled. QEMU may already be waiting for the
 * answer to its next call (ScanoutMap), and answers nothing else meanwhile.
 */
#define SIZE_TIMEOUT_US UINT64_C(500000)
#define CONSOLE_MAX	64 /* consoles looked at */

BASE_DEFINE_CLEANUP(bus_error, sd_bus_error, sd_bus_error_free)

/* Waits for the property; the answer is positioned at the variant. */
static int get_property(const struct display_console *console, const char *path,
			const char *interface, const char *name, sd_bus_message **reply,
			struct base_error *err)
{
	BASE_AUTO(bus_message) sd_bus_message *m = NULL;
	int r = display_bus_new_get(console->bus, &m, path, interface, name);

	if (r < 0)
		return base_error_errno(err, -r, "cannot make a D-Bus call");
	return display_bus_call(console->bus, console->loop, m, reply, err);
}

/* The string, owned by the caller; NULL if it cannot be read. */
static char *get_string(const struct display_console *console, const char *path,
			const char *interface, const char *name)
{
	BASE_AUTO(bus_message) sd_bus_message *reply = NULL;
	const char *text;

	if (get_property(console, path, interface, name, &reply, NULL) < 0 ||
	    sd_bus_message_read(reply, "v", "s", &text) < 0)
		return NULL;
	return strdup(text);
}

static int read_ids(const struct display_console *console, uint32_t ids[CONSOLE_MAX], size_t *count,
		    struct base_error *err)
{
	BASE_AUTO(bus_message) sd_bus_message *reply = NULL;
	const void *array;
	size_t size;
	int r;

	if (get_property(console, VM_PATH, VM, "ConsoleIDs", &reply, err) < 0)
		return -1;
	r = sd_bus_message_enter_container(reply, 'v', "au");
	if (r >= 0)
		r = sd_bus_message_read_array(reply, 'u', &array, &size);
	if (r < 0)
		return base_error_errno(err, -r, "its answer is not valid");
	if (size > CONSOLE_MAX * sizeof(uint32_t))
		size = CONSOLE_MAX * sizeof(uint32_t);
	if (size > 0)
		memcpy(ids, array, size);
	*count = size / sizeof(uint32_t);
	return 0;
}

static bool is_graphic(const struct display_console *console, const char *path)
{
	BASE_AUTO(free) char *type = get_string(console, path, CONSOLE, "Type");

	return type != NULL && strcmp(type, "Graphic") == 0;
}

static int find_graphic(struct display_console *console, unsigned int wanted,
			struct base_error *err)
{
	uint32_t ids[CONSOLE_MAX];
	size_t count = 0;

	if (read_ids(console, ids, &count, err) < 0)
		return base_error_wrap(err, "cannot ask QEMU for its consoles");
	for (size_t i = 0; i < count; i++) {
		char path[DISPLAY_CONSOLE_PATH_SIZE];

		snprintf(path, sizeof(path), "/org/qemu/Display1/Console_%u", ids[i]);
		if (!is_graphic(console, path))
			continue;
		console->count++;
		if (console->count > wanted)
			continue;
		console->number = console->count;
		memcpy(console->path, path, sizeof(path));
	}
	if (console->count == 0)
		return base_error_set(err, BASE_FAILED, "the VM has no graphical console");
	if (console->number != wanted)
		base_warning("the VM has no screen %u: showing screen %u", wanted, console->number);
	return 0;
}

static int get_size(struct display_console *console, struct base_error *err)
{
	const struct {
		const char *name;
		uint32_t *value;
	} sizes[] = { { "Width", &console->width }, { "Height", &console->height } };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		BASE_AUTO(bus_message) sd_bus_message *reply = NULL;
		int r = get_property(console, console->path, CONSOLE, sizes[i].name, &reply, err);

		if (r == 0 && sd_bus_message_read(reply, "v", "u", sizes[i].value) < 0)
			r = base_error_set(err, BASE_FAILED, "its answer is not valid");
		if (r < 0)
			return base_error_wrap(err, "cannot ask QEMU for its console");
	}
	return 0;
}

static int ask_number(const struct display_console *console, const char *name, uint32_t *value,
		      struct base_error *err)
{
	BASE_AUTO(bus_error) sd_bus_error error = SD_BUS_ERROR_NULL;
	BASE_AUTO(bus_message) sd_bus_message *m = NULL;
	BASE_AUTO(bus_message) sd_bus_message *reply = NULL;
	int r = display_bus_new_get(console->bus, &m, console->path, CONSOLE, name);

	if (r >= 0)
		r = sd_bus_call(console->bus, m, SIZE_TIMEOUT_US, &error, &reply);
	if (r >= 0)
		r = sd_bus_message_read(reply, "v", "u", value);
	return r < 0 ? base_error_errno(err, -r, "cannot ask QEMU for its console") : 0;
}

/*
 * QEMU 7.2 says that the pointer is not absolute until it changes for the first time. But if it
 * is absolute, QEMU refuses relative motion, even of length 0.
 */
static void ask_absolute(struct display_console *console)
{
	BASE_AUTO(bus_message) sd_bus_message *reply = NULL;
	BASE_AUTO(bus_message) sd_bus_message *step = NULL;
	int absolute = 0;

	if (get_property(console, console->path, MOUSE, "IsAbsolute", &reply, NULL) < 0 ||
	    sd_bus_message_read(reply, "v", "b", &absolute) < 0)
		base_debug("the console has no pointer");
	else if (!absolute &&
		 sd_bus_message_new_method_call(console->bus, &step, NULL, console->path, MOUSE,
						"RelMotion") >= 0 &&
		 sd_bus_message_append(step, "ii", 0, 0) >= 0)
		absolute = display_bus_call(console->bus, console->loop, step, NULL, NULL) < 0;
	console->absolute = absolute;
}

int display_console_ask_size(struct display_console *console, struct base_error *err)
{
	if (ask_number(console, "Width", &console->width, err) < 0)
		return -1;
	return ask_number(console, "Height", &console->height, err);
}

/* Reads the value of an entry of PropertiesChanged whose name was read already. */
static int read_change(sd_bus_message *m, struct display_console *console, const char *name)
{
	int absolute, r;

	if (strcmp(name, "Width") == 0)
		return sd_bus_message_read(m, "v", "u", &console->width);
	if (strcmp(name, "Height") == 0)
		return sd_bus_message_read(m, "v", "u", &console->height);
	if (strcmp(name, "IsAbsolute") != 0)
		return sd_bus_message_skip(m, "v");
	r = sd_bus_message_read(m, "v", "b", &absolute);
	if (r < 0)
		return r;
	console->absolute = absolute;
	if (console->input != NULL)
		display_input_set_absolute(console->input, absolute);
	return 0;
}

static int read_changes(sd_bus_message *m, struct display_console *console)
{
	const char *interface, *name;
	int r = sd_bus_message_read(m, "s", &interface);

	if (r >= 0)
		r = sd_bus_message_enter_container(m, 'a', "{sv}");
	while (r >= 0 && (r = sd_bus_message_enter_container(m, 'e', "sv")) > 0) {
		r = sd_bus_message_read(m, "s", &name);
		if (r >= 0)
			r = read_change(m, console, name);
		if (r >= 0)
			r = sd_bus_message_exit_container(m);
	}
	return r;
}

static int on_properties_changed(sd_bus_message *m, void *data, sd_bus_error *error)
{
	struct display_console *console = data;
	uint32_t width = console->width, height = console->height;

	(void)error;
	if (read_changes(m, console) < 0)
		base_debug("QEMU sent a change of properties that is not valid");
	if ((width != console->width || height != console->height) && console->resized != NULL)
		console->resized(console->resized_data);
	return 0;
}

int display_console_init(struct display_console *console, sd_bus *bus, struct display_events *loop,
			 unsigned int number, struct base_error *err)
{
	int r;

	*console = (struct display_console){ .bus = bus, .loop = loop };
	if (find_graphic(console, number, err) < 0 || get_size(console, err) < 0)
		return -1;
	r = sd_bus_match_signal(bus, &console->changes, NULL, console->path,
				"org.freedesktop.DBus.Properties", "PropertiesChanged",
				on_properties_changed, console);
	if (r < 0)
		return base_error_errno(err, -r, "cannot follow QEMU's console");
	console->label = get_string(console, console->path, CONSOLE, "Label");
	console->vm_name = get_string(console, VM_PATH, VM, "Name");
	ask_absolute(console);
	return 0;
}

void display_console_finish(struct display_console *console)
{
	sd_bus_slot_unref(console->changes);
	free(console->vm_name);
	free(console->label);
	*console = (struct display_console){ 0 };
}

void display_console_set_input(struct display_console *console, struct display_input *input)
{
	console->input = input;
	if (input != NULL)
		display_input_set_absolute(input, console->absolute);
}

sd_bus *display_console_register(struct display_console *console, struct base_error *err)
{
	BASE_AUTO(bus_message) sd_bus_message *m = NULL;
	BASE_AUTO(fd) int ours = -1;
	BASE_AUTO(fd) int theirs = -1;
	int pair[2];
	int r;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		base_error_errno(err, errno, "cannot make a socket");
		return NULL;
	}
	ours = pair[0];
	theirs = pair[1];
	r = sd_bus_message_new_method_call(console->bus, &m, NULL, console->path, CONSOLE,
					   "RegisterListener");
	if (r >= 0)
		r = sd_bus_message_append(m, "h", theirs);
	if (r < 0) {
		base_error_errno(err, -r, "cannot use D-Bus with QEMU");
		return NULL;
	}
	if (display_bus_call(console->bus, console->loop, m, NULL, err) < 0) {
		base_error_wrap(err, "QEMU refused to show its console");
		return NULL;
	}
	return display_bus_open(BASE_STEAL_FD(ours), console->loop, err);
}

/* The physical size, from which the guest's desktop can choose its scale. */
static uint16_t millimetres(int32_t pixels, uint32_t pixels_per_inch)
{
	uint64_t mm = pixels_per_inch > 0 ? (uint64_t)pixels * 254 / pixels_per_inch / 10 : 0;

	return mm <= UINT16_MAX ? (uint16_t)mm : 0;
}

static int append(sd_bus_message *m, const struct display_input_event *event)
{
	switch (event->kind) {
	case DISPLAY_INPUT_KEY:
	case DISPLAY_INPUT_BUTTON:
		return sd_bus_message_append(m, "u", event->code);
	case DISPLAY_INPUT_MOVE_TO:
		return sd_bus_message_append(m, "uu", (uint32_t)event->x, (uint32_t)event->y);
	case DISPLAY_INPUT_MOVE_BY:
		return sd_bus_message_append(m, "ii", event->x, event->y);
	case DISPLAY_INPUT_SCREEN:
		return sd_bus_message_append(m, "qqiiuu", millimetres(event->x, event->code),
					     millimetres(event->y, event->code), 0, 0,
					     (uint32_t)event->x, (uint32_t)event->y);
	}
	return -EINVAL;
}

static const char *method(const struct display_input_event *event)
{
	if (event->kind == DISPLAY_INPUT_MOVE_TO)
		return "SetAbsPosition";
	if (event->kind == DISPLAY_INPUT_MOVE_BY)
		return "RelMotion";
	if (event->kind == DISPLAY_INPUT_SCREEN)
		return "SetUIInfo";
	return event->down ? "Press" : "Release";
}

static const char *interface(const struct display_input_event *event)
{
	if (event->kind == DISPLAY_INPUT_SCREEN)
		return CONSOLE;
	return event->kind == DISPLAY_INPUT_KEY ? KEYBOARD : MOUSE;
}

void display_console_send(struct display_console *console, const struct display_input_event *event)
{
	BASE_AUTO(bus_message) sd_bus_message *m = NULL;
	int r = sd_bus_message_new_method_call(console->bus, &m, NULL, console->path,
					       interface(event), method(event));

	if (r >= 0)
		r = sd_bus_message_set_expect_reply(m, false);
	if (r >= 0)
		r = append(m, event);
	if (r >= 0)
		r = sd_bus_send(console->bus, m, NULL);
	if (r < 0)
		base_debug("lost an input event: %s", strerror(-r));
}
