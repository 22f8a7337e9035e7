/* SPDX-License-Identifier: MIT */
#define SETUP16
#include "guest-tests/lib/bzimage.S"
