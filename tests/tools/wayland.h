/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TOOLS_WAYLAND_H
#define TOOLS_WAYLAND_H

#include <string.h>
#include <wayland-client.h>

/* The first of the compositor's globals of that interface. */

struct wayland_search {
	const struct wl_interface *interface;
	uint32_t version;
	void *found;
};

static inline void wayland_note(void *data, struct wl_registry *registry, uint32_t name,
				const char *interface, uint32_t version)
{
	struct wayland_search *search = data;

	if (search->found == NULL && strcmp(interface, search->interface->name) == 0 &&
	    version >= search->version)
		search->found =
			wl_registry_bind(registry, name, search->interface, search->version);
}

static inline void wayland_forget(void *data, struct wl_registry *registry, uint32_t name)
{
	(void)data;
	(void)registry;
	(void)name;
}

/* NULL if there is none of that version. */
static inline void *wayland_bind(struct wl_display *display, const struct wl_interface *interface,
				 uint32_t version)
{
	static const struct wl_registry_listener listener = { wayland_note, wayland_forget };
	struct wayland_search search = { .interface = interface, .version = version };
	struct wl_registry *registry = wl_display_get_registry(display);

	wl_registry_add_listener(registry, &listener, &search);
	wl_display_roundtrip(display);
	wl_registry_destroy(registry);
	return search.found;
}

#endif
