/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/store/suspended.h"

#include "vgpu/store/forget.h"

int vgpu_suspended_forget(const char *directory, const char *uuid, bool *was_there,
			  struct base_error *err)
{
	BASE_AUTO(vgpu_store) struct vgpu_store suspended = { .fd = -1 };
	size_t removed = 0;

	*was_there = false;
	if (vgpu_store_init_whole(&suspended, directory, err) < 0 ||
	    vgpu_forget(&suspended, uuid, &removed, err) < 0)
		return base_error_wrap(err, "%s would come back when the machine wakes up", uuid);
	*was_there = removed > 0;
	return 0;
}
