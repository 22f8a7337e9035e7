/* SPDX-License-Identifier: MIT
 *
 * The roads out of the machine: does what the command line says (lib/words.h),
 * which should end it.
 */
#include "guest-tests/lib/check.h"
#include "guest-tests/lib/guest.h"
#include "guest-tests/lib/words.h"

void
main(void)
{
	obey(cmdline());
	fail("the machine has ended");
}
