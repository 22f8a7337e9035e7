# mica: one static binary from libc and the kernel's uapi headers.
#
#   make           build/mica           make run    boot the embedded guest
#   make check     every test           make lint   format and house rules
#   make size      bytes per file       make bench  the tables of the README
#   make fmt       clang-format         make clean

CC     ?= cc
BUILD  ?= build
CFLAGS ?= -O2 -g
WARN   := -Wall -Wextra -Werror -Wshadow -Wvla -Wundef -Wmissing-prototypes \
	-Wstrict-prototypes -Wwrite-strings -Wcast-qual -Wimplicit-fallthrough
override CFLAGS += -std=gnu11 -I. -MMD -MP $(WARN)
HARDEN := -fPIE -fstack-protector-strong -ffunction-sections -fdata-sections
LDLIBS := -pthread
LINK   := -static-pie -Wl,--gc-sections -Wl,-z,relro,-z,now,-z,noexecstack

# musl-gcc sees only musl's headers: add the kernel's behind them, and link a
# static PIE by hand, which its specs file has no rule for.
ifneq (,$(findstring musl-gcc,$(CC)))
HOSTCC ?= cc
override CFLAGS += -idirafter /usr/include \
	-idirafter /usr/include/$(shell $(HOSTCC) -dumpmachine)
LINK += -nostartfiles $(foreach o,rcrt1.o crti.o,$(shell $(CC) -print-file-name=$(o)))
endif

SRC  := $(filter-out %_test.c,$(wildcard vmm/*.c devices/*.c boot/*.c))
OBJ  := $(SRC:%.c=$(BUILD)/%.o) $(BUILD)/boot/embedded.o

$(BUILD)/mica: $(OBJ)
	$(CC) $(CFLAGS) $(LINK) -o $@ $^ $(LDLIBS)

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(HARDEN) -c -o $@ $<
