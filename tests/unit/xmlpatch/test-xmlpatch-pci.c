/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/pci-domain.h"

static const struct pci_case plans[] = {
	CASE("an empty i440fx gives 00:02.0", PC(), DROP, NULL, "00:02.0"),
	CASE("an empty q35 gives 00:02.0", Q35(), DROP, NULL, "00:02.0"),
	CASE("video that goes frees its slot", PC(VGA("slot='2'")), DROP, NULL, "00:02.0"),
	CASE("video that stays moves to the lowest slot behind",
	     PC(VGA("slot='2'") NET("slot='3'")), KEEP, NULL, "00:02.0 00:02.0>00:04.0"),
	CASE("video that stays behind stays", PC(VGA("slot='7'")), KEEP, NULL, "00:02.0"),
	CASE("all video that stays moves, in its order",
	     PC(VGA("slot='2'") QXL("slot='3'") QXL("slot='9'")), KEEP, "00:04.0",
	     "00:04.0 00:02.0>00:05.0 00:03.0>00:06.0"),
	CASE("of all video the first stays for an installation",
	     PC(VIDEO("ramfb") VGA("slot='2'") QXL("slot='3'")), INSTALL, NULL,
	     "00:02.0 00:02.0>00:03.0"),
	CASE("video for an installation is added behind", PC(), INSTALL, NULL,
	     "00:02.0 new 00:03.0"),
	CASE("video that is none is no emulated one", PC(VIDEO("none")), INSTALL, NULL,
	     "00:02.0 new 00:03.0"),
	CASE("the address of video that is none does not count",
	     PC("<video><model type='none'/>" AT("slot='2'") "</video>" NET("slot='3'")), DROP,
	     NULL, "00:02.0"),
	CASE("the address of a memory balloon that is none does not count",
	     PC("<memballoon model='none'>" AT("slot='2'") "</memballoon>"), DROP, NULL, "00:02.0"),
	CASE("ramfb is no PCI device", PC(VIDEO("ramfb")), KEEP, NULL, "00:02.0"),
	CASE("video on another kind of bus stays", PC("<video><address type='isa'/></video>"), KEEP,
	     "00:05.0", "00:05.0"),
	CASE("i440fx video without an address comes behind 00:02.0 by itself", PC(VIDEO("vga")),
	     KEEP, NULL, "00:02.0"),
	CASE("i440fx video without an address gets one where it could come before",
	     PC(VIDEO("vga")), KEEP, "00:05.0", "00:05.0 >00:06.0"),
	CASE("Ubuntu's name for q35 is q35", UBUNTU_Q35(VIDEO("vga")), KEEP, NULL,
	     "00:02.0 >00:03.0"),
	CASE("video that libvirt would add gets an address behind", Q35("<graphics/>"), LEAVE, NULL,
	     "00:02.0 new 00:03.0"),
	CASE("without a display it adds none", Q35(), LEAVE, NULL, "00:02.0"),
	CASE("beside video that is none it adds none", Q35("<graphics/>" VIDEO("none")), LEAVE,
	     NULL, "00:02.0"),
	CASE("another device of q35 goes behind the vGPU", Q35(.tells_room = true), DROP, NULL,
	     "00:02.0 room 00:03.0"),
	CASE("it goes behind the video devices", Q35(VGA("slot='1'"), .tells_room = true), KEEP,
	     NULL, "00:02.0 00:01.0>00:03.0 room 00:04.0"),
	CASE("where the vGPU needs no address, too", Q35(VGPU(""), .tells_room = true), DROP, NULL,
	     "- room 00:01.0"),
	CASE("with nothing free behind it goes before",
	     Q35(NULL, NULL, 3, 0x1e, .tells_room = true), DROP, NULL, "00:02.0 room 00:01.0"),
	CASE("but not where the vGPU and video go",
	     Q35(VGA("slot='1'") PORTS, NULL, 3, 0x1e, .tells_room = true), KEEP, NULL,
	     "00:01.0 00:01.0>01:00.0 room 02:00.0"),
	CASE("with one slot left there is none", Q35(NULL, NULL, 2, 0x1e, .tells_room = true), DROP,
	     NULL, "00:01.0 room none"),
	CASE("on i440fx it gets the last one", PC(NULL, NULL, 4, 31, .tells_room = true), DROP,
	     NULL, "00:02.0 room 00:03.0"),
	CASE("on a full i440fx there is none", PC(NULL, NULL, 3, 31, .tells_room = true), DROP,
	     NULL, "00:02.0 room none"),
	CASE("on i440fx libvirt finds one of two", PC(.tells_room = true), DROP, NULL,
	     "00:02.0 room unasked"),
	CASE("an empty address is none", PC(VGA("")), KEEP, "00:05.0", "00:05.0 >00:06.0"),
	CASE("q35 video without an address would come to 00:01.0", Q35(VIDEO("vga")), KEEP, NULL,
	     "00:02.0 >00:03.0"),
	CASE("q35 video without an address comes behind if 00:01.0 is taken",
	     Q35(VIDEO("vga") NET("slot='1'")), KEEP, NULL, "00:02.0"),
	CASE("on a bus behind, video without an address gets one too", Q35(VIDEO("vga") PORTS),
	     KEEP, "01:00.0", "01:00.0 >02:00.0"),

	CASE("q35 with root ports at 02 and video at 01 that goes gives 01",
	     Q35(PORTS VGA("slot='1'")), DROP, NULL, "00:01.0"),
	CASE("q35 with root ports at 02 and video at 01 that stays moves the video",
	     Q35(PORTS VGA("slot='1'")), KEEP, NULL, "00:01.0 00:01.0>00:03.0"),
	CASE("q35's usual slots come last on bus 0", Q35(NULL, NULL, 1, 0x19), DROP, NULL,
	     "00:1c.0"),
	CASE("q35's usual slots come before other buses for the vGPU",
	     Q35(PORTS NET("slot='1'") NET("slot='0x1c'"), NULL, 3, 0x19), DROP, NULL, "00:1a.0"),
	CASE("q35's usual slots come before other buses for video",
	     Q35(PORTS VGA("slot='1'") NET("slot='0x1c'"), NULL, 3, 0x19), KEEP, NULL,
	     "00:01.0 00:01.0>00:1a.0"),
	CASE("root ports without an address make way",
	     Q35(BUS("1", "pcie-root-port", "") BUS("2", "pcie-root-port", "")), DROP, NULL,
	     "00:02.0"),
	CASE("a full bus 0 leaves the root ports' buses",
	     Q35(PORTS NET("bus='1'") NET("slot='1'"), NULL, 3, 0x1e), DROP, NULL, "02:00.0"),
	CASE("video goes to a bus of higher number if need be",
	     Q35(PORTS VGA("slot='1'"), NULL, 3, 0x1e), KEEP, NULL, "00:01.0 00:01.0>01:00.0"),
	CASE("a controller without an index has the lowest",
	     Q35("<controller type='pci' model='pcie-root'/>"
		 "<controller type='pci' model='pcie-root-port'/>" NET("slot='1'"),
		 NULL, 2, 0x1e),
	     DROP, NULL, "01:00.0"),

	CASE("30 devices on i440fx leave the bridge",
	     PC(BUS("1", "pci-bridge", AT("slot='2'")), NULL, 3, 31), DROP, NULL, "01:01.0"),
	CASE("an expander bus of i440fx has a slot 0",
	     PC(BUS("1", "pci-expander-bus", AT("slot='2'")), NULL, 3, 31), DROP, NULL, "01:00.0"),
	CASE("an expander bus of q35 takes ports only",
	     Q35(BUS("1", "pcie-expander-bus", AT("slot='1'"))
			 BUS("2", "pcie-root-port", AT("bus='1'")) NET("slot='2'"),
		 NULL, 3, 0x1e),
	     DROP, NULL, "02:00.0"),
	CASE("a switch has devices behind its downstream ports",
	     Q35(BUS("1", "pcie-root-port", AT("slot='1'"))
			 BUS("2", "pcie-switch-upstream-port", AT("bus='1'"))
				 BUS("3", "pcie-switch-downstream-port", AT("bus='2' slot='5'")),
		 NULL, 2, 0x1e),
	     DROP, NULL, "03:00.0"),
	CASE("bridges of q35 nest",
	     Q35(BUS("1", "dmi-to-pci-bridge", AT("slot='0x1e'"))
			 BUS("2", "pci-bridge", AT("bus='1' slot='0'")),
		 NULL, 1, 0x1d),
	     DROP, NULL, "01:01.0"),

	CASE("another function of a slot takes all of it", PC(NET("slot='2' function='1'")), DROP,
	     NULL, "00:03.0"),
	CASE("video that others share a slot with cannot leave it",
	     PC(VGA("slot='3'") SOUND("slot='3' function='1'")), KEEP, NULL, "00:02.0"),
	CASE("the vGPU takes over for the others at the slot of video that goes",
	     PC(VGA("slot='5' multifunction='on'") SOUND("slot='5' function='1'")), DROP, NULL,
	     "multifunction 00:05.0"),
	CASE("that slot may be asked for",
	     PC(VGA("slot='5' multifunction='on'") SOUND("slot='5' function='1'")), DROP, "00:05.0",
	     "multifunction 00:05.0"),
	CASE("another slot may be asked for instead",
	     PC(VGA("slot='5' multifunction='on'") SOUND("slot='5' function='1'")), DROP, "00:03.0",
	     "00:03.0"),
	CASE("video at another function leaves its slot",
	     PC(NET("slot='2'") VGA("slot='2' function='1'")), KEEP, NULL,
	     "00:03.0 00:02.1>00:04.0"),
	CASE("video at one slot goes to one each",
	     PC(VGA("slot='2' multifunction='on'") QXL("slot='2' function='1'")), KEEP, NULL,
	     "00:02.0 00:02.0>00:03.0 00:02.1>00:04.0"),
	CASE("a function may be asked for", PC(NET("slot='3'")), DROP, "00:03.5", "00:03.5"),

	CASE("with one slot left the video takes it", PC(VGA("slot='2'"), NULL, 3, 30), KEEP, NULL,
	     "00:02.0 00:02.0>00:1f.0"),
	CASE("with one slot left before the video the vGPU takes it",
	     PC(VGA("slot='31'"), NULL, 3, 30), KEEP, NULL, "00:02.0"),

	CASE("a vGPU keeps its address", PC(VGPU(AT("bus='0' slot='7'")) VGA("slot='2'")), DROP,
	     NULL, "00:07.0"),
	CASE("a vGPU that keeps its address has video move behind it",
	     PC(VGPU(AT("bus='0' slot='7'")) VGA("slot='2'")), KEEP, NULL,
	     "00:07.0 00:02.0>00:08.0"),
	CASE("a vGPU without an address needs none", PC(VGPU("")), DROP, NULL, "-"),
	CASE("a vGPU without an address gets one if video stays", PC(VGPU("") VGA("slot='2'")),
	     KEEP, NULL, "00:02.0 00:02.0>00:03.0"),
	CASE("a vGPU moves if that is asked for", PC(VGPU(AT("slot='7'")) NET("slot='2'")), DROP,
	     "00:03.0", "00:03.0"),
	CASE("the slot that a vGPU has may be asked for", PC(VGPU(AT("slot='7'"))), DROP, "00:07.0",
	     "00:07.0"),
	CASE("the address of the host's device is the host's",
	     PC("<hostdev type='pci'><source>" AT("slot='2'") "</source></hostdev>"), DROP, NULL,
	     "00:02.0"),
	CASE("a free slot may be asked for", Q35(PORTS), DROP, "04:00.0", "04:00.0"),
	CASE("a usual slot may be asked for", Q35(), DROP, "00:1b.0", "00:1b.0"),

	CASE("libvirt's numbers have any base",
	     PC(NET("slot='02'") NET("bus='0x00' slot=' 0x3'") NET("slot='+4'")), DROP, NULL,
	     "00:05.0"),
	CASE("the machine's own controllers may be told",
	     PC("<controller type='ide'>" AT(
		     "slot='1' function='1'") "</controller>"
					      "<controller type='usb' index='0' "
					      "model='piix3-uhci'>" AT(
						      "slot='1' function='2'") "</controller>"),
	     DROP, NULL, "00:02.0"),
	CASE("another USB controller leaves the machine's address",
	     PC("<controller type='usb' index='1'/><controller type='usb' model='qemu-xhci'/>" NET(
		     "slot='1' function='2'")),
	     DROP, NULL, "00:02.0"),
	CASE("q35's own SATA may be told",
	     Q35("<controller type='sata' index='0'>" AT("slot='31' function='2'") "</controller>"),
	     DROP, NULL, "00:02.0"),
	CASE("a console repeats the serial port",
	     PC("<serial>" AT("slot='2'") "</serial><console>" AT("slot='2'") "</console>"), DROP,
	     NULL, "00:03.0"),
	CASE("a bus that libvirt will add takes anything", Q35(NET("bus='9' slot='3'")), DROP, NULL,
	     "00:02.0"),

	CASE("QEMU's argument has its slot", PC(NULL, DEVICE("e1000,addr=2")), DROP, NULL,
	     "00:03.0"),
	CASE("QEMU's argument has a function", PC(NULL, DEVICE("e1000,addr=02.1,id=x")), DROP, NULL,
	     "00:03.0"),
	CASE("QEMU's numbers are hexadecimal", PC(NULL, DEVICE("addr,addr=0x12")), DROP, "00:11.0",
	     "00:11.0"),
	CASE("QEMU's argument names its bus", PC(NULL, DEVICE("x,addr=2,bus=pci.1")), DROP, NULL,
	     "00:02.0"),
	CASE("QEMU's argument names the first bus", Q35(NULL, DEVICE("x,bus=pcie.0,addr=2")), DROP,
	     NULL, "00:01.0"),
	CASE("QEMU's argument names a bus that nobody knows", PC(NULL, DEVICE("x,bus=mine,addr=2")),
	     DROP, NULL, "00:02.0"),
	CASE("QEMU's commas are doubled in values", PC(NULL, DEVICE("x,id=a,,addr=2,addr=5")), DROP,
	     NULL, "00:02.0"),
	CASE("other options are no addresses",
	     PC(NULL, DEVICE("e1000,macaddr=02:54") ARGS("<q:arg value='x,addr=2'/>")), DROP, NULL,
	     "00:02.0"),
	CASE("QEMU's argument in JSON has its slot",
	     PC(NULL, DEVICE("{\"driver\": \"x\", \"addr\" : \"0x2\"}")), DROP, NULL, "00:03.0"),
	CASE("a number in JSON has the function in it", PC(NULL, DEVICE("{\"addr\":17}")), DROP,
	     NULL, "00:03.0"),
	CASE("a key in JSON may be written with escapes",
	     PC(NULL, DEVICE("{\"\\u0061ddr\":\"0x2\"}")), DROP, NULL, "00:03.0"),
	CASE("and so may a value", PC(NULL, DEVICE("{\"addr\":\"\\u0030x2\"}")), DROP, NULL,
	     "00:03.0"),
	CASE("QEMU's JSON has single quotes as well",
	     PC(NULL, DEVICE("{&apos;addr&apos;:&apos;0x2&apos;}")), DROP, NULL, "00:03.0"),
	CASE("JSON's strings and inner objects are no addresses",
	     PC(NULL, DEVICE("{\"a\":\"\\\"addr\\\":2\",\"b\":{\"addr\":\"2\"},\"addr\":\"0x5\","
			     "\"bus\":\"pci.0\"}")),
	     DROP, NULL, "00:02.0"),
	CASE("what QEMU would refuse takes no slot",
	     PC(NULL,
		DEVICE("x,addr=2.9") DEVICE("x,addr=0x22") DEVICE("x,addr=2x") DEVICE("x,addr=")
			DEVICE("x,addr=2,bus=pci.") DEVICE("x,addr=2,bus=pci.999") DEVICE(
				"{\"addr\":\"2") DEVICE("{\"addr\"") DEVICE("{\"addr\":")
				DEVICE("{\"addr\":\"2\"} x") DEVICE("{\"addr\":\"2\"}{}")
					DEVICE("{\"addr\":\"2\\u0000\"}") DEVICE("{\"addr\":-1}")
						DEVICE("{\"addr\":256}") DEVICE("{\"addr\":true}")
							DEVICE("{\"addr\":2,\"bus\":0}")),
	     DROP, NULL, "00:02.0"),
	CASE("QEMU's -vga has the first slot",
	     PC(NULL, ARGS("<q:arg value='--vga'/><q:arg value='std'/>")), DROP, NULL, "00:03.0"),
	CASE("QEMU's -vga none has none",
	     PC(NULL, ARGS("<q:arg value='-vga'/><q:arg value='none'/>")), DROP, NULL, "00:02.0"),
};

/* An argument with an object inside of another, so many times, before its address. */
static void expect_nested(unsigned int depth, const char *wanted)
{
	BASE_AUTO(free) char *args = NULL;
	BASE_AUTO(free) char *plan = NULL;
	struct domain domain = { .machine = "pc" };
	size_t length = 0;
	FILE *out = open_memstream(&args, &length);

	assert_non_null(out);
	fputs("<q:commandline><q:arg value='-device'/><q:arg value='{\"a\":", out);
	for (unsigned int i = 0; i < depth; i++)
		fputs("{\"a\":", out);
	fputc('1', out);
	for (unsigned int i = 0; i < depth; i++)
		fputc('}', out);
	fputs(",\"addr\":\"2\"}'/></q:commandline>", out);
	assert_int_equal(fclose(out), 0);
	domain.beside = args;
	plan = pci_domain_plan(&domain, DROP, NULL, NULL);
	assert_non_null(plan);
	assert_string_equal(plan, wanted);
}

/* No property of a device is so deep or so long, and QEMU takes none: that is not read. */
static void test_hostile_json_is_not_read(void **state)
{
	(void)state;
	expect_nested(8, "00:03.0");
	expect_nested(100, "00:02.0");
	expect_nested(1000000, "00:02.0");
}

static void test_plan(void **state)
{
	const struct pci_case *wanted = *state;
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(free)
	char *plan = pci_domain_plan(&wanted->domain, wanted->wish, wanted->asked, &err);

	if (plan == NULL)
		print_error("%s\n", err.message);
	assert_non_null(plan);
	assert_string_equal(plan, wanted->expected);
}

/* Every look at an attribute goes through here, and there is no other work by device. */
static size_t lookups;

xmlChar *xmlGetNoNsProp(const xmlNode *node, const xmlChar *name)
{
	static xmlChar *(*real)(const xmlNode *, const xmlChar *);

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "xmlGetNoNsProp");
	lookups++;
	return real(node, name);
}

/* Bridges full of multifunction devices, and as many disks without an address. */
static size_t count_lookups(unsigned int n)
{
	BASE_AUTO(free) char *devices = NULL;
	BASE_AUTO(free) char *plan = NULL;
	BASE_AUTO(base_error) struct base_error err = { 0 };
	struct domain domain = { .machine = "pc" };
	size_t length = 0;
	FILE *out = open_memstream(&devices, &length);

	assert_non_null(out);
	for (unsigned int i = 0; i < n; i++) {
		unsigned int bus = 1 + i / 248, slot = 1 + i / 8 % 31, function = i % 8;

		if (i % 248 == 0)
			fprintf(out, BUS("%u", "pci-bridge", AT("slot='%u'")), bus, 1 + bus);
		fprintf(out, NET("bus='%u' slot='%u' function='%u'"), bus, slot, function);
		fputs("<disk><target bus='virtio'/></disk>" VIDEO("vga"), out);
	}
	assert_int_equal(fclose(out), 0);
	domain.devices = devices;
	lookups = 0;
	plan = pci_domain_plan(&domain, DROP, NULL, &err);
	assert_non_null(plan);
	return lookups;
}

static void test_work_grows_with_the_devices(void **state)
{
	size_t few = count_lookups(500);
	size_t many = count_lookups(5000);

	(void)state;
	assert_true(few > 500);
	if (many > 11 * few)
		fail_msg("%zu lookups for 500 devices, %zu for 5,000", few, many);
}

int main(void)
{
	static struct CMUnitTest tests[COUNT(plans) + 2];
	size_t n = pci_domain_add_tests(tests, plans, COUNT(plans), test_plan);

	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_hostile_json_is_not_read);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_work_grows_with_the_devices);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
