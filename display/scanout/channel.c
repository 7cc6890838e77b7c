/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/scanout/channel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static enum scanout_receive lied(struct base_error *err, const char *what)
{
	base_error_set(err, BASE_FAILED, "the viewer %s", what);
	return SCANOUT_LIED;
}

static bool is_flood(struct scanout_channel *channel)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if ((uint64_t)now.tv_sec != channel->second) {
		channel->second = (uint64_t)now.tv_sec;
		channel->count = 0;
	}
	return ++channel->count > SCANOUT_REQUESTS_MAX;
}

/* There is no room for file descriptors: the kernel drops them and sets MSG_CTRUNC. */
enum scanout_receive scanout_channel_receive(struct scanout_channel *channel,
					     struct scanout_request *request,
					     struct base_error *err)
{
	struct iovec part = { .iov_base = request, .iov_len = sizeof(*request) };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t length = BASE_RETRY(recvmsg(channel->fd, &message, MSG_DONTWAIT));

	if (length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return SCANOUT_NOTHING;
	if (length <= 0)
		return SCANOUT_CLOSED;
	if (length != sizeof(*request) || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
		return lied(err, "sent something that is not a request");
	if (request->kind < SCANOUT_OPEN || request->kind > SCANOUT_INPUT)
		return lied(err, "sent a request of an unknown kind");
	if (is_flood(channel))
		return lied(err, "sent too many requests in one second");
	return SCANOUT_RECEIVED;
}

/*
 * Checks for lower case, as libvirt and the kernel write it. It is parsed by hand, because a
 * privileged program should not load a library for that, and because what the viewer sent
 * may have no NUL.
 */
static bool is_uuid(const char text[BASE_UUID_SIZE])
{
	static const char form[BASE_UUID_SIZE] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	for (size_t i = 0; i < BASE_UUID_SIZE; i++) {
		bool is_digit = text[i] != '\0' && strchr("0123456789abcdef", text[i]) != NULL;

		if (form[i] == 'x' ? !is_digit : text[i] != form[i])
			return false;
	}
	return true;
}

int scanout_request_check_open(const struct scanout_request *request, struct base_error *err)
{
	if (request->kind != SCANOUT_OPEN)
		return base_error_set(err, BASE_FAILED, "the first request must be OPEN");
	if (request->version != SCANOUT_VERSION)
		return base_error_set(err, BASE_FAILED,
				      "vgpu-scanout " VGPU_VERSION
				      " uses protocol version %d, not %u: "
				      "install it and vgpu-display from the same release",
				      SCANOUT_VERSION, request->version);
	if (!is_uuid(request->domain) || !is_uuid(request->vgpu))
		return base_error_set(err, BASE_FAILED,
				      "OPEN needs the UUIDs of a domain and of a vGPU");
	return 0;
}

int scanout_channel_send(const struct scanout_channel *channel, const struct scanout_reply *reply,
			 int fd)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct scanout_reply copy = *reply;
	struct iovec part = { .iov_base = &copy, .iov_len = sizeof(copy) };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	if (fd >= 0) {
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof(control.bytes);
		*CMSG_FIRSTHDR(&message) = (struct cmsghdr){
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
			.cmsg_len = CMSG_LEN(sizeof(int)),
		};
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), &fd, sizeof(fd));
	}
	return BASE_RETRY(sendmsg(channel->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL)) < 0 ? -1 : 0;
}

void scanout_channel_tell(const struct scanout_channel *channel, enum scanout_reply_kind kind,
			  const char *text)
{
	struct scanout_reply reply;

	memset(&reply, 0, sizeof(reply));
	reply.kind = kind;
	snprintf(reply.text, sizeof(reply.text), "%s", text);
	(void)scanout_channel_send(channel, &reply, -1);
}
