/* SPDX-License-Identifier: MIT
 *
 * Hosts that say no, or not all of it: what was not done is never said to be,
 * by either back end, and the disk stays usable.
 */
#include "vmm/blk_engine_io.h"

#include <sys/mount.h>
#include <sys/resource.h>

static bool
reads_zeros(uint64_t offset, size_t bytes)
{
	memset(buffer, 1, bytes);
	if (!transfer(BLK_READ, offset, bytes))
		return false;
	for (size_t i = 0; i < bytes; i++)
		if (buffer[i] != 0)
			return false;
	return true;
}

static void
test_read_only(void)
{
	begin("a file open to read", 1, BLK_SYNC_FLUSH);
	become(0, open("0", O_RDONLY | O_CLOEXEC));
	expect(!transfer(BLK_WRITE, 0, 4096));
	expect(!range(BLK_ZERO, false, 0, 4096));
	expect(!range(BLK_ZERO, true, 0, 4096));
	expect(transfer(BLK_READ, 0, 4096) && flush());
}

static void
test_cut(void)
{
	int fd;

	begin("a file cut off: no bytes are made up, writing mends it", 1,
	    BLK_SYNC_FLUSH);
	fd = engine->disk[0].file.fd;
	check(ftruncate(fd, 4096 + 100) == 0);
	expect(transfer(BLK_READ, 0, 4096));
	expect(!transfer(BLK_READ, 0, 8192)); /* the host reads 4196 */
	expect(!transfer(BLK_READ, 4096, 512));
	expect(!transfer(BLK_READ, 8192, 512));
	expect(transfer(BLK_WRITE, 8192, 512));
	expect(transfer(BLK_READ, 0, 8192 + 512));
	for (unsigned unmap = 0; unmap < 2; unmap++) {
		check(ftruncate(fd, 4096) == 0);
		expect(range(BLK_ZERO, unmap, 65536, 4096));
		expect(reads_zeros(65536, 4096));
		check(ftruncate(fd, 65536 + 2048) == 0);
		expect(range(BLK_ZERO, unmap, 65536, 4096));
		expect(reads_zeros(65536, 4096));
	}
}

static void
test_limit(void)
{
	struct rlimit old, limit = { 4096 + 256, RLIM_INFINITY };

	begin("RLIMIT_FSIZE: an error, half of it or not", 1, BLK_SYNC_FLUSH);
	check(ftruncate(engine->disk[0].file.fd, 0) == 0);
	check(getrlimit(RLIMIT_FSIZE, &old) == 0);
	limit.rlim_max = old.rlim_max;
	check(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	expect(!transfer(BLK_WRITE, 8192, 512));
	expect(!transfer(BLK_WRITE, 4096, 512));
	expect(!transfer(BLK_WRITE, 0, 262144));
	expect(transfer(BLK_WRITE, 0, 4096));
	expect(!range(BLK_ZERO, false, 4096, 4096));
	expect(!range(BLK_ZERO, true, 4096, 4096));
	check(setrlimit(RLIMIT_FSIZE, &old) == 0);
	expect(transfer(BLK_WRITE, 8192, 512));
	expect(flush());
}

static void
test_full(void)
{
	begin("no space (ENOSPC), or no space for that (EINVAL)", 1,
	    BLK_SYNC_FLUSH);
	become(0, open("/dev/full", O_RDWR | O_CLOEXEC));
	expect(!transfer(BLK_WRITE, 0, 512));
	expect(!range(BLK_ZERO, false, 0, 4096));
	expect(!flush());

	if (mkdir("small", 0700) < 0 ||
	    mount("mica", "small", "tmpfs", 0, "size=256k") < 0) {
		unit_case("a small tmpfs # SKIP only root mounts");
		rmdir("small");
		return;
	}
	begin("a small tmpfs: what fits", 1, BLK_SYNC_FLUSH);
	become(0, open("small/disk", O_RDWR | O_CREAT | O_CLOEXEC, 0600));
	check(ftruncate(engine->disk[0].file.fd, BYTES) == 0);
	memset(buffer, 0x44, sizeof(buffer));
	expect(transfer(BLK_WRITE, 0, 131072));
	expect(!transfer(BLK_WRITE, 131072, 262144));
	expect(!range(BLK_ZERO, false, 131072, 524288));
	memset(buffer, 0, 131072);
	expect(transfer(BLK_READ, 0, 131072));
	expect(buffer[0] == 0x44 && buffer[131071] == 0x44);
	expect(range(BLK_DISCARD, false, 0, BYTES)); /* which makes room */
	expect(range(BLK_ZERO, true, 0, 131072) && reads_zeros(0, 131072));
	expect(transfer(BLK_WRITE, 524288, 131072) && flush());
	blk_engine_end(engine);
	blk_engine_close(engine); /* or it would be busy */
	close(engine->disk[0].file.fd);
	expect(umount("small") == 0 && rmdir("small") == 0);
}

static void
test_no_fallocate(void)
{
	begin("zeros where the host knows no such call", 1, BLK_SYNC_FLUSH);
	become(0, memfd_create("image", MFD_CLOEXEC));
	check(ftruncate(engine->disk[0].file.fd, 4 * BYTES) == 0);
	memset(buffer, 0x33, sizeof(buffer));
	for (unsigned i = 0; i < 4; i++)
		expect(transfer(BLK_WRITE, i * BYTES, BYTES));
	expect(range(BLK_ZERO, false, 512, 3 * BYTES + 1536));
	expect(transfer(BLK_READ, 0, 1024));
	expect(buffer[511] == 0x33 && buffer[512] == 0);
	for (unsigned i = 0; i < 3; i++)
		expect(reads_zeros(512 + i * BYTES, BYTES));
	expect(transfer(BLK_READ, 3 * BYTES + 1536, 1024));
	expect(buffer[511] == 0 && buffer[512] == 0x33);
}

/* The host moves 2 GiB less a page at a time. */
static void
test_huge(void)
{
	struct iovec iov[BLK_IOVS_MAX];

	begin("4 GiB at once", 1, BLK_SYNC_FLUSH);
	become(0, open("/dev/null", O_RDWR | O_CLOEXEC));
	for (unsigned i = 0; i < ARRAY_SIZE(iov); i++)
		iov[i] = (struct iovec){ buffer, BYTES };
	iov[7].iov_len = 0xfff00000 - 255ull * BYTES;
	iov[7].iov_base = mmap(NULL, iov[7].iov_len, PROT_READ,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	check(iov[7].iov_base != MAP_FAILED);
	expect(whole(&(struct blk_io){ .op = BLK_WRITE,
	    .bytes = 0xfff00000,
	    .iov = iov,
	    .iovs = ARRAY_SIZE(iov) }));
	munmap(iov[7].iov_base, iov[7].iov_len);
}

static void
cases(void)
{
	test_read_only();
	test_cut();
	test_limit();
	test_full();
	test_no_fallocate();
	test_huge();
}

int
main(void)
{
	return run_for_each_back_end(cases);
}
