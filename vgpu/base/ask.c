/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/base/ask.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

int vgpu_ask(bool is_agreed, const char *question, struct base_error *err)
{
	char answer[16];

	if (is_agreed)
		return 0;
	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return base_error_set(err, BASE_MISUSED,
				      "there is no terminal to ask on: %s Add --yes to agree",
				      question);
	fprintf(stderr, "%s [y/N] ", question);
	if (fgets(answer, sizeof(answer), stdin) == NULL)
		answer[0] = '\0';
	answer[strcspn(answer, "\r\n")] = '\0';
	if (strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0)
		return 0;
	return base_error_set(err, BASE_FAILED, "nothing was changed");
}
