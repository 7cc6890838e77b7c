/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VGPU_UDEV_H
#define VGPU_UDEV_H

#include <libudev.h>

#include "vgpu/base/cleanup.h"

/*
 * libudev is loaded by the first udev_new: its loading takes longer than most
 * commands, which do without it. udev_new answers NULL with errno also where it
 * cannot be loaded; all other calls come after one that worked. Not for threads. A
 * call that is new here must be named in both lists.
 */

/* clang-format off */
#define VGPU_UDEV_CALLS(call) \
	call(udev_device_get_devnode) \
	call(udev_device_get_driver) \
	call(udev_device_get_property_value) \
	call(udev_device_get_sysattr_value) \
	call(udev_device_get_sysname) \
	call(udev_device_get_syspath) \
	call(udev_device_new_from_syspath) \
	call(udev_device_unref) \
	call(udev_enumerate_add_match_parent) \
	call(udev_enumerate_add_match_subsystem) \
	call(udev_enumerate_add_match_sysattr) \
	call(udev_enumerate_add_match_sysname) \
	call(udev_enumerate_get_list_entry) \
	call(udev_enumerate_new) \
	call(udev_enumerate_scan_devices) \
	call(udev_enumerate_unref) \
	call(udev_hwdb_get_properties_list_entry) \
	call(udev_hwdb_new) \
	call(udev_hwdb_unref) \
	call(udev_list_entry_get_by_name) \
	call(udev_list_entry_get_name) \
	call(udev_list_entry_get_next) \
	call(udev_list_entry_get_value) \
	call(udev_monitor_enable_receiving) \
	call(udev_monitor_get_fd) \
	call(udev_monitor_new_from_netlink) \
	call(udev_monitor_receive_device) \
	call(udev_monitor_set_receive_buffer_size) \
	call(udev_monitor_unref) \
	call(udev_queue_flush) \
	call(udev_queue_get_fd) \
	call(udev_queue_get_queue_is_empty) \
	call(udev_queue_new) \
	call(udev_queue_unref) \
	call(udev_unref)
/* clang-format on */

struct vgpu_udev {
#define VGPU_UDEV_MEMBER(name) __typeof__(name) *name;
	VGPU_UDEV_CALLS(VGPU_UDEV_MEMBER)
#undef VGPU_UDEV_MEMBER
};

extern struct vgpu_udev vgpu_udev;

struct udev *vgpu_udev_new(void);

#ifndef VGPU_UDEV_LOADER
#define udev_new			     vgpu_udev_new
#define udev_device_get_devnode		     vgpu_udev.udev_device_get_devnode
#define udev_device_get_driver		     vgpu_udev.udev_device_get_driver
#define udev_device_get_property_value	     vgpu_udev.udev_device_get_property_value
#define udev_device_get_sysattr_value	     vgpu_udev.udev_device_get_sysattr_value
#define udev_device_get_sysname		     vgpu_udev.udev_device_get_sysname
#define udev_device_get_syspath		     vgpu_udev.udev_device_get_syspath
#define udev_device_new_from_syspath	     vgpu_udev.udev_device_new_from_syspath
#define udev_device_unref		     vgpu_udev.udev_device_unref
#define udev_enumerate_add_match_parent	     vgpu_udev.udev_enumerate_add_match_parent
#define udev_enumerate_add_match_subsystem   vgpu_udev.udev_enumerate_add_match_subsystem
#define udev_enumerate_add_match_sysattr     vgpu_udev.udev_enumerate_add_match_sysattr
#define udev_enumerate_add_match_sysname     vgpu_udev.udev_enumerate_add_match_sysname
#define udev_enumerate_get_list_entry	     vgpu_udev.udev_enumerate_get_list_entry
#define udev_enumerate_new		     vgpu_udev.udev_enumerate_new
#define udev_enumerate_scan_devices	     vgpu_udev.udev_enumerate_scan_devices
#define udev_enumerate_unref		     vgpu_udev.udev_enumerate_unref
#define udev_hwdb_get_properties_list_entry  vgpu_udev.udev_hwdb_get_properties_list_entry
#define udev_hwdb_new			     vgpu_udev.udev_hwdb_new
#define udev_hwdb_unref			     vgpu_udev.udev_hwdb_unref
#define udev_list_entry_get_by_name	     vgpu_udev.udev_list_entry_get_by_name
#define udev_list_entry_get_name	     vgpu_udev.udev_list_entry_get_name
#define udev_list_entry_get_next	     vgpu_udev.udev_list_entry_get_next
#define udev_list_entry_get_value	     vgpu_udev.udev_list_entry_get_value
#define udev_monitor_enable_receiving	     vgpu_udev.udev_monitor_enable_receiving
#define udev_monitor_get_fd		     vgpu_udev.udev_monitor_get_fd
#define udev_monitor_new_from_netlink	     vgpu_udev.udev_monitor_new_from_netlink
#define udev_monitor_receive_device	     vgpu_udev.udev_monitor_receive_device
#define udev_monitor_set_receive_buffer_size vgpu_udev.udev_monitor_set_receive_buffer_size
#define udev_monitor_unref		     vgpu_udev.udev_monitor_unref
#define udev_queue_flush		     vgpu_udev.udev_queue_flush
#define udev_queue_get_fd		     vgpu_udev.udev_queue_get_fd
#define udev_queue_get_queue_is_empty	     vgpu_udev.udev_queue_get_queue_is_empty
#define udev_queue_new			     vgpu_udev.udev_queue_new
#define udev_queue_unref		     vgpu_udev.udev_queue_unref
#define udev_unref			     vgpu_udev.udev_unref

BASE_DEFINE_CLEANUP_PTR(udev, struct udev, udev_unref)
BASE_DEFINE_CLEANUP_PTR(udev_device, struct udev_device, udev_device_unref)
BASE_DEFINE_CLEANUP_PTR(udev_enumerate, struct udev_enumerate, udev_enumerate_unref)
BASE_DEFINE_CLEANUP_PTR(udev_queue, struct udev_queue, udev_queue_unref)
#endif

#endif
