/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qmp SOCKET COMMAND...: gives a QEMU each COMMAND (JSON) in turn and prints
 * its answers. Exit status 1 if one is an error or none comes.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static FILE *dial(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timeval timeout = { .tv_sec = 20 };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0 || strlen(path) >= sizeof(address.sun_path))
		return NULL;
	memcpy(address.sun_path, path, strlen(path));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return NULL;
	return fdopen(fd, "r");
}

static int execute(FILE *in, const char *command, int show)
{
	char line[65536];

	if (dprintf(fileno(in), "%s\n", command) < 0)
		return -1;
	while (fgets(line, sizeof(line), in) != NULL) {
		int failed = strncmp(line, "{\"error\"", 8) == 0;

		if (failed || show)
			fputs(line, stdout);
		if (failed || strncmp(line, "{\"return\"", 9) == 0)
			return failed ? -1 : 0;
	}
	return -1;
}

int main(int argc, char **argv)
{
	FILE *in = argc > 2 ? dial(argv[1]) : NULL;

	if (in == NULL) {
		fprintf(stderr, "usage: qmp SOCKET COMMAND... (a socket that answers)\n");
		return 2;
	}
	if (execute(in, "{\"execute\":\"qmp_capabilities\"}", 0) < 0)
		return 1;
	for (int i = 2; i < argc; i++) {
		if (execute(in, argv[i], 1) < 0)
			return 1;
	}
	fclose(in);
	return 0;
}
