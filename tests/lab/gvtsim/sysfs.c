// SPDX-License-Identifier: GPL-2.0
#include <linux/device.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "gvtsim.h"

static struct gvtsim_vgpu *vgpu_of(struct device *dev)
{
	return dev_get_drvdata(dev);
}

static struct gvtsim_screen *screen_of(struct device *dev)
{
	return &vgpu_of(dev)->screen;
}

/* i915's own */
static ssize_t vgpu_id_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", vgpu_of(dev)->id);
}
static DEVICE_ATTR_RO(vgpu_id);

static struct attribute *intel_attributes[] = { &dev_attr_vgpu_id.attr, NULL };

static const struct attribute_group intel_group = {
	.name = "intel_vgpu",
	.attrs = intel_attributes,
};

/* "1024x768 XR24 3"; what is left out stays. */
static ssize_t mode_store(struct device *dev, struct device_attribute *attr, const char *buf,
			  size_t count)
{
	struct gvtsim_screen *screen = screen_of(dev);
	struct gvtsim_mode mode;
	char fourcc[5];
	int fields, ret;

	mutex_lock(&screen->lock);
	mode = screen->mode;
	mutex_unlock(&screen->lock);
	fields = sscanf(buf, "%ux%u %4s %u", &mode.width, &mode.height, fourcc, &mode.buffers);
	if (fields < 2)
		return -EINVAL;
	if (fields > 2) {
		if (strlen(fourcc) != 4)
			return -EINVAL;
		memcpy(&mode.format, fourcc, sizeof(mode.format));
	}
	ret = gvtsim_screen_set_mode(screen, &mode);
	return ret ? ret : count;
}

static ssize_t mode_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct gvtsim_screen *screen = screen_of(dev);
	struct gvtsim_mode mode;

	mutex_lock(&screen->lock);
	mode = screen->mode;
	mutex_unlock(&screen->lock);
	return sysfs_emit(buf, "%ux%u %.4s %u\n", mode.width, mode.height, (char *)&mode.format,
			  mode.buffers);
}
static DEVICE_ATTR_RW(mode);

static ssize_t refresh_mhz_store(struct device *dev, struct device_attribute *attr, const char *buf,
				 size_t count)
{
	u32 refresh;
	int ret = kstrtou32(buf, 0, &refresh);

	if (!ret && refresh > 1000000)
		ret = -ERANGE;
	if (!ret)
		gvtsim_screen_set_refresh(screen_of(dev), refresh);
	return ret ? ret : count;
}

static ssize_t refresh_mhz_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(screen_of(dev)->refresh_mhz));
}
static DEVICE_ATTR_RW(refresh_mhz);

static ssize_t delay_ms_store(struct device *dev, struct device_attribute *attr, const char *buf,
			      size_t count)
{
	int ret = kstrtouint(buf, 0, &screen_of(dev)->delay_ms);

	return ret ? ret : count;
}

static ssize_t delay_ms_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(screen_of(dev)->delay_ms));
}
static DEVICE_ATTR_RW(delay_ms);

static ssize_t blank_store(struct device *dev, struct device_attribute *attr, const char *buf,
			   size_t count)
{
	int ret = kstrtobool(buf, &screen_of(dev)->blank);

	return ret ? ret : count;
}

static ssize_t blank_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", READ_ONCE(screen_of(dev)->blank));
}
static DEVICE_ATTR_RW(blank);

static ssize_t frame_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(screen_of(dev)->frame));
}
static DEVICE_ATTR_RO(frame);

static ssize_t missed_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", READ_ONCE(screen_of(dev)->missed));
}
static DEVICE_ATTR_RO(missed);

static ssize_t step_store(struct device *dev, struct device_attribute *attr, const char *buf,
			  size_t count)
{
	int ret = gvtsim_screen_step(screen_of(dev));

	return ret ? ret : count;
}
static DEVICE_ATTR_WO(step);

/* "X Y RRGGBB" or "X Y AARRGGBB" */
static ssize_t poke_store(struct device *dev, struct device_attribute *attr, const char *buf,
			  size_t count)
{
	u32 x, y, argb;
	int ret;

	if (sscanf(buf, "%u %u %x", &x, &y, &argb) != 3)
		return -EINVAL;
	ret = gvtsim_screen_poke(screen_of(dev), x, y, argb);
	return ret ? ret : count;
}
static DEVICE_ATTR_WO(poke);

/* "off", "X Y" (hot spot unknown) or "X Y HOTX HOTY" */
static ssize_t cursor_store(struct device *dev, struct device_attribute *attr, const char *buf,
			    size_t count)
{
	struct gvtsim_cursor cursor = { true, 0, 0, U32_MAX, U32_MAX };
	struct gvtsim_screen *screen = screen_of(dev);
	int fields;

	if (sysfs_streq(buf, "off")) {
		cursor.on = false;
	} else {
		fields = sscanf(buf, "%u %u %u %u", &cursor.x, &cursor.y, &cursor.hot_x,
				&cursor.hot_y);
		if (fields != 2 && fields != 4)
			return -EINVAL;
	}
	spin_lock_irq(&screen->flip);
	screen->cursor = cursor;
	spin_unlock_irq(&screen->flip);
	return count;
}

static ssize_t cursor_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct gvtsim_screen *screen = screen_of(dev);
	struct gvtsim_cursor cursor;

	spin_lock_irq(&screen->flip);
	cursor = screen->cursor;
	spin_unlock_irq(&screen->flip);
	if (!cursor.on)
		return sysfs_emit(buf, "off\n");
	if (cursor.hot_x == U32_MAX)
		return sysfs_emit(buf, "%u %u\n", cursor.x, cursor.y);
	return sysfs_emit(buf, "%u %u %u %u\n", cursor.x, cursor.y, cursor.hot_x, cursor.hot_y);
}
static DEVICE_ATTR_RW(cursor);

static ssize_t raise_irq_store(struct device *dev, struct device_attribute *attr, const char *buf,
			       size_t count)
{
	return gvtsim_irq_raise(vgpu_of(dev)) ? count : -ENODEV;
}
static DEVICE_ATTR_WO(raise_irq);

static struct attribute *gvtsim_attributes[] = {
	&dev_attr_mode.attr,
	&dev_attr_refresh_mhz.attr,
	&dev_attr_delay_ms.attr,
	&dev_attr_blank.attr,
	&dev_attr_frame.attr,
	&dev_attr_missed.attr,
	&dev_attr_step.attr,
	&dev_attr_poke.attr,
	&dev_attr_cursor.attr,
	&dev_attr_raise_irq.attr,
	NULL,
};

static const struct attribute_group gvtsim_group = {
	.name = "gvtsim",
	.attrs = gvtsim_attributes,
};

const struct attribute_group *gvtsim_sysfs_groups[] = { &intel_group, &gvtsim_group, NULL };
