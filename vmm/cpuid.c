/* SPDX-License-Identifier: MIT
 *
 * CPUID. KVM says what it supports; cpuid.def says what to take away. What is
 * added: the hypervisor bit (without it Linux ignores kvm-clock), the deadline
 * timer where KVM has it, one socket of single-threaded cores numbered by
 * vCPU, and the TSC's and APIC timer's frequencies, so that a guest calibrates
 * nothing.
 *
 * Threads: set-up only.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>

#include "vmm/cpuid.h"
#include "vmm/log.h"
#include "vmm/text.h"
#include "vmm/vm.h"

enum { ENTRIES_MAX = 256, APIC_BUS_HZ = 1000000000 /* KVM's */ };

/* KVM's table with room behind its flexible array. */
union table {
	struct kvm_cpuid2 head;
	uint8_t room[sizeof(struct kvm_cpuid2) +
	    ENTRIES_MAX * sizeof(struct kvm_cpuid_entry2)];
};

_Static_assert(sizeof(union table) == sizeof(vm.cpuid), "vm.cpuid");

enum reg { eax, ebx, ecx, edx };

enum word {
#define REGISTER(name, ...) name,
#include "vmm/cpuid.def"
};

static const struct {
	uint32_t leaf;
	uint8_t index, reg;
} words[] = {
#define REGISTER(name, leaf, index, reg) { leaf, index, reg },
#include "vmm/cpuid.def"
};

enum feature {
#define FEATURE(name, ...) F_##name,
#include "vmm/cpuid.def"
	FEATURES
};

/* One behind the other, each with its '\0'. */
static const char names[] =
#define FEATURE(name, ...) #name "\0"
#include "vmm/cpuid.def"
    ;

static const struct {
	uint8_t word, bit;
} features[] = {
#define FEATURE(name, word, bit) { word, bit },
#include "vmm/cpuid.def"
};

static const uint8_t never[] = {
#define NEVER(name) F_##name,
#include "vmm/cpuid.def"
};

static const struct {
	uint8_t feature, other;
} needs[] = {
#define NEEDS(name, other) { F_##name, F_##other },
#include "vmm/cpuid.def"
};
_Static_assert(FEATURES <= 256, "cpuid.def: a row's number fits in a byte");

int
cpuid_feature(const char *name)
{
	const char *at = names;

	for (int i = 0; i < FEATURES; i++)
		if (strcmp(text_next(&at), name) == 0)
			return i;
	return -1;
}

static struct kvm_cpuid_entry2 *
find(union table *t, uint32_t leaf, uint32_t index)
{
	for (unsigned i = 0; i < t->head.nent; i++)
		if (t->head.entries[i].function == leaf &&
		    t->head.entries[i].index == index)
			return &t->head.entries[i];
	return NULL;
}

/* The leaf, added with zeros where KVM has none. */
static struct kvm_cpuid_entry2 *
need(union table *t, uint32_t leaf, uint32_t index)
{
	struct kvm_cpuid_entry2 *e = find(t, leaf, index);

	if (e != NULL)
		return e;
	check(t->head.nent < ENTRIES_MAX);
	e = &t->head.entries[t->head.nent++];
	*e = (struct kvm_cpuid_entry2){ .function = leaf, .index = index };
	return e;
}

/* The register that has the feature's bit, or NULL: KVM lacks the leaf. */
static uint32_t *
reg_of(union table *t, enum feature f)
{
	unsigned word = features[f].word;
	struct kvm_cpuid_entry2 *e =
	    find(t, words[word].leaf, words[word].index);

	if (e == NULL)
		return NULL;
	switch (words[word].reg) {
	case eax:
		return &e->eax;
	case ebx:
		return &e->ebx;
	case ecx:
		return &e->ecx;
	default:
		return &e->edx;
	}
}

static bool
has(union table *t, enum feature f)
{
	const uint32_t *reg = reg_of(t, f);

	return reg != NULL && (*reg >> features[f].bit & 1) != 0;
}

static void
drop(union table *t, enum feature f)
{
	uint32_t *reg = reg_of(t, f);

	if (reg != NULL)
		*reg &= ~((uint32_t)1 << features[f].bit);
}

static bool
minus(enum feature f)
{
	for (unsigned i = 0; i < vm.config.cpu_minus_count; i++)
		if (vm.config.cpu_minus[i] == f)
			return true;
	return false;
}

static void
drop_features(union table *t)
{
	for (unsigned i = 0; i < ARRAY_SIZE(never); i++)
		drop(t, never[i]);
	for (unsigned i = 0; i < vm.config.cpu_minus_count; i++)
		drop(t, vm.config.cpu_minus[i]);
	/* In the table's order a chain such as sse, sse2, pni unravels. */
	for (unsigned i = 0; i < ARRAY_SIZE(needs); i++)
		if (!has(t, needs[i].other))
			drop(t, needs[i].feature);
}

/* Leaf 0xd describes XSAVE's areas: none without it. */
static void
drop_xsave_leaf(union table *t)
{
	if (has(t, F_xsave))
		return;
	for (unsigned i = 0; i < t->head.nent; i++)
		if (t->head.entries[i].function == 0xd)
			t->head.entries[i].eax = t->head.entries[i].ebx =
			    t->head.entries[i].ecx = t->head.entries[i].edx = 0;
}

/* What KVM leaves to us to promise. */
static void
add_features(union table *t)
{
	struct kvm_cpuid_entry2 *one = need(t, 1, 0);

	if (!minus(F_hypervisor))
		one->ecx |= (uint32_t)1 << 31;
	if (!minus(F_tsc_deadline_timer) && vm.config.irqchip != IRQCHIP_NONE &&
	    ioctl(vm.kvm_fd, KVM_CHECK_EXTENSION, KVM_CAP_TSC_DEADLINE_TIMER) >
		0)
		one->ecx |= (uint32_t)1 << 24;
	if (vm.config.irqchip == IRQCHIP_NONE) {
		drop(t, F_apic);
		drop(t, F_x2apic);
	}
}

/*
 * Intel SDM volume 2, CPUID leaves 15H and 16H; 40000010H is the hypervisors'
 * own: TSC and APIC bus in kHz.
 */
static void
add_frequencies(union table *t, uint32_t tsc_khz)
{
	struct kvm_cpuid_entry2 *e, *zero = need(t, 0, 0);

	if (tsc_khz == 0)
		return;
	zero->eax = MAX(zero->eax, 0x16);
	e = need(t, 0x15, 0);
	e->eax = APIC_BUS_HZ / 1000; /* TSC = crystal * ebx / eax */
	e->ebx = tsc_khz;
	e->ecx = APIC_BUS_HZ;
	e = need(t, 0x16, 0);
	e->eax = e->ebx = tsc_khz / 1000;
	e->ecx = 100;
	e = need(t, 0x40000000, 0);
	e->eax = MAX(e->eax, 0x40000010);
	e = need(t, 0x40000010, 0);
	e->eax = tsc_khz;
	e->ebx = APIC_BUS_HZ / 1000;
}

/* The bits that an APIC id needs: log2 of the count, rounded up. */
static uint32_t
id_bits(uint32_t cpus)
{
	return cpus <= 1 ? 0 : 32 - (uint32_t)__builtin_clz(cpus - 1);
}

/* Intel: leaves 0xb and 0x1f, one level of threads (one), one of cores. */
static void
add_extended_topology(union table *t, uint32_t leaf, uint32_t cpus)
{
	struct kvm_cpuid_entry2 *e;

	for (uint32_t level = 0; level < 3; level++) {
		e = need(t, leaf, level);
		e->flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX;
		e->eax = level == 1 ? id_bits(cpus) : 0;
		e->ebx = level == 0 ? 1 : level == 1 ? cpus : 0;
		e->ecx = level | (level < 2 ? (level + 1) << 8 : 0);
	}
}

/* Caches: the first and second level are a core's own, the rest all share. */
static void
set_cache_sharing(struct kvm_cpuid_entry2 *e, uint32_t cpus)
{
	uint32_t level = e->eax >> 5 & 7;
	uint32_t sharing = level >= 3 ? ((uint32_t)1 << id_bits(cpus)) - 1 : 0;

	e->eax = (e->eax & ~((uint32_t)0xfff << 14)) | sharing << 14;
	if (e->function == 4) {
		uint32_t cores = MIN(((uint32_t)1 << id_bits(cpus)) - 1, 63);

		e->eax = (e->eax & 0x03ffffff) | cores << 26;
	}
}

static void
add_topology(union table *t, uint32_t cpus)
{
	struct kvm_cpuid_entry2 *e = need(t, 1, 0);

	e->ebx = (e->ebx & 0xff00ffff) | cpus << 16;
	e->edx = (e->edx & ~((uint32_t)1 << 28)) |
	    (uint32_t)(cpus > 1 && !minus(F_ht)) << 28;
	if (need(t, 0, 0)->eax >= 0xb)
		add_extended_topology(t, 0xb, cpus);
	if (find(t, 0x1f, 0) != NULL)
		add_extended_topology(t, 0x1f, cpus);
	for (unsigned i = 0; i < t->head.nent; i++) {
		e = &t->head.entries[i];
		if ((e->function == 4 || e->function == 0x8000001d) &&
		    (e->eax & 0x1f) != 0)
			set_cache_sharing(e, cpus);
	}
	/* AMD: APM volume 3, Fn8000_0008 ECX. */
	e = find(t, 0x80000008, 0);
	if (e != NULL && memcmp(&need(t, 0, 0)->ebx, "Auth", 4) == 0)
		e->ecx = id_bits(cpus) << 12 | (cpus - 1);
}

void
cpuid_query(void)
{
	union table t;

	t.head.nent = ENTRIES_MAX;
	if (ioctl(vm.kvm_fd, KVM_GET_SUPPORTED_CPUID, &t.head) < 0)
		die_errno("KVM_GET_SUPPORTED_CPUID failed");
	pthread_mutex_lock(&vm.lock);
	memcpy(vm.cpuid, &t, sizeof(t));
	vm.cpuid_known = true;
	pthread_cond_broadcast(&vm.changed);
	pthread_mutex_unlock(&vm.lock);
}

static void
build(union table *t)
{
	int tsc_khz = ioctl(vm.vcpus[0].fd, KVM_GET_TSC_KHZ, 0);

	pthread_mutex_lock(&vm.lock);
	while (!vm.cpuid_known)
		pthread_cond_wait(&vm.changed, &vm.lock);
	memcpy(t, vm.cpuid, sizeof(*t));
	pthread_mutex_unlock(&vm.lock);
	drop_features(t);
	drop_xsave_leaf(t);
	add_features(t);
	add_frequencies(t, tsc_khz > 0 ? (uint32_t)tsc_khz : 0);
	add_topology(t, vm.config.cpus);
}

/* What differs from one vCPU to the next: its APIC id. */
static void
number(union table *t, uint32_t id)
{
	for (unsigned i = 0; i < t->head.nent; i++) {
		struct kvm_cpuid_entry2 *e = &t->head.entries[i];

		if (e->function == 1)
			e->ebx = (e->ebx & 0x00ffffff) | id << 24;
		else if (e->function == 0xb || e->function == 0x1f)
			e->edx = id;
		else if (e->function == 0x8000001e) {
			e->eax = id;
			e->ebx = id & 0xff; /* core; one thread in each */
			e->ecx = 0;	    /* node 0, one node */
		}
	}
}

void
cpuid_set(void)
{
	union table table;

	build(&table);
	for (unsigned i = 0; i < vm.config.cpus; i++) {
		number(&table, i);
		if (ioctl(vm.vcpus[i].fd, KVM_SET_CPUID2, &table.head) < 0)
			die_errno("vCPU %u: KVM_SET_CPUID2 failed", i);
	}
}
