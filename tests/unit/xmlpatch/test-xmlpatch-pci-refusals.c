/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/pci-domain.h"

static const struct pci_case refusals[] = {
	CASE("two devices at one address are named", PC(NET("slot='3'") SOUND("slot='3'")), DROP,
	     NULL,
	     "the network interface e1000 and the sound device ich6 are both at 00:03.0: give "
	     "one of "
	     "them another slot"),
	CASE("a device at the machine's own address is named", PC(NET("slot='1'")), DROP, NULL,
	     "the machine's ISA bridge and the network interface e1000 are both at 00:01.0"),
	CASE("only the first IDE controller is the machine's",
	     PC("<controller type='ide' index='1'>" AT("slot='1' function='1'") "</controller>"),
	     DROP, NULL,
	     "the machine's IDE controller and the ide controller 1 are both at 00:01.1"),
	CASE("the machine's own controller is there once",
	     Q35("<controller type='sata' index='0'>" AT(
		     "slot='31' function='2'") "</controller>" SOUND("slot='31' function='2'")),
	     DROP, NULL, "the sata controller 0 and the sound device ich6 are both at 00:1f.2"),
	CASE("QEMU's argument at a device's address is named",
	     PC(NET("slot='3'"), DEVICE("pci-testdev,addr=3")), DROP, NULL,
	     "the network interface e1000 and QEMU's argument pci-testdev,addr=3 are both at "
	     "00:03.0"),
	CASE("slot 0 is the host bridge's",
	     PC(NET("bus='0x0' slot='0x0' domain='0' function='1'") NET("slot='3'")
			SOUND("slot='3'")),
	     DROP, NULL, "are both at 00:03.0"),
	CASE("a root port has one slot", Q35(PORTS SOUND("bus='1' slot='1'")), DROP, NULL,
	     "the sound device ich6 is at 01:01.0, but PCI bus 01 (pcie-root-port) has only slot "
	     "00"),
	CASE("a bridge has no slot 0", PC(BUS("1", "pci-bridge", AT("slot='2'")) SOUND("bus='1'")),
	     DROP, NULL, "is at 01:00.0, but the slots of PCI bus 01 (pci-bridge) are 01 to 1f"),
	CASE("an expander bus of q35 takes no devices",
	     Q35(BUS("1", "pcie-expander-bus", AT("slot='3'")) SOUND("bus='1'")), DROP, NULL,
	     "is at 01:00.0, but PCI bus 01 (pcie-expander-bus) does not accept such a device"),
	CASE("a switch takes its ports only",
	     Q35(BUS("1", "pcie-root-port", AT("slot='3'"))
			 BUS("2", "pcie-switch-upstream-port", AT("bus='1'")) SOUND("bus='2'")),
	     DROP, NULL,
	     "is at 02:00.0, but PCI bus 02 (pcie-switch-upstream-port) does not accept such a "
	     "device"),
	CASE("a root port is at a root", PC(BUS("1", "pcie-root-port", AT("slot='3'"))), DROP, NULL,
	     "the pcie-root-port 1 is at 00:03.0, but PCI bus 00 (pci-root) does not accept such a "
	     "device"),
	CASE("a slot past the last is refused", PC(SOUND("slot='0x20'")), DROP, NULL,
	     "the sound device ich6 has the PCI slot '0x20', which is not a number from 0 to "
	     "0x1f"),
	CASE("a bus past the last is refused", PC(SOUND("bus='256'")), DROP, NULL,
	     "has the PCI bus '256', which is not a number from 0 to 0xff"),
	CASE("a function past the last is refused", PC(SOUND("slot='1' function='8'")), DROP, NULL,
	     "has the PCI function '8', which is not a number from 0 to 0x7"),
	CASE("a domain past the last is refused", PC(SOUND("domain='0x10000'")), DROP, NULL,
	     "has the PCI domain '0x10000', which is not a number from 0 to 0xffff"),
	CASE("another domain is refused", PC(SOUND("domain='1' slot='3'")), DROP, NULL,
	     "the sound device ich6 is in PCI domain 0x0001: a guest has domain 0 only"),
	CASE("a word is no number", PC(SOUND("slot='two'")), DROP, NULL, "the PCI slot 'two'"),
	CASE("nothing is no number", PC(SOUND("slot=''")), DROP, NULL, "the PCI slot ''"),
	CASE("a negative number is none", PC(SOUND("slot='-1'")), DROP, NULL, "the PCI slot '-1'"),
	CASE("a number that wraps around in 32 bits is none", PC(SOUND("slot='4294967298'")), DROP,
	     NULL, "the PCI slot '4294967298'"),
	CASE("a number that wraps around in 64 bits is none",
	     PC(SOUND("bus='18446744073709551616'")), DROP, NULL,
	     "the PCI bus '18446744073709551616'"),
	CASE("a bad octal number is none", PC(SOUND("slot='08'")), DROP, NULL, "the PCI slot '08'"),
	CASE("a number with a tail is none", PC(SOUND("slot='2 '")), DROP, NULL,
	     "the PCI slot '2 '"),
	CASE("a line end in a value stays out of the message", PC(SOUND("slot='&#10;x'")), DROP,
	     NULL, "the sound device ich6"),
	CASE("a controller's index is a number", PC(BUS("x", "pci-bridge", "")), DROP, NULL,
	     "the pci-bridge x has no index from 0 to 255"),
	CASE("a controller's index has an end", PC(BUS("256", "pci-bridge", "")), DROP, NULL,
	     "the pci-bridge 256 has no index from 0 to 255"),

	CASE("a full bus 0 of i440fx has no room", PC(NULL, NULL, 2, 31), DROP, NULL,
	     "no PCI slot is free for the vGPU: remove a device from the domain"),
	CASE("full root ports have no room",
	     Q35(BUS("1", "pcie-root-port", AT("slot='1'"))
			 BUS("2", "pcie-root-port", AT("slot='1' function='1'")) NET("bus='1'")
				 NET("bus='2'"),
		 NULL, 2, 0x1e),
	     DROP, NULL, "no PCI slot is free for the vGPU"),
	CASE("a vGPU needs room for the video that stays", PC(VGA("slot='2'"), NULL, 3, 31), KEEP,
	     NULL,
	     "with the vGPU at 00:02 no PCI slot is left behind it for the video device vga, and a "
	     "video device in front of it would crash the guest; free: none"),
	CASE("video that cannot leave its slot is in the way",
	     PC(VGA("slot='2'") SOUND("slot='2' function='1'")), KEEP, NULL,
	     "the video device vga shares the PCI slot 00:02 with the sound device ich6 and "
	     "cannot move behind the vGPU"),
	CASE("also where its slot is asked for", PC(VGA("slot='2'") SOUND("slot='2' function='1'")),
	     KEEP, "00:02.0",
	     "the video device vga shares the PCI slot 00:02 with the sound device ich6"),
	CASE("and another function of its slot", PC(VGA("slot='2'") SOUND("slot='2' function='1'")),
	     KEEP, "00:02.2",
	     "the video device vga shares the PCI slot 00:02 with the sound device ich6"),
	CASE("and one behind it", PC(VGA("slot='2'") SOUND("slot='2' function='1'")), KEEP,
	     "00:05.0", "it would crash the guest: give it a slot of its own"),
	CASE("only slots before which no video device is stuck are free",
	     PC(NET("slot='2'") VGA("slot='4'") SOUND("slot='4' function='1'")), KEEP, "00:02.0",
	     "00:02.0 is taken by the network interface e1000; free: 00:03"),
	CASE("an added video device needs room too", PC(NULL, NULL, 3, 31), INSTALL, NULL,
	     "no PCI slot is left behind it for a video device"),

	CASE("a slot that is taken is told with who has it",
	     PC(SOUND("slot='2'") NET("slot='0x10'") NET("slot='0x11'")), DROP, "00:02.0",
	     "the PCI address 00:02.0 is taken by the sound device ich6; free: 00:03-00:0f, "
	     "00:12-00:1f"),
	CASE("another function at a slot is told", PC(SOUND("slot='2' function='3'")), DROP,
	     "00:02.0",
	     "the PCI address 00:02.0 is taken by the sound device ich6 at 00:02.3; free: "
	     "00:03"),
	CASE("a slot of the machine is told", Q35(), DROP, "00:1f.0",
	     "00:1f.0 is taken by the machine's ISA bridge; free: 00:01-00:1e"),
	CASE("slot 0 is told", PC(), DROP, "00:00.0", "taken by the machine's host bridge"),
	CASE("the USB controller that libvirt adds is told", PC(), DROP, "00:01.2",
	     "00:01.2 is taken by the machine's USB controller"),
	CASE("a function beside the machine's is told", PC("<controller type='usb' model='none'/>"),
	     DROP, "00:01.2",
	     "the PCI address 00:01.2 is taken by the machine's ISA bridge at 00:01.0"),
	CASE("a device where libvirt will add USB is named", PC(NET("slot='1' function='2'")), DROP,
	     NULL,
	     "the machine's USB controller and the network interface e1000 are both at 00:01.2"),
	CASE("another USB controller than the first has no place there",
	     PC("<controller type='usb' index='1'>" AT("slot='1' function='2'") "</controller>"),
	     DROP, NULL, "the machine's USB controller and the usb controller 1 are both"),
	CASE("a function beside QEMU's argument is told", PC(NULL, DEVICE("x,addr=3")), DROP,
	     "00:03.1", "taken by QEMU's argument x,addr=3 at 00:03.0"),
	CASE("a function that is taken is told", PC(NET("slot='3'") SOUND("slot='3' function='1'")),
	     DROP, "00:03.1", "00:03.1 is taken by the sound device ich6; free:"),
	CASE("a function without the others' function 0 is not seen", PC(), DROP, "00:03.1",
	     "guests look there only if another device is at function 0"),
	CASE("a function beside video that goes is not seen", PC(VGA("slot='3'")), DROP, "00:03.1",
	     "guests look there only if another device is at function 0"),
	CASE("a function beside a single one is refused", PC(NET("slot='3' multifunction='off'")),
	     DROP, "00:03.1", "taken by the network interface e1000 at 00:03.0"),
	CASE("a bus that is not there is told", Q35(PORTS), DROP, "09:00.0",
	     "the vGPU cannot be at 09:00.0: the domain has no PCI bus 09; free: 00:01, "
	     "00:03-00:1e, "
	     "01:00, 02:00, 03:00, 04:00, 05:00, 06:00, more"),
	CASE("a slot that a bus has not is told", Q35(PORTS), DROP, "01:02.0",
	     "the vGPU cannot be at 01:02.0: PCI bus 01 (pcie-root-port) has the slots 00 to "
	     "00"),
	CASE("a bus of ports is told", Q35(BUS("1", "pcie-expander-bus", AT("slot='3'"))), DROP,
	     "01:01.0", "PCI bus 01 (pcie-expander-bus) accepts only ports and bridges"),
	CASE("the last slot leaves no room for the video", PC(VGA("slot='2'")), KEEP, "00:1f.0",
	     "with the vGPU at 00:1f no PCI slot is left behind it for the video device vga, and a "
	     "video device in front of it would crash the guest; free: 00:02-00:1e"),
};

static void test_refusal(void **state)
{
	const struct pci_case *wanted = *state;
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(free)
	char *plan = pci_domain_plan(&wanted->domain, wanted->wish, wanted->asked, &err);

	if (plan != NULL)
		print_error("%s\n", plan);
	assert_null(plan);
	assert_int_equal(err.status, BASE_FAILED);
	assert_null(strchr(err.message, '\n'));
	if (strstr(err.message, wanted->expected) == NULL)
		fail_msg("'%s' does not say '%s'", err.message, wanted->expected);
}

static void test_addresses_that_no_bus_has_are_misuse(void **state)
{
	static const struct domain domain = PC();
	static const struct {
		const char *asked, *message;
	} cases[] = {
		{ "00:20.0", "there is no PCI address 00:20.0" },
		{ "100:2.0", "there is no PCI address 100:02.0" },
		{ "0:2.8", "there is no PCI address 00:02.8" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		BASE_AUTO(base_error) struct base_error err = { 0 };

		assert_null(pci_domain_plan(&domain, DROP, cases[i].asked, &err));
		assert_int_equal(err.status, BASE_MISUSED);
		assert_non_null(strstr(err.message, cases[i].message));
	}
}

static void test_every_bus_at_once(void **state)
{
	BASE_AUTO(free) char *devices = NULL;
	BASE_AUTO(free) char *plan = NULL;
	BASE_AUTO(base_error) struct base_error err = { 0 };
	struct domain domain = { .machine = "q35" };
	size_t length = 0;
	FILE *out = open_memstream(&devices, &length);

	(void)state;
	assert_non_null(out);
	for (unsigned int i = 1; i < 256; i++)
		fprintf(out, BUS("%u", "pcie-root-port", ""), i);
	fputs("<controller type='pci' model='pcie-root-port'/>", out);
	assert_int_equal(fclose(out), 0);
	domain.devices = devices;
	plan = pci_domain_plan(&domain, DROP, "ff:00.0", &err);
	assert_null(plan);
	assert_non_null(strstr(err.message, "more than 256 PCI controllers"));
}

int main(void)
{
	static struct CMUnitTest tests[COUNT(refusals) + 2];
	size_t n = pci_domain_add_tests(tests, refusals, COUNT(refusals), test_refusal);

	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_addresses_that_no_bus_has_are_misuse);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_every_bus_at_once);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
