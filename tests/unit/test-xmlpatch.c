/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "vgpu/base/file.h"
#include "xmlpatch/xmlpatch.h"

#define UUID   "4b20d080-1b54-4048-85b3-a6a62d165c01"
#define NODE   "/dev/dri/renderD129"
#define CORPUS "tests/corpus/xmlpatch"

/* A corpus that is not found must not look like one that passes. */
#define CORPUS_MINIMUM 20

static const struct xmlpatch_wishes wishes = { .uuid = UUID, .rendernode = NODE };

static char *read_file(const char *name, const char *suffix, size_t *length)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	char path[4096];
	char *text;

	snprintf(path, sizeof(path), CORPUS "/%s%s", name, suffix);
	text = base_file_read_at(AT_FDCWD, path, XMLPATCH_LIMIT, length, &err);
	if (text == NULL)
		print_error("%s\n", err.message);
	assert_non_null(text);
	return text;
}

static char *list_changes(const struct xmlpatch_result *result)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	for (size_t i = 0; i < result->n; i++)
		fprintf(out, "%s: %s\n", xmlpatch_change_name(result->changes[i].kind),
			result->changes[i].text);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void attach(const char *xml, size_t length, struct xmlpatch_result *result)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	int status = xmlpatch_attach(xml, length, &wishes, result, &err);

	if (status != 0)
		print_error("%s\n", err.message);
	assert_int_equal(status, 0);
	assert_false(base_error_is_set(&err));
}

static void test_corpus_file(void **state)
{
	const char *name = *state;
	size_t length, wanted_length;
	BASE_AUTO(free) char *in = read_file(name, ".in.xml", &length);
	BASE_AUTO(free) char *wanted = read_file(name, ".out.xml", &wanted_length);
	BASE_AUTO(free) char *wanted_changes = read_file(name, ".changes", NULL);
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result once = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result again = { 0 };
	BASE_AUTO(free) char *changes = NULL;

	attach(in, length, &once);
	changes = list_changes(&once);
	assert_string_equal(changes, wanted_changes);
	assert_string_equal(once.xml, wanted);
	assert_int_equal(once.length, wanted_length);
	assert_int_equal(xmlpatch_has_vgpu(once.xml, once.length, UUID, NULL), 1);

	attach(once.xml, once.length, &again);
	assert_int_equal(again.n, 0);
	assert_string_equal(again.xml, once.xml);
}

static size_t add_corpus(struct CMUnitTest *tests, size_t n, size_t room, const glob_t *found)
{
	for (size_t i = 0; i < found->gl_pathc && n < room; i++) {
		char *name = found->gl_pathv[i] + strlen(CORPUS "/");

		name[strlen(name) - strlen(".in.xml")] = '\0';
		tests[n++] = (struct CMUnitTest){ .name = name,
						  .test_func = test_corpus_file,
						  .initial_state = name };
	}
	return n;
}

#define OS(attributes)	"<os><type " attributes ">hvm</type></os>"
#define DOMAIN(inside)	"<domain type='kvm'>" inside "</domain>"
#define NAMED(inside)	DOMAIN("<name>n</name>" inside)
#define DEVICES(inside) NAMED(OS("machine='pc'") "<devices>" inside "</devices>")
#define MDEV(attributes)                                                                           \
	"<hostdev type='mdev' " attributes "><source><address uuid='" UUID "'/></source></"        \
	"hostdev>"

static const struct refusal {
	const char *name;
	const char *xml;
	const char *message; /* a part of it */
} refusals[] = {
	{ "empty text is refused", "", "not well-formed" },
	{ "text that is no XML is refused", "hello", "not well-formed: line 1" },
	{ "an unclosed element is refused", "<domain>\n<name>", "not well-formed: line 2" },
	{ "two roots are refused", NAMED("") "<domain/>", "not well-formed" },
	{ "text behind the root is refused", NAMED("") "x", "not well-formed" },
	{ "an undeclared entity is refused", NAMED("&x;"), "not well-formed" },
	{ "a doubled attribute is refused", "<domain type='kvm' type='kvm'/>", "not well-formed" },
	{ "another document is refused", "<network><name>n</name></network>",
	  "begins with <network>" },
	{ "a domain in another namespace is refused",
	  "<domain xmlns='http://example.org' type='kvm'/>", "not a libvirt domain" },
	{ "a snapshot is refused", "<domainsnapshot>" NAMED("") "</domainsnapshot>",
	  "begins with <domainsnapshot>" },
	{ "a DOCTYPE is refused", "<!DOCTYPE domain>" NAMED(""), "DOCTYPE" },
	{ "an external entity is refused",
	  "<!DOCTYPE d [<!ENTITY x SYSTEM 'file:///etc/hostname'>]>" NAMED("&x;"), "DOCTYPE" },
	{ "exploding entities are refused",
	  "<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>"
	  "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'>]><domain type='&c;'>&c;</domain>",
	  "DOCTYPE" },
	{ "an external DTD is refused",
	  "<!DOCTYPE domain SYSTEM 'http://127.0.0.1:9/x.dtd'>" NAMED(""), "DOCTYPE" },
	{ "text that is not UTF-8 is refused", DOMAIN("<name>caf\xe9</name>"), "not UTF-8" },
	{ "overlong UTF-8 is refused", DOMAIN("<name>\xc0\xaf</name>"), "not proper UTF-8" },
	{ "another declared encoding is refused",
	  "<?xml version='1.0' encoding='ISO-8859-1'?>" NAMED(""), "is ISO-8859-1, not UTF-8" },
	{ "a domain without a type is refused", "<domain><name>n</name></domain>",
	  "type is missing" },
	{ "a container is refused", "<domain type='lxc'><name>n</name></domain>", "type is lxc" },
	{ "a domain without a name is refused", DOMAIN(OS("machine='pc'")), "no <name>" },
	{ "an empty name is refused", DOMAIN("<name> \n</name>"), "no <name>" },
	{ "a domain without an os is refused", NAMED(""), "<type>hvm</type>" },
	{ "a container's os is refused", NAMED("<os><type>exe</type></os>"), "<type>hvm</type>" },
	{ "an Arm guest is refused", NAMED(OS("arch='aarch64' machine='virt'")), "is aarch64" },
	{ "isapc has no PCI", NAMED(OS("machine='isapc'")), "machine isapc has no PCI" },
	{ "microvm has no PCI", NAMED(OS("machine='microvm'")), "machine microvm has no PCI" },
	{ "no machine has no PCI", NAMED(OS("machine='none'")), "machine none has no PCI" },
	{ "devices twice are refused", NAMED(OS("machine='pc'") "<devices/><devices/>"),
	  "<devices> twice" },
	{ "the same vGPU twice is refused",
	  DEVICES(MDEV("model='vfio-pci'") MDEV("model='vfio-pci'")),
	  "has the vGPU " UUID " twice" },
	{ "the same vGPU twice is refused, whatever shows it",
	  DEVICES(MDEV("model='vfio-pci'") MDEV("model='vfio-pci' display='on'")),
	  "has the vGPU " UUID " twice" },
	{ "the mdev with another model is refused", DEVICES(MDEV("model='vfio-ap'")),
	  "not as vfio-pci" },
	{ "another vGPU with a display is refused",
	  DEVICES("<hostdev type='mdev' model='vfio-pci' display='on'><source><address "
		  "uuid='00000000-1b54-4048-85b3-a6a62d165c01'/></source></hostdev>"),
	  "another vGPU already, 00000000-1b54" },
	{ "a display among QEMU's own arguments is refused",
	  "<domain type='kvm' xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'>"
	  "<name>n</name><os><type>hvm</type></os><q:commandline><q:env name='a'/>"
	  "<q:arg value='-s'/><q:arg value='--display'/><q:arg value='gtk,gl=on'/>"
	  "</q:commandline></domain>",
	  "<qemu:commandline> has --display" },
	{ "two D-Bus displays are refused",
	  DEVICES("<graphics type='dbus'/><graphics type='vnc'/><graphics type='dbus'/>"),
	  "two D-Bus displays" },
};

static void refuse(const char *xml, size_t length, const struct xmlpatch_wishes *wanted,
		   enum base_status status, const char *message)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	struct xmlpatch_result result = { 0 };

	assert_int_equal(xmlpatch_attach(xml, length, wanted, &result, &err), -1);
	assert_null(result.xml);
	assert_int_equal(result.n, 0);
	assert_int_equal(err.status, status);
	assert_null(strchr(err.message, '\n'));
	if (strstr(err.message, message) == NULL)
		fail_msg("'%s' does not say '%s'", err.message, message);
}

static void test_refusal(void **state)
{
	const struct refusal *refusal = *state;

	refuse(refusal->xml, strlen(refusal->xml), &wishes, BASE_FAILED, refusal->message);
}

static size_t add_refusals(struct CMUnitTest *tests, size_t n, size_t room)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals) && n < room; i++)
		tests[n++] = (struct CMUnitTest){ .name = refusals[i].name,
						  .test_func = test_refusal,
						  .initial_state = (void *)&refusals[i] };
	return n;
}

static void test_nul_byte_is_refused(void **state)
{
	static const char xml[] = "<domain type='kvm'>\0</domain>";

	(void)state;
	refuse(xml, sizeof(xml) - 1, &wishes, BASE_FAILED, "NUL byte");
}

static void test_more_than_the_limit_is_refused(void **state)
{
	size_t length = XMLPATCH_LIMIT + 1;
	BASE_AUTO(free) char *xml = malloc(length);

	(void)state;
	assert_non_null(xml);
	memset(xml, ' ', length);
	refuse(xml, length, &wishes, BASE_FAILED, "has 16777217 bytes");
}

static void test_too_deep_is_refused(void **state)
{
	enum {
		DEPTH = 100000
	};
	BASE_AUTO(free) char *xml = malloc((size_t)DEPTH * 7 + 1);
	size_t length = 0;

	(void)state;
	assert_non_null(xml);
	for (int i = 0; i < DEPTH; i++)
		length += (size_t)sprintf(xml + length, "<d>");
	for (int i = 0; i < DEPTH; i++)
		length += (size_t)sprintf(xml + length, "</d>");
	refuse(xml, length, &wishes, BASE_FAILED, "not well-formed");
}

static void test_malformed_wishes_are_misuse(void **state)
{
	static const struct {
		struct xmlpatch_wishes wishes;
		const char *message;
	} cases[] = {
		{ { .uuid = "4b20d080" }, "4b20d080 is not a UUID" },
		{ { .uuid = "4b20d080-1b54-4048-85b3-a6a62d165c0'" }, "is not a UUID" },
		{ { .uuid = UUID, .rendernode = "renderD128" }, "not an absolute path" },
		{ { .uuid = UUID, .rendernode = "" }, "not an absolute path" },
		{ { .uuid = UUID, .rendernode = "/dev/dri/\nx" }, "printable ASCII" },
		{ { .uuid = UUID, .rendernode = "/dev/dri/\xff" }, "printable ASCII" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		refuse(DEVICES(""), strlen(DEVICES("")), &cases[i].wishes, BASE_MISUSED,
		       cases[i].message);
}

static void expect_part(const char *xml, const struct xmlpatch_wishes *wanted, const char *part)
{
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result result = { 0 };

	assert_int_equal(xmlpatch_attach(xml, strlen(xml), wanted, &result, NULL), 0);
	if (strstr(result.xml, part) == NULL)
		fail_msg("%s\nhas no %s", result.xml, part);
}

static void test_no_rendernode_leaves_it_to_libvirt(void **state)
{
	static const struct xmlpatch_wishes without = { .uuid = UUID };

	(void)state;
	expect_part(DEVICES(""), &without, "<gl enable='yes'/>");
	expect_part(DEVICES("<graphics type='dbus' p2p='yes'><gl enable='yes' rendernode='/x'/>"
			    "</graphics>"),
		    &without, "<gl enable='yes' rendernode='/x'/>");
}

static void test_rendernode_is_escaped(void **state)
{
	static const struct xmlpatch_wishes odd = { .uuid = UUID, .rendernode = "/a'\"<&>b" };

	(void)state;
	expect_part(DEVICES(""), &odd, "rendernode='/a&apos;&quot;&lt;&amp;&gt;b'");
	expect_part(DEVICES("<graphics type='dbus' p2p='yes'><gl rendernode=\"/x\"/></graphics>"),
		    &odd, "rendernode=\"/a&apos;&quot;&lt;&amp;&gt;b\" enable='yes'");
}

static void test_uuid_is_written_in_lower_case(void **state)
{
	static const struct xmlpatch_wishes upper = {
		.uuid = "4B20D080-1B54-4048-85B3-A6A62D165C01"
	};

	(void)state;
	expect_part(DEVICES(""), &upper, "<address uuid='" UUID "'/>");
}

static void test_only_one_device_has_ramfb(void **state)
{
	(void)state;
	expect_part(DEVICES("<hostdev type='pci' ramfb='on'/>"), &wishes,
		    "model='vfio-pci' display='on'>");
	expect_part(DEVICES("<hostdev type='pci' ramfb='off'/>"), &wishes,
		    "model='vfio-pci' display='on' ramfb='on'>");
	expect_part(DEVICES(MDEV("model='vfio-pci' ramfb='off'")), &wishes,
		    "ramfb='off' display='on'>");
}

static void test_slot_is_given_only_if_free(void **state)
{
	static const struct {
		const char *devices;
		const char *part;
	} cases[] = {
		{ "<x><address type='pci' bus='0' slot='0x02'/></x>", "</source></hostdev>" },
		{ "<x><address type='pci' slot='02' function='7'/></x>", "</source></hostdev>" },
		{ "<x><address type='pci' slot='two'/></x>", "</source></hostdev>" },
		{ "<x><address type='pci' bus='1' slot='2'/></x>", "slot='0x02'" },
		{ "<x><address type='pci' domain='1' slot='2'/></x>", "slot='0x02'" },
		{ "<x><address type='drive' bus='0' slot='2'/></x>", "slot='0x02'" },
		{ "<x><source><address type='pci' slot='2'/></source></x>", "slot='0x02'" },
		{ "<video><address type='pci' slot='2'/></video>", "slot='0x02'" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char xml[1024];

		snprintf(xml, sizeof(xml), "%s%s%s",
			 "<domain type='kvm'><name>n</name>"
			 "<os><type>hvm</type></os><devices>",
			 cases[i].devices, "</devices></domain>");
		expect_part(xml, &wishes, cases[i].part);
	}
}

static void test_slot_of_qemus_own_arguments_is_left_alone(void **state)
{
	static const struct {
		const char *argument;
		const char *slot;
	} cases[] = {
		{ "e1000,addr=2", "slot='0x10'" },
		{ "e1000,addr=0x2", "slot='0x10'" },
		{ "e1000,addr=02.1", "slot='0x10'" },
		{ "{&quot;addr&quot;:&quot;0x2&quot;}", "slot='0x10'" },
		{ "e1000,addr=0x12", "slot='0x02'" },
		{ "e1000,macaddr=52:54", "slot='0x02'" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char xml[1024];

		snprintf(xml, sizeof(xml),
			 "<domain type='kvm' xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'>"
			 "<name>n</name><os><type>hvm</type></os><q:commandline><q:arg "
			 "value='-device'/>"
			 "<q:arg value='%s'/></q:commandline></domain>",
			 cases[i].argument);
		expect_part(xml, &wishes, cases[i].slot);
	}
}

static void test_vgpu_is_found_however_its_uuid_is_written(void **state)
{
	static const struct {
		const char *uuid;
		int found;
	} cases[] = {
		{ UUID, 1 },
		{ "4B20D0801B54404885B3A6A62D165C01", 1 },
		{ " 4b20d080-1b54-4048-85b3a6a62d165c01", 1 },
		{ "4b20d080-1b54-4048-85b3-a6a62d165c02", 0 },
		{ "4b20d080-1b54-4048-85b3-a6a62d165c0", 0 },
		{ "4b20d080-1b54-4048-85b3-a6a62d165c011", 0 },
		{ "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char xml[1024];

		snprintf(xml, sizeof(xml),
			 "<domain><devices><hostdev type='usb'/><hostdev type='mdev'><source>"
			 "<address uuid='%s'/></source></hostdev></devices></domain>",
			 cases[i].uuid);
		assert_int_equal(xmlpatch_has_vgpu(xml, strlen(xml), UUID, NULL), cases[i].found);
	}
	assert_int_equal(xmlpatch_has_vgpu("<domain", 7, UUID, NULL), -1);
	assert_int_equal(xmlpatch_has_vgpu("<domain/>", 9, UUID, NULL), 0);
}

static void test_text_need_not_end_with_a_nul(void **state)
{
	static const char xml[] = DEVICES("") "<";
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result result = { 0 };

	(void)state;
	attach(xml, sizeof(xml) - 2, &result);
	assert_int_equal(result.n, 3);
}

int main(void)
{
	static const struct CMUnitTest fixed[] = {
		cmocka_unit_test(test_nul_byte_is_refused),
		cmocka_unit_test(test_more_than_the_limit_is_refused),
		cmocka_unit_test(test_too_deep_is_refused),
		cmocka_unit_test(test_malformed_wishes_are_misuse),
		cmocka_unit_test(test_no_rendernode_leaves_it_to_libvirt),
		cmocka_unit_test(test_rendernode_is_escaped),
		cmocka_unit_test(test_uuid_is_written_in_lower_case),
		cmocka_unit_test(test_only_one_device_has_ramfb),
		cmocka_unit_test(test_slot_is_given_only_if_free),
		cmocka_unit_test(test_slot_of_qemus_own_arguments_is_left_alone),
		cmocka_unit_test(test_vgpu_is_found_however_its_uuid_is_written),
		cmocka_unit_test(test_text_need_not_end_with_a_nul),
	};
	struct CMUnitTest tests[256];
	size_t n = sizeof(fixed) / sizeof(*fixed);
	glob_t found = { 0 };
	int failed;

	memcpy(tests, fixed, sizeof(fixed));
	n = add_refusals(tests, n, sizeof(tests) / sizeof(*tests));
	if (glob(CORPUS "/*.in.xml", 0, NULL, &found) != 0 || found.gl_pathc < CORPUS_MINIMUM) {
		fprintf(stderr, "only %zu files in " CORPUS ", run from the top\n", found.gl_pathc);
		return 1;
	}
	n = add_corpus(tests, n, sizeof(tests) / sizeof(*tests), &found);
	failed = _cmocka_run_group_tests("xmlpatch", tests, n, NULL, NULL);
	globfree(&found);
	return failed;
}
