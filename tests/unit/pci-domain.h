/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_UNIT_PCI_DOMAIN_H
#define TESTS_UNIT_PCI_DOMAIN_H

#include "xmlpatch/pci-plan.h"

/* Domains with PCI devices in a few words, and what is planned for them in a line. */

#define UUID	     "4b20d080-1b54-4048-85b3-a6a62d165c01"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define AT(address)    "<address type='pci' " address "/>"
#define NET(address)   "<interface><model type='e1000'/>" AT(address) "</interface>"
#define SOUND(address) "<sound model='ich6'>" AT(address) "</sound>"
#define VIDEO(type)    "<video><model type='" type "'/></video>"
#define VGA(address)   "<video><model type='vga'/>" AT(address) "</video>"
#define QXL(address)   "<video><model type='qxl'/>" AT(address) "</video>"
#define BUS(index, model, address)                                                                 \
	"<controller type='pci' index='" index "' model='" model "'>" address "</controller>"
#define PORT(index, function)                                                                      \
	BUS(index, "pcie-root-port", AT("slot='2' multifunction='on' function='" function "'"))
#define PORTS                                                                                      \
	PORT("1", "0")                                                                             \
	PORT("2", "1")                                                                             \
	PORT("3", "2") PORT("4", "3") PORT("5", "4") PORT("6", "5") PORT("7", "6") PORT("8", "7")
#define VGPU(address)                                                                              \
	"<hostdev type='mdev' model='vfio-pci'><source><address uuid='" UUID                       \
	"'/></source>" address "</hostdev>"
#define ARGS(inside) "<q:commandline>" inside "</q:commandline>"
#define DEVICE(what) ARGS("<q:arg value='-device'/><q:arg value='" what "'/>")

#define DROP	XMLPATCH_VIDEO_DROP
#define KEEP	XMLPATCH_VIDEO_KEEP
#define INSTALL XMLPATCH_VIDEO_INSTALL
#define LEAVE	XMLPATCH_VIDEO_LEAVE

/* A struct domain: PC(devices, what stands beside <devices>, first_net, last_net). */
#define PC(...)                                                                                    \
	{                                                                                          \
		.machine = "pc", __VA_ARGS__                                                       \
	}
#define UBUNTU_Q35(...)                                                                            \
	{                                                                                          \
		.machine = "ubuntu-q35", __VA_ARGS__                                               \
	}
#define Q35(...)                                                                                   \
	{                                                                                          \
		.machine = "q35", __VA_ARGS__                                                      \
	}

struct domain {
	const char *machine;
	const char *devices;
	const char *beside; /* <devices> */
	/* Slots of bus 0 with a network interface each. */
	unsigned int first_net, last_net;
	bool tells_room; /* that for another device is in the plan as well */
};

/* A domain, what is wished for it and asked for, and the plan, or a part of the refusal. */
struct pci_case {
	const char *name;
	struct domain domain;
	enum xmlpatch_video wish;
	const char *asked;
	const char *expected;
};

#define CASE(name_, domain_, wish_, asked_, expected_)                                             \
	{                                                                                          \
		name_, domain_, wish_, asked_, expected_                                           \
	}

/*
 * "00:02.0 00:02.0>00:03.0 new 00:04.0 room 00:05.0": where the vGPU goes ("-" if it
 * needs no address), which video devices move, where a new one and another device go. `slot`,
 * "00:02.0", is asked for unless it is NULL. To free(); NULL with an error.
 */
char *pci_domain_plan(const struct domain *domain, enum xmlpatch_video wish, const char *slot,
		      struct base_error *err);

struct CMUnitTest;

/* Makes a test of each of n cases, with the case as its state; the number of them. */
size_t pci_domain_add_tests(struct CMUnitTest *tests, const struct pci_case *cases, size_t n,
			    void (*test)(void **state));

#endif
