/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/unit/mock-host.h"
#include "vgpu/commands.h"
#include "vgpu/target.h"

#define UUID  "4b20d080-1b54-4048-85b3-a6a62d165c01"
#define UUID2 "4b20d080-1b54-4048-85b3-a6a62d165c02"

#define NOWHERE "/nonexistent/mdevctl.d"

static void read_target(struct vgpu_target *target, const char *uuid, const char *config_dir)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	int status = vgpu_target_read(target, uuid, config_dir, &err);

	if (status < 0)
		print_error("%s\n", err.message);
	assert_int_equal(status, 0);
}

static void add_node(UMockdevTestbed *bed, const char *parent, const char *name, const char *node)
{
	g_free(umockdev_testbed_add_device(bed, "drm", name, parent, NULL, "DEVNAME", node, NULL));
}

static void an_unknown_vgpu_is_no_error(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(vgpu_target) struct vgpu_target target = { 0 };

	(void)state;
	read_target(&target, UUID, NOWHERE);
	assert_false(target.is_known);
	assert_null(target.api);
	assert_null(target.rendernode);
	mock_host_destroy(bed);
}

static void the_render_node_is_the_parents_own(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(free) char *gpu = mock_host_add_gvt(bed);
	BASE_AUTO(free)
	char *other = umockdev_testbed_add_device(bed, "pci", "0000:01:00.0", NULL, "vendor",
						  "0x10de\n", NULL, NULL, NULL);
	BASE_AUTO(vgpu_target) struct vgpu_target target = { 0 };

	(void)state;
	add_node(bed, other, "renderD128", "/dev/dri/renderD128");
	add_node(bed, gpu, "card1", "/dev/dri/card1");
	add_node(bed, gpu, "renderD129", "/dev/dri/renderD129");
	mock_host_add_vgpu(bed, gpu, UUID, "i915-GVTg_V5_8");
	read_target(&target, UUID, NOWHERE);
	assert_true(target.is_known);
	assert_string_equal(target.api, "vfio-pci");
	assert_string_equal(target.rendernode, "/dev/dri/renderD129");
	mock_host_destroy(bed);
}

static void a_parent_may_have_no_render_node(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(free) char *gpu = mock_host_add_gvt(bed);
	BASE_AUTO(vgpu_target) struct vgpu_target target = { 0 };

	(void)state;
	mock_host_add_vgpu(bed, gpu, UUID, "i915-GVTg_V5_8");
	read_target(&target, UUID, NOWHERE);
	assert_true(target.is_known);
	assert_null(target.rendernode);
	mock_host_destroy(bed);
}

static void put_definition(const char *directory, const char *parent, const char *uuid)
{
	BASE_AUTO(free) char *path = g_strdup_printf("%s/%s", directory, parent);
	BASE_AUTO(free) char *file = g_strdup_printf("%s/%s", path, uuid);

	assert_int_equal(mkdir(path, 0755), 0);
	assert_true(g_file_set_contents(
		file, "{\"mdev_type\":\"i915-GVTg_V5_8\",\"start\":\"auto\",\"attrs\":[]}", -1,
		NULL));
}

static void remove_definition(const char *directory, const char *parent, const char *uuid)
{
	BASE_AUTO(free) char *path = g_strdup_printf("%s/%s", directory, parent);
	BASE_AUTO(free) char *file = g_strdup_printf("%s/%s", path, uuid);

	assert_int_equal(unlink(file), 0);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(directory), 0);
}

static void a_vgpu_that_is_only_defined_is_known(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(free) char *gpu = mock_host_add_gvt(bed);
	BASE_AUTO(vgpu_target) struct vgpu_target here = { 0 };
	BASE_AUTO(vgpu_target) struct vgpu_target gone = { 0 };
	char directory[] = "/tmp/test-vgpu-attach.XXXXXX";
	char directory2[] = "/tmp/test-vgpu-attach.XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(directory));
	assert_non_null(mkdtemp(directory2));
	add_node(bed, gpu, "renderD130", "/dev/dri/renderD130");
	put_definition(directory, "0000:00:02.0", UUID);
	put_definition(directory2, "0000:03:00.0", UUID);
	read_target(&here, UUID, directory);
	assert_true(here.is_known);
	assert_string_equal(here.api, "vfio-pci");
	assert_string_equal(here.rendernode, "/dev/dri/renderD130");
	/* Its parent is not there: what it can do is not known. */
	read_target(&gone, UUID, directory2);
	assert_true(gone.is_known);
	assert_null(gone.api);
	assert_null(gone.rendernode);
	remove_definition(directory, "0000:00:02.0", UUID);
	remove_definition(directory2, "0000:03:00.0", UUID);
	mock_host_destroy(bed);
}

/* libvirt's test driver keeps its domains in the process: nothing real is touched. */
static void refuse(const char *uri, const char *domain, const char *uuid, const char *message)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(free) char *uri_option = g_strdup_printf("--connect=%s", uri);
	char config_dir[] = "--config-dir=" NOWHERE;
	BASE_AUTO(free) char *domain_copy = g_strdup(domain);
	BASE_AUTO(free) char *uuid_copy = g_strdup(uuid);
	char command[] = "attach";
	char *argv[] = { command, uri_option, config_dir, domain_copy, uuid_copy, NULL };

	assert_int_equal(vgpu_cmd_attach(5, argv, &err), -1);
	assert_int_equal(err.status, BASE_FAILED);
	if (strstr(err.message, message) == NULL)
		fail_msg("'%s' does not say '%s'", err.message, message);
}

static void an_mdev_that_is_no_pci_device_is_refused(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(free) char *parent = mock_host_add_parent(bed, "css", "0.0.0313", "vfio_ccw");

	(void)state;
	mock_host_add_type(bed, parent, "vfio_ccw-io", "vfio-ccw\n", "0\n", NULL, NULL);
	mock_host_add_vgpu(bed, parent, UUID, "vfio_ccw-io");
	refuse("test:///default", "test", UUID, "its type's API is vfio-ccw, not vfio-pci");
	mock_host_destroy(bed);
}

/* Two domains; only the first has a vGPU. */
static char *put_node(void)
{
	char *path = g_strdup("/tmp/test-vgpu-attach.XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	dprintf(fd,
		"<node>"
		"<domain "
		"type='test'><name>owner</name><memory>8192</memory><os><type>hvm</type></os>"
		"<devices><hostdev mode='subsystem' type='mdev' model='vfio-pci'><source>"
		"<address uuid='%s'/></source></hostdev></devices></domain>"
		"<domain "
		"type='test'><name>asker</name><memory>8192</memory><os><type>hvm</type></os>"
		"</domain></node>",
		UUID);
	assert_int_equal(close(fd), 0);
	return path;
}

static void a_vgpu_of_another_domain_is_refused(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(free) char *gpu = mock_host_add_gvt(bed);
	BASE_AUTO(free) char *node = put_node();
	BASE_AUTO(free) char *uri = g_strdup_printf("test://%s", node);

	(void)state;
	mock_host_add_vgpu(bed, gpu, UUID, "i915-GVTg_V5_8");
	mock_host_add_vgpu(bed, gpu, UUID2, "i915-GVTg_V5_8");
	refuse(uri, "asker", UUID, "is in the domain owner already");
	/* These get as far as the patcher, which takes no test domain. */
	refuse(uri, "asker", UUID2, "domain asker: the domain's type is test");
	refuse(uri, "owner", UUID, "domain owner: the domain's type is test");
	assert_int_equal(unlink(node), 0);
	mock_host_destroy(bed);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_unknown_vgpu_is_no_error),
		cmocka_unit_test(the_render_node_is_the_parents_own),
		cmocka_unit_test(a_parent_may_have_no_render_node),
		cmocka_unit_test(a_vgpu_that_is_only_defined_is_known),
		cmocka_unit_test(an_mdev_that_is_no_pci_device_is_refused),
		cmocka_unit_test(a_vgpu_of_another_domain_is_refused),
	};

	(void)argc;
	mock_host_enter(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
