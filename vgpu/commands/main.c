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
	"  --config-dir DIR  where definitions are (default " VGPU_STORE_DIR "); must exist\n"

static int become_domain_program(int argc, char **argv, struct base_error *err)
{
	(void)argc;
	return vgpu_program_become(argv, err);
}

static const struct command commands[] = {
	{ "types", "[--json]", "show which vGPUs this machine can make",
	  "Shows each parent (a device that makes vGPUs) and its types: how many more can be\n"
	  "made now, how many fit if the parent makes no other, and what each gives.\n"
	  "Where there are none, says why.\n"
	  "\n"
	  "  --json  for programs\n",
	  vgpu_cmd_types },
	{ "list", "[--json] [--brief]", "show the vGPUs that are active or defined",
	  "Shows each vGPU that is active in the kernel or defined: its UUID, parent and type,\n"
	  "when it is made, the domains that have it and the process that uses it now.\n"
	  "\n"
	  "  --brief           without the domains and the process, which take a moment\n"
	  "  --json            for programs\n"
	  "  --connect URI     whose domains (default: LIBVIRT_DEFAULT_URI, else\n"
	  "                    qemu:///system)\n" CONFIG_DIR_HELP,
	  vgpu_cmd_list },
	{ "create", "[--parent P] [--type T|--max] [--uuid U] [--transient|--no-boot]",
	  "make a vGPU that comes back at boot",
	  "Makes a vGPU and its definition, and prints its UUID. With the UUID of a vGPU that\n"
	  "is only active or only defined, makes what is missing.\n"
	  "\n"
	  "  --parent P        on this parent (default: the first graphics processor with room)\n"
	  "  --type T          of this type (default: the largest that fits)\n"
	  "  --max             of the largest type that fits\n"
	  "  --uuid U          with this UUID (default: a new one)\n"
	  "  --transient       without a definition: it lasts until the machine restarts\n"
	  "  --no-boot         defined, but not made again at boot\n"
	  "  --stop-display-manager  stop the desktop, which may hold the memory it needs, and\n"
	  "                    start it again whatever happens\n"
	  "  --yes             do not ask before that\n" CONFIG_DIR_HELP "\n"
	  "If there is no room: take a smaller type (a guest sees a higher resolution by xres\n"
	  "and yres of its vfio-pci device, or by CRU in Windows); set a larger aperture in the\n"
	  "firmware (not the DVMT memory); create it before the display manager starts, as at\n"
	  "boot or with --stop-display-manager; or remove another vGPU.\n",
	  vgpu_cmd_create },
	{ "remove", "UUID... | --all [--keep]", "remove vGPUs and their definitions",
	  "Removes each vGPU, unless a virtual machine is using it, and its definition. UUID is\n"
	  "a vGPU's UUID or the beginning of it. All that can be removed are. A domain that has\n"
	  "one in its definition does not start without it: 'vgpu detach' takes it out there.\n"
	  "\n"
	  "  --all             remove every vGPU\n"
	  "  --keep            leave the definitions, so that they can come back\n"
	  "  --forget          remove the definitions, too (that is the default)\n"
	  "  --yes             do not ask before --all\n" CONFIG_DIR_HELP,
	  vgpu_cmd_remove },
	{ "set", "UUID [--boot|--no-boot|--on-demand] [--type T]", "change a vGPU's definition",
	  "Changes when a vGPU is made, or its type. UUID is its UUID or the beginning of it. A\n"
	  "new type counts when the vGPU is made the next time.\n"
	  "\n"
	  "  --boot            make it with the machine\n"
	  "  --no-boot         make it by hand only ('vgpu create --uuid UUID')\n"
	  "  --on-demand       make it when its domain starts, remove it when that stops\n"
	  "  --type T          make it of this type\n" CONFIG_DIR_HELP,
	  vgpu_cmd_set },
	{ "forget", "UUID...", "remove the definitions of vGPUs",
	  "Removes the definition only: a vGPU that is active stays until the machine restarts.\n"
	  "UUID is a vGPU's UUID or the beginning of it.\n"
	  "\n" CONFIG_DIR_HELP,
	  vgpu_cmd_forget },
	{ "restore", "[--parent P] [--wait SECONDS]",
	  "make the vGPUs that are to be there after boot",
	  "Makes each vGPU that is defined to start at boot and is not there, and all that can\n"
	  "be made even if some cannot. The service vgpu-restore runs this at boot.\n"
	  "\n"
	  "  --parent P        only those of this parent\n"
	  "  --wait SECONDS    wait so long for parents that are not there yet\n"
	  "  --at-boot         a parent that does not come is no failure: its udev rule makes\n"
	  "                    its vGPUs when it comes\n" CONFIG_DIR_HELP,
	  vgpu_cmd_restore },
	{ "suspend", "", "remove idle vGPUs before the machine sleeps",
	  "Removes the vGPUs that no virtual machine uses and remembers them for 'vgpu resume'.\n"
	  "One that is in use stays: with that, a GVT-g host may freeze when it wakes up, so\n"
	  "shut the virtual machine down first. The service vgpu-suspend runs this before sleep\n"
	  "once it is enabled.\n",
	  vgpu_cmd_suspend },
	{ "resume", "", "bring back what 'vgpu suspend' has removed",
	  "Makes the vGPUs again that 'vgpu suspend' has removed, and no others.\n",
	  vgpu_cmd_resume },
	{ "doctor", "[--json | --fix [--yes] | --undo]", "find what keeps vGPUs from working",
	  "Looks at all that a machine with GVT-g needs, from the processor to QEMU: what was\n"
	  "found, why it matters, and the command or file that mends it. Exits with 0 if the\n"
	  "machine is ready and with 1 if it is not. As root it sees more.\n"
	  "\n"
	  "  --json            for programs\n"
	  "  --fix             write what files below /etc can mend, after showing it as a diff\n"
	  "                    and asking; say what is left to do\n"
	  "  --yes             do not ask\n"
	  "  --undo            take back what --fix has written\n"
	  "  --root DIR        the files of the system in DIR, as of an image\n" CONFIG_DIR_HELP,
	  vgpu_cmd_doctor },
	{ "attach", "DOMAIN [UUID] | --xml FILE|- UUID | --backups DOMAIN",
	  "give a virtual machine the vGPU",
	  "Adds the vGPU UUID, or the only one that is free, to the libvirt domain DOMAIN, with\n"
	  "a display that vgpu-display can show. Shows the change, asks, and keeps the old\n"
	  "definition. The domain's next start uses the vGPU.\n"
	  "\n"
	  "  --display dbus|gtk|spice|vnc|none  how its picture is shown (default: dbus)\n"
	  "  --keep-video      leave emulated video devices in, behind the vGPU\n"
	  "  --install-drivers leave one in for a guest that has no driver for the vGPU yet\n"
	  "  --no-ramfb        without a picture before the guest's driver runs\n"
	  "  --opregion on|off give the guest Intel's OpRegion (default: on for GVT-g)\n"
	  "  --slot BB:SS.F    put it there (default: 00:02.0 or the lowest that is free)\n"
	  "  --xres N          offer the guest this width, with --yres\n"
	  "  --yres N          and this height\n"
	  "  --rendernode PATH draw with this node (default: the parent's own)\n"
	  "  --dry-run         print the change as a diff, nothing else, and make none\n"
	  "  --yes             do not ask\n"
	  "  --xml FILE        read the domain's XML from FILE (- for standard input) instead\n"
	  "                    and print the changed XML; no domain is touched\n"
	  "  --backups         list the definitions that DOMAIN had before\n"
	  "  --json            list them for programs\n"
	  "  --connect URI     libvirt's connection (default: LIBVIRT_DEFAULT_URI, else\n"
	  "                    qemu:///system)\n" CONFIG_DIR_HELP,
	  become_domain_program },
	{ "detach", "DOMAIN [UUID] | --xml FILE|- [UUID]", "take the vGPU out of a virtual machine",
	  "Takes back what 'vgpu attach' has changed in the libvirt domain DOMAIN: the vGPU goes,\n"
	  "and displays, video and slots become what they were. What else was changed since "
	  "stays.\n"
	  "Shows the change, asks, and keeps the old definition.\n"
	  "\n"
	  "  --dry-run         print the change as a diff, nothing else, and make none\n"
	  "  --yes             do not ask\n"
	  "  --xml FILE        read the domain's XML from FILE (- for standard input) instead\n"
	  "                    and print the changed XML; no domain is touched\n"
	  "  --connect URI     libvirt's connection (default: LIBVIRT_DEFAULT_URI, else\n"
	  "                    qemu:///system)\n",
	  become_domain_program },
	{ "setup", "DOMAIN [--suspend] [--type T]", "do all of it for a virtual machine",
	  "Looks whether the host is ready, takes the vGPU that the libvirt domain DOMAIN has, or\n"
	  "one that is free, or makes one, has it come back at boot, adds a launcher for the\n"
	  "viewer to the desktop's menus and puts the vGPU into the domain. Says each step. Stops\n"
	  "at the first that fails, with nothing changed; a second time changes nothing. 'vgpu\n"
	  "detach DOMAIN' takes the vGPU out of the domain again.\n"
	  "\n"
	  "  --suspend         remove vGPUs that are not in use before sleep, make them after it\n"
	  "  --type T          of a new vGPU (default: the largest that fits)\n"
	  "  --skip-doctor     go on whatever the host lacks\n"
	  "  --connect URI     libvirt's connection (default: LIBVIRT_DEFAULT_URI, else\n"
	  "                    qemu:///system)\n" CONFIG_DIR_HELP,
	  vgpu_cmd_setup },
	{ NULL, NULL, NULL, NULL, NULL },
};

static const struct command *find(const char *name)
{
	for (const struct command *c = commands; c->name != NULL; c++) {
		if (strcmp(c->name, name) == 0)
			return c;
	}
	return NULL;
}

static int unknown(const char *name, struct base_error *err)
{
	return base_error_set(err, BASE_MISUSED,
			      "there is no command '%s'; 'vgpu --help' lists them", name);
}

static void print_usage(void)
{
	puts("usage: vgpu COMMAND [OPTION...] [ARGUMENT...]\n"
	     "\n"
	     "Virtual graphics cards (Intel GVT-g vGPUs, mediated devices) from the kernel to a\n"
	     "virtual machine.\n");
	for (const struct command *c = commands; c->name != NULL; c++)
		printf("  %-8s %s\n", c->name, c->summary);
	puts("\n'vgpu help COMMAND' tells more; so does the manual page vgpu(1).");
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

static int help(int argc, char **argv, struct base_error *err)
{
	const struct command *c;

	if (argc < 2 || strcmp(argv[1], "--help") == 0) {
		print_usage();
		return 0;
	}
	c = find(argv[1]);
	if (c == NULL)
		return unknown(argv[1], err);
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
		return help(argc - 1, argv + 1, err);
	c = find(argv[1]);
	if (c == NULL)
		return unknown(argv[1], err);
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
