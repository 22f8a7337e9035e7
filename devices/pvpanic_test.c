/* SPDX-License-Identifier: MIT
 *
 * The guest's panic: what is offered, what ends the machine.
 */
#include "devices/pvpanic.h"
#include "tools/unit.h"

static struct pvpanic panic;

int
main(void)
{
	unit_case("a panic ends the machine");
	pvpanic_reset(&panic);
	expect_eq(pvpanic_read(&panic, 0, 1), 3);
	pvpanic_write(&panic, 0, 1, 1);
	expect_eq(fake.stop, STOP_PANIC);
	expect_eq(panic.panics, 1);
	expect_eq(fake.warnings, 1);

	unit_case("with a kernel to write a dump it goes on");
	pvpanic_write(&panic, 0, 1, 2);
	expect_eq(fake.stop, STOP_NOT);
	expect_eq(panic.dumps, 1);

	unit_case("both at once: it has panicked");
	pvpanic_write(&panic, 0, 1, 3);
	expect_eq(fake.stop, STOP_PANIC);

	unit_case("what is not offered does nothing; a reset keeps counts");
	pvpanic_write(&panic, 0, 1, 0xfc);
	expect_eq(fake.stop, STOP_NOT);
	pvpanic_reset(&panic);
	expect_eq(panic.panics, 2);
	expect_eq(panic.dumps, 1);
	return unit_done();
}
