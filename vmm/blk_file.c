/* SPDX-License-Identifier: MIT
 *
 * See blk_file.h. What the host says no to is the guest's I/O error; nothing
 * here ends mica. The process ignores SIGXFSZ, or RLIMIT_FSIZE would.
 *
 * Left out: O_DIRECT; block devices of which another node is open elsewhere.
 */
#include "vmm/blk_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "vmm/given.h"

/* An OFD lock: of this opening of the file, whatever the process closes, and
 * gone with it. Who has handed us his opening, as fd=N, has handed us his lock
 * on it, or that of the mica before us. */
static bool
locked_by_another(int fd, bool read_only)
{
	struct flock lock = { .l_type = read_only ? F_RDLCK : F_WRLCK,
		.l_whence = SEEK_SET };

	for (unsigned i = 0; i < HELD_TRIES; i++) {
		if (fcntl(fd, F_OFD_SETLK, &lock) == 0 ||
		    (errno != EAGAIN && errno != EACCES))
			return false;
		poll(NULL, 0, HELD_MS);
	}
	return true;
}

bool
blk_file_same(const struct blk_file *f, const struct blk_file *other)
{
	struct stat is, others;

	if (fstat(f->fd, &is) < 0 || fstat(other->fd, &others) < 0)
		return false;
	if (S_ISBLK(is.st_mode) && S_ISBLK(others.st_mode))
		return is.st_rdev == others.st_rdev;
	return is.st_dev == others.st_dev && is.st_ino == others.st_ino;
}

/* Of both kinds. */
static const char *
measure(struct blk_file *f)
{
	off_t bytes = lseek(f->fd, 0, SEEK_END);

	if (bytes == 0)
		return "it is empty (truncate -s SIZE gives it one)";
	if (bytes < 0 || bytes % 512 != 0)
		return "its size is not a multiple of 512 bytes";
	f->bytes = (uint64_t)bytes;
	return NULL;
}

static const char *
check_kind(struct blk_file *f)
{
	struct stat is;

	if (fstat(f->fd, &is) < 0)
		return strerror(errno);
	f->device = S_ISBLK(is.st_mode);
	return f->device || S_ISREG(is.st_mode)
	    ? NULL
	    : "neither a regular file nor a block device";
}

/* It is opened without waiting for a FIFO's other end; and then, since io_uring
 * takes O_NONBLOCK to mean EAGAIN, that goes. */
const char *
blk_file_open(struct blk_file *f, const char *path, bool read_only)
{
	int access = read_only ? O_RDONLY : O_RDWR;
	const char *wrong;

	*f = (struct blk_file){ .read_only = read_only };
	f->fd = given_open(path, access | O_NONBLOCK);
	if (f->fd < 0 && errno == EACCES && !read_only)
		return "Permission denied (to read it alone: ,ro)";
	if (f->fd < 0 && errno == EROFS)
		return "Read-only file system (to read it alone: ,ro)";
	if (f->fd < 0)
		return strerror(errno);
	wrong = check_kind(f);
	if (wrong == NULL)
		wrong = measure(f);
	if (wrong == NULL && locked_by_another(f->fd, read_only))
		wrong = "in use by another mica, or locked by its like";
	if (wrong == NULL && fcntl(f->fd, F_SETFL, 0) < 0)
		wrong = strerror(errno);
	if (wrong != NULL) {
		close(f->fd);
		f->fd = -1;
	}
	return wrong;
}

void
blk_iov_advance(struct iovec **iov, unsigned *iovs, size_t done)
{
	while (*iovs > 0 && done >= (*iov)->iov_len) {
		done -= (*iov)->iov_len;
		++*iov;
		--*iovs;
	}
	if (*iovs > 0) {
		(*iov)->iov_base = (uint8_t *)(*iov)->iov_base + done;
		(*iov)->iov_len -= done;
	}
}

unsigned
blk_iov_zeros(struct iovec *iov, unsigned max, uint64_t bytes)
{
	/* In .bss, where they take no room in the file as constants would. */
	static const uint8_t zeros[BLK_ZEROS]
	    __attribute__((section(".bss.zeros")));
	unsigned n;

	for (n = 0; n < max && bytes > 0; n++) {
		iov[n].iov_base = (void *)(uintptr_t)zeros;
		iov[n].iov_len = MIN(bytes, sizeof(zeros));
		bytes -= iov[n].iov_len;
	}
	return n;
}

void
blk_file_remeasure(struct blk_file *f)
{
	(void)measure(f);
}

/* The host may do it in pieces. Nothing read is the end of a file that was cut
 * off; what is past it is not made up. */
static bool
transfer(int fd, bool write, struct iovec *iov, unsigned iovs, uint64_t offset)
{
	while (iovs > 0) {
		ssize_t n = write ? pwritev(fd, iov, (int)iovs, (off_t)offset)
				  : preadv(fd, iov, (int)iovs, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		offset += (uint64_t)n;
		blk_iov_advance(&iov, &iovs, (size_t)n);
	}
	return true;
}

/* Is it, or is it longer? No call that the sandbox allows tells the size. */
static bool
reaches(const struct blk_file *f, uint64_t bytes)
{
	uint8_t last;
	struct iovec iov = { &last, 1 };

	return transfer(f->fd, false, &iov, 1, bytes - 1);
}

/* Nor does one cut a file off: that is its owner's to do. */
const char *
blk_file_resize(struct blk_file *f, uint64_t bytes)
{
	uint8_t zero = 0;
	struct iovec iov = { &zero, 1 };

	if (bytes == 0 || bytes % 512 != 0 || bytes > INT64_MAX)
		return "a size that is not a multiple of 512 bytes";
	if (reaches(f, bytes + 1))
		return "it is longer: cut it off first (truncate -s)";
	if (!reaches(f, bytes) && !transfer(f->fd, true, &iov, 1, bytes - 1))
		return f->read_only ? "a read-only disk" : strerror(errno);
	f->bytes = bytes;
	return NULL;
}

static bool
write_zeros(int fd, uint64_t offset, uint64_t bytes)
{
	while (bytes > 0) {
		struct iovec iov[64];
		uint64_t run = MIN(bytes, ARRAY_SIZE(iov) * BLK_ZEROS);
		unsigned n = blk_iov_zeros(iov, ARRAY_SIZE(iov), run);

		if (!transfer(fd, true, iov, n, offset))
			return false;
		offset += run;
		bytes -= run;
	}
	return true;
}

static bool
punch(const struct blk_file *f, const struct blk_io *io)
{
	return fallocate(f->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		   (off_t)io->offset, (off_t)io->bytes) == 0;
}

/* Whatever the reason why the host cannot: writing is the better judge. The
 * bytes read as zeros in the end (virtio 1.3, 5.2.6.2): PUNCH_HOLE leaves a
 * file's size alone; where one was cut off, only writing brings them back. */
static bool
zero(const struct blk_file *f, const struct blk_io *io)
{
	if (io->unmap && punch(f, io) && reaches(f, io->offset + io->bytes))
		return true;
	if (fallocate(f->fd, FALLOC_FL_ZERO_RANGE, (off_t)io->offset,
		(off_t)io->bytes) == 0)
		return true;
	return write_zeros(f->fd, io->offset, io->bytes);
}

bool
blk_file_io(const struct blk_file *f, const struct blk_io *io)
{
	switch (io->op) {
	case BLK_READ:
		return transfer(f->fd, false, io->iov, io->iovs, io->offset);
	case BLK_WRITE:
		return transfer(f->fd, true, io->iov, io->iovs, io->offset);
	case BLK_FLUSH:
		return fdatasync(f->fd) == 0;
	case BLK_DISCARD: /* a hint, unless the storage is broken */
		return punch(f, io) || errno != EIO;
	case BLK_ZERO:
		return zero(f, io);
	}
	return false;
}
