/* SPDX-License-Identifier: MIT
 *
 * What a console's driver does once it runs, for tests: buffers, control
 * messages, and the loop's part of kicks.
 */
#ifndef DEVICES_VIRTIO_CONSOLE_DRIVER_H
#define DEVICES_VIRTIO_CONSOLE_DRIVER_H

#include "devices/virtio_console_fixture.h"
#include "devices/virtio_driver.h"

enum { DEVICE_READY, DEVICE_ADD, PORT_READY = 3 }; /* 5.3.6.2 */
enum { CONSOLE_PORT = 4, RESIZE, PORT_OPEN, PORT_NAME };
enum { SPOKEN = 0x70000, HEARD = 0x71000 };

/* The kicks that the device gave itself; how many. */
static inline unsigned
posted(void)
{
	unsigned n = 0;

	for (unsigned queue = 0; queue < 64; queue++) {
		if (fake.kick[CONSOLE][queue].posts == 0)
			continue;
		fake.kick[CONSOLE][queue].posts = 0;
		kick(queue);
		n++;
	}
	return n;
}

/* One buffer, and a kick. */
static inline void
offer(unsigned queue, gpa_t to, uint32_t len, bool write)
{
	const struct element e = { to, len, write };

	offer_chain(queue, &e, 1);
	kick(queue);
}

/* A text to send. */
static inline void
send(unsigned queue, const char *text)
{
	memcpy(at(DATA), text, strlen(text));
	offer(queue, DATA, (uint32_t)strlen(text), false);
}

/* Has the far end got exactly this so far? */
static inline bool
got(unsigned port, const char *text)
{
	return fake.far_end[port].out_len == strlen(text) &&
	    memcmp(fake.far_end[port].out, text, strlen(text)) == 0;
}

static inline void
far_end_says(unsigned port, const char *text)
{
	fake.far_end[port].in = (const uint8_t *)text;
	fake.far_end[port].in_len = strlen(text);
	virtio_console_readable(&d, port);
}

/* A control message to the device. */
static inline void
say(uint32_t id, uint16_t event, uint16_t value)
{
	put(SPOKEN, 4, id);
	put(SPOKEN + 4, 2, event);
	put(SPOKEN + 6, 2, value);
	offer(CONTROL_TX, SPOKEN, 8, false);
	expect(taken(CONTROL_TX));
	expect_eq(last_len, 0);
}

/* One from it, if there is one, in a buffer of `len`. */
static inline bool
hears(uint32_t len)
{
	memset(at(HEARD), 0xee, 128);
	offer(CONTROL_RX, HEARD, len, true);
	return taken(CONTROL_RX);
}

#endif
