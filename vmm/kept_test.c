/* SPDX-License-Identifier: MIT
 *
 * What one life of a machine leaves, and whatever a guest that has taken it
 * over might have written instead.
 */
#include "vmm/kept_fixture.h"

static struct kept kept;
static uint64_t seed = 1;

static void
be_born(bool client, bool tty)
{
	be_forked(client, tty);
	vm.consoles[1].listener = 8;
	vm.consoles[1].fd = client ? 9 : -1;
	vm.consoles[2].listener = -1; /* a file */
	vm.consoles[2].fd = 10;
}

static void
feed(const char *text)
{
	for (; *text != '\0'; text++)
		json_stream_put(&vm.control.stream, *text);
}

static void
put_in_rings(const char *sent, const char *keys)
{
	struct term *t = &vm.term;

	t->head = t->tail = TERM_RING - 2; /* around the end of the ring */
	t->ahead_at = TERM_AHEAD - 1;
	for (; *sent != '\0'; sent++)
		t->ring[t->head++ % TERM_RING] = (uint8_t)*sent;
	for (; *keys != '\0'; keys++)
		t->ahead[(t->ahead_at + t->ahead_count++) % TERM_AHEAD] =
		    (uint8_t)*keys;
}

static void
test_whole(void)
{
	struct control *c = &vm.control;

	unit_case("kept: what was said and not read is there again");
	be_born(true, true);
	put_in_rings("hello", "keys");
	vm.term.escaped = true;
	feed("{\"exe");
	memcpy(c->in, "abcdef", 6);
	c->in_at = 2;
	c->in_count = 6;
	json_put(&c->out, "%s", "answer");
	c->client.negotiated = true;
	kept_leave(&kept);
	be_born(true, true);
	kept_take(&kept);
	expect_eq(vm.term.head - vm.term.tail, 5);
	expect(memcmp(vm.term.ring, "hello", 5) == 0);
	expect_eq(vm.term.ahead_count, 4);
	expect(memcmp(vm.term.ahead, "keys", 4) == 0);
	expect(vm.term.escaped && c->client.negotiated);
	expect_eq(c->in_count - c->in_at, 4);
	expect(memcmp(c->in + c->in_at, "cdef", 4) == 0);
	expect_eq(c->out.used, 6);
	expect(memcmp(c->bytes, "answer", 6) == 0);
	feed("cute\":\"quit\"");
	expect_eq(json_stream_put(&c->stream, '}'), JSON_WHOLE);
	expect(memcmp(c->stream.text, "{\"execute\":\"quit\"}", 18) == 0);

	unit_case("kept: a line that is skipped is skipped on");
	be_born(true, false);
	feed("nonsense");
	kept_leave(&kept);
	be_born(true, false);
	kept_take(&kept);
	expect_eq(json_stream_put(&c->stream, '{'), JSON_NOTHING);
	expect_eq(c->stream.depth, 0);

	unit_case("kept: what a console's client said, if he has stayed");
	be_born(true, false);
	vm.consoles[1].has_ahead = true;
	vm.consoles[1].ahead = 'x';
	kept_leave(&kept);
	be_born(true, false);
	kept_take(&kept);
	expect(vm.consoles[1].has_ahead && !vm.consoles[2].has_ahead);
	expect_eq(vm.consoles[1].ahead, 'x');
	be_born(false, false);
	kept_take(&kept);
	expect(!vm.consoles[1].has_ahead);
}

static void
test_machine(void)
{
	struct virtio_balloon *balloon = &vm.board.pci.virtio.balloon;

	unit_case("kept: the clock, a pause, the balloon, a disk's loss");
	be_born(false, false);
	vm.pause.on = vm.pause.reached = vm.loop.clock_stopped = true;
	vm.loop.behind_ns = 5000;
	vm.loop.stopped_ns = 990000000000;
	balloon->num_pages = 1234;
	balloon->actual = 77;
	vm.disks.disk[1].lost = true;
	kept_leave(&kept);
	be_born(false, false);
	kept_take(&kept);
	expect(vm.pause.on && vm.pause.reached && vm.loop.clock_stopped);
	expect(!vm.pause.prelaunch);
	expect_eq(vm.loop.behind_ns, 5000);
	expect_eq(vm.loop.stopped_ns, 990000000000);
	expect_eq(balloon->num_pages, 1234);
	expect_eq(balloon->actual, 0);
	expect(vm.control.balloon_waits); /* to tell that */
	expect(!vm.disks.disk[0].lost && vm.disks.disk[1].lost);

	unit_case("kept: restarts do not add up in the terminal's ring");
	be_born(false, false);
	vm.term.head = TERM_RING;
	kept_leave(&kept);
	expect_eq(kept.sent_count, TERM_FULL);
	be_born(false, false);
	kept_take(&kept);
	expect_eq(vm.term.head, TERM_FULL);
}

static bool
is_0_or_1(const bool *flag)
{
	uint8_t byte;

	memcpy(&byte, flag, 1);
	return byte <= 1;
}

static void
judge_machine(void)
{
	const struct pause *p = &vm.pause;
	const struct loop *l = &vm.loop;

	expect(is_0_or_1(&p->on) && is_0_or_1(&p->prelaunch));
	expect(p->reached == p->on && l->clock_stopped == p->on);
	expect(p->on || !p->prelaunch);
	expect_eq(p->out, 0);
	expect(l->behind_ns <= fake.now_ns);
	expect(l->stopped_ns <= fake.now_ns - l->behind_ns);
	expect(vm.board.pci.virtio.balloon.num_pages <= 64 * MIB / 4096);
	expect(is_0_or_1(&vm.disks.disk[0].lost));
	expect_eq(vm.board.rtc.setup.cpus, 1);
}

static void
judge_user(bool client, bool tty)
{
	const struct term *t = &vm.term;
	const struct control *c = &vm.control;

	expect(t->head - t->tail <= TERM_FULL);
	expect(t->ahead_count <= (tty ? TERM_AHEAD : 0));
	expect_eq(t->ahead_at, 0);
	expect(is_0_or_1(&t->escaped) && is_0_or_1(&c->balloon_waits));
	for (unsigned i = 0; i < CONSOLES_MAX; i++) {
		const bool *has = &vm.consoles[i].has_ahead;

		expect(is_0_or_1(has) && (!*has || (i == 1 && client)));
	}
	expect_eq(c->fd, client ? 7 : 0);
	expect(c->in_at <= c->in_count && c->in_count <= sizeof(c->in));
	expect(c->out.text == c->bytes && c->out.room == sizeof(c->bytes));
	expect(c->out.used <= c->out.room && is_0_or_1(&c->out.full));
	expect(c->stream.length <= JSON_TEXT);
	expect(c->stream.depth <= c->stream.length);
	expect(is_0_or_1(&c->client.negotiated) && !c->client.waits);
	expect_eq(c->client.id_length, 0);
	expect(c->balloon_next <= fake.now_ns + 1000000000);
	expect(client ||
	    (!c->client.negotiated && c->stream.depth == 0 &&
		c->in_count == 0 && c->out.used == 0));
}

static void
test_any(void)
{
	unit_case("kept: whatever bytes are left, the next life is sound");
	for (unsigned i = 0; i < 400; i++) {
		bool client = i & 1, tty = i & 2;
		uint8_t *bytes = (uint8_t *)&kept;
		/* counts of a few bytes also, and numbers that are small */
		uint64_t mask = i < 200 ? ~(uint64_t)0 : 0x000103ff0001ffff;

		for (size_t k = 0; k + 8 <= sizeof(kept); k += 8) {
			uint64_t word = unit_random(&seed) & mask;

			if (i < 4)
				word = ~(uint64_t)0;
			else if (unit_random(&seed) % 4 == 0)
				word = 0;
			memcpy(bytes + k, &word, 8);
		}
		be_born(client, tty);
		kept_take(&kept);
		judge_machine();
		judge_user(client, tty);
		board_reset(&vm.board);
	}
}

int
main(void)
{
	test_whole();
	test_machine();
	test_any();
	return unit_done();
}
