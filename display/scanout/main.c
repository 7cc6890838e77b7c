/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "display/scanout/privilege.h"
#include "display/scanout/serve.h"
#include "vgpu/base/log.h"

static const char usage[] =
	"usage: vgpu-scanout\n"
	"\n"
	"Tells a viewer which picture a vGPU shows. Do not start it by hand: systemd starts\n"
	"it for each connection to vgpu-scanout.socket, or vgpu-display starts it. Standard\n"
	"input is the connection. See vgpu-scanout(8).\n"
	"\n"
	"  -h, --help     print this text\n"
	"  -V, --version  print the version\n";

static bool is_connection(int fd)
{
	int type = 0, domain = 0;
	socklen_t length = sizeof(int);

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_SEQPACKET &&
	       getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 && domain == AF_UNIX;
}

/*
 * True for an end of a socketpair, which has no name: then the viewer started this process
 * and reports what it learns from it.
 */
static bool is_viewers_own(int fd)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);

	return getsockname(fd, (struct sockaddr *)&address, &length) == 0 &&
	       length == sizeof(address.ss_family);
}

static int serve(struct base_error *err)
{
	struct scanout_caller caller;

	if (!is_connection(STDIN_FILENO))
		return base_error_set(err, BASE_MISUSED,
				      "cannot be started by hand: see vgpu-scanout --help");
	if (is_viewers_own(STDIN_FILENO))
		base_log_init("vgpu-scanout", BASE_LOG_WARNING);
	if (scanout_privilege_drop(err) < 0 || scanout_caller_read(&caller, STDIN_FILENO, err) < 0)
		return -1;
	return scanout_serve(STDIN_FILENO, &caller, err);
}

int main(int argc, char **argv)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	const char *option = argc == 2 ? argv[1] : "";

	base_log_init("vgpu-scanout", BASE_LOG_INFO);
	if (strcmp(option, "--help") == 0 || strcmp(option, "-h") == 0)
		return fputs(usage, stdout) < 0 ? BASE_FAILED : BASE_DONE;
	if (strcmp(option, "--version") == 0 || strcmp(option, "-V") == 0)
		return puts("vgpu-scanout " VGPU_VERSION) < 0 ? BASE_FAILED : BASE_DONE;
	if (argc > 1)
		base_error_set(&err, BASE_MISUSED, "takes no arguments: see vgpu-scanout --help");
	else
		(void)serve(&err);
	return base_log_error(&err);
}
