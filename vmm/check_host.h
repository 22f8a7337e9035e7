/* SPDX-License-Identifier: MIT
 *
 * --check-host: what this host gives and lacks.
 */
#ifndef VMM_CHECK_HOST_H
#define VMM_CHECK_HOST_H

#include <stdbool.h>

/* Prints the table. The exit status: 1 if a guest cannot run. */
int check_host(const char *kvm);

/* A row of it: `what` is there or not, and how, or why not, or what is without
 * it. False if it is needed and not there. */
__attribute__((format(printf, 4, 5))) bool check_row(
    bool needed, const char *what, bool there, const char *fmt, ...);

/* vmm/kvm_check.c: KVM's rows. Can a guest run? */
bool kvm_check(const char *path);

#endif
