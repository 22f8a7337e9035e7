/* SPDX-License-Identifier: MIT
 *
 * The I/O APIC under a random program: what must hold for every pin, and how
 * many messages and calls of irq_route() each step makes.
 */
#include "devices/ioapic_fixture.h"

/* What must hold for a pin whatever was done. */
static void
expect_sane(unsigned pin)
{
	uint32_t low = (uint32_t)ioapic.rte[pin];
	bool level = low & LEVEL && (low >> 8 & 7) < 2;
	bool high = ioapic.lines >> pin & 1;

	expect(level || !(low & REMOTE_IRR));
	expect(level || !fake.route[pin].used);
	if (!level)
		return;
	if (!(low & MASKED) || low & REMOTE_IRR)
		expect(fake.route[pin].used);
	if (fake.route[pin].used)
		expect_eq(fake.route[pin].data, 0xc000 | (low & 0x7ff));
	if (high && !(low & MASKED))
		expect(low & REMOTE_IRR);
}

static void
random_step(unsigned pin, uint64_t r)
{
	uint32_t low = (r >> 8 & 3) | (r >> 16 & 1 ? LEVEL : 0) |
	    (r >> 17 & 3 ? 0 : MASKED) | (r >> 19 & 7 ? 0 : NMI) |
	    (r >> 22 & 7 ? 0 : LOWEST);

	switch (r % 6) {
	case 0:
		rte_write(pin, low);
		break;
	case 1:
		rte_write(pin, rte_read(pin) ^ MASKED);
		break;
	case 2:
		reg_write((uint8_t)(0x11 + 2 * pin), (r >> 8 & 1) << 24);
		break;
	case 3:
		ioapic_eoi(&ioapic, r >> 8 & 3);
		break;
	default:
		line(pin, r >> 8 & 1);
		break;
	}
}

/* Steps of random_step() that are something special. */
static bool
is_eoi_of(uint64_t r, uint64_t rte)
{
	return r % 6 == 3 && (rte & 0xff) == (r >> 8 & 3);
}

static bool
is_rise(uint64_t r, unsigned pin)
{
	return r % 6 > 3 && r >> 8 & 1 && !(ioapic.lines >> pin & 1);
}

static __typeof__(fake.route) route; /* before the step */

/* Member by member: there is padding between. */
static bool
is_rerouted(void)
{
	for (unsigned pin = 0; pin < ARRAY_SIZE(route); pin++)
		if (fake.route[pin].used != route[pin].used ||
		    fake.route[pin].address != route[pin].address ||
		    fake.route[pin].data != route[pin].data)
			return true;
	return false;
}

/* A level pin has sent if its remote IRR is set and was not, or was and got
 * its EOI; an edge pin if it rose unmasked. */
static void
test_random(void)
{
	uint64_t seed = 82093;

	begin("a random program of 100,000 steps");
	for (unsigned i = 0; i < 100000; i++) {
		uint64_t r = unit_random(&seed), rte[24];
		unsigned pin = (r >> 32) % 24, routes = fake.routes;
		unsigned sent = fake.msis;

		memcpy(route, fake.route, sizeof(route));
		memcpy(rte, ioapic.rte, sizeof(rte));
		sent += is_rise(r, pin) && !(rte[pin] & MASKED) &&
		    (!(rte[pin] & LEVEL) || rte[pin] & NMI);
		random_step(pin, r);
		for (unsigned k = 0; k < 24; k++) {
			expect_sane(k);
			sent += ioapic.rte[k] & REMOTE_IRR &&
			    (!(rte[k] & REMOTE_IRR) || is_eoi_of(r, rte[k]));
		}
		expect_eq(fake.msis, sent);
		expect_eq(fake.routes - routes, is_rerouted());
	}
}

int
main(void)
{
	test_random();
	return unit_done();
}
