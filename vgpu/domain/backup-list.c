/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/domain/backup-list.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "vgpu/base/json.h"
#include "vgpu/base/log.h"
#include "vgpu/base/table.h"
#include "vgpu/domain/backup.h"
#include "vgpu/domain/domain.h"
#include "vgpu/domain/libvirt.h"

/* With the offset from UTC, as date(1) reads it. */
#define TIME_SIZE sizeof("2026-01-31T23:59:59+0000")

static void format_time(time_t time, bool for_programs, char text[TIME_SIZE])
{
	struct tm local = { 0 };

	text[0] = '\0';
	localtime_r(&time, &local);
	if (for_programs)
		(void)strftime(text, TIME_SIZE, "%Y-%m-%dT%H:%M:%S%z", &local);
	else
		(void)strftime(text, TIME_SIZE, "%Y-%m-%d %H:%M:%S", &local);
}

static int find_uuid(const char *uri, const char *name, char uuid[BASE_UUID_SIZE],
		     struct base_error *err)
{
	BASE_AUTO(vgpu_domain) struct vgpu_domain *domain = NULL;

	if (base_name_parse_uuid(name, uuid))
		return 0;
	domain = vgpu_domain_create(uri, name, err);
	return domain != NULL ? vgpu_domain_get_uuid(domain, uuid, err) : -1;
}

static int print_people(const struct vgpu_backups *backups, const char *uri, struct base_error *err)
{
	static const char *const head[] = { "TIME", "SIZE", "FILE", NULL };
	BASE_AUTO(vgpu_table) struct vgpu_table table = { 0 };

	vgpu_table_add(&table, head);
	for (size_t i = 0; i < backups->count; i++) {
		const struct vgpu_backup *backup = &backups->items[i];
		char time[TIME_SIZE], size[24];
		const char *const row[] = { time, size, backup->path, NULL };

		format_time(backup->time, false, time);
		snprintf(size, sizeof(size), "%lld", backup->size);
		vgpu_table_add(&table, row);
	}
	if (vgpu_table_print(&table, "", err) < 0)
		return -1;
	base_info("'virsh -c %s define FILE' restores one of them", vgpu_libvirt_uri(uri));
	return 0;
}

static struct json_object *backup_to_json(const struct vgpu_backup *backup)
{
	struct json_object *json = json_object_new_object();
	char time[TIME_SIZE];
	bool is_whole;

	format_time(backup->time, true, time);
	is_whole = json != NULL && vgpu_json_add_text(json, "time", time) == 0 &&
		   vgpu_json_add_text(json, "file", backup->path) == 0 &&
		   vgpu_json_add_number(json, "size", (long)backup->size) == 0;
	return vgpu_json_whole(json, is_whole);
}

static int print_json(const struct vgpu_backups *backups, struct base_error *err)
{
	struct vgpu_json_list list = { 0 };

	for (size_t i = 0; i < backups->count; i++) {
		if (vgpu_json_list_add(&list, backup_to_json(&backups->items[i]), err) < 0)
			return -1;
	}
	vgpu_json_list_end(&list);
	return 0;
}

int vgpu_backup_list_print(const char *uri, const char *domain, bool as_json,
			   struct base_error *err)
{
	BASE_AUTO(vgpu_backups) struct vgpu_backups backups = { 0 };
	BASE_AUTO(free) char *place = vgpu_backup_place(err);
	char uuid[BASE_UUID_SIZE];

	if (place == NULL || find_uuid(uri, domain, uuid, err) < 0 ||
	    vgpu_backups_init(&backups, place, uuid, err) < 0)
		return -1;
	if (as_json)
		return print_json(&backups, err);
	if (backups.count > 0)
		return print_people(&backups, uri, err);
	base_info("there is no old definition of %s in %s/%s", domain, place, uuid);
	return 0;
}
