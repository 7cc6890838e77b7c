/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define DAY_S	   86400
#define FRAMES_MAX 1000000000.0

const char display_options_usage[] =
	"usage: vgpu-display [OPTIONS] DOMAIN\n"
	"       vgpu-display [OPTIONS] --qmp SOCKET\n"
	"\n"
	"Shows the screen of a VM in a window: the vGPU's own picture, not copied, or\n"
	"what QEMU draws before the guest's driver is up. Keyboard and mouse go to the\n"
	"guest. Ends when the VM does.\n"
	"\n"
	"  -c, --connect URI      libvirt to ask for DOMAIN, which is a name or a UUID\n"
	"                         (default: LIBVIRT_DEFAULT_URI, else qemu:///system)\n"
	"      --qmp SOCKET       without libvirt: a QEMU with -display dbus,p2p=yes, by\n"
	"                         its QMP socket\n"
	"      --screenshot FILE  write what the window shows to FILE (PNG) and exit\n"
	"      --after SECONDS    ... that long after the first picture (default 0)\n"
	"      --frames N         ... when N frames were shown\n"
	"      --screenshots DIR  where further screenshots go (default: .)\n"
	"      --allow-root       run as root all the same\n"
	"      --debug            say what happens\n"
	"  -h, --help             this text\n"
	"  -V, --version\n"
	"\n"
	"Keys: Ctrl+Alt+G takes keyboard and mouse or gives them back, Ctrl+Alt+S writes a\n"
	"screenshot, as SIGUSR1 does. Exit status: 0 done, 1 failed, 2 misused.\n";

enum {
	OPTION_QMP = 256,
	OPTION_SCREENSHOT,
	OPTION_AFTER,
	OPTION_FRAMES,
	OPTION_SCREENSHOTS,
	OPTION_ALLOW_ROOT,
	OPTION_DEBUG
};

static const struct option long_options[] = {
	{ "connect", required_argument, NULL, 'c' },
	{ "qmp", required_argument, NULL, OPTION_QMP },
	{ "screenshot", required_argument, NULL, OPTION_SCREENSHOT },
	{ "after", required_argument, NULL, OPTION_AFTER },
	{ "frames", required_argument, NULL, OPTION_FRAMES },
	{ "screenshots", required_argument, NULL, OPTION_SCREENSHOTS },
	{ "allow-root", no_argument, NULL, OPTION_ALLOW_ROOT },
	{ "debug", no_argument, NULL, OPTION_DEBUG },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

static int misused(struct base_error *err, const char *what, const char *value)
{
	return base_error_set(err, BASE_MISUSED, "%s%s: see vgpu-display --help", what, value);
}

static int parse_number(const char *text, double max, double *value)
{
	char *end;

	errno = 0;
	*value = strtod(text, &end);
	/* Not a number fails both comparisons. */
	return errno == 0 && end != text && *end == '\0' && *value >= 0 && *value <= max ? 0 : -1;
}

static int set_after(struct display_options *options, const char *text, struct base_error *err)
{
	double seconds;

	if (parse_number(text, DAY_S, &seconds) < 0)
		return misused(err, "--after wants seconds, not ", text);
	options->after_ms = (int64_t)(seconds * 1000);
	return 0;
}

static int set_frames(struct display_options *options, const char *text, struct base_error *err)
{
	double count;

	if (parse_number(text, FRAMES_MAX, &count) < 0 || count != (double)(int64_t)count ||
	    count < 1)
		return misused(err, "--frames wants a number of 1 or more, not ", text);
	options->frames = (int64_t)count;
	return 0;
}

static int set(struct display_options *options, int option, char **argv, struct base_error *err)
{
	switch (option) {
	case 'c':
		options->connect = optarg;
		return 0;
	case OPTION_QMP:
		options->qmp = optarg;
		return 0;
	case OPTION_SCREENSHOT:
		options->screenshot = optarg;
		return 0;
	case OPTION_AFTER:
		return set_after(options, optarg, err);
	case OPTION_FRAMES:
		return set_frames(options, optarg, err);
	case OPTION_SCREENSHOTS:
		options->directory = optarg;
		return 0;
	case OPTION_ALLOW_ROOT:
		options->allow_root = true;
		return 0;
	case OPTION_DEBUG:
		options->debug = true;
		return 0;
	case 'h':
		options->help = true;
		return 0;
	case 'V':
		options->version = true;
		return 0;
	case ':':
		return misused(err, "a value is missing after ", argv[optind - 1]);
	default:
		return misused(err, "unknown option ", argv[optind - 1]);
	}
}

static bool names_file(const char *path)
{
	const char *slash = strrchr(path, '/');

	return (slash != NULL ? slash[1] : path[0]) != '\0';
}

static int check(const struct display_options *options, struct base_error *err)
{
	if (options->domain == NULL && options->qmp == NULL)
		return misused(err, "which VM? Name a domain, or a socket by --qmp", "");
	if (options->domain != NULL && options->qmp != NULL)
		return misused(err, "either a domain or --qmp, not both", "");
	if (options->qmp != NULL && options->connect != NULL)
		return misused(err, "--connect is for domains, not for --qmp", "");
	if (options->domain != NULL && options->domain[0] == '\0')
		return misused(err, "an empty name is no domain", "");
	if (options->screenshot == NULL && (options->after_ms >= 0 || options->frames >= 0))
		return misused(err, "--after and --frames need --screenshot", "");
	if (options->after_ms >= 0 && options->frames >= 0)
		return misused(err, "either --after or --frames, not both", "");
	if (options->screenshot != NULL && !names_file(options->screenshot))
		return misused(err, "--screenshot wants a file, not ", options->screenshot);
	return 0;
}

int display_options_parse(struct display_options *options, int argc, char **argv,
			  struct base_error *err)
{
	int option;

	*options = (struct display_options){ .directory = ".", .after_ms = -1, .frames = -1 };
	optind = 0; /* glibc: begin anew */
	while ((option = getopt_long(argc, argv, ":c:hV", long_options, NULL)) != -1) {
		if (set(options, option, argv, err) < 0)
			return -1;
	}
	if (options->help || options->version)
		return 0;
	if (argc - optind > 1)
		return misused(err, "one VM at a time, not also ", argv[optind + 1]);
	options->domain = argv[optind];
	return check(options, err);
}
