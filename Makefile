# mica: one static binary from libc and the kernel's uapi headers.
#
#   make         build/mica             make run     boot the embedded guest
#   make check   every test             make lint    format and house rules
#   make check-long  and the longer Linux guests, in about half an hour
#   make soak    all devices under load, for TIME=10m
#   make soak-hour    one mica, reset again and again, in bad company
#   make fault-sweep  every system call fails, everywhere, in ten minutes
#   make kill-sweep   mica is killed a thousand times, in five
#   make fuzz    the fuzz targets, TIME=10m in all, JOBS=2, ENGINE=libfuzzer|afl
#   make fuzz-merge  minimises their corpora
#   make fuzz-seeds  writes the board's seeds that are code into its corpus
#   make fuzz-record  records seeds from real guests, in ten minutes
#   make fuzz-cover  what of devices/ the board's corpus does not reach
#   make bench   how long a start takes, and an exit
#   make bench-sandbox what the sandbox takes of it
#   make bench-blk   disks beside QEMU's, nested under QEMU
#   make bench-timer timer interrupts, in two minutes
#   make bench-fuzz  inputs a second, of each fuzz target
#   make size    bytes per file         make coverage  of the chips' tests
#   make fmt     clang-format           make clean
#
# gcc or clang (CC=clang), glibc or musl (CC=musl-gcc BUILD=build/musl).

CC     ?= cc
BUILD  ?= build
TIME   ?= 10m
WARN   := -Wall -Wextra -Werror -Wshadow -Wvla -Wundef -Wmissing-prototypes \
	-Wstrict-prototypes -Wwrite-strings -Wcast-qual -Wimplicit-fallthrough
STD    := -std=gnu11 -D_GNU_SOURCE -I. -MMD -MP $(WARN)
# A flag that not every compiler has, if this one does.
may     = $(shell $(CC) -Werror $(1) -fsyntax-only -x c /dev/null \
	2>/dev/null && echo '$(1)')
# All files compiled as one, at the link, are a twentieth smaller; gcc 12 can.
# OPT='-Os -g' links at once.
ifndef OPT
OPT    := $(or $(call may,-Oz -flto -flto-partition=one),-Os) -g
endif
HARDEN := -fPIE -fstack-protector-strong -fstack-clash-protection \
	-fcf-protection $(call may,-ftrivial-auto-var-init=zero) \
	$(if $(filter -O0,$(OPT)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3) \
	-ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables
LINK   := -static-pie -Wl,--gc-sections -Wl,-z,relro,-z,now,-z,noexecstack

# A static PIE relocates itself: glibc knows how with the compact form, a
# thirtieth of the size, since 2.36; musl 1.2.3 does not.
LINK   += $(shell test "$$(echo __GLIBC_MINOR__ | \
	$(CC) -include features.h -E -P - | tail -n 1)" -ge 36 2>/dev/null && \
	echo -Wl,-z,pack-relative-relocs)

SAN    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all

# musl-gcc sees musl's headers alone: put the kernel's behind them. Its specs
# have no rule for a static PIE, so the start files are named here.
ifneq (,$(findstring musl-gcc,$(CC)))
NATIVE := $(shell cc -dumpmachine)
STD    += -idirafter /usr/include -idirafter /usr/include/$(NATIVE)
MUSL   := $(dir $(lastword $(shell grep -o '/[^"]*/musl-gcc.specs' \
	$(shell command -v $(CC)))))
CRT    := $(addprefix $(MUSL),rcrt1.o crti.o crtn.o)
LINK   := $(filter-out -static-pie,$(LINK)) -static -nostartfiles $(CRT) \
	-Wl,-pie,--no-dynamic-linker,-z,text
endif

SRC    := $(filter-out %_test.c,$(wildcard vmm/*.c devices/*.c boot/*.c))
GUEST  := boot/tiny.c
SRC    := $(filter-out $(GUEST),$(SRC))
OBJ    := $(SRC:%.c=$(BUILD)/%.o) $(BUILD)/boot/embedded.o

all: $(BUILD)/mica

$(BUILD)/mica: $(OBJ)
	@echo "  LD $@"
	@$(CC) $(OPT) $(HARDEN) $(LINK) -o $@ $(OBJ) -pthread

$(BUILD)/%.o: %.c Makefile $(BUILD)/flags
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CC) $(OPT) $(STD) $(HARDEN) -c -o $@ $<

# Another compiler, or other flags: then all is stale.
$(BUILD)/flags: FLAGS = $(CC) $(OPT) $(STD) $(HARDEN) $(LINK)
$(BUILD)/unit/flags: FLAGS = $(CC) $(STD) $(SAN)
$(BUILD)/flags $(BUILD)/unit/flags: always
	@mkdir -p $(@D)
	@echo "$(FLAGS)" | cmp -s - $@ || echo "$(FLAGS)" >$@
always:

include guest-tests/guests.mk

run: $(BUILD)/mica
	$(BUILD)/mica

# Unit tests: each *_test.c against all that is free of KVM and of threads,
# under the sanitizers, with tools/unit.c for the services it leaves open.
PURE   := $(filter-out vmm/%,$(SRC)) $(filter vmm/config_%,$(SRC)) \
	$(filter vmm/blk_% vmm/json%,$(SRC)) vmm/uring.c vmm/text.c \
	vmm/log_line.c vmm/pio.c vmm/mmio.c vmm/gmem.c vmm/paging.c vmm/given.c \
	vmm/console_port.c vmm/listener.c vmm/last_word.c vmm/output.c \
	vmm/zone.c
TEST   := $(wildcard vmm/*_test.c devices/*_test.c boot/*_test.c)
TESTS  := $(TEST:%.c=$(BUILD)/unit/%)
PUREO  := $(PURE:%.c=$(BUILD)/unit/%.o) $(BUILD)/unit/tools/unit.o

$(BUILD)/unit/%.o: %.c Makefile $(BUILD)/unit/flags
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CC) $(STD) $(SAN) -c -o $@ $<

$(BUILD)/unit/vmm/command_test: $(BUILD)/unit/vmm/command.o \
	$(BUILD)/unit/vmm/command_run.o \
	$(BUILD)/unit/vmm/command_balloon.o # with a machine of its own
$(BUILD)/unit/vmm/kept_test: $(BUILD)/unit/vmm/kept.o # the same
$(BUILD)/unit/vmm/life_seat_test: $(BUILD)/unit/vmm/life_seat.o # the same

$(TESTS): %: %.o $(PUREO)
	@echo "  LD $@"
	@$(CC) $(SAN) -o $@ $^ -pthread

include tools/fuzz/fuzz.mk
include tools/fuzz/parsers.mk
include tools/fuzz/record.mk

# The chips beside QEMU's.
DIFF   := $(BUILD)/unit/tools/diff_chips
DIFFO  := $(patsubst %.c,$(BUILD)/unit/%.o,$(wildcard tools/diff_chips*.c))

$(DIFF): $(DIFFO) $(PUREO)
	@echo "  LD $@"
	@$(CC) $(SAN) -o $@ $^

$(DIFF).rom: tools/diff_chips.S Makefile
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) -nostdlib -static -no-pie -Wl,-Ttext=0xf0000,-e,start \
	    -Wl,--build-id=none,--oformat=binary -o $@ $<

# Hosts that fail.
SWEEPS := $(addprefix $(BUILD)/tools/,fault_sweep kill_sweep soak hijack hold \
	orphan peep used_calls without)
$(BUILD)/tools/fault_sweep: tools/fault_run.c tools/numbers.c
$(BUILD)/tools/kill_sweep: tools/numbers.c
$(BUILD)/tools/peep: tools/fault_run.c
$(BUILD)/tools/used_calls: tools/fault_run.c tools/calls.c vmm/seccomp.c
$(BUILD)/tools/soak: tools/bench.c

# What the sandbox kills.
TRY    := $(BUILD)/tools/try_calls
$(TRY): tools/calls.c vmm/seccomp.c

# Several sources at once: the compiler does not tell whose headers they are.
HEADERS := $(wildcard tools/*.h vmm/*.h devices/*.h)
$(SWEEPS) $(TRY): $(HEADERS) tools/fault_calls.def vmm/syscalls.def \
	vmm/seccomp_kind.def Makefile

$(SWEEPS) $(TRY): $(BUILD)/%: %.c
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CC) $(OPT) $(filter-out -MMD -MP,$(STD)) -o $@ $(filter %.c,$^)

fault-sweep: $(BUILD)/mica $(SWEEPS) guests
	$(BUILD)/tools/fault_sweep $(BUILD) whole

soak-hour: $(BUILD)/mica $(SWEEPS) guests
	$(BUILD)/tools/soak $(BUILD) 3600

kill-sweep: $(BUILD)/mica $(SWEEPS) guests
	$(BUILD)/tools/kill_sweep $(BUILD) 1000

check: $(BUILD)/mica $(BUILD)/bench/spin.elf $(TESTS) $(DIFF) $(DIFF).rom \
	$(SWEEPS) $(TRY) $(FCHECK) $(F)/board $(F)/replay guests
	tools/check $(BUILD)

check-long: export MICA_LONG = yes
check-long: check

soak: $(BUILD)/mica
	MICA=$(BUILD)/mica MICA_SOAK=$(TIME) guest-tests/nested/run soak

lint:
	tools/lint

fmt:
	clang-format -i vmm/*.[ch] devices/*.[ch] boot/*.[ch] tools/*.[ch] \
	    tools/fuzz/*.[ch] guest-tests/*.c guest-tests/lib/*.[ch] \
	    guest-tests/linux/*.c

coverage:
	tools/coverage

size: $(BUILD)/mica
	@$(MAKE) -s OPT='-Os -g' BUILD=$(BUILD)/apart >$(BUILD)/apart.log
	@tools/size $(OBJ:$(BUILD)/%=$(BUILD)/apart/%)
	@strip -o $(BUILD)/mica.stripped $(BUILD)/mica
	@stat -c '%s bytes, stripped' $(BUILD)/mica.stripped

IMAGES := byte spin port_write port_read mmio_write mmio_read doorbell
BENCH  := $(addprefix $(BUILD)/bench/,floor bench_boot bench_exit \
	$(IMAGES:=.elf))

bench: $(BUILD)/mica $(BENCH)
	$(BUILD)/bench/bench_boot $(BUILD) 30
	$(BUILD)/bench/bench_exit $(BUILD) 30

bench-sandbox: $(BUILD)/mica $(BUILD)/bench/bench_sandbox \
	$(BUILD)/bench/byte.elf
	$(BUILD)/bench/bench_sandbox $(BUILD) 100

$(BUILD)/bench/bench_sandbox: vmm/seccomp.c vmm/syscalls.def \
	vmm/seccomp_kind.def

bench-timer: $(BUILD)/mica $(BUILD)/bench/bench_timer \
	$(G)/bench_timer_guest.elf
	$(BUILD)/bench/bench_timer $(BUILD) 5

bench-blk: $(BUILD)/mica $(addprefix $(BUILD)/bench/bench_blk_,host guest)
	tools/bench_blk $(BUILD)

$(BUILD)/bench/%.elf: tools/bench_guest.S tools/bench_guest.ld
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CC) -D$(shell echo $* | tr a-z A-Z) -DLOOPS=20000 -nostdlib -static \
	    -no-pie -Wl,-z,max-page-size=0x1000 -Wl,-z,noexecstack \
	    -Wl,--build-id=none \
	    -Wl,-T,tools/bench_guest.ld -o $@ $<

$(BUILD)/bench/%: tools/%.c tools/bench.c $(HEADERS) Makefile
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CC) $(OPT) $(filter-out -MMD -MP,$(STD)) -static -o $@ \
	    $(filter %.c,$^) -pthread

clean:
	rm -rf $(BUILD)

-include $(wildcard $(BUILD)/*/*.d $(BUILD)/unit/*/*.d $(G)/lib/*.d \
	$(BUILD)/unit/tools/fuzz/*.d)
.PHONY: all run check check-long lint fmt size bench bench-sandbox bench-blk \
	bench-timer clean coverage guests soak soak-hour fault-sweep kill-sweep \
	always
.SECONDARY:
