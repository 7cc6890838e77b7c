/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/app/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "display/window/keymap.h"

#define DAY_S	    86400
#define FRAMES_MAX  1000000000.0
#define SCREENS_MAX 64

const char display_options_usage[] =
	"usage: vgpu-display [OPTIONS] DOMAIN\n"
	"       vgpu-display [OPTIONS] --qmp SOCKET\n"
	"\n"
	"Shows the screen of a VM in a window: the vGPU's picture, which the CPU does not\n"
	"copy, or what QEMU draws before the guest's driver is running. Keyboard and mouse\n"
	"go to the guest. Ends when the VM does (but see --keep).\n"
	"\n"
	"  -c, --connect URI      libvirt to ask for DOMAIN, which is a name or a UUID\n"
	"                         (default: LIBVIRT_DEFAULT_URI, else qemu:///system)\n"
	"      --qmp SOCKET       without libvirt: the QMP socket of a QEMU that has\n"
	"                         -display dbus,p2p=yes\n"
	"      --source auto|direct|dbus\n"
	"                         direct: read the vGPU's planes, every flip of the guest;\n"
	"                         dbus: take the pictures from QEMU, at most 31 a second;\n"
	"                         auto (default): direct where available\n"
	"      --pace vsync|immediate\n"
	"                         draw as late as the monitor's refresh allows (default), or\n"
	"                         at once, with tearing where the desktop allows it\n"
	"      --stats            show rates and delays in the window (Ctrl+Alt+I)\n"
	"      --stats-json FILE  append a line of figures to FILE each second\n"
	"      --screenshot FILE  write what the window shows to FILE (PNG) and exit\n"
	"      --after SECONDS    ... this long after the first picture (default 0)\n"
	"      --frames N         ... when N frames were shown\n"
	"      --record FILE      record a video of the guest with ffmpeg (.mp4, .mkv, ...)\n"
	"      --screenshots DIR  directory for further screenshots (default: .)\n"
	"      --scale 1:1|integer|fit\n"
	"                         size of the picture in a window of another size: pixel for\n"
	"                         pixel (default), each pixel a square as large as fits, or\n"
	"                         the whole picture as large as fits\n"
	"      --resize guest|window\n"
	"                         what adapts when their sizes differ: the guest's screen\n"
	"                         follows the window, or the window the guest (default)\n"
	"      --filter sharp|smooth\n"
	"                         how an enlarged picture looks (default sharp)\n"
	"      --fullscreen[=MONITOR]\n"
	"                         start in full screen; MONITOR is a name or a number\n"
	"      --borderless       show a window without frame and title\n"
	"      --no-grab KEY      a key that stays with the host, such as Super; may be\n"
	"                         given several times\n"
	"      --screen N         start with screen N of the VM (default 1)\n"
	"      --start            start DOMAIN if it is not running\n"
	"      --wait             wait without a window if the VM is not running\n"
	"      --keep             do not end when the VM does: the window stays and shows it\n"
	"                         when it is running again\n"
	"      --follow           open a window whenever the VM is running, until a signal\n"
	"                         ends the viewer\n"
	"      --install-launcher DOMAIN\n"
	"                         only add DOMAIN to the desktop's menu\n"
	"      --allow-root       run even as root\n"
	"      --debug            print what happens\n"
	"  -h, --help             print this text\n"
	"  -V, --version          print the version\n"
	"\n"
	"SIGUSR1 writes a screenshot. Exit status: 0 done, 1 failed, 2 wrong usage. Keys:\n";

enum {
	OPTION_QMP = 256,
	OPTION_SCREENSHOT,
	OPTION_AFTER,
	OPTION_FRAMES,
	OPTION_SCREENSHOTS,
	OPTION_SOURCE,
	OPTION_PACE,
	OPTION_STATS,
	OPTION_STATS_JSON,
	OPTION_SCALE,
	OPTION_FILTER,
	OPTION_FULLSCREEN,
	OPTION_BORDERLESS,
	OPTION_NO_GRAB,
	OPTION_SCREEN,
	OPTION_START,
	OPTION_WAIT,
	OPTION_KEEP,
	OPTION_RESIZE,
	OPTION_RECORD,
	OPTION_FOLLOW,
	OPTION_INSTALL_LAUNCHER,
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
	{ "source", required_argument, NULL, OPTION_SOURCE },
	{ "pace", required_argument, NULL, OPTION_PACE },
	{ "stats", no_argument, NULL, OPTION_STATS },
	{ "stats-json", required_argument, NULL, OPTION_STATS_JSON },
	{ "scale", required_argument, NULL, OPTION_SCALE },
	{ "filter", required_argument, NULL, OPTION_FILTER },
	{ "fullscreen", optional_argument, NULL, OPTION_FULLSCREEN },
	{ "borderless", no_argument, NULL, OPTION_BORDERLESS },
	{ "no-grab", required_argument, NULL, OPTION_NO_GRAB },
	{ "screen", required_argument, NULL, OPTION_SCREEN },
	{ "start", no_argument, NULL, OPTION_START },
	{ "wait", no_argument, NULL, OPTION_WAIT },
	{ "keep", no_argument, NULL, OPTION_KEEP },
	{ "resize", required_argument, NULL, OPTION_RESIZE },
	{ "record", required_argument, NULL, OPTION_RECORD },
	{ "follow", no_argument, NULL, OPTION_FOLLOW },
	{ "install-launcher", no_argument, NULL, OPTION_INSTALL_LAUNCHER },
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
	/* A NaN fails both comparisons. */
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

/* The index of a word in `words`, which end with NULL; -1 if it is not there. */
static int find_word(const char *const words[], const char *text)
{
	for (int i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], text) == 0)
			return i;
	}
	return -1;
}

static int set_source(struct display_options *options, const char *text, struct base_error *err)
{
	static const char *const words[] = { "auto", "dbus", "direct", NULL };
	int found = find_word(words, text);

	if (found < 0)
		return misused(err, "--source wants auto, dbus or direct, not ", text);
	options->source = (enum display_source_kind)found;
	return 0;
}

static int set_pace(struct display_options *options, const char *text, struct base_error *err)
{
	static const char *const words[] = { "vsync", "immediate", NULL };
	int found = find_word(words, text);

	if (found < 0)
		return misused(err, "--pace wants vsync or immediate, not ", text);
	options->pace = (enum display_pace_mode)found;
	return 0;
}

static int set_screen(struct display_options *options, const char *text, struct base_error *err)
{
	double number;

	if (parse_number(text, SCREENS_MAX, &number) < 0 || number < 1 ||
	    number != (double)(unsigned int)number)
		return misused(err, "--screen wants a number of 1 or more, not ", text);
	options->screen = (unsigned int)number;
	return 0;
}

static int set_scale(struct display_options *options, const char *text, struct base_error *err)
{
	static const char *const words[] = { "1:1", "integer", "fit", NULL };
	int found = find_word(words, text);

	if (found < 0)
		return misused(err, "--scale wants 1:1, integer or fit, not ", text);
	options->layout.scale = (enum display_scale)found;
	return 0;
}

static int set_filter(struct display_options *options, const char *text, struct base_error *err)
{
	options->layout.smooth = strcmp(text, "smooth") == 0;
	if (options->layout.smooth || strcmp(text, "sharp") == 0)
		return 0;
	return misused(err, "--filter wants sharp or smooth, not ", text);
}

static int set_resize(struct display_options *options, const char *text, struct base_error *err)
{
	options->resize = strcmp(text, "guest") == 0;
	if (options->resize || strcmp(text, "window") == 0)
		return 0;
	return misused(err, "--resize wants guest or window, not ", text);
}

static int add_host_key(struct display_options *options, const char *name, struct base_error *err)
{
	SDL_Scancode found[2];
	size_t count = display_keymap_find(name, found);

	if (count == 0)
		return misused(err, "--no-grab wants a key, such as Super or PrintScreen, not ",
			       name);
	if (options->host_key_count + count > DISPLAY_OPTIONS_KEYS)
		return misused(err, "too many keys, from --no-grab ", name);
	for (size_t i = 0; i < count; i++)
		options->host_keys[options->host_key_count++] = found[i];
	return 0;
}

static int set_window(struct display_options *options, int option, struct base_error *err)
{
	switch (option) {
	case OPTION_SCALE:
		return set_scale(options, optarg, err);
	case OPTION_FILTER:
		return set_filter(options, optarg, err);
	case OPTION_RESIZE:
		return set_resize(options, optarg, err);
	case OPTION_FULLSCREEN:
		options->shape.fullscreen = true;
		options->shape.monitor = optarg;
		return 0;
	case OPTION_BORDERLESS:
		options->shape.borderless = true;
		return 0;
	default:
		return add_host_key(options, optarg, err);
	}
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
	case OPTION_SOURCE:
		return set_source(options, optarg, err);
	case OPTION_PACE:
		return set_pace(options, optarg, err);
	case OPTION_STATS:
		options->stats = true;
		return 0;
	case OPTION_STATS_JSON:
		options->stats_json = optarg;
		return 0;
	case OPTION_SCALE:
	case OPTION_FILTER:
	case OPTION_RESIZE:
	case OPTION_FULLSCREEN:
	case OPTION_BORDERLESS:
	case OPTION_NO_GRAB:
		return set_window(options, option, err);
	case OPTION_SCREEN:
		return set_screen(options, optarg, err);
	case OPTION_START:
		options->start = true;
		return 0;
	case OPTION_WAIT:
		options->wait = true;
		return 0;
	case OPTION_KEEP:
		options->keep = true;
		return 0;
	case OPTION_RECORD:
		options->record = optarg;
		return 0;
	case OPTION_FOLLOW:
		options->follow = true;
		return 0;
	case OPTION_INSTALL_LAUNCHER:
		options->install_launcher = true;
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
		return misused(err, "which VM? Name a domain, or a socket with --qmp", "");
	if (options->domain != NULL && options->qmp != NULL)
		return misused(err, "either a domain or --qmp, not both", "");
	if (options->qmp != NULL && options->connect != NULL)
		return misused(err, "--connect is for domains, not for --qmp", "");
	if (options->qmp != NULL && options->start)
		return misused(err, "--start is for domains, not for --qmp", "");
	if (options->domain != NULL && options->domain[0] == '\0')
		return misused(err, "the name of a domain cannot be empty", "");
	if (options->screenshot == NULL && (options->after_ms >= 0 || options->frames >= 0))
		return misused(err, "--after and --frames need --screenshot", "");
	if (options->after_ms >= 0 && options->frames >= 0)
		return misused(err, "either --after or --frames, not both", "");
	if (options->qmp != NULL && options->source == DISPLAY_SOURCE_DIRECT)
		return misused(err, "--source direct needs a domain, not --qmp", "");
	if (options->screenshot != NULL && !names_file(options->screenshot))
		return misused(err, "--screenshot wants a file, not ", options->screenshot);
	if (options->record != NULL && !names_file(options->record))
		return misused(err, "--record wants a file, not ", options->record);
	if (options->follow &&
	    (options->keep || options->screenshot != NULL || options->record != NULL))
		return misused(err,
			       "--follow cannot be combined with --keep, --screenshot or --record",
			       "");
	if (options->install_launcher && options->domain == NULL)
		return misused(err, "--install-launcher needs a domain, not --qmp", "");
	return 0;
}

int display_options_parse(struct display_options *options, int argc, char **argv,
			  struct base_error *err)
{
	int option;

	*options = (struct display_options){
		.directory = ".", .screen = 1, .after_ms = -1, .frames = -1
	};
	optind = 0; /* makes glibc start again */
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
