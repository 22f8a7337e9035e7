# SPDX-License-Identifier: MIT
#
# The guests: build/boot/tiny.elf, which mica carries inside, and the tests in
# build/guest-tests. No libc, no kernel headers: any gcc or clang for x86-64.
# (musl-gcc insists on musl's headers, where a 32-bit guest is lost.)

GUESTCC  := $(if $(findstring musl-gcc,$(CC)),cc,$(CC))
GUESTC   := $(GUESTCC) -std=gnu11 -I. -MMD -MP $(WARN) -Os -ffreestanding \
	-fno-pic -fno-stack-protector -fcf-protection=none \
	-fno-asynchronous-unwind-tables -mno-red-zone -mgeneral-regs-only
GUESTLD  := $(GUESTCC) -nostdlib -static -Wl,--build-id=none \
	-Wl,-z,noexecstack,-z,max-page-size=4096

$(BUILD)/boot/tiny.elf: boot/tiny.c guest-tests/guests.mk
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(GUESTC) -MT $@ -m32 -c -o $(@:.elf=.o) $<
	@$(GUESTLD) -m32 -s -Wl,-z,noseparate-code,-Ttext-segment=0x100000 \
	    -Wl,-e,tiny_entry -o $@ $(@:.elf=.o)

$(BUILD)/boot/embedded.o: boot/embedded.S $(BUILD)/boot/tiny.elf
	@$(CC) -DTINY_ELF='"$(BUILD)/boot/tiny.elf"' -c -o $@ $<

# A test is its C file, the library, and an entry of the library's: lib/*.S.
G      := $(BUILD)/guest-tests
LIBSRC := $(wildcard guest-tests/lib/*.c) $(addprefix guest-tests/lib/, \
	long.S stubs.S ap.S pattern.S)
LIBOBJ := $(patsubst guest-tests/%,$(G)/%.o,$(basename $(LIBSRC)))

$(G)/%.o: guest-tests/%.c guest-tests/guests.mk
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(GUESTC) -c -o $@ $<
$(G)/%.o: guest-tests/%.S guest-tests/guests.mk
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(GUESTC) -c -o $@ $<
$(G)/lib.a: $(LIBOBJ)
	@rm -f $@
	@ar rc $@ $^

# $(call guest,NAME,SOURCE,ENTRY,BASE,SCRIPT)
define guest
$(G)/$(1).elf: $(G)/$(2).o $(G)/lib/$(3).o $(G)/lib.a guest-tests/lib/$(5).ld
	@echo "  LD $$@"
	@$$(GUESTLD) -Wl,-T,guest-tests/lib/$(5).ld,--defsym=BASE=$(4) \
	    -o $$@ $(G)/$(2).o $(G)/lib/$(3).o $(G)/lib.a
endef

$(eval $(call guest,t_multiboot,t_multiboot,multiboot,0x100000,guest))
$(eval $(call guest,t_multiboot_addr,t_multiboot,multiboot_addr,0x100000,guest))
$(eval $(call guest,t_multiboot2,t_multiboot2,multiboot2,0x100000,guest))
$(eval $(call guest,t_linux64,t_linux,linux64,0x200000,guest))
$(eval $(call guest,t_bzimage,t_linux,bzimage,0x400000,bzimage))
$(eval $(call guest,t_bzimage16,t_linux16,bzimage16,0x100000,bzimage))
$(eval $(call guest,t_flat_real,t_flat,flat_real,0x7c00,guest))
$(eval $(call guest,t_flat_protected,t_flat,flat_protected,0x100000,guest))
$(eval $(call guest,t_flat_long,t_flat,flat_long,0x200000,guest))

# Those that no line above names are entered by PVH; h_replay is fuzz.mk's.
NOPVH := t_multiboot t_multiboot2 t_linux t_linux16 t_flat h_replay
PVH   := $(filter-out $(NOPVH),$(basename $(notdir \
	$(wildcard guest-tests/[th]_*.c))))
$(foreach g,$(PVH),$(eval $(call guest,$(g),$(g),pvh,0x100000,guest)))

$(eval $(call guest,bench_timer_guest,bench_timer_guest,pvh,0x100000,guest))
$(G)/bench_timer_guest.o: tools/bench_timer_guest.c
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(GUESTC) -c -o $@ $<

# Other forms of the same: 32-bit ELF, raw bytes, and the pattern as a file.
$(G)/%.elf32: $(G)/%.elf
	@objcopy -O elf32-i386 $< $@
$(G)/%.bin: $(G)/%.elf
	@objcopy -O binary $< $@
$(G)/pattern.bin: $(G)/lib/pattern.o
	@objcopy -O binary -j .rodata $< $@
$(G)/pattern2.bin: $(G)/pattern.bin
	@dd if=$< of=$@ bs=5001 count=1 2>/dev/null

# A disk whose first sector firmware starts.
$(G)/t_bios.bin: $(G)/t_bios.o
	@echo "  LD $@"
	@$(GUESTLD) -m32 -Wl,-Ttext,0x7c00 -o $(@:.bin=.elf) $<
	@objcopy -O binary -j .text $(@:.bin=.elf) $@
$(G)/t_bios.o: GUESTC += -m32

guests: $(PVH:%=$(G)/%.elf) $(addprefix $(G)/, \
	t_multiboot.elf t_multiboot.elf32 t_multiboot_addr.bin \
	t_multiboot2.elf t_multiboot2.elf32 t_pvh.elf32 t_linux64.elf \
	t_bzimage.bin t_bzimage16.bin t_flat_real.bin t_flat_protected.bin \
	t_flat_long.bin pattern.bin pattern2.bin \
	t_bios.bin)
