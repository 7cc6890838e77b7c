/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Feeds what reads other programs' words of who has a vGPU: a process's command
 * line, the lines of `vgpu-domain claims`, and a word that is to be a UUID's
 * beginning. Whatever comes in, a name that comes out is short, one line and
 * harmless on a terminal, and a UUID is one. The first byte of the input chooses.
 */
#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/require.h"
#include "vgpu/host/process.h"
#include "vgpu/vgpus/claims.h"
#include "vgpu/vgpus/lookup.h"

#define UUID "4b20d080-1b54-4048-85b3-a6a62d165c01"

static void check_name(const char *name)
{
	for (; *name != '\0'; name++)
		require(!iscntrl((unsigned char)*name), "a name has no control characters");
}

static void read_command_line(const char *text, size_t size)
{
	BASE_AUTO(free) char *domain = vgpu_process_find_domain(text, size);

	if (domain == NULL)
		return;
	require(*domain != '\0' && strlen(domain) < 256, "a name is neither empty nor long");
	check_name(domain);
}

static void read_claims(const char *text, size_t size)
{
	BASE_AUTO(vgpu_claims) struct vgpu_claims claims;
	char uuid[BASE_UUID_SIZE];

	require(vgpu_claims_parse(&claims, strndup(text, size), NULL) == 0, "claims are read");
	for (size_t i = 0; i < claims.count; i++) {
		require(base_name_parse_uuid(claims.items[i].uuid, uuid), "a UUID is one");
		check_name(claims.items[i].domain);
		require(i == 0 || strcmp(claims.items[i - 1].uuid, claims.items[i].uuid) <= 0,
			"claims are in order");
	}
}

static void read_word(const char *text, size_t size)
{
	static struct vgpu_device device = { .uuid = UUID };
	const struct vgpu_world world = { .host = { .devices = &device, .device_count = 1 } };
	BASE_AUTO(base_error) struct base_error err = { 0 };
	BASE_AUTO(free) char *word = strndup(text, size);
	char uuid[BASE_UUID_SIZE], again[BASE_UUID_SIZE];

	if (vgpu_lookup(word, &world, uuid, &err) < 0) {
		require(err.message != NULL, "a refusal has a message");
		check_name(err.message);
		return;
	}
	require(base_name_parse_uuid(uuid, again), "what is found is a UUID");
	require(strncasecmp(uuid, word, strlen(word)) == 0, "it begins with the word");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Of its very size, so that a step behind its end is seen. */
	char *text = size > 0 ? malloc(size) : NULL;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	if (text[0] == 'c')
		read_command_line(text + 1, size - 1);
	else if (text[0] == 'u')
		read_claims(text + 1, size - 1);
	else
		read_word(text + 1, size - 1);
	free(text);
	return 0;
}
