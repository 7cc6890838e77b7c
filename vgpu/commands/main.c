/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "vgpu/base/error.h"
#include "vgpu/base/log.h"
#include "vgpu/base/program.h"
#include "vgpu/commands/commands.h"
#include "vgpu/store/store.h"

struct command {
	const char *name;
	const char *arguments;
	const char *summary;
	const char *help; /* what follows the usage line; ends with a newline */
	int (*run)(int argc, char **argv, struct base_error *err);
};

#define CONFIG_DIR_HELP                                                                            \
	"  --config-dir DIR  directory of the definitions (default: " VGPU_STORE_DIR ")\n"

static int become_domain_program(int argc, char **argv, struct base_error *err)
{
	(void)argc;
	return vgpu_program_become(argv, err);
}

static const struct command commands[] = {
	{ "types", "[--json]", "show which vGPUs this machine can make",
	  "Shows each parent (a device that provides vGPUs) and its types: how many more can be\n"
	  "made now, how many fit if the parent has no others, and what each type provides.\n"
	  "If there are none, says why.\n"
	  "\n"
	  "  --json  for programs\n",
	  vgpu_cmd_types },
	{ "list", "[--json] [--brief]", "show the vGPUs that are active or defined",
	  "Shows each vGPU that is active in the kernel or defined: its UUID, parent and type,\n"
	  "when it is made, the domains that have it and the process that uses it now.\n"
	  "\n"
	  "  --brief           leave out the domains and the process, which take a moment\n"
	  "  --json            for programs\n"
	  "  --connect URI     libvirt to ask for the domains (default: LIBVIRT_DEFAULT_URI,\n"
	  "                    else qemu:///system)\n" CONFIG_DIR_HELP,
	  vgpu_cmd_list },
	{ "create", "[--parent P] [--type T|--max] [--uuid U] [--transient|--no-boot]",
	  "make a vGPU that comes back at boot",
	  "Makes a vGPU and its definition, and prints its UUID. With the UUID of a vGPU that\n"
	  "is only active or only defined, makes the missing part.\n"
	  "\n"
	  "  --parent P        on this parent (default: the first GPU with room)\n"
	  "  --type T          of this type (default: the largest that fits)\n"
	  "  --max             of the largest type that fits\n"
	  "  --uuid U          with this UUID (default: a new one)\n"
	  "  --transient       make no definition: it lasts until the machine restarts\n"
	  "  --no-boot         define it, but do not make it again at boot\n"
	  "  --stop-display-manager  stop the desktop, which may use the memory it needs, and\n"
	  "                    start the desktop again in any case\n"
	  "  --yes             do not ask before that\n" CONFIG_DIR_HELP "\n"
	  "If there is no room: take a smaller type (xres and yres of the vfio-pci device, or CRU\n"
	  "in Windows, give the guest a higher resolution); set a larger aperture in the firmware\n"
	  "(not the DVMT memory); create the vGPU before the display manager starts, as at boot "
	  "or\n"
	  "with --stop-display-manager; or remove another vGPU.\n",
	  vgpu_cmd_create },
	{ "remove", "UUID... | --all [--keep]", "remove vGPUs and their definitions",
	  "Removes each vGPU that no virtual machine is using, and its definition. If one cannot "
	  "be\n"
	  "removed, the others are removed all the same. UUID is the UUID of a vGPU or its\n"
	  "beginning. A domain that has a removed vGPU in its definition cannot start: 'vgpu\n"
	  "detach' takes it out.\n"
	  "\n"
	  "  --all             remove every vGPU\n"
	  "  --keep            keep the definitions, so that the vGPUs can come back\n"
	  "  --forget          remove the definitions too (the default)\n"
	  "  --yes             do not ask before --all\n" CONFIG_DIR_HELP,
	  vgpu_cmd_remove },
	{ "set", "UUID [--boot|--no-boot|--on-demand] [--type T]", "change a vGPU's definition",
	  "Changes when a vGPU is made, or its type. UUID is its UUID or the beginning of it. A\n"
	  "new type takes effect when the vGPU is made the next time.\n"
	  "\n"
	  "  --boot            make it when the machine boots\n"
	  "  --no-boot         make it by hand only ('vgpu create --uuid UUID')\n"
	  "  --on-demand       make it when its domain starts, remove it when the domain stops\n"
	  "  --type T          make it with this type\n" CONFIG_DIR_HELP,
	  vgpu_cmd_set },
	{ "forget", "UUID...", "remove the definitions of vGPUs",
	  "Removes only the definition: a vGPU that is active stays until the machine restarts.\n"
	  "UUID is the UUID of a vGPU or its beginning.\n"
	  "\n" CONFIG_DIR_HELP,
	  vgpu_cmd_forget },
	{ "restore", "[--parent P] [--wait SECONDS]", "make the vGPUs that should exist after boot",
	  "Makes each vGPU that is defined to start at boot and is not active. If one cannot be\n"
	  "made, the others are made all the same. The service vgpu-restore runs this at boot.\n"
	  "\n"
	  "  --parent P        only the vGPUs of this parent\n"
	  "  --wait SECONDS    wait at most this long for parents that are not there yet\n"
	  "  --at-boot         a missing parent is not a failure: a udev rule makes its vGPUs\n"
	  "                    when it appears\n" CONFIG_DIR_HELP,
	  vgpu_cmd_restore },
	{ "suspend", "", "remove idle vGPUs before the machine sleeps",
	  "Removes the vGPUs that no virtual machine is using, and remembers them for 'vgpu\n"
	  "resume'. A vGPU that is in use stays: a GVT-g host with one may freeze when it wakes\n"
	  "up, so shut the virtual machine down first. If the service vgpu-suspend is enabled, it\n"
	  "runs this before sleep.\n",
	  vgpu_cmd_suspend },
	{ "resume", "", "bring back what 'vgpu suspend' has removed",
	  "Makes the vGPUs again that 'vgpu suspend' has removed, and no others.\n",
	  vgpu_cmd_resume },
	{ "doctor", "[--json | --fix [--yes] | --undo]", "find what keeps vGPUs from working",
	  "Checks everything that a machine with GVT-g needs, from the processor to QEMU, and\n"
	  "prints what it found, why it matters, and the command or file that fixes it. Exits "
	  "with\n"
	  "0 if the machine is ready and with 1 if it is not. It sees more as root.\n"
	  "\n"
	  "  --json            for programs\n"
	  "  --fix             write what files below /etc can fix, after showing it as a diff\n"
	  "                    and asking; say what is left to do\n"
	  "  --yes             do not ask\n"
	  "  --undo            take back what --fix has written\n"
	  "  --root DIR        use the files of the system in DIR, for example an "
	  "image\n" CONFIG_DIR_HELP,
	  vgpu_cmd_doctor },
	{ "attach", "DOMAIN [UUID] | --xml FILE|- UUID | --backups DOMAIN",
	  "give a vGPU to a virtual machine",
	  "Adds the vGPU UUID, or the only one that is free, to the libvirt domain DOMAIN, with\n"
	  "a display that vgpu-display can show. Shows the change, asks, and keeps the old\n"
	  "definition. The domain has the vGPU when it starts the next time.\n"
	  "\n"
	  "  --display dbus|gtk|spice|vnc|none  how its picture is shown (default: dbus)\n"
	  "  --keep-video      keep emulated video devices, at PCI addresses after the vGPU's\n"
	  "  --install-drivers keep or add one, for a guest without a driver for the vGPU\n"
	  "  --no-ramfb        show no picture before the guest's driver is running\n"
	  "  --opregion on|off give the guest Intel's OpRegion (default: on for GVT-g)\n"
	  "  --slot BB:SS.F    PCI address (default: 00:02.0 or the lowest free slot)\n"
	  "  --xres N          offer the guest this width; needs --yres\n"
	  "  --yres N          offer the guest this height; needs --xres\n"
	  "  --rendernode PATH draw with this render node (default: that of the parent)\n"
	  "  --dry-run         only print the change as a diff, and change nothing\n"
	  "  --yes             do not ask\n"
	  "  --xml FILE        read the domain's XML from FILE (- for standard input) instead\n"
	  "                    and print the changed XML; no domain is changed\n"
	  "  --backups         list the earlier definitions of DOMAIN\n"
	  "  --json            list them for programs\n"
	  "  --connect URI     libvirt to use (default: LIBVIRT_DEFAULT_URI, else\n"
	  "                    qemu:///system)\n" CONFIG_DIR_HELP,
	  become_domain_program },
	{ "detach", "DOMAIN [UUID] | --xml FILE|- [UUID]", "take the vGPU out of a virtual machine",
	  "Takes back what 'vgpu attach' has changed in the libvirt domain DOMAIN: removes the\n"
	  "vGPU and restores displays, video devices and slots. Other changes made since then "
	  "stay.\n"
	  "Shows the change, asks, and keeps the old definition.\n"
	  "\n"
	  "  --dry-run         only print the change as a diff, and change nothing\n"
	  "  --yes             do not ask\n"
	  "  --xml FILE        read the domain's XML from FILE (- for standard input) instead\n"
	  "                    and print the changed XML; no domain is changed\n"
	  "  --connect URI     libvirt to use (default: LIBVIRT_DEFAULT_URI, else\n"
	  "                    qemu:///system)\n",
	  become_domain_program },
	{ "setup", "DOMAIN [--suspend] [--type T]", "do everything for a virtual machine",
	  "Checks that the host is ready, takes the vGPU that the libvirt domain DOMAIN has, or a\n"
	  "free one, or makes one, brings it back at boot, enables the viewer's helper, adds a\n"
	  "launcher for the viewer to the desktop's menus and puts the vGPU into the domain.\n"
	  "Reports each step. If a step fails, it stops and takes back what it has done; run\n"
	  "again, it changes nothing. 'vgpu detach DOMAIN' takes the vGPU out of the domain.\n"
	  "\n"
	  "  --suspend         remove vGPUs that are not in use before sleep, make them after it\n"
	  "  --type T          type of a free or new vGPU (default: any, or the largest that "
	  "fits)\n"
	  "  --skip-doctor     go on, whatever the host lacks\n"
	  "  --connect URI     libvirt to use (default: LIBVIRT_DEFAULT_URI, else\n"
	  "                    qemu:///system)\n" CONFIG_DIR_HELP,
	  vgpu_cmd_setup },
	{ NULL, NULL, NULL, NULL, NULL },
};

static const struct command *find_command(const char *name)
{
	for (const struct command *c = commands; c->name != NULL; c++) {
		if (strcmp(c->name, name) == 0)
			return c;
	}
	return NULL;
}

static int refuse_unknown(const char *name, struct base_error *err)
{
	return base_error_set(err, BASE_MISUSED,
			      "there is no command '%s'; 'vgpu --help' lists them", name);
}

static void print_usage(void)
{
	puts("usage: vgpu COMMAND [OPTION...] [ARGUMENT...]\n"
	     "\n"
	     "Makes virtual GPUs (Intel GVT-g vGPUs, mediated devices) and gives them to virtual\n"
	     "machines.\n");
	for (const struct command *c = commands; c->name != NULL; c++)
		printf("  %-8s %s\n", c->name, c->summary);
	puts("\n'vgpu help COMMAND' and the man page vgpu(1) have the details.");
}

static void print_help(const struct command *c)
{
	printf("usage: vgpu %s %s\n\n%s", c->name, c->arguments, c->help);
}

static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--help") == 0)
			return true;
	}
	return false;
}

static int run_help(int argc, char **argv, struct base_error *err)
{
	const struct command *c;

	if (argc < 2 || strcmp(argv[1], "--help") == 0) {
		print_usage();
		return 0;
	}
	c = find_command(argv[1]);
	if (c == NULL)
		return refuse_unknown(argv[1], err);
	print_help(c);
	return 0;
}

static int run(int argc, char **argv, struct base_error *err)
{
	const struct command *c;

	if (argc < 2)
		return base_error_set(err, BASE_MISUSED, "which command? 'vgpu --help' lists them");
	if (strcmp(argv[1], "--version") == 0) {
		puts("vgpu " VGPU_VERSION);
		return 0;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
		return run_help(argc - 1, argv + 1, err);
	c = find_command(argv[1]);
	if (c == NULL)
		return refuse_unknown(argv[1], err);
	if (wants_help(argc - 1, argv + 1)) {
		print_help(c);
		return 0;
	}
	return c->run(argc - 1, argv + 1, err);
}

int main(int argc, char **argv)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	int status;

	base_log_init("vgpu", BASE_LOG_INFO);
	status = run(argc, argv, &err);
	if (status == 0)
		status = base_log_flush(&err);
	return status < 0 ? base_log_error(&err) : status;
}
