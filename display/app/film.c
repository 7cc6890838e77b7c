/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/app/film.h"

#include <epoxy/gl.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "display/picture/view.h"
#include "vgpu/base/log.h"
#include "vgpu/base/text.h"

#define PIXEL_BYTES 4
#define PIPE_BYTES  (1 << 20)

extern char **environ;

struct display_film {
	const char *path;
	int32_t width, height; /* of the film; 0: it has not begun */
	uint32_t framebuffer, texture;
	uint8_t *pixels; /* owned; one picture, its bottom row first */
	size_t size;
	uint64_t lost; /* pictures that came while another one was being written */
	pid_t ffmpeg;
	pthread_t thread;
	bool started;

	pthread_mutex_t lock;
	pthread_cond_t filled;
	int fd;			 /* the thread's while it runs; -1: no pipe */
	bool is_filled, is_over; /* under lock */
	atomic_int failure;	 /* errno of a write; 0: none */
};

struct display_film *display_film_create(const char *path, struct base_error *err)
{
	struct display_film *record;

	if (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
		base_error_set(err, BASE_FAILED,
			       "cannot record to %s: the file exists already, name another one",
			       path);
		return NULL;
	}
	record = calloc(1, sizeof(*record));
	if (record == NULL) {
		base_error_errno(err, ENOMEM, "cannot record to %s", path);
		return NULL;
	}
	*record = (struct display_film){ .path = path, .fd = -1 };
	pthread_mutex_init(&record->lock, NULL);
	pthread_cond_init(&record->filled, NULL);
	return record;
}

static int write_all(int fd, const uint8_t *from, size_t size)
{
	while (size > 0) {
		ssize_t n = BASE_RETRY(write(fd, from, size));

		if (n < 0)
			return errno;
		from += n;
		size -= (size_t)n;
	}
	return 0;
}

/* The pixels belong to this thread while is_filled is set, otherwise to the main thread. */
static void *run(void *data)
{
	struct display_film *record = data;

	pthread_mutex_lock(&record->lock);
	for (;;) {
		while (!record->is_filled && !record->is_over)
			pthread_cond_wait(&record->filled, &record->lock);
		if (!record->is_filled)
			break;
		pthread_mutex_unlock(&record->lock);
		if (atomic_load(&record->failure) == 0)
			atomic_store(&record->failure,
				     write_all(record->fd, record->pixels, record->size));
		pthread_mutex_lock(&record->lock);
		record->is_filled = false;
	}
	pthread_mutex_unlock(&record->lock);
	return NULL;
}

/*
 * ffmpeg stamps each picture with the time of its arrival. It has a process group of its
 * own, so that Ctrl+C in the terminal ends only the viewer, which then completes the film.
 */
static int spawn(struct display_film *record, int input, const char *size, const char *file)
{
	const char *const argv[] = { "ffmpeg",
				     "-hide_banner",
				     "-loglevel",
				     "error",
				     "-n",
				     "-use_wallclock_as_timestamps",
				     "1",
				     "-f",
				     "rawvideo",
				     "-pixel_format",
				     "rgb0",
				     "-video_size",
				     size,
				     "-i",
				     "pipe:0",
				     "-vf",
				     "vflip,pad=ceil(iw/2)*2:ceil(ih/2)*2",
				     "-fps_mode",
				     "vfr",
				     file,
				     NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t pipe;
	int r;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &pipe);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
	r = posix_spawnp(&record->ffmpeg, argv[0], &actions, &attributes, (char *const *)argv,
			 environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return r;
}

static int start_ffmpeg(struct display_film *record, struct base_error *err)
{
	BASE_AUTO(free) char *size = base_text_format("%dx%d", record->width, record->height);
	/*
	 * The prefix keeps ffmpeg from taking a name with a colon for a protocol, or "-x" for an
	 * option.
	 */
	BASE_AUTO(free) char *file = base_text_format("file:%s", record->path);
	BASE_AUTO(fd) int input = -1;
	int ends[2];
	int r;

	if (size == NULL || file == NULL)
		return base_error_errno(err, ENOMEM, "cannot record to %s", record->path);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return base_error_errno(err, errno, "cannot record to %s", record->path);
	input = ends[0];
	record->fd = ends[1];
	/* A failure is ignored: with a smaller pipe recording is only slower. */
	fcntl(record->fd, F_SETPIPE_SZ, PIPE_BYTES);
	r = spawn(record, input, size, file);
	if (r == 0)
		return 0;
	record->ffmpeg = 0;
	if (r == ENOENT)
		return base_error_set(err, BASE_FAILED,
				      "cannot record to %s: ffmpeg is not installed, install the "
				      "package ffmpeg",
				      record->path);
	return base_error_errno(err, r, "cannot start ffmpeg");
}

static void make_framebuffer(struct display_film *record)
{
	glGenTextures(1, &record->texture);
	glBindTexture(GL_TEXTURE_2D, record->texture);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, record->width, record->height, 0, GL_RGBA,
		     GL_UNSIGNED_BYTE, NULL);
	glGenFramebuffers(1, &record->framebuffer);
	glBindFramebuffer(GL_FRAMEBUFFER, record->framebuffer);
	glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, record->texture,
			       0);
}

static int begin(struct display_film *record, const struct display_painter *painter,
		 struct base_error *err)
{
	int r;

	record->width = (int32_t)painter->width;
	record->height = (int32_t)painter->height;
	record->size = (size_t)record->width * (size_t)record->height * PIXEL_BYTES;
	record->pixels = malloc(record->size);
	if (record->pixels == NULL)
		return base_error_errno(err, ENOMEM, "cannot record to %s", record->path);
	if (start_ffmpeg(record, err) < 0)
		return -1;
	make_framebuffer(record);
	r = pthread_create(&record->thread, NULL, run, record);
	if (r != 0)
		return base_error_errno(err, r, "cannot start a thread");
	record->started = true;
	return 0;
}

static void draw(struct display_film *record, const struct display_painter *painter, bool blank)
{
	static const struct display_layout layout = { .scale = DISPLAY_SCALE_FIT, .smooth = true };
	struct display_view view = display_view_place(&layout, record->width, record->height,
						      painter->width, painter->height);

	glBindFramebuffer(GL_FRAMEBUFFER, record->framebuffer);
	display_painter_draw(painter, &view, record->width, record->height, blank);
	glBindFramebuffer(GL_READ_FRAMEBUFFER, record->framebuffer);
	glReadPixels(0, 0, record->width, record->height, GL_RGBA, GL_UNSIGNED_BYTE,
		     record->pixels);
	glBindFramebuffer(GL_FRAMEBUFFER, 0);
}

static void hand_over(struct display_film *record)
{
	pthread_mutex_lock(&record->lock);
	record->is_filled = true;
	pthread_cond_signal(&record->filled);
	pthread_mutex_unlock(&record->lock);
}

static bool is_busy(struct display_film *record)
{
	bool busy;

	pthread_mutex_lock(&record->lock);
	busy = record->is_filled;
	pthread_mutex_unlock(&record->lock);
	return busy;
}

int display_film_add(struct display_film *record, const struct display_painter *painter, bool blank,
		     struct base_error *err)
{
	if (atomic_load(&record->failure) != 0 || painter->width == 0)
		return 0;
	if (record->width == 0 && begin(record, painter, err) < 0)
		return -1;
	if (is_busy(record)) {
		record->lost++;
		return 0;
	}
	draw(record, painter, blank);
	hand_over(record);
	return 0;
}

static void join(struct display_film *record)
{
	if (!record->started)
		return;
	pthread_mutex_lock(&record->lock);
	record->is_over = true;
	pthread_cond_signal(&record->filled);
	pthread_mutex_unlock(&record->lock);
	pthread_join(record->thread, NULL);
	/* The last picture is written again, because it was on the screen until now. */
	if (atomic_load(&record->failure) == 0)
		atomic_store(&record->failure, write_all(record->fd, record->pixels, record->size));
}

static int check(const struct display_film *record, int status, struct base_error *err)
{
	int failure = atomic_load(&record->failure);

	if (failure == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		base_info("wrote %s%s", record->path,
			  record->lost > 0 ? ", some pictures are missing: ffmpeg was too slow"
					   : "");
		base_debug("%" PRIu64 " pictures are missing", record->lost);
		return 0;
	}
	if (failure != 0 && failure != EPIPE)
		return base_error_errno(err, failure, "cannot record to %s", record->path);
	return base_error_set(err, BASE_FAILED,
			      "the film %s is incomplete: ffmpeg failed, see its message above",
			      record->path);
}

static int end_ffmpeg(struct display_film *record, struct base_error *err)
{
	int status = -1;

	base_cleanup_fd(&record->fd);
	if (record->ffmpeg == 0)
		return 0;
	BASE_RETRY(waitpid(record->ffmpeg, &status, 0));
	return check(record, status, err);
}

int display_film_destroy(struct display_film *record, struct base_error *err)
{
	int result;

	if (record == NULL)
		return 0;
	join(record);
	result = end_ffmpeg(record, err);
	/* Without a current context these calls do nothing. */
	if (record->framebuffer != 0) {
		glDeleteFramebuffers(1, &record->framebuffer);
		glDeleteTextures(1, &record->texture);
	}
	pthread_cond_destroy(&record->filled);
	pthread_mutex_destroy(&record->lock);
	free(record->pixels);
	free(record);
	return result;
}
