/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "xmlpatch/xmlpatch.h"

#define UUID2 "4b20d080-1b54-4048-85b3-a6a62d165c02"
#define UUID  "4b20d080-1b54-4048-85b3-a6a62d165c01"
#define NODE  "/dev/dri/renderD129"

static const struct xmlpatch_wishes wishes = { .uuid = UUID, .rendernode = NODE };

static void attach(const char *xml, size_t length, struct xmlpatch_result *result)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	int status = xmlpatch_attach(xml, length, &wishes, result, &err);

	if (status != 0)
		print_error("%s\n", err.message);
	assert_int_equal(status, 0);
	assert_false(base_error_is_set(&err));
}

#define OS(attributes)	"<os><type " attributes ">hvm</type></os>"
#define DOMAIN(inside)	"<domain type='kvm'>" inside "</domain>"
#define NAMED(inside)	DOMAIN("<name>n</name>" inside)
#define DEVICES(inside) NAMED(OS("machine='pc'") "<devices>" inside "</devices>")
#define MDEV(attributes)                                                                           \
	"<hostdev type='mdev' " attributes "><source><address uuid='" UUID "'/></source></"        \
	"hostdev>"

#define USB(source)  "<hostdev type='usb'><source>" source "</source></hostdev>"
#define MAKE(vendor) "<vendor id='" vendor "'/><product id='0x5581'/>"

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
	  "its model is not vfio-pci" },
	{ "another vGPU with a display is refused",
	  DEVICES("<hostdev type='mdev' model='vfio-pci' display='on'><source><address "
		  "uuid='00000000-1b54-4048-85b3-a6a62d165c01'/></source></hostdev>"),
	  "already shows another vGPU, 00000000-1b54" },
	{ "a display among QEMU's own arguments is refused",
	  "<domain type='kvm' xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'>"
	  "<name>n</name><os><type>hvm</type></os><q:commandline><q:env name='a'/>"
	  "<q:arg value='-s'/><q:arg value='--display'/><q:arg value='gtk,gl=on'/>"
	  "</q:commandline></domain>",
	  "<qemu:commandline> has --display" },
	{ "a host device that is there twice is refused",
	  DEVICES("<hostdev type='pci'><source><address bus='0x01' slot='0'/></source></hostdev>"
		  "<hostdev type='pci'><source><address bus='1' slot='0x0'/></source></hostdev>"),
	  "the host device 0000:01:00.0 twice" },
	{ "a PCI device that is a network interface as well is refused",
	  DEVICES("<hostdev type='pci'><source><address bus='0x01' slot='0'/></source></hostdev>"
		  "<interface type='hostdev'><source><address type='pci' bus='1' "
		  "slot='0'/></source>"
		  "</interface>"),
	  "the host device 0000:01:00.0 twice" },
	{ "two equal USB devices are refused", DEVICES(USB(MAKE("0x0781")) USB(MAKE("1921"))),
	  "the host device USB 0781:5581 twice" },
	{ "a USB port that is there twice is refused",
	  DEVICES(USB("<address bus='1' device='0x4'/>") USB("<address bus='0x1' device='4'/>")),
	  "the host device USB 1:4 twice" },
	{ "a vGPU among QEMU's own arguments is refused",
	  NAMED(OS("machine='pc'") "<q:commandline xmlns:q='http://libvirt.org/schemas/domain/qemu/"
				   "1.0'><q:arg value='-device'/><q:arg value='vfio-pci,sysfsdev="
				   "/sys/bus/mdev/devices/" UUID "'/></q:commandline>"),
	  "already has a vGPU with vfio-pci" },
	{ "two D-Bus displays are refused",
	  DEVICES("<graphics type='dbus'/><graphics type='vnc'/><graphics type='dbus'/>"),
	  "two displays of the type dbus" },
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

static void test_other_devices_are_no_duplicates(void **state)
{
	(void)state;
	expect_part(
		DEVICES(USB(MAKE("0x0781")) USB(MAKE("0x0782")) USB("") USB("") USB(
			"<address bus='1' device='4'/>") USB("<address bus='1' device='5'/>")
				USB("<address bus='1' port='1'/>") USB(
					"<address bus='1' port='2'/>") "<interface "
								       "type='hostdev'/><interface "
								       "type='hostdev'/>"),
		&wishes, UUID);
}

static void test_wayland_socket_may_be_a_path(void **state)
{
	static const struct {
		struct xmlpatch_desktop desktop;
		const char *advice;
	} cases[] = {
		{ { .wayland = "wayland-0", .runtime_dir = "/run/user/1000" },
		  "u:libvirt-qemu:x /run/user/1000 && setfacl -m u:libvirt-qemu:rw "
		  "/run/user/1000/wayland-0" },
		{ { .wayland = "/tmp/a/wayland-1", .runtime_dir = "/run/user/1000" },
		  "u:libvirt-qemu:x /tmp/a && setfacl -m u:libvirt-qemu:rw /tmp/a/wayland-1" },
		{ { .wayland = "/wayland-2" },
		  "u:libvirt-qemu:x / && setfacl -m u:libvirt-qemu:rw /wayland-2" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct xmlpatch_wishes gtk = { .uuid = UUID,
						     .display = XMLPATCH_DISPLAY_GTK,
						     .desktop = cases[i].desktop };
		BASE_AUTO(xmlpatch_result) struct xmlpatch_result result = { 0 };

		assert_int_equal(
			xmlpatch_attach(DEVICES(""), strlen(DEVICES("")), &gtk, &result, NULL), 0);
		assert_int_equal(result.n_advice, 1);
		if (strstr(result.advice[0], cases[i].advice) == NULL)
			fail_msg("%s", result.advice[0]);
	}
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

/* Whether a domain definition has the vGPU in it: 1, 0, or -1. */
static int has_vgpu(const char *xml)
{
	BASE_AUTO(xmlpatch_mdevs) struct xmlpatch_mdevs mdevs = { 0 };

	if (xmlpatch_read_mdevs(xml, strlen(xml), &mdevs, NULL) < 0)
		return -1;
	return xmlpatch_mdevs_have(&mdevs, UUID);
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
		assert_int_equal(has_vgpu(xml), cases[i].found);
	}
	assert_int_equal(has_vgpu("<domain"), -1);
	assert_int_equal(has_vgpu("<domain/>"), 0);
}

static void test_mdevs_are_listed_once_each_in_their_order(void **state)
{
	static const char xml[] =
		"<domain><devices>"
		"<hostdev type='mdev'><source><address uuid='" UUID2 "'/></source></hostdev>"
		"<hostdev type='pci'><source><address uuid='" UUID "'/></source></hostdev>"
		"<hostdev type='mdev'><source><address uuid='nonsense'/></source></hostdev>"
		"<hostdev type='mdev'/>"
		"<hostdev type='mdev'><source><address uuid=' 4B20D0801B5440488 "
		"5B3'/></source></hostdev>"
		"<hostdev type='mdev'><source><address "
		"uuid='4B20D0801B54404885B3A6A62D165C01'/></source>"
		"</hostdev>"
		"<hostdev type='mdev'><source><address uuid='" UUID2 "'/></source></hostdev>"
		"</devices></domain>";
	BASE_AUTO(xmlpatch_mdevs) struct xmlpatch_mdevs mdevs = { 0 };

	(void)state;
	assert_int_equal(xmlpatch_read_mdevs(xml, strlen(xml), &mdevs, NULL), 0);
	assert_int_equal(mdevs.n, 2);
	assert_string_equal(mdevs.uuids[0], UUID2);
	assert_string_equal(mdevs.uuids[1], UUID);
	xmlpatch_mdevs_finish(&mdevs);
	assert_int_equal(xmlpatch_read_mdevs("<domain", 7, &mdevs, NULL), -1);
	assert_null(mdevs.uuids);
}

/* What is put into an element takes its prefix; beside it, it brings its own. */
#define P62    "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgg"
#define P63    P62 "g"
#define QEMU1  "http://libvirt.org/schemas/domain/qemu/1.0"
#define IN(p)  NAMED(OS("machine='pc'") "<" p ":override xmlns:" p "='" QEMU1 "'/>")
#define ARG(p) NAMED(OS("machine='pc'") "<" p ":commandline xmlns:" p "='" QEMU1 "'/>")

/* Without <qemu:override> a property is a global setting of all vfio-pci devices. */
#define OLD_LIBVIRT .uuid = UUID, .opregion = true
#define QXML	    "<qemu:commandline xmlns:qemu='" QEMU1 "'>"
#define OLD_OTHER   "<hostdev type='pci'><source><address bus='1' slot='0'/></source></hostdev>"

static const struct old_libvirt {
	const char *name;
	struct xmlpatch_wishes wishes;
	const char *before;
	const char *arguments; /* what is put in; NULL: none are */
	const char *advice;    /* a part of the only one; NULL: there is none */
} old_libvirts[] = {
	{ "before 8.2 the OpRegion is a global setting",
	  { OLD_LIBVIRT },
	  DEVICES(""),
	  QXML "<qemu:arg value='-global'/><qemu:arg value='vfio-pci.x-igd-opregion=on'/>"
	       "</qemu:commandline>",
	  NULL },
	{ "so is the size of the screen",
	  { .uuid = UUID, .xres = 1280, .yres = 720 },
	  DEVICES(""),
	  QXML "<qemu:arg value='-global'/><qemu:arg value='vfio-pci.xres=1280'/>"
	       "<qemu:arg value='-global'/><qemu:arg value='vfio-pci.yres=720'/>"
	       "</qemu:commandline>",
	  NULL },
	{ "one that is there already is not doubled",
	  { OLD_LIBVIRT },
	  NAMED(OS("machine='pc'") "<devices></devices>" QXML "<qemu:arg value='-global'/>"
				   "<qemu:arg value='vfio-pci.x-igd-opregion=on'/>"
				   "</qemu:commandline>"),
	  NULL,
	  NULL },
	{ "beside another vfio-pci device it is left out, and told",
	  { OLD_LIBVIRT },
	  DEVICES(OLD_OTHER),
	  NULL,
	  "x-igd-opregion is not set: libvirt before 8.2 can set it only for all vfio-pci "
	  "devices" },
	{ "without a property there are no arguments", { .uuid = UUID }, DEVICES(""), NULL, NULL },
};

static void test_old_libvirt(void **state)
{
	const struct old_libvirt *old = *state;
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result once = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result again = { 0 };
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result back = { 0 };

	assert_int_equal(
		xmlpatch_attach(old->before, strlen(old->before), &old->wishes, &once, NULL), 0);
	assert_null(strstr(once.xml, "override"));
	if (old->arguments != NULL && strstr(once.xml, old->arguments) == NULL)
		fail_msg("%s\nhas no %s", once.xml, old->arguments);
	if (old->arguments == NULL && strstr(old->before, "-global") == NULL)
		assert_null(strstr(once.xml, "-global"));
	assert_int_equal(once.n_advice, old->advice == NULL ? 0 : 1);
	if (old->advice != NULL && strstr(once.advice[0], old->advice) == NULL)
		fail_msg("%s", once.advice[0]);
	assert_int_equal(xmlpatch_attach(once.xml, once.length, &old->wishes, &again, NULL), 0);
	assert_int_equal(again.n, 0);
	assert_string_equal(again.xml, once.xml);
	assert_int_equal(xmlpatch_detach(once.xml, once.length, UUID, &back, NULL), 0);
	assert_string_equal(back.xml, old->before);
}

static void test_a_prefix_of_any_length_is_handled(void **state)
{
	static const struct xmlpatch_wishes override = { .uuid = UUID,
							 .opregion = true,
							 .has_override = true };
	static const struct xmlpatch_wishes gtk = { .uuid = UUID, .display = XMLPATCH_DISPLAY_GTK };
	static const char with_colon[] = "<domain type='kvm' xmlns:a:b='" QEMU1
					 "'><name>n</name>" OS("machine='pc'") "</domain>";
	static const char at_root[] = "<domain type='kvm' xmlns:" P63 "='" QEMU1
				      "'><name>n</name>" OS("machine='pc'") "</domain>";

	(void)state;
	expect_part(IN(P62), &override, "<" P62 ":property name='x-igd-opregion'");
	expect_part(ARG(P62), &gtk, "<" P62 ":arg value='-display'/>");
	expect_part(at_root, &override, "<qemu:override xmlns:qemu='" QEMU1 "'>");
	expect_part(with_colon, &override, "<qemu:override xmlns:qemu='" QEMU1 "'>");
	refuse(IN(P63), sizeof(IN(P63)) - 1, &override, BASE_FAILED,
	       "prefix of the domain's <override> is longer than 62 bytes");
	refuse(ARG(P63), sizeof(ARG(P63)) - 1, &gtk, BASE_FAILED,
	       "prefix of the domain's <commandline> is longer than 62 bytes");
	/* Nothing is put in there. */
	expect_part(ARG(P63), &override, "<qemu:override xmlns:qemu='" QEMU1 "'>");
}

static void test_text_need_not_end_with_a_nul(void **state)
{
	static const char xml[] = DEVICES("") "<";
	BASE_AUTO(xmlpatch_result) struct xmlpatch_result result = { 0 };

	(void)state;
	attach(xml, sizeof(xml) - 2, &result);
	assert_int_not_equal(result.n, 0);
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
		cmocka_unit_test(test_other_devices_are_no_duplicates),
		cmocka_unit_test(test_wayland_socket_may_be_a_path),
		cmocka_unit_test(test_only_one_device_has_ramfb),
		cmocka_unit_test(test_vgpu_is_found_however_its_uuid_is_written),
		cmocka_unit_test(test_mdevs_are_listed_once_each_in_their_order),
		cmocka_unit_test(test_a_prefix_of_any_length_is_handled),
		cmocka_unit_test(test_text_need_not_end_with_a_nul),
	};
	struct CMUnitTest tests[256];
	size_t n = sizeof(fixed) / sizeof(*fixed);

	memcpy(tests, fixed, sizeof(fixed));
	n = add_refusals(tests, n, sizeof(tests) / sizeof(*tests));
	for (size_t i = 0; i < sizeof(old_libvirts) / sizeof(*old_libvirts); i++)
		tests[n++] = (struct CMUnitTest){ .name = old_libvirts[i].name,
						  .test_func = test_old_libvirt,
						  .initial_state = (void *)&old_libvirts[i] };
	return _cmocka_run_group_tests("xmlpatch", tests, n, NULL, NULL);
}
