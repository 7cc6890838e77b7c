/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <endian.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "vgpu/base/array.h"
#include "vgpu/base/line.h"
#include "vgpu/base/text.h"
#include "vgpu/doctor/gather/facts.h"
#include "vgpu/doctor/gather/read.h"

/* What the kernel keeps in system.posix_acl_access (include/uapi/linux/posix_acl*.h). */
struct acl_entry {
	uint16_t tag;
	uint16_t permissions;
	uint32_t id;
};

#define ACL_HEADER   4 /* bytes: the version */
#define ACL_USER     0x02
#define ACL_GROUP    0x08
#define ACL_MASK     0x10
#define ACL_RW	     06
#define MOST_ENTRIES 32

static bool masks_out(const struct acl_entry *entries, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (le16toh(entries[i].tag) == ACL_MASK)
			return (le16toh(entries[i].permissions) & ACL_RW) != ACL_RW;
	}
	return false;
}

/* logind lets the person at the screen in with such a list. */
static void read_grants(struct doctor_node *node, const char *path)
{
	struct {
		char header[ACL_HEADER];
		struct acl_entry entries[MOST_ENTRIES];
	} list;
	ssize_t length;
	size_t count;

	length = getxattr(path, "system.posix_acl_access", &list, sizeof(list));
	if (length < ACL_HEADER)
		return;
	count = ((size_t)length - ACL_HEADER) / sizeof(struct acl_entry);
	if (masks_out(list.entries, count))
		return;
	for (size_t i = 0; i < count && node->grant_count < 8; i++) {
		uint16_t tag = le16toh(list.entries[i].tag);

		if ((tag != ACL_USER && tag != ACL_GROUP) ||
		    (le16toh(list.entries[i].permissions) & ACL_RW) != ACL_RW)
			continue;
		node->grants[node->grant_count++] = (struct doctor_grant){
			.is_group = tag == ACL_GROUP,
			.id = le32toh(list.entries[i].id),
		};
	}
}

static void read_node(struct doctor_node *node, const char *root, const char *path)
{
	BASE_AUTO(free) char *whole = base_text_format("%s%s", root, path);
	struct stat st;

	if (whole == NULL)
		return;
	if (stat(whole, &st) < 0)
		return;
	node->path = strdup(path);
	node->mode = st.st_mode & 07777;
	node->uid = st.st_uid;
	node->gid = st.st_gid;
	read_grants(node, whole);
}

/* A vGPU's node is that of its group. */
static void read_group_node(struct doctor_node *node, const char *root,
			    const struct vgpu_host *host)
{
	for (size_t i = 0; i < host->device_count && node->path == NULL; i++) {
		BASE_AUTO(free)
		char *link = base_text_format("%s/iommu_group", host->devices[i].syspath);
		char real[PATH_MAX], path[NAME_MAX + 16];

		if (link == NULL)
			return;
		if (realpath(link, real) == NULL)
			continue;
		snprintf(path, sizeof(path), "/dev/vfio/%.*s", NAME_MAX, strrchr(real, '/') + 1);
		read_node(node, root, path);
	}
}

static FILE *open_database(const char *root, const char *path)
{
	BASE_AUTO(free) char *whole = base_text_format("%s%s", root, path);

	if (whole == NULL)
		return NULL;
	return fopen(whole, "re");
}

static int add_group(struct doctor_user *user, gid_t gid)
{
	gid_t *gids = vgpu_array_grow(user->gids, user->gid_count, sizeof(*gids));

	if (gids == NULL)
		return -1;
	user->gids = gids;
	gids[user->gid_count++] = gid;
	return 0;
}

static int read_groups(struct doctor_user *user, const char *root)
{
	BASE_AUTO(file) FILE *file = open_database(root, "/etc/group");
	const struct group *group;

	while (file != NULL && (group = fgetgrent(file)) != NULL) {
		for (char **member = group->gr_mem; *member != NULL; member++) {
			if (strcmp(*member, user->name) == 0 && add_group(user, group->gr_gid) < 0)
				return -1;
		}
	}
	return 0;
}

static int take_user(struct doctor_user *user, const struct passwd *entry)
{
	user->name = strdup(entry->pw_name);
	user->home = strdup(entry->pw_dir);
	user->uid = entry->pw_uid;
	return user->name == NULL || user->home == NULL ? -1 : add_group(user, entry->pw_gid);
}

/* A missing user is not an error. */
static int read_user(struct doctor_user *user, const char *root, const char *name)
{
	BASE_AUTO(file) FILE *file = open_database(root, "/etc/passwd");
	const struct passwd *entry;

	while (file != NULL && (entry = fgetpwent(file)) != NULL) {
		if (strcmp(entry->pw_name, name) == 0)
			return take_user(user, entry) < 0 ? -1 : read_groups(user, root);
	}
	return 0;
}

/* On this system, users may also come from other sources than /etc/passwd. */
static int read_person(struct doctor_user *user, const char *root, uid_t uid)
{
	BASE_AUTO(file) FILE *file = open_database(root, "/etc/passwd");
	const struct passwd *entry = NULL;

	user->uid = uid;
	if (*root == '\0')
		entry = getpwuid(uid);
	else
		while (file != NULL && (entry = fgetpwent(file)) != NULL && entry->pw_uid != uid)
			;
	if (entry == NULL)
		return 0;
	return take_user(user, entry) < 0 ? -1 : read_groups(user, root);
}

/* The groups of this process count too, wherever they come from. */
static int add_own_groups(struct doctor_user *user)
{
	gid_t gids[256];
	int count = getgroups(256, gids);

	for (int i = 0; i < count; i++) {
		if (add_group(user, gids[i]) < 0)
			return -1;
	}
	return 0;
}

/* `user = "NAME"` in qemu.conf, which only root may read; else the packages' default. */
static int read_qemu_user(struct doctor_user *user, const char *root)
{
	BASE_AUTO(free) char *text = doctor_read(root, "/etc/libvirt/qemu.conf");
	char *rest = text;
	const char *line;
	char name[64];

	while ((line = doctor_read_line(&rest)) != NULL) {
		if (sscanf(line, " user = \"%63[^\"]\"", name) == 1)
			return read_user(user, root, *name == '+' ? name + 1 : name);
	}
	if (read_user(user, root, "libvirt-qemu") < 0)
		return -1;
	return user->name != NULL ? 0 : read_user(user, root, "qemu");
}

/* libvirt writes single quotes; a person may write double quotes. */
static bool has_mdev(const char *text)
{
	return text != NULL &&
	       (strstr(text, "type='mdev'") != NULL || strstr(text, "type=\"mdev\"") != NULL);
}

/* Programs like GNOME Boxes have machines there that have nothing to do with vGPUs. */
static bool has_session_vgpus(const struct doctor_user *person, const char *root)
{
	BASE_AUTO(free) char *path = NULL;
	BASE_AUTO(dir) DIR *dir = NULL;
	const struct dirent *entry;
	bool has = false;

	if (person->home == NULL)
		return false;
	path = base_text_format("%s%s/.config/libvirt/qemu", root, person->home);
	if (path == NULL)
		return false;
	dir = opendir(path);
	while (!has && dir != NULL && (entry = readdir(dir)) != NULL) {
		char name[NAME_MAX + 2];
		BASE_AUTO(free) char *text = NULL;

		if (!base_text_ends_with(entry->d_name, ".xml"))
			continue;
		snprintf(name, sizeof(name), "/%s", entry->d_name);
		text = doctor_read(path, name);
		has = has_mdev(text);
	}
	return has;
}

/* "Max locked memory  SOFT  HARD  bytes"; sudo keeps the person's limit. */
static long long read_memlock(const char *root)
{
	BASE_AUTO(free) char *text = doctor_read(root, "/proc/self/limits");
	const char *line = text != NULL ? strstr(text, "Max locked memory") : NULL;
	char soft[32];
	char *end;
	long long bytes;

	if (line == NULL || sscanf(line, "Max locked memory %31s", soft) != 1)
		return -2;
	if (strcmp(soft, "unlimited") == 0)
		return -1;
	bytes = strtoll(soft, &end, 10);
	return *end == '\0' && end != soft && bytes >= 0 ? bytes : -2;
}

/* GROUP="NAME" of a rule for vfio; the last rule counts. */
static int take_vfio_rule(struct doctor_permissions *permissions, const char *line)
{
	const char *group = strstr(line, "GROUP=\"");
	const char *name;

	if (strstr(line, "SUBSYSTEM==\"vfio\"") == NULL)
		return 0;
	permissions->has_vfio_rule = true;
	if (group == NULL)
		group = strstr(line, "GROUP:=\"");
	if (group == NULL)
		return 0;
	name = strchr(group, '"') + 1;
	free(permissions->vfio_group);
	permissions->vfio_group = strndup(name, strcspn(name, "\""));
	if (permissions->vfio_group == NULL)
		return -1;
	base_line_make(permissions->vfio_group);
	return 0;
}

static bool is_member(const struct doctor_user *user, const char *root, const char *name)
{
	BASE_AUTO(file) FILE *file = open_database(root, "/etc/group");
	const struct group *group;

	while (file != NULL && (group = fgetgrent(file)) != NULL) {
		if (strcmp(group->gr_name, name) != 0)
			continue;
		for (size_t i = 0; i < user->gid_count; i++) {
			if (user->gids[i] == group->gr_gid)
				return true;
		}
	}
	return false;
}

static int find_vfio_rule(struct doctor_permissions *permissions, const char *root,
			  struct base_error *err)
{
	static const char *const directories[] = { "/etc/udev/rules.d", NULL };
	BASE_AUTO(doctor_files) struct doctor_files files = { 0 };

	if (doctor_files_read(&files, root, directories, ".rules", err) < 0)
		return -1;
	for (size_t i = 0; i < files.count; i++) {
		char *rest = files.items[i].text;
		const char *line;

		while ((line = doctor_read_line(&rest)) != NULL) {
			if (take_vfio_rule(permissions, line) < 0)
				return base_error_no_memory(err, "cannot read udev's rules");
		}
	}
	permissions->in_vfio_group =
		is_member(&permissions->person, root,
			  permissions->vfio_group != NULL ? permissions->vfio_group : "kvm");
	return 0;
}

int doctor_permissions_gather(struct doctor_facts *facts, const struct doctor_place *place,
			      struct base_error *err)
{
	struct doctor_permissions *permissions = &facts->permissions;

	read_node(&permissions->kvm, place->kernel, "/dev/kvm");
	read_node(&permissions->vfio, place->kernel, "/dev/vfio/vfio");
	read_group_node(&permissions->group, place->kernel, &facts->host);
	if (facts->gpu.render_node != NULL)
		read_node(&permissions->render, place->kernel, facts->gpu.render_node);
	if (read_person(&permissions->person, place->root, place->uid) < 0 ||
	    read_qemu_user(&permissions->qemu, place->root) < 0 ||
	    (place->uid == geteuid() && *place->root == '\0' &&
	     add_own_groups(&permissions->person) < 0))
		return base_error_no_memory(err, "cannot look at users");
	permissions->has_session_vgpus = has_session_vgpus(&permissions->person, place->root);
	permissions->memlock = read_memlock(place->kernel);
	return find_vfio_rule(permissions, place->root, err);
}
