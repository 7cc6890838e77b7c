/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/file.h"
#include "vgpu/base/text.h"
#include "vgpu/doctor/gather/facts.h"
#include "vgpu/doctor/gather/read.h"

#define ATTRIBUTE_LIMIT 4096
#define PROFILES_LIMIT	(1 << 20) /* bytes */
#define LOADED		"/sys/kernel/security/apparmor/profiles"
#define PROFILES	"/etc/apparmor.d"
#define ABSTRACTION	PROFILES "/abstractions/libvirt-qemu"
#define MOST_FILES	64 /* that include each other */

static bool attribute_starts_with(const char *path, char first)
{
	BASE_AUTO(free)
	char *text = base_file_read_at(AT_FDCWD, path, ATTRIBUTE_LIMIT, NULL, NULL);

	return text != NULL && *text == first;
}

/* What a profile and all that it includes say about programs without a profile. */
struct rules {
	bool allows;
	bool denies;
	bool is_unreadable;	 /* in part */
	char *paths[MOST_FILES]; /* those that were read, or are to be */
	size_t count;
};

static void finish_rules(struct rules *rules)
{
	for (size_t i = 0; i < rules->count; i++)
		free(rules->paths[i]);
}

BASE_DEFINE_CLEANUP(rules, struct rules, finish_rules)

/* Each is read once: they may include each other in a circle. */
static void add_path(struct rules *rules, const char *directory, const char *name)
{
	char *path;

	if (rules->count == MOST_FILES || strstr(name, "..") != NULL)
		return;
	path = base_text_format("%s%s%s", directory, *directory != '\0' ? "/" : "", name);
	if (path == NULL)
		return;
	for (size_t i = 0; i < rules->count; i++) {
		if (strcmp(rules->paths[i], path) == 0) {
			free(path);
			return;
		}
	}
	rules->paths[rules->count++] = path;
}

/* "include [if exists] <NAME>", in old profiles with a # in front. */
static bool take_include(struct rules *rules, char *line)
{
	char *word = line + (*line == '#');
	char *name, *end;

	if (strncmp(word, "include", strlen("include")) != 0)
		return false;
	name = strpbrk(word, "<\"");
	end = name != NULL ? strpbrk(name + 1, ">\"") : NULL;
	if (end == NULL)
		return *line != '#';
	*end = '\0';
	add_path(rules, name[1] == '/' ? "" : PROFILES, name + 1);
	return true;
}

/* A rule without a peer is for all programs; one that names a peer is only for that. */
static bool is_for_unconfined(const char *rule)
{
	const char *peer = strstr(rule, "peer=");

	if (peer == NULL)
		return true;
	peer += strlen("peer=");
	peer += strspn(peer, "(\"");
	return strstr(peer, "unconfined") != NULL || *peer == '*';
}

/* "ptrace [ACCESS] [peer=NAME],": without ACCESS, it is for any access. */
static bool is_for_tracing(const char *rule)
{
	static const char *const words[] = { "readby", "read", "trace" };
	size_t length = strcspn(rule, "=,");

	if (memmem(rule, length, "tracedby", strlen("tracedby")) != NULL)
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (memmem(rule, length, words[i], strlen(words[i])) != NULL)
			return false;
	}
	return true;
}

/* Removes the commas of lists in brackets, which do not end a rule. */
static void flatten(char *text)
{
	bool inside = false;

	for (; *text != '\0'; text++) {
		inside = *text == '(' || (inside && *text != ')' && *text != '\n');
		if (*text == '(' || *text == ')' || (inside && *text == ','))
			*text = ' ';
	}
}

static void take_rule(struct rules *rules, char *line)
{
	bool denies = false;
	char *rest = line;
	const char *word;

	while ((word = doctor_read_word(&rest)) != NULL) {
		denies |= strcmp(word, "deny") == 0;
		if (strcmp(word, "ptrace,") == 0 || (strcmp(word, "ptrace") == 0 && rest != NULL))
			break;
		if (strcmp(word, "audit") != 0 && strcmp(word, "allow") != 0 &&
		    strcmp(word, "deny") != 0)
			return;
	}
	if (word == NULL)
		return;
	if (rest != NULL && (!is_for_unconfined(rest) || !is_for_tracing(rest)))
		return;
	rules->denies |= denies;
	rules->allows |= !denies;
}

static void take_text(struct rules *rules, char *text)
{
	char *line;

	flatten(text);
	while ((line = strsep(&text, "\n")) != NULL) {
		line += strspn(line, " \t");
		if (!take_include(rules, line))
			take_rule(rules, line);
	}
}

static int read_directory(struct rules *rules, const char *root, const char *path,
			  struct base_error *err)
{
	const char *directories[] = { path, NULL };
	BASE_AUTO(doctor_files) struct doctor_files files = { 0 };

	if (doctor_files_read(&files, root, directories, "", err) < 0)
		return -1;
	for (size_t i = 0; i < files.count; i++)
		take_text(rules, files.items[i].text);
	return 0;
}

static int read_included(struct rules *rules, const char *root, const char *path,
			 struct base_error *err)
{
	BASE_AUTO(free) char *text = NULL;
	bool missing;

	if (base_text_ends_with(path, ".d"))
		return read_directory(rules, root, path, err);
	text = doctor_read_or_miss(root, path, &missing);
	rules->is_unreadable |= text == NULL && !missing;
	if (text != NULL)
		take_text(rules, text);
	return 0;
}

/*
 * libvirt uses AppArmor only where its own profile is loaded; only root sees which
 * profiles are loaded.
 */
static bool is_for_libvirt(void)
{
	BASE_AUTO(base_error) struct base_error why = { 0 };
	BASE_AUTO(free)
	char *text = base_file_read_at(AT_FDCWD, LOADED, PROFILES_LIMIT, NULL, &why);

	if (text == NULL)
		return why.errnum != ENOENT;
	return strstr(text, "libvirt") != NULL || strstr(text, "virtqemud") != NULL;
}

static int read_apparmor(struct doctor_security *security, const char *root, struct base_error *err)
{
	BASE_AUTO(rules) struct rules rules = { 0 };

	security->apparmor =
		attribute_starts_with("/sys/module/apparmor/parameters/enabled", 'Y') &&
		doctor_read_exists(root, ABSTRACTION) && is_for_libvirt();
	if (!security->apparmor)
		return 0;
	add_path(&rules, "", ABSTRACTION);
	for (size_t i = 0; i < rules.count; i++) {
		if (read_included(&rules, root, rules.paths[i], err) < 0)
			return -1;
	}
	/* A rule that denies wins over all that allow. */
	if (rules.allows && !rules.denies)
		security->apparmor_allows = DOCTOR_YES;
	else if (rules.denies || !rules.is_unreadable)
		security->apparmor_allows = DOCTOR_NO;
	return 0;
}

int doctor_security_gather(struct doctor_security *security, const struct doctor_place *place,
			   struct base_error *err)
{
	BASE_AUTO(free)
	char *scope = doctor_read_sysctl(place->kernel, "/proc/sys/kernel/yama/ptrace_scope");

	security->selinux = attribute_starts_with("/sys/fs/selinux/enforce", '1');
	security->selinux_denies_ptrace =
		attribute_starts_with("/sys/fs/selinux/booleans/deny_ptrace", '1');
	security->ptrace_scope = scope != NULL ? strtol(scope, NULL, 10) : -1;
	return read_apparmor(security, place->root, err);
}
