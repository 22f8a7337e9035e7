/* SPDX-License-Identifier: MIT */
#define ADDRESSES
#include "guest-tests/lib/multiboot.S"
