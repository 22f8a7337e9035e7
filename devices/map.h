/* SPDX-License-Identifier: MIT
 *
 * Where the rows of ports.def and windows.def are, as constants: the first and
 * the last port of row x are PORT_x and PORT_LAST_x, addresses WINDOW_x and
 * WINDOW_LAST_x.
 */
#ifndef DEVICES_MAP_H
#define DEVICES_MAP_H

enum {
#define PORT(row, first, last, ...)                                            \
	PORT_##row = (first), PORT_LAST_##row = (last),
#define QUIET PORT
#include "devices/ports.def"
#define WINDOW(row, first, last, ...)                                          \
	WINDOW_##row = (first), WINDOW_LAST_##row = (last),
#define HOST WINDOW
#include "devices/windows.def"
};

#endif
