/* SPDX-License-Identifier: MIT
 *
 * A seccomp program and an interpreter of as much of BPF as mica's programs
 * have, which remembers what it has run.
 */
#ifndef TOOLS_BPF_RUN_H
#define TOOLS_BPF_RUN_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>

#include "vmm/seccomp.h"

struct program {
	struct sock_filter text[SECCOMP_LENGTH_MAX];
	unsigned length;
	/* An instruction has been run; a comparison, with that outcome. */
	bool yes[SECCOMP_LENGTH_MAX], no[SECCOMP_LENGTH_MAX];
};

/* What the program returns; all ones: it is none. */
static uint32_t
interpret(struct program *p, const struct seccomp_data *d)
{
	uint32_t a = 0;

	for (unsigned at = 0; at < p->length; at++) {
		const struct sock_filter *f = &p->text[at];
		bool yes;

		switch (f->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			memcpy(&a, (const uint8_t *)d + f->k, sizeof(a));
			p->yes[at] = p->no[at] = true;
			continue;
		case BPF_RET | BPF_K:
			p->yes[at] = p->no[at] = true;
			return f->k;
		case BPF_JMP | BPF_JEQ | BPF_K:
			yes = a == f->k;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			yes = a > f->k;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			yes = a >= f->k;
			break;
		default:
			return ~0u;
		}
		*(yes ? &p->yes[at] : &p->no[at]) = true;
		at += yes ? f->jt : f->jf;
	}
	return ~0u; /* it runs off its end */
}

#endif
