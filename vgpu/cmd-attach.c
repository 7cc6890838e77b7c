/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vgpu/base/log.h"
#include "vgpu/base/name.h"
#include "vgpu/commands.h"
#include "vgpu/domain.h"
#include "vgpu/options.h"
#include "vgpu/target.h"
#include "xmlpatch/xmlpatch.h"

struct attach_options {
	const char *xml; /* the file to patch; NULL: a domain */
	const char *uri;
	const char *rendernode;
	const char *config_dir;
	bool is_dry;
	const char *domain;
	char uuid[BASE_UUID_SIZE];
};

static int misused(struct base_error *err, const char *what)
{
	return base_error_set(err, BASE_MISUSED, "attach: %s; 'vgpu help attach' tells more", what);
}

static int check_options(const struct attach_options *options, int operands, struct base_error *err)
{
	if (options->xml != NULL && options->uri != NULL)
		return misused(err, "--connect goes not with --xml, which touches no domain");
	if (options->xml != NULL && operands != 1)
		return misused(err, "with --xml FILE, the vGPU's UUID is the one argument");
	if (options->xml == NULL && operands != 2)
		return misused(err, "it takes two arguments, a domain and a vGPU's UUID");
	return 0;
}

static int read_options(int argc, char **argv, struct attach_options *options,
			struct base_error *err)
{
	const struct vgpu_option known[] = {
		{ .name = "xml", .value = &options->xml },
		{ .name = "connect", .value = &options->uri },
		{ .name = "rendernode", .value = &options->rendernode },
		{ .name = "config-dir", .value = &options->config_dir },
		{ .name = "dry-run", .flag = &options->is_dry },
		{ .name = NULL },
	};
	const char *operands[2] = { NULL, NULL };
	int count = vgpu_options_parse(argc, argv, known, operands, 2, err);

	if (count < 0 || check_options(options, count, err) < 0)
		return -1;
	if (options->xml == NULL)
		options->domain = operands[0];
	if (!base_name_parse_uuid(operands[count - 1], options->uuid))
		return base_error_set(err, BASE_MISUSED,
				      "'%s' is not a UUID; 'vgpu list' shows those of the vGPUs",
				      operands[count - 1]);
	return 0;
}

static void print_changes(const struct xmlpatch_result *result)
{
	for (size_t i = 0; i < result->n; i++)
		base_info("%s", result->changes[i].text);
}

/* One byte over the limit is read, so that the patcher sees that it is too long. */
static char *read_all(int fd, const char *path, size_t *length, struct base_error *err)
{
	size_t used = 0, size = 0;
	BASE_AUTO(free) char *text = NULL;

	for (;;) {
		ssize_t got;

		if (used == size) {
			char *grown = realloc(text, size += 65536);

			if (grown == NULL) {
				base_error_errno(err, ENOMEM, "cannot read %s", path);
				return NULL;
			}
			text = grown;
		}
		got = BASE_RETRY(read(fd, text + used, size - used));
		if (got < 0) {
			base_error_errno(err, errno, "cannot read %s", path);
			return NULL;
		}
		used += (size_t)got;
		if (got == 0 || used > XMLPATCH_LIMIT)
			break;
	}
	*length = used;
	return BASE_STEAL_PTR(text);
}

static char *read_xml(const char *path, size_t *length, struct base_error *err)
{
	BASE_AUTO(fd) int fd = -1;

	if (strcmp(path, "-") == 0)
		return read_all(STDIN_FILENO, "standard input", length, err);
	fd = BASE_RETRY(open(path, O_RDONLY | O_CLOEXEC));
	if (fd < 0) {
		base_error_errno(err, errno, "cannot open %s", path);
		return NULL;
	}
	return read_all(fd, path, length, err);
}

/*
 * The XML may be for another host: what this one knows of the vGPU is welcome,
 * but nothing depends on it.
 */
static int attach_to_text(const struct attach_options *options, struct base_error *err)
{
	BASE_AUTO(base_error) struct base_error unknown = { 0 };
	BASE_AUTO(vgpu_target) struct vgpu_target target = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result result = { 0 };
	BASE_AUTO(free) char *xml = NULL;
	struct xmlpatch_wishes wishes = { .uuid = options->uuid };
	size_t length = 0;

	if (vgpu_target_read(&target, options->uuid, options->config_dir, &unknown) < 0)
		base_debug("%s", unknown.message);
	wishes.rendernode = options->rendernode != NULL ? options->rendernode : target.rendernode;
	xml = read_xml(options->xml, &length, err);
	if (xml == NULL)
		return -1;
	if (xmlpatch_attach(xml, length, &wishes, &result, err) < 0)
		return base_error_wrap(err, "%s",
				       strcmp(options->xml, "-") == 0 ? "standard input"
								      : options->xml);
	print_changes(&result);
	if (result.n == 0)
		base_info("the XML has the vGPU %s already: nothing changed", options->uuid);
	if (!options->is_dry)
		fwrite(result.xml, 1, result.length, stdout);
	return 0;
}

static int check_target(const struct vgpu_target *target, const char *uuid, struct base_error *err)
{
	if (!target->is_known)
		return base_error_set(err, BASE_FAILED,
				      "there is no vGPU %s: 'vgpu list' shows those that there "
				      "are, 'vgpu create' makes one",
				      uuid);
	if (target->api != NULL && strcmp(target->api, "vfio-pci") != 0)
		return base_error_set(err, BASE_FAILED,
				      "the device %s is no vGPU: its type's API is %.40s, not "
				      "vfio-pci",
				      uuid, target->api);
	return 0;
}

static int check_users(const struct vgpu_domain *domain, const char *uuid, struct base_error *err)
{
	BASE_AUTO(free) char *user = NULL;

	if (vgpu_domain_find_user(domain, uuid, &user, err) < 0)
		return -1;
	if (user != NULL)
		return base_error_set(
			err, BASE_FAILED,
			"the vGPU %s is in the domain %s already, and no two can have "
			"it: 'vgpu create' makes another one",
			uuid, user);
	return 0;
}

static void print_outcome(const struct attach_options *options, const struct vgpu_domain *domain,
			  const struct xmlpatch_result *result)
{
	const char *name = vgpu_domain_name(domain);

	print_changes(result);
	if (result->n == 0)
		base_info("the domain %s has the vGPU %s already: nothing changed", name,
			  options->uuid);
	else if (options->is_dry)
		base_info("the domain %s would change so; nothing is changed yet", name);
	else if (vgpu_domain_is_running(domain))
		base_info("the domain %s is running: shut it down and start it again to use the "
			  "vGPU",
			  name);
}

static int attach_to_domain(const struct attach_options *options, struct base_error *err)
{
	BASE_AUTO(vgpu_target) struct vgpu_target target = { 0 };
	BASE_AUTO(vgpu_domain) struct vgpu_domain *domain = NULL;
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result result = { 0 };
	BASE_AUTO(free) char *xml = NULL;
	struct xmlpatch_wishes wishes = { .uuid = options->uuid };

	domain = vgpu_domain_create(options->uri, options->domain, err);
	if (domain == NULL ||
	    vgpu_target_read(&target, options->uuid, options->config_dir, err) < 0 ||
	    check_target(&target, options->uuid, err) < 0 ||
	    check_users(domain, options->uuid, err) < 0)
		return -1;
	wishes.rendernode = options->rendernode != NULL ? options->rendernode : target.rendernode;
	xml = vgpu_domain_get_xml(domain, err);
	if (xml == NULL)
		return -1;
	if (xmlpatch_attach(xml, strlen(xml), &wishes, &result, err) < 0)
		return base_error_wrap(err, "domain %s", vgpu_domain_name(domain));
	if (result.n > 0 && !options->is_dry && vgpu_domain_define(domain, result.xml, err) < 0)
		return -1;
	print_outcome(options, domain, &result);
	return 0;
}

int vgpu_cmd_attach(int argc, char **argv, struct base_error *err)
{
	struct attach_options options = { 0 };

	if (read_options(argc, argv, &options, err) < 0)
		return -1;
	return options.xml != NULL ? attach_to_text(&options, err)
				   : attach_to_domain(&options, err);
}
