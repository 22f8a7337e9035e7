/* SPDX-License-Identifier: MIT
 *
 * Instructions that C has no words for.
 */
#ifndef GUEST_TESTS_CPU_H
#define GUEST_TESTS_CPU_H

#include <stddef.h>
#include <stdint.h>

#define PORT_IO(letter, type, reg)                                             \
	static inline void out##letter(uint16_t port, type value)              \
	{                                                                      \
		__asm__ volatile("out" #letter " %" reg "0, %1"                \
				 :                                             \
				 : "a"(value), "Nd"(port)                      \
				 : "memory");                                  \
	}                                                                      \
	static inline type in##letter(uint16_t port)                           \
	{                                                                      \
		type value;                                                    \
		__asm__ volatile("in" #letter " %1, %" reg "0"                 \
				 : "=a"(value)                                 \
				 : "Nd"(port)                                  \
				 : "memory");                                  \
		return value;                                                  \
	}                                                                      \
	static inline void outs##letter(                                       \
	    uint16_t port, const void *from, size_t count)                     \
	{                                                                      \
		__asm__ volatile("rep outs" #letter                            \
				 : "+S"(from), "+c"(count)                     \
				 : "d"(port)                                   \
				 : "memory");                                  \
	}                                                                      \
	static inline void ins##letter(uint16_t port, void *to, size_t count)  \
	{                                                                      \
		__asm__ volatile("rep ins" #letter                             \
				 : "+D"(to), "+c"(count)                       \
				 : "d"(port)                                   \
				 : "memory");                                  \
	}
PORT_IO(b, uint8_t, "b")
PORT_IO(w, uint16_t, "w")
PORT_IO(l, uint32_t, "k")

static inline uint64_t
rdtsc(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

static inline uint64_t
rdmsr(uint32_t msr)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (uint64_t)high << 32 | low;
}

static inline void
wrmsr(uint32_t msr, uint64_t value)
{
	__asm__ volatile(
	    "wrmsr"
	    :
	    : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
	    : "memory");
}

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid
cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid r;

	__asm__ volatile("cpuid"
			 : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
			 : "a"(leaf), "c"(subleaf));
	return r;
}

static inline void
irq_enable(void)
{
	__asm__ volatile("sti" ::: "memory");
}

static inline void
irq_disable(void)
{
	__asm__ volatile("cli" ::: "memory");
}

/* Sleep until the next interrupt: no wakeup is lost between the two. */
static inline void
irq_wait(void)
{
	__asm__ volatile("sti; hlt; cli" ::: "memory");
}

static inline void
pause(void)
{
	__asm__ volatile("pause" ::: "memory");
}

#endif
