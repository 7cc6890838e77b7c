/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vgpu/base/text.h"
#include "vgpu/doctor/gather/facts.h"
#include "vgpu/doctor/gather/read.h"

#define UNIT "vgpu-restore.service"

static bool is_there(const char *root, const char *directory, const char *name)
{
	BASE_AUTO(free) char *path = base_text_format("%s%s/%s", root, directory, name);
	struct stat st;

	if (path == NULL)
		return false;
	/* A link of `systemctl enable` is absolute: below a root it would lead elsewhere. */
	return lstat(path, &st) == 0;
}

/* libvirt ignores a hook that is not executable. */
static bool is_program(const char *root, const char *path)
{
	BASE_AUTO(free) char *whole = base_text_format("%s%s", root, path);
	struct stat st;

	if (whole == NULL)
		return false;
	return stat(whole, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0111) != 0;
}

/* As `systemctl mask` does it; with --runtime it is forgotten at the next boot. */
static bool is_masked(const char *root)
{
	BASE_AUTO(free) char *path = base_text_format("%s/etc/systemd/system/" UNIT, root);
	char target[16];
	ssize_t length;

	if (path == NULL)
		return false;
	length = readlink(path, target, sizeof(target));
	return length == (ssize_t)strlen("/dev/null") &&
	       strncmp(target, "/dev/null", (size_t)length) == 0;
}

/* As systemd sees it: some unit's directory of wanted units has it. */
static enum doctor_answer is_enabled(const char *root)
{
	static const char directory[] = "/etc/systemd/system";
	BASE_AUTO(free) char *whole = NULL;
	BASE_AUTO(dir) DIR *dir = NULL;
	const struct dirent *entry;

	whole = base_text_format("%s%s", root, directory);
	if (whole == NULL)
		return DOCTOR_NOT_KNOWN;
	dir = opendir(whole);
	if (dir == NULL)
		return errno == ENOENT ? DOCTOR_NO : DOCTOR_NOT_KNOWN;
	while ((entry = readdir(dir)) != NULL) {
		BASE_AUTO(free) char *wants = NULL;

		if (!base_text_ends_with(entry->d_name, ".wants"))
			continue;
		wants = base_text_format("%s/%s", directory, entry->d_name);
		if (wants == NULL)
			return DOCTOR_NOT_KNOWN;
		if (is_there(root, wants, UNIT))
			return DOCTOR_YES;
	}
	return DOCTOR_NO;
}

static const char *const unit_directories[] = { "/etc/systemd/system",
						"/usr/local/lib/systemd/system",
						"/usr/lib/systemd/system", "/lib/systemd/system",
						NULL };

static const char *const rule_directories[] = { "/etc/udev/rules.d", "/usr/local/lib/udev/rules.d",
						"/usr/lib/udev/rules.d", "/lib/udev/rules.d",
						NULL };

/* The directory that has it; NULL if none has. */
static const char *find_directory(const char *root, const char *const *directories,
				  const char *name)
{
	while (*directories != NULL && !is_there(root, *directories, name))
		directories++;
	return *directories;
}

int doctor_services_gather(struct doctor_services *services, const struct doctor_place *place,
			   struct base_error *err)
{
	const char *directory = find_directory(place->root, unit_directories, UNIT);

	if (directory != NULL) {
		services->unit = base_text_format("%s/" UNIT, directory);
		if (services->unit == NULL)
			return base_error_no_memory(err, "cannot look for " UNIT);
	}
	services->restores_at_boot = is_enabled(place->root);
	services->has_rule = find_directory(place->root, rule_directories, "90-vgpu.rules") != NULL;
	services->has_libvirt_hook = is_program(place->root, "/etc/libvirt/hooks/qemu.d/vgpu");
	services->is_masked = is_masked(place->root);
	services->has_mdevctl_rule =
		find_directory(place->root, rule_directories, "60-mdevctl.rules") != NULL;
	return 0;
}
