/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: what a life of the machine that a guest has taken over leaves to
 * the next. Reaches: vmm/kept.c
 *
 * Input: a byte of what the machine has (enum below), struct kept up to its
 * texts, and of these so many bytes each as their counts say.
 */
#include "tools/fuzz/parsers.h"
#include "vmm/kept_fixture.h"

enum {
	CLIENT = 1,
	TTY = 2,
	NO_BALLOON = 4,
	NUMBERS = offsetof(struct kept, sent)
};

static struct kept kept;

static void
be_born(uint8_t has)
{
	be_forked(has & CLIENT, has & TTY);
	for (unsigned i = 0; i < CONSOLES_MAX; i++) {
		vm.consoles[i].listener = i % 2 == 0 ? 8 : -1;
		vm.consoles[i].fd = i % 4 == 0 && (has & CLIENT) ? 9 : -1;
	}
	vm.config.devices.balloon.present = !(has & NO_BALLOON);
}

static size_t
text(void *to, size_t most, uint32_t count, const uint8_t **from, size_t left)
{
	size_t n = MIN(MIN((size_t)count, most), left);

	memcpy(to, *from, n);
	*from += n;
	return left - n;
}

static void
read_input(const uint8_t *data, size_t size)
{
	struct kept *k = &kept;

	memset(k, 0, sizeof(*k));
	memcpy(k, data, MIN(size, (size_t)NUMBERS));
	data += MIN(size, (size_t)NUMBERS);
	size -= MIN(size, (size_t)NUMBERS);
	size = text(k->sent, sizeof(k->sent), k->sent_count, &data, size);
	size = text(k->keys, sizeof(k->keys), k->keys_count, &data, size);
	size = text(k->said, sizeof(k->said), k->said_count, &data, size);
	size = text(k->next, sizeof(k->next), k->next_count, &data, size);
	text(k->answers, sizeof(k->answers), k->answers_count, &data, size);
}

/* Such as a user could have made. */
static void
judge(void)
{
	const struct control *c = &vm.control;
	const struct term *t = &vm.term;

	must(vm.loop.behind_ns <= fake.now_ns);
	must(vm.loop.stopped_ns <= fake.now_ns - vm.loop.behind_ns);
	must(vm.board.pci.virtio.balloon.num_pages <= 64 * MIB / 4096);
	must(vm.board.rtc.phase_ns < 1000000000);
	must(vm.config.devices.balloon.present || !c->balloon_waits);
	must(vm.pause.on || !vm.pause.prelaunch);
	must(t->head - t->tail <= TERM_FULL && t->ahead_count <= TERM_AHEAD);
	must(t->tty || t->ahead_count == 0);
	must(c->in_at <= c->in_count && c->in_count <= sizeof(c->in));
	must(c->out.used <= sizeof(c->bytes));
	must(c->stream.length <= JSON_TEXT);
	must(c->fd != 0 || (c->in_count == 0 && c->out.used == 0));
	for (unsigned i = 0; i < CONSOLES_MAX; i++)
		must(!vm.consoles[i].has_ahead || vm.consoles[i].fd > 0);
}

/* A life begun with that one's leavings leaves them again. */
static void
judge_again(uint8_t has)
{
	static struct kept once, twice;

	memset(&once, 0, sizeof(once));
	kept_leave(&once);
	be_born(has);
	kept_take(&once);
	judge();
	memset(&twice, 0, sizeof(twice));
	kept_leave(&twice);
	/* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison): both were 0 */
	must(memcmp(&once, &twice, sizeof(once)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum { LONG = 1000 }; /* takes a millisecond, and is no other */
	uint8_t has = size > 0 ? data[0] : 0;

	read_input(data + (size > 0), size - (size > 0));
	be_born(has);
	kept_take(&kept);
	judge();
	if (vm.term.head < LONG && vm.term.ahead_count < LONG &&
	    vm.control.out.used < LONG)
		judge_again(has);
	return 0;
}
