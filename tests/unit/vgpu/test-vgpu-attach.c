/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/mock-host.h"
#include "vgpu/domain-commands/commands.h"
#include "vgpu/domain/assignment.h"
#include "vgpu/domain/attach.h"

#define UUID  "4b20d080-1b54-4048-85b3-a6a62d165c01"
#define UUID2 "4b20d080-1b54-4048-85b3-a6a62d165c02"

#define NOWHERE "/nonexistent/mdevctl.d"

static void read_assignment(struct vgpu_assignment *assignment, const char *uuid,
			    const char *config_dir)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(vgpu_world) struct vgpu_world world = { 0 };
	int status = vgpu_world_init(&world, config_dir, VGPU_WORLD_PARENTS, &err);

	if (status == 0)
		status = vgpu_assignment_find(assignment, uuid, &world, &err);
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
	BASE_AUTO(vgpu_assignment) struct vgpu_assignment assignment = { 0 };

	(void)state;
	read_assignment(&assignment, UUID, NOWHERE);
	assert_false(assignment.is_known);
	assert_null(assignment.api);
	assert_null(assignment.rendernode);
	mock_host_destroy(bed);
}

static void the_render_node_is_the_parents_own(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(free) char *gpu = mock_host_add_gvt(bed);
	BASE_AUTO(free)
	char *other = umockdev_testbed_add_device(bed, "pci", "0000:01:00.0", NULL, "vendor",
						  "0x10de\n", NULL, NULL, NULL);
	BASE_AUTO(vgpu_assignment) struct vgpu_assignment assignment = { 0 };

	(void)state;
	add_node(bed, other, "renderD128", "/dev/dri/renderD128");
	add_node(bed, gpu, "card1", "/dev/dri/card1");
	add_node(bed, gpu, "renderD129", "/dev/dri/renderD129");
	mock_host_add_vgpu(bed, gpu, UUID, "i915-GVTg_V5_8");
	read_assignment(&assignment, UUID, NOWHERE);
	assert_true(assignment.is_known);
	assert_string_equal(assignment.api, "vfio-pci");
	assert_string_equal(assignment.rendernode, "/dev/dri/renderD129");
	mock_host_destroy(bed);
}

static void a_parent_may_have_no_render_node(void **state)
{
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(free) char *gpu = mock_host_add_gvt(bed);
	BASE_AUTO(vgpu_assignment) struct vgpu_assignment assignment = { 0 };

	(void)state;
	mock_host_add_vgpu(bed, gpu, UUID, "i915-GVTg_V5_8");
	read_assignment(&assignment, UUID, NOWHERE);
	assert_true(assignment.is_known);
	assert_null(assignment.rendernode);
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
	BASE_AUTO(vgpu_assignment) struct vgpu_assignment here = { 0 };
	BASE_AUTO(vgpu_assignment) struct vgpu_assignment gone = { 0 };
	char directory[] = "/tmp/test-vgpu-attach.XXXXXX";
	char directory2[] = "/tmp/test-vgpu-attach.XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(directory));
	assert_non_null(mkdtemp(directory2));
	add_node(bed, gpu, "renderD130", "/dev/dri/renderD130");
	put_definition(directory, "0000:00:02.0", UUID);
	put_definition(directory2, "0000:03:00.0", UUID);
	read_assignment(&here, UUID, directory);
	assert_true(here.is_known);
	assert_string_equal(here.api, "vfio-pci");
	assert_string_equal(here.rendernode, "/dev/dri/renderD130");
	/* Its parent is not there: what it can do is not known. */
	read_assignment(&gone, UUID, directory2);
	assert_true(gone.is_known);
	assert_null(gone.api);
	assert_null(gone.rendernode);
	remove_definition(directory, "0000:00:02.0", UUID);
	remove_definition(directory2, "0000:03:00.0", UUID);
	mock_host_destroy(bed);
}

static char *put_text(const char *text)
{
	char *path = g_strdup("/tmp/test-vgpu-attach.XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(close(fd), 0);
	return path;
}

/* What attaching to a file prints; to free(). */
static char *attach_to(const char *file)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(free) char *out = put_text("");
	BASE_AUTO(free) char *file_copy = g_strdup(file);
	char command[] = "attach", xml[] = "--xml", config_dir[] = "--config-dir=" NOWHERE;
	char uuid[] = UUID;
	char *argv[] = { command, config_dir, xml, file_copy, uuid, NULL };
	int kept = dup(STDOUT_FILENO);
	char *text = NULL;

	assert_true(kept >= 0 && fflush(stdout) == 0);
	assert_non_null(freopen(out, "w", stdout));
	if (vgpu_cmd_attach(5, argv, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(fflush(stdout), 0);
	assert_true(dup2(kept, STDOUT_FILENO) >= 0 && close(kept) == 0);
	assert_true(g_file_get_contents(out, &text, NULL, NULL));
	assert_int_equal(unlink(out), 0);
	return text;
}

static void xml_comes_out_the_same_on_any_host(void **state)
{
	BASE_AUTO(free)
	char *file = put_text("<domain type='kvm'><name>n</name><os><type>hvm</type></os>"
			      "<devices/></domain>");
	BASE_AUTO(free) char *unknown = attach_to(file);
	UMockdevTestbed *bed = mock_host_create();
	BASE_AUTO(free)
	char *gpu = mock_host_add_parent(bed, "pci", "0000:00:03.0", "mbochs");
	BASE_AUTO(free) char *known = NULL;
	BASE_AUTO(vgpu_assignment) struct vgpu_assignment assignment = { 0 };

	(void)state;
	mock_host_add_type(bed, gpu, "mbochs-small", "vfio-pci\n", "1\n", NULL, NULL);
	mock_host_add_vgpu(bed, gpu, UUID, "mbochs-small");
	add_node(bed, gpu, "renderD129", "/dev/dri/renderD129");
	read_assignment(&assignment, UUID, NOWHERE);
	assert_string_equal(assignment.rendernode, "/dev/dri/renderD129");
	known = attach_to(file);
	assert_string_equal(known, unknown);
	assert_non_null(strstr(known, "x-igd-opregion"));
	assert_int_equal(unlink(file), 0);
	mock_host_destroy(bed);
}

/* Who ran sudo has this home. */
static char person_home[] = "/tmp/test-vgpu-attach.XXXXXX";

struct passwd *getpwuid(uid_t uid)
{
	static struct passwd person = { .pw_dir = person_home };

	return uid == 4711 ? &person : NULL;
}

static void expect_authority(const char *variable, const char *id, const char *wanted)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	struct vgpu_attach attach = { 0 };
	char command[] = "attach", domain[] = "n";
	char *argv[] = { command, domain, NULL };

	g_unsetenv("XAUTHORITY");
	g_unsetenv("SUDO_UID");
	g_unsetenv("PKEXEC_UID");
	g_setenv("HOME", "/nonexistent", TRUE);
	g_setenv(variable, id, TRUE);
	assert_int_equal(vgpu_attach_parse(&attach, 2, argv, &err), 0);
	if (wanted == NULL)
		assert_null(attach.wishes.desktop.authority);
	else
		assert_string_equal(attach.wishes.desktop.authority, wanted);
	g_unsetenv(variable);
}

static void the_authority_is_of_whom_ran_sudo(void **state)
{
	BASE_AUTO(free) char *path = NULL;

	(void)state;
	assert_non_null(mkdtemp(person_home));
	path = g_strdup_printf("%s/.Xauthority", person_home);
	assert_true(g_file_set_contents(path, "", 0, NULL));
	expect_authority("SUDO_UID", "4711", path);
	expect_authority("PKEXEC_UID", "4711", path);
	expect_authority("SUDO_UID", "4711x", NULL);
	expect_authority("SUDO_UID", "0", NULL);
	expect_authority("SUDO_UID", "4712", NULL);
	expect_authority("HOME", person_home, path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(person_home), 0);
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

/* What stands in the way, of which vGPU; NULL: nothing. */
static void only_what_stands_in_the_way_is_refused(void **state)
{
	static char api[] = "vfio-pci", type[] = "i915-GVTg_V5_4", command[] = "qemu";
	static char own[] = "win10", other[] = "linux";
	const struct vgpu_process self = { .pid = 7, .command = command, .domain = own };
	const struct vgpu_process stranger = { .pid = 8, .command = command, .domain = other };
	const struct vgpu_process nameless = { .pid = 9, .command = command };
	const struct vgpu_assignment known = { .is_known = true, .type = type, .api = api };
	const struct vgpu_assignment absent = { 0 };
	const struct {
		const struct vgpu_assignment *assignment;
		struct vgpu_rivals rivals;
		const char *error;
	} cases[] = {
		{ &known, { 0 }, NULL },
		{ &absent, { 0 }, "there is no vGPU " UUID ": 'vgpu list' shows" },
		{ &known, { .claimant = other }, "is in the domain linux already, and only one" },
		{ &known, { .holder = &self, .is_running = true }, NULL },
		{ &known, { .holder = &self }, "in use by the domain win10 (qemu, PID 7)" },
		{ &known,
		  { .holder = &stranger, .is_running = true },
		  "in use by the domain linux (qemu, PID 8), and only one" },
		{ &known, { .holder = &nameless, .is_running = true }, "in use by qemu (PID 9)" },
		{ &known,
		  { .second = UUID2 },
		  "the domain win10 has the GVT-g vGPU " UUID2 " already" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		BASE_AUTO(base_error) struct base_error err = { 0 };
		int status = vgpu_assignment_check(cases[i].assignment, UUID, own, &cases[i].rivals,
						   &err);

		assert_int_equal(status, cases[i].error != NULL ? -1 : 0);
		if (cases[i].error != NULL && strstr(err.message, cases[i].error) == NULL)
			fail_msg("'%s' does not say '%s'", err.message, cases[i].error);
	}
}

static void modes_beyond_the_types_are_noticed(void **state)
{
	static const struct {
		const char *resolution;
		unsigned int xres, yres;
		bool is_exceeded;
	} cases[] = {
		{ "1920x1200", 1920, 1200, false }, { "1920x1200", 1921, 1200, true },
		{ "1920x1200", 1280, 1201, true },  { "1920x1200", 0, 0, false },
		{ NULL, 16384, 16384, false },	    { "large", 16384, 16384, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		BASE_AUTO(free) char *resolution = g_strdup(cases[i].resolution);
		const struct vgpu_assignment assignment = { .resolution = resolution };

		assert_int_equal(
			vgpu_assignment_is_exceeded(&assignment, cases[i].xres, cases[i].yres),
			cases[i].is_exceeded);
	}
}

static void only_i915s_types_are_gvt(void **state)
{
	char gvt[] = "i915-GVTg_V5_4", sample[] = "mbochs-small";

	(void)state;
	assert_true(vgpu_assignment_is_gvt(&(struct vgpu_assignment){ .type = gvt }));
	assert_false(vgpu_assignment_is_gvt(&(struct vgpu_assignment){ .type = sample }));
	assert_false(vgpu_assignment_is_gvt(&(struct vgpu_assignment){ .type = NULL }));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_unknown_vgpu_is_no_error),
		cmocka_unit_test(the_render_node_is_the_parents_own),
		cmocka_unit_test(a_parent_may_have_no_render_node),
		cmocka_unit_test(a_vgpu_that_is_only_defined_is_known),
		cmocka_unit_test(xml_comes_out_the_same_on_any_host),
		cmocka_unit_test(the_authority_is_of_whom_ran_sudo),
		cmocka_unit_test(an_mdev_that_is_no_pci_device_is_refused),
		cmocka_unit_test(a_vgpu_of_another_domain_is_refused),
		cmocka_unit_test(only_what_stands_in_the_way_is_refused),
		cmocka_unit_test(modes_beyond_the_types_are_noticed),
		cmocka_unit_test(only_i915s_types_are_gvt),
	};

	(void)argc;
	mock_host_enter(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
