/* SPDX-License-Identifier: MIT
 *
 * See unit.h.
 */
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include "devices/balloon.h"
#include "tools/unit.h"
#include "vmm/entropy.h"
#include "vmm/kick.h"
#include "vmm/log.h"
#include "vmm/term.h"

struct fake fake;

const struct virtio_bus_setup unit_devices = {
#define BRIDGE(...)
#define VIRTIO(row, ...) .row = VIRTIO_TRANSITIONAL,
#include "devices/slots.def"
};

const struct gmem *const guest_ram = &fake.ram;

static const char *current;
static unsigned cases, failed;
static bool broken;

/* What a case may take that is sound, however slow and busy the machine. */
enum { CPU_SECONDS = 60, SECONDS = 300 };

static char hangs[512]; /* what to say of one that takes longer */
static int hangs_length;

/* The case waits for what never comes, or goes round for ever. */
static void
too_long(int signal)
{
	(void)signal;
	_exit(write(STDOUT_FILENO, hangs, (size_t)hangs_length) < 0 ? 2 : 1);
}

static void
limit_time(const char *name)
{
	hangs_length = snprintf(hangs, sizeof(hangs),
	    "# it hangs: no end after %d s of CPU time, or %d s\n"
	    "not ok %u - %.300s\n",
	    CPU_SECONDS, SECONDS, cases + 1, name);
	fflush(stdout); /* what stdio holds, too_long() may not touch */
	signal(SIGALRM, too_long);
	signal(SIGPROF, too_long);
	alarm(SECONDS);
	setitimer(ITIMER_PROF,
	    &(struct itimerval){ .it_value = { CPU_SECONDS, 0 } }, NULL);
}

static void
finish_case(void)
{
	if (current == NULL)
		return;
	printf("%sok %u - %s\n", broken ? "not " : "", ++cases, current);
	failed += broken;
}

void
unit_case(const char *name)
{
	finish_case();
	if (name != NULL)
		limit_time(name);
	current = name;
	broken = false;
	memset(&fake, 0, sizeof(fake));
	for (unsigned i = 0; i < TIMERS; i++)
		fake.timer_at[i] = TIMER_OFF;
}

int
unit_done(void)
{
	finish_case();
	printf("1..%u\n", cases);
	return failed != 0;
}

bool
unit_expect(const char *where, const char *text, uint64_t got, uint64_t want)
{
	if (got == want)
		return true;
	if (!broken)
		printf("# %s: %s (got 0x%llx, want 0x%llx)\n", where, text,
		    (unsigned long long)got, (unsigned long long)want);
	broken = true;
	return false;
}

/* xorshift64* */
uint64_t
unit_random(uint64_t *state)
{
	uint64_t x = *state ? *state : 0x9e3779b97f4a7c15;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return x * 0x2545f4914f6cdd1d;
}

void
unit_advance(uint64_t to_ns, void (*fire)(enum timer timer, uint64_t now_ns))
{
	for (;;) {
		unsigned next = 0;

		for (unsigned i = 1; i < TIMERS; i++)
			if (fake.timer_at[i] < fake.timer_at[next])
				next = i;
		if (fake.timer_at[next] > to_ns)
			break;
		fake.now_ns = MAX(fake.now_ns, fake.timer_at[next]);
		fake.timer_at[next] = TIMER_OFF;
		fire((enum timer)next, fake.now_ns);
	}
	fake.now_ns = to_ns;
}

/* The stand-ins. */

void
irq_set(unsigned line, bool high)
{
	check(line < IRQ_LINES);
	fake.rises[line] += high && !fake.line[line];
	fake.line[line] = high;
}

void
irq_share(unsigned line, unsigned driver, bool high)
{
	check(line < IRQ_LINES && driver < 32);
	fake.drivers[line] &= ~(1u << driver);
	fake.drivers[line] |= (uint32_t)high << driver;
	irq_set(line, fake.drivers[line] != 0);
}

void
irq_intr(bool high)
{
	fake.intr_rises += high && !fake.intr;
	fake.intr = high;
}

void
irq_msi(uint64_t address, uint32_t data)
{
	fake.msi[fake.msis % ARRAY_SIZE(fake.msi)].address = address;
	fake.msi[fake.msis++ % ARRAY_SIZE(fake.msi)].data = data;
}

void
irq_route(unsigned pin, bool used, uint64_t address, uint32_t data)
{
	check(pin < IRQ_LINES);
	fake.route[pin].used = used;
	fake.route[pin].address = address;
	fake.route[pin].data = data;
	fake.routes++;
}

void
kick_enable(unsigned device, unsigned queue)
{
	check(device < 32 && queue < 64 && !fake.kick[device][queue].enabled);
	fake.kick[device][queue].enabled = true;
}

void
kick_disable(unsigned device, unsigned queue)
{
	check(device < 32 && queue < 64 && fake.kick[device][queue].enabled);
	fake.kick[device][queue].enabled = false;
}

void
kick_post(unsigned device, unsigned queue)
{
	check(device < 32 && queue < 64);
	fake.kick[device][queue].posts++;
	fake.kicks++;
}

/* Counts, so that a test knows the bytes: 1, 2, 3, ... */
size_t
entropy_read(void *to, size_t len)
{
	if (fake.entropy_none)
		return 0;
	for (size_t i = 0; i < len; i++)
		((uint8_t *)to)[i] = (uint8_t)++fake.entropy;
	return len;
}

static void
disk_io(const struct blk_io *io)
{
	uint8_t *at = fake.disk.bytes + io->offset;

	check(range_within(io->offset, io->bytes, fake.disk.size));
	if (io->op == BLK_ZERO || io->op == BLK_DISCARD)
		memset(at, io->op == BLK_ZERO ? 0 : 0xdd, io->bytes);
	for (unsigned i = 0; i < io->iovs; at += io->iov[i++].iov_len)
		memcpy(io->op == BLK_READ ? io->iov[i].iov_base : at,
		    io->op == BLK_READ ? at : io->iov[i].iov_base,
		    io->iov[i].iov_len);
	check(io->iovs == 0 || at == fake.disk.bytes + io->offset + io->bytes);
}

bool
blk_room(unsigned device)
{
	check(device < 32);
	return !fake.disk.full;
}

/* What comes later is done now all the same. */
enum blk_result
blk_submit(unsigned device, uint32_t tag, const struct blk_io *io)
{
	check(device < 32);
	fake.disk.io = *io;
	fake.disk.io.iov = NULL;
	fake.disk.tags[fake.disk.ios++ % ARRAY_SIZE(fake.disk.tags)] = tag;
	if (!fake.disk.fail)
		disk_io(io);
	if (fake.disk.later)
		return BLK_LATER;
	return fake.disk.fail ? BLK_FAILED : BLK_DONE;
}

void
blk_stop(unsigned device, unsigned queue)
{
	check(device < 32 && queue < 8);
	fake.disk.stops++;
}

void
blk_settle(unsigned device)
{
	check(device < 32);
	fake.disk.settles++;
	if (fake.disk.settle != NULL)
		fake.disk.settle();
}

void
balloon_changed(uint32_t pages)
{
	fake.balloon = pages;
	fake.balloons++;
}

size_t
console_write(unsigned port, const void *from, size_t len)
{
	size_t at = fake.far_end[port].out_len;
	size_t room = sizeof(fake.far_end[port].out);

	check(port < ARRAY_SIZE(fake.far_end) && len > 0);
	fake.far_end[port].writes++;
	if (fake.far_end[port].full_at > 0)
		len = MIN(len, fake.far_end[port].full_at - at);
	if (at < room)
		memcpy(fake.far_end[port].out + at, from, MIN(len, room - at));
	fake.far_end[port].out_len += len;
	return len;
}

size_t
console_read(unsigned port, void *to, size_t len)
{
	size_t n = MIN(len, fake.far_end[port].in_len);

	check(port < ARRAY_SIZE(fake.far_end) && len > 0);
	fake.far_end[port].reads++;
	if (n > 0)
		memcpy(to, fake.far_end[port].in, n);
	fake.far_end[port].in += n;
	fake.far_end[port].in_len -= n;
	return n;
}

uint64_t
loop_now_ns(void)
{
	return fake.now_ns;
}

uint64_t
loop_host_ns(void)
{
	return fake.now_ns + fake.host_ns;
}

void
loop_timer(enum timer timer, uint64_t at_ns)
{
	check(timer < TIMERS);
	fake.timer_at[timer] = at_ns;
}

bool
term_full(void)
{
	return fake.out_full;
}

void
term_put(uint8_t byte)
{
	fake.out[fake.out_len++ % sizeof(fake.out)] = byte;
}

void
term_want_input(void)
{
	fake.input_wanted++;
}

void
vm_stop(enum stop how, int status)
{
	if (fake.stop == STOP_NOT) {
		fake.stop = how;
		fake.stop_status = status;
	}
}

void
vm_mark(uint32_t number)
{
	fake.mark = number;
	fake.marks++;
}

void
warn(const char *fmt, ...)
{
	(void)fmt;
	fake.warnings++;
}

void
warn_first(const char *fmt, ...)
{
	(void)fmt;
	fake.warnings++;
}

void
check_failed(const char *file, int line, const char *cond)
{
	fprintf(stderr, "%s:%d: check failed: %s\n", file, line, cond);
	abort();
}
