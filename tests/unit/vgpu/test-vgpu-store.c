/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/scratch.h"
#include "vgpu/base/file.h"
#include "vgpu/base/json.h"
#include "vgpu/store/store.h"

#define UUID	     "4b20d080-1b54-4048-85b3-a6a62d165c01"
#define UUID2	     "4b20d080-1b54-4048-85b3-a6a62d165c02"
#define PARENT	     "0000:00:02.0"
#define GOOD	     "{\"mdev_type\":\"i915-GVTg_V5_4\",\"start\":\"auto\",\"attrs\":[]}"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void put(const struct scratch *f, const char *parent, const char *name, const char *text)
{
	BASE_AUTO(fd) int fd = -1;

	if (mkdirat(f->fd, parent, 0755) < 0)
		assert_int_equal(errno, EEXIST);
	fd = openat(f->fd, parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(base_file_replace_at(fd, name, text, strlen(text), 0644, NULL), 0);
}

static void read_store(const struct scratch *f, struct vgpu_store *store)
{
	assert_int_equal(vgpu_store_init(store, f->path, NULL), 0);
}

static void parses(const char *text, struct vgpu_definition *definition)
{
	BASE_AUTO(base_error) struct base_error err = { 0 };
	int status = vgpu_definition_parse(definition, PARENT, UUID, text, strlen(text), &err);

	if (status < 0)
		print_error("%s: %s\n", text, err.message);
	assert_int_equal(status, 0);
}

static void definitions_are_read(void **state)
{
	static const struct {
		const char *text;
		enum vgpu_start start;
		size_t attributes;
	} cases[] = {
		{ GOOD, VGPU_START_BOOT, 0 },
		{ GOOD "\n", VGPU_START_BOOT, 0 },
		{ " {\"start\": \"manual\", \"mdev_type\": \"mtty-1\"} \n\n", VGPU_START_MANUAL,
		  0 },
		{ "{\"mdev_type\":\"mtty-1\",\"start\":\"auto\",\"attrs\":null}", VGPU_START_BOOT,
		  0 },
		{ "{\"mdev_type\":\"v\",\"start\":\"auto\",\"attrs\":[{\"a\":\"1\"},{\"b/"
		  "c\":\"2\"}]}",
		  VGPU_START_BOOT, 2 },
		{ "{\"mdev_type\":\"v\",\"start\":\"manual\",\"new\":{\"x\":[1,2.5,null]}}",
		  VGPU_START_MANUAL, 0 },
		{ "{\"mdev_type\":\"v\",\"start\":\"manual\",\"on_demand\":true}",
		  VGPU_START_ON_DEMAND, 0 },
		{ "{\"mdev_type\":\"v\",\"start\":\"manual\",\"on_demand\":false}",
		  VGPU_START_MANUAL, 0 },
		{ "{\"mdev_type\":\"v\",\"start\":\"manual\",\"on_demand\":\"true\"}",
		  VGPU_START_MANUAL, 0 },
		{ "{\"mdev_type\":\"v\",\"start\":\"auto\",\"on_demand\":true}", VGPU_START_BOOT,
		  0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		BASE_AUTO(vgpu_definition) struct vgpu_definition definition = { 0 };

		parses(cases[i].text, &definition);
		assert_string_equal(definition.parent, PARENT);
		assert_string_equal(definition.uuid, UUID);
		assert_int_equal(definition.start, cases[i].start);
		assert_int_equal(definition.attribute_count, cases[i].attributes);
	}
}

static void attributes_keep_their_order(void **state)
{
	BASE_AUTO(vgpu_definition) struct vgpu_definition definition = { 0 };

	(void)state;
	parses("{\"mdev_type\":\"v\",\"start\":\"auto\","
	       "\"attrs\":[{\"assign_adapter\":\"5\"},{\"assign_domain\":\"0xab\"}]}",
	       &definition);
	assert_string_equal(definition.attributes[0].name, "assign_adapter");
	assert_string_equal(definition.attributes[0].value, "5");
	assert_string_equal(definition.attributes[1].name, "assign_domain");
	assert_string_equal(definition.attributes[1].value, "0xab");
}

static void broken_definitions_are_told_apart(void **state)
{
	static const struct {
		const char *text;
		const char *words;
	} cases[] = {
		{ "", "cannot be read as JSON" },
		{ "{", "cannot be read as JSON" },
		{ "{\"mdev_type\":\"mtty-1\"", "cannot be read as JSON" },
		{ "null", "it is null" },
		{ "mdev_type: mtty-1", "cannot be read as JSON" },
		{ GOOD " trailing", "cannot be read as JSON" },
		{ GOOD GOOD, "cannot be read as JSON" },
		{ "{'mdev_type':'mtty-1','start':'auto'}", "cannot be read as JSON" },
		{ "{\"mdev_type\":\"\xff\",\"start\":\"auto\"}", "cannot be read as JSON" },
		{ "[" GOOD "]", "not a JSON object" },
		{ "42", "not a JSON object" },
		{ "\"text\"", "not a JSON object" },
		{ "{}", "'mdev_type'" },
		{ "{\"mdev_type\":7,\"start\":\"auto\"}", "'mdev_type'" },
		{ "{\"mdev_type\":null,\"start\":\"auto\"}", "'mdev_type'" },
		{ "{\"mdev_type\":\"\",\"start\":\"auto\"}", "'mdev_type'" },
		{ "{\"mdev_type\":\"../../x\",\"start\":\"auto\"}", "'mdev_type'" },
		{ "{\"mdev_type\":\"v\\u0000w\",\"start\":\"auto\"}", "'mdev_type'" },
		{ "{\"mdev_type\":\"v\",\"start\":\"auto\",\"attrs\":[{\"a\":\"1\\u00002\"}]}",
		  "a string" },
		{ "{\"mdev_type\":\"..\",\"start\":\"auto\"}", "'mdev_type'" },
		{ "{\"mdev_type\":\"v\"}", "'start'" },
		{ "{\"mdev_type\":\"v\",\"start\":true}", "'start'" },
		{ "{\"mdev_type\":\"v\",\"start\":\"Auto\"}", "'start'" },
		{ "{\"mdev_type\":\"v\",\"start\":\"auto\",\"attrs\":{}}", "not an array" },
		{ "{\"mdev_type\":\"v\",\"start\":\"auto\",\"attrs\":[7]}", "one member" },
		{ "{\"mdev_type\":\"v\",\"start\":\"auto\",\"attrs\":[null]}", "one member" },
		{ "{\"mdev_type\":\"v\",\"start\":\"auto\",\"attrs\":[{}]}", "one member" },
		{ "{\"mdev_type\":\"v\",\"start\":\"auto\",\"attrs\":[{\"a\":\"1\",\"b\":\"2\"}]}",
		  "one member" },
		{ "{\"mdev_type\":\"v\",\"start\":\"auto\",\"attrs\":[{\"a\":1}]}", "a string" },
		{ "{\"mdev_type\":\"v\",\"start\":\"auto\",\"attrs\":[{\"../remove\":\"1\"}]}",
		  "no attribute" },
		{ "{\"mdev_type\":\"v\",\"start\":\"auto\",\"attrs\":[{\"/etc/passwd\":\"1\"}]}",
		  "no attribute" },
		{ "{\"mdev_type\":\"v\",\"start\":\"auto\",\"attrs\":[{\"a/../b\":\"1\"}]}",
		  "no attribute" },
		{ "{\"mdev_type\":\"v\",\"start\":\"auto\",\"attrs\":[{\"a/\":\"1\"}]}",
		  "no attribute" },
		{ "{\"mdev_type\":\"v\",\"start\":\"auto\",\"attrs\":[{\"\":\"1\"}]}",
		  "no attribute" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		BASE_AUTO(vgpu_definition) struct vgpu_definition definition = { 0 };
		BASE_AUTO(base_error) struct base_error err = { 0 };

		assert_int_equal(vgpu_definition_parse(&definition, PARENT, UUID, cases[i].text,
						       strlen(cases[i].text), &err),
				 -1);
		if (strstr(err.message, cases[i].words) == NULL)
			print_error("%s: %s\n", cases[i].text, err.message);
		assert_non_null(strstr(err.message, cases[i].words));
	}
}

static void deep_nesting_is_refused(void **state)
{
	BASE_AUTO(vgpu_definition) struct vgpu_definition definition = { 0 };
	char text[4096];

	(void)state;
	memset(text, '[', sizeof(text));
	assert_int_equal(
		vgpu_definition_parse(&definition, PARENT, UUID, text, sizeof(text) - 1, NULL), -1);
}

static void a_new_definition_is_in_mdevctls_format(void **state)
{
	BASE_AUTO(vgpu_definition) struct vgpu_definition definition = { 0 };
	BASE_AUTO(vgpu_definition) struct vgpu_definition again = { 0 };
	BASE_AUTO(json) struct json_object *wanted = json_tokener_parse(GOOD);
	BASE_AUTO(json) struct json_object *written = NULL;

	(void)state;
	assert_int_equal(vgpu_definition_init(&definition, PARENT, UUID, "i915-GVTg_V5_4",
					      VGPU_START_BOOT, NULL),
			 0);
	assert_int_equal(definition.text[strlen(definition.text) - 1], '\n');
	written = json_tokener_parse(definition.text);
	assert_true(json_object_equal(wanted, written));
	parses(definition.text, &again);
	assert_string_equal(again.type, "i915-GVTg_V5_4");
	assert_int_equal(again.start, VGPU_START_BOOT);
}

static void a_change_keeps_what_is_not_understood(void **state)
{
#define REST "\"attrs\":[{\"a\":\"/b\"}],\"future\":{\"n\":[1,2.50,true,null],\"s\":\"\\u00e9/\"}}"
	static const struct {
		const char *type; /* NULL: start changes */
		enum vgpu_start start;
		const char *wanted;
	} cases[] = {
		{ NULL, VGPU_START_BOOT, "{\"mdev_type\":\"v\",\"start\":\"auto\"," REST },
		{ NULL, VGPU_START_MANUAL, "{\"mdev_type\":\"v\",\"start\":\"manual\"," REST },
		{ NULL, VGPU_START_ON_DEMAND,
		  "{\"mdev_type\":\"v\",\"start\":\"manual\",\"on_demand\":true," REST },
		{ "w", VGPU_START_ON_DEMAND,
		  "{\"mdev_type\":\"w\",\"start\":\"manual\",\"on_demand\":true," REST },
	};
	static const char *const before[] = {
		"{\"mdev_type\":\"v\",\"start\":\"auto\"," REST,
		"{\"mdev_type\":\"v\",\"start\":\"manual\"," REST,
		"{\"mdev_type\":\"v\",\"start\":\"manual\",\"on_demand\":true," REST,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases) * COUNT(before); i++) {
		BASE_AUTO(vgpu_definition) struct vgpu_definition definition = { 0 };
		BASE_AUTO(json) struct json_object *wanted = NULL;
		BASE_AUTO(json) struct json_object *got = NULL;
		size_t k = i % COUNT(cases);

		parses(before[i / COUNT(cases)], &definition);
		if (cases[k].type != NULL)
			assert_int_equal(vgpu_definition_set_type(&definition, cases[k].type, NULL),
					 0);
		assert_int_equal(vgpu_definition_set_start(&definition, cases[k].start, NULL), 0);
		assert_int_equal(definition.start, cases[k].start);
		assert_string_equal(definition.type, cases[k].type != NULL ? cases[k].type : "v");
		assert_int_equal(definition.attribute_count, 1);
		wanted = json_tokener_parse(cases[k].wanted);
		got = json_tokener_parse(definition.text);
		assert_true(json_object_equal(wanted, got));
		assert_non_null(strstr(definition.text, "2.50"));
		assert_non_null(strstr(definition.text, "\"/b\""));
	}
#undef REST
}

static void what_cannot_be_kept_is_not_changed(void **state)
{
	static const struct {
		const char *rest;
		bool is_kept;
	} cases[] = {
		{ "\"n\":123456789012345678901234567890}", false },
		{ "\"n\":[1,-1234567890123456789]}", false },
		{ "\"k\\u0000x\":1}", false },
		{ "\"n\":\"123456789012345678901234567890\"}", true },
		{ "\"n\":\"\\\"\",\"m\":\"\\\\\"}", true },
		{ "\"n\":0.12345678901234567890}", true },
		{ "\"n\":123456789012345678}", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		BASE_AUTO(vgpu_definition) struct vgpu_definition definition = { 0 };
		BASE_AUTO(free) char *text = NULL;

		assert_true(asprintf(&text, "{\"mdev_type\":\"v\",\"start\":\"auto\",%s",
				     cases[i].rest) > 0);
		parses(text, &definition);
		assert_int_equal(vgpu_definition_set_start(&definition, VGPU_START_MANUAL, NULL) ==
					 0,
				 cases[i].is_kept);
		assert_int_equal(strcmp(definition.text, text) != 0, cases[i].is_kept);
	}
}

static void a_type_that_is_no_name_changes_nothing(void **state)
{
	BASE_AUTO(vgpu_definition) struct vgpu_definition definition = { 0 };
	BASE_AUTO(vgpu_definition) struct vgpu_definition copy = { 0 };

	(void)state;
	parses(GOOD, &definition);
	assert_int_equal(vgpu_definition_copy(&copy, &definition, NULL), 0);
	assert_int_equal(vgpu_definition_set_type(&copy, "../x", NULL), -1);
	assert_int_equal(vgpu_definition_set_type(&copy, "", NULL), -1);
	assert_string_equal(copy.text, definition.text);
	assert_string_equal(copy.type, definition.type);
	assert_string_equal(copy.parent, PARENT);
}

static void a_store_that_does_not_exist_is_empty(void **state)
{
	BASE_AUTO(vgpu_store) struct vgpu_store store = { .fd = -1 };

	(void)state;
	assert_int_equal(vgpu_store_init(&store, "/nowhere/mdevctl.d", NULL), 0);
	assert_int_equal(store.definition_count, 0);
	assert_int_equal(store.problem_count, 0);
}

static void a_store_that_cannot_be_read_is_an_error(void **state)
{
	BASE_AUTO(vgpu_store) struct vgpu_store store = { .fd = -1 };
	BASE_AUTO(base_error) struct base_error err = { 0 };

	(void)state;
	assert_int_equal(vgpu_store_init(&store, "/dev/null", &err), -1);
	assert_string_equal(err.message, "cannot open /dev/null: Not a directory");
}

static void definitions_come_in_a_fixed_order(void **state)
{
	const struct scratch *f = *state;
	BASE_AUTO(vgpu_store) struct vgpu_store store = { .fd = -1 };
	size_t index = 0;

	put(f, "mtty", UUID, GOOD);
	put(f, PARENT, UUID2, GOOD);
	put(f, PARENT, UUID, GOOD);
	read_store(f, &store);
	assert_int_equal(store.definition_count, 3);
	assert_string_equal(store.definitions[0].parent, PARENT);
	assert_string_equal(store.definitions[0].uuid, UUID);
	assert_string_equal(store.definitions[1].uuid, UUID2);
	assert_string_equal(store.definitions[2].parent, "mtty");
	assert_ptr_equal(vgpu_store_find(&store, UUID, &index), &store.definitions[0]);
	index++;
	assert_ptr_equal(vgpu_store_find(&store, UUID, &index), &store.definitions[2]);
	index++;
	assert_null(vgpu_store_find(&store, UUID, &index));
}

static void each_of_many_definitions_is_found(void **state)
{
	const struct scratch *f = *state;
	BASE_AUTO(vgpu_store) struct vgpu_store store = { .fd = -1 };
	char uuid[BASE_UUID_SIZE];
	size_t index = 0;

	for (unsigned int i = 0; i < 100; i += 2) {
		snprintf(uuid, sizeof(uuid), "%08x-1b54-4048-85b3-a6a62d165c01", i * 0x2545f49u);
		put(f, i % 3 == 0 ? "a" : "b", uuid, GOOD);
	}
	read_store(f, &store);
	for (unsigned int i = 0; i < 100; i++) {
		const struct vgpu_definition *found;

		snprintf(uuid, sizeof(uuid), "%08x-1b54-4048-85b3-a6a62d165c01", i * 0x2545f49u);
		found = vgpu_store_find(&store, uuid, &index);
		assert_int_equal(found != NULL, i % 2 == 0);
		assert_true(found == NULL || strcmp(found->uuid, uuid) == 0);
	}
	assert_null(vgpu_store_find(&store, "ffffffff-ffff-ffff-ffff-ffffffffffff", &index));
}

static const struct vgpu_problem *find_problem(const struct vgpu_store *store, const char *words)
{
	for (size_t i = 0; i < store->problem_count; i++) {
		if (strstr(store->problems[i].message, words) != NULL)
			return &store->problems[i];
	}
	return NULL;
}

/* Each of them beside one good definition, which must be found all the same. */
static void strange_files_are_reported_and_skipped(void **state)
{
	const struct scratch *f = *state;
	BASE_AUTO(vgpu_store) struct vgpu_store store = { .fd = -1 };
	static const struct {
		const char *words;
		bool is_definition;
	} wanted[] = {
		{ "/mtty: the name 4B20D080-1B54-4048-85B3-A6A62D165C04 is not a UUID", false },
		{ "/mtty: " UUID2 ": cannot be read as JSON", true },
		{ "165c05 is longer than 65536 bytes", true },
		{ "165c06: Too many levels of symbolic links", true },
		{ "165c07 is not a regular file", true },
		{ "165c08 is not a regular file", true },
		{ "/mtty: the name README is not a UUID", false },
		{ "/mtty: the name " UUID "~ is not a UUID", false },
		{ "/file: not a directory", false },
		{ "/link: not a directory", false },
		{ "/not a parent: not the name of a parent", false },
	};
	BASE_AUTO(free) char *huge = calloc(1, 65538);
	size_t index = 0;

	memset(huge, ' ', 65537);
	put(f, "mtty", UUID, GOOD);
	put(f, "mtty", UUID2, "{broken");
	put(f, "mtty", UUID "~", GOOD);
	put(f, "mtty", "README", "read me");
	put(f, "mtty", ".hidden", GOOD);
	put(f, "mtty", "4B20D080-1B54-4048-85B3-A6A62D165C04", GOOD);
	put(f, "mtty", "4b20d080-1b54-4048-85b3-a6a62d165c05", huge);
	assert_int_equal(symlinkat(UUID, f->fd, "mtty/4b20d080-1b54-4048-85b3-a6a62d165c06"), 0);
	assert_int_equal(mkfifoat(f->fd, "mtty/4b20d080-1b54-4048-85b3-a6a62d165c07", 0644), 0);
	assert_int_equal(mkdirat(f->fd, "mtty/4b20d080-1b54-4048-85b3-a6a62d165c08", 0755), 0);
	put(f, "not a parent", UUID2, GOOD);
	put(f, "scripts.d", "callout", "#!/bin/sh");
	put(f, ".git", "config", "");
	assert_int_equal(symlinkat("mtty", f->fd, "link"), 0);
	assert_int_equal(base_file_replace_at(f->fd, "file", "", 0, 0644, NULL), 0);

	read_store(f, &store);
	assert_int_equal(store.definition_count, 1);
	assert_string_equal(store.definitions[0].uuid, UUID);
	assert_int_equal(store.problem_count, COUNT(wanted));
	for (size_t i = 0; i < COUNT(wanted); i++) {
		const struct vgpu_problem *problem = find_problem(&store, wanted[i].words);

		if (problem == NULL)
			fail_msg("not told: %s", wanted[i].words);
		else
			assert_int_equal(problem->uuid[0] != '\0', wanted[i].is_definition);
	}
	assert_non_null(vgpu_store_find_problem(&store, UUID2, &index));
}

static void writing_makes_directories_and_modes_as_mdevctl(void **state)
{
	const struct scratch *f = *state;
	BASE_AUTO(vgpu_definition) struct vgpu_definition definition = { 0 };
	BASE_AUTO(vgpu_store) struct vgpu_store store = { .fd = -1 };
	BASE_AUTO(vgpu_store) struct vgpu_store again = { .fd = -1 };
	char path[128];
	struct stat st;
	mode_t old;

	snprintf(path, sizeof(path), "%s/mdevctl.d", f->path);
	assert_int_equal(vgpu_store_init(&store, path, NULL), 0);
	assert_int_equal(
		vgpu_definition_init(&definition, PARENT, UUID, "v", VGPU_START_MANUAL, NULL), 0);
	old = umask(0077);
	assert_int_equal(vgpu_store_write(&store, &definition, NULL), 0);
	umask(old);
	assert_int_equal(fstatat(f->fd, "mdevctl.d", &st, 0), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0755);
	assert_int_equal(fstatat(f->fd, "mdevctl.d/" PARENT, &st, 0), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0755);
	assert_int_equal(fstatat(f->fd, "mdevctl.d/" PARENT "/" UUID, &st, 0), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0644);
	assert_int_equal(vgpu_store_init(&again, path, NULL), 0);
	assert_int_equal(again.definition_count, 1);
	assert_int_equal(again.definitions[0].start, VGPU_START_MANUAL);
	assert_int_equal(vgpu_store_remove(&again, PARENT, UUID, NULL), 0);
	assert_int_equal(fstatat(f->fd, "mdevctl.d/" PARENT "/" UUID, &st, 0), -1);
	assert_int_equal(vgpu_store_remove(&again, PARENT, UUID, NULL), -1);
}

static void a_failed_write_leaves_nothing_behind(void **state)
{
	const struct scratch *f = *state;
	BASE_AUTO(vgpu_definition) struct vgpu_definition definition = { 0 };
	BASE_AUTO(vgpu_store) struct vgpu_store store = { .fd = -1 };
	BASE_AUTO(base_error) struct base_error err = { 0 };
	struct stat st;

	/* A directory where the file should be: the rename is what fails. */
	assert_int_equal(mkdirat(f->fd, PARENT, 0755), 0);
	assert_int_equal(mkdirat(f->fd, PARENT "/" UUID, 0755), 0);
	assert_int_equal(mkdirat(f->fd, PARENT "/" UUID "/x", 0755), 0);
	read_store(f, &store);
	assert_int_equal(
		vgpu_definition_init(&definition, PARENT, UUID, "v", VGPU_START_BOOT, NULL), 0);
	assert_int_equal(vgpu_store_write(&store, &definition, &err), -1);
	assert_int_equal(err.errnum, EISDIR);
	assert_non_null(strstr(err.message, PARENT));
	assert_int_equal(unlinkat(f->fd, PARENT "/" UUID "/x", AT_REMOVEDIR), 0);
	assert_int_equal(unlinkat(f->fd, PARENT "/" UUID, AT_REMOVEDIR), 0);
	assert_int_equal(unlinkat(f->fd, PARENT, AT_REMOVEDIR), 0);
	assert_int_equal(fstatat(f->fd, PARENT, &st, 0), -1);
}

/* Root's tests run as root; who is not cannot give files away. */
static void rewriting_keeps_owner_and_mode(void **state)
{
	static const struct {
		mode_t before;
		mode_t after;
	} modes[] = { { 0644, 0644 }, { 0600, 0600 }, { 0640, 0640 },
		      { 0664, 0664 }, { 0666, 0664 }, { 04755, 0644 } };
	const struct scratch *f = *state;
	BASE_AUTO(vgpu_definition) struct vgpu_definition changed = { 0 };
	BASE_AUTO(vgpu_store) struct vgpu_store store = { .fd = -1 };
	bool is_root = geteuid() == 0;

	put(f, PARENT, UUID, GOOD);
	read_store(f, &store);
	assert_int_equal(vgpu_definition_copy(&changed, &store.definitions[0], NULL), 0);
	assert_int_equal(vgpu_definition_set_start(&changed, VGPU_START_MANUAL, NULL), 0);
	for (size_t i = 0; i < COUNT(modes); i++) {
		struct stat st;

		if (is_root)
			assert_int_equal(fchownat(f->fd, PARENT "/" UUID, 1, 2, 0), 0);
		assert_int_equal(fchmodat(f->fd, PARENT "/" UUID, modes[i].before, 0), 0);
		assert_int_equal(vgpu_store_rewrite(&store, &changed, NULL), 0);
		assert_int_equal(fstatat(f->fd, PARENT "/" UUID, &st, 0), 0);
		assert_int_equal(st.st_mode, S_IFREG | modes[i].after);
		assert_int_equal(st.st_uid, is_root ? 1 : geteuid());
		assert_int_equal(st.st_gid, is_root ? 2 : getegid());
	}
}

static void only_a_file_is_rewritten(void **state)
{
	const struct scratch *f = *state;
	BASE_AUTO(vgpu_definition) struct vgpu_definition definition = { 0 };
	BASE_AUTO(vgpu_store) struct vgpu_store store = { .fd = -1 };
	BASE_AUTO(base_error) struct base_error err = { 0 };

	put(f, PARENT, "other", GOOD);
	read_store(f, &store);
	parses(GOOD, &definition);
	assert_int_equal(vgpu_store_rewrite(&store, &definition, &err), -1);
	assert_int_equal(err.errnum, ENOENT);
	assert_int_equal(symlinkat("other", f->fd, PARENT "/" UUID), 0);
	assert_int_equal(vgpu_store_rewrite(&store, &definition, &err), -1);
	assert_non_null(strstr(err.message, "not a regular file"));
}

static void a_link_is_no_parents_directory(void **state)
{
	const struct scratch *f = *state;
	BASE_AUTO(vgpu_definition) struct vgpu_definition definition = { 0 };
	BASE_AUTO(vgpu_store) struct vgpu_store store = { .fd = -1 };
	BASE_AUTO(base_error) struct base_error err = { 0 };

	assert_int_equal(symlinkat("/tmp", f->fd, PARENT), 0);
	read_store(f, &store);
	assert_int_equal(
		vgpu_definition_init(&definition, PARENT, UUID, "v", VGPU_START_BOOT, NULL), 0);
	assert_int_equal(vgpu_store_write(&store, &definition, &err), -1);
	assert_int_equal(access("/tmp/" UUID, F_OK), -1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_set_up, scratch_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(definitions_are_read),
		cmocka_unit_test(attributes_keep_their_order),
		cmocka_unit_test(broken_definitions_are_told_apart),
		cmocka_unit_test(deep_nesting_is_refused),
		cmocka_unit_test(a_new_definition_is_in_mdevctls_format),
		cmocka_unit_test(a_change_keeps_what_is_not_understood),
		cmocka_unit_test(what_cannot_be_kept_is_not_changed),
		cmocka_unit_test(a_type_that_is_no_name_changes_nothing),
		cmocka_unit_test(a_store_that_does_not_exist_is_empty),
		cmocka_unit_test(a_store_that_cannot_be_read_is_an_error),
		TEST(definitions_come_in_a_fixed_order),
		TEST(each_of_many_definitions_is_found),
		TEST(strange_files_are_reported_and_skipped),
		TEST(writing_makes_directories_and_modes_as_mdevctl),
		TEST(a_failed_write_leaves_nothing_behind),
		TEST(rewriting_keeps_owner_and_mode),
		TEST(only_a_file_is_rewritten),
		TEST(a_link_is_no_parents_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
