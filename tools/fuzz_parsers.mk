# SPDX-License-Identifier: MIT
#
# The fuzz targets of parsers: tools/fuzz_NAME.c for each NAME of PARSERS.
# $(F)/NAME replays files (tools/fuzz_main.c), $(F)/NAME.libfuzzer and
# $(F)/NAME.afl (tools/fuzz_afl.c) look for new ones and need clang.

F       := $(BUILD)/fuzz
PARSERS := acpi boot control options zone
FCLANG  ?= clang
FSAN    := -O2 -g -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all

# What a target has besides all that is pure, and what it brings itself.
FEXTRA_boot    :=
FWITHOUT_boot  := vmm/gmem
FEXTRA_control := vmm/command vmm/command_run vmm/command_balloon
FEXTRA_options := vmm/config

# fuzz_files NAME: its objects below a directory, without their suffix.
fuzz_files = tools/fuzz_$1 $(FEXTRA_$1) \
	$(filter-out $(FWITHOUT_$1),$(PURE:.c=)) tools/unit

$(F)/o/%.o: %.c Makefile tools/fuzz_parsers.mk
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(FCLANG) $(STD) $(FSAN) -c -o $@ $<

define fuzz_target
$(F)/$1: $$(patsubst %,$(BUILD)/unit/%.o,$(fuzz_files) tools/fuzz_main)
	@mkdir -p $$(@D)
	@echo "  LD $$@"
	@$$(CC) $$(SAN) -o $$@ $$^
$(F)/$1.libfuzzer: $$(patsubst %,$(F)/o/%.o,$(fuzz_files))
	@echo "  LD $$@"
	@$$(FCLANG) -fsanitize=fuzzer,address,undefined -o $$@ $$^
$(F)/$1.afl: $$(patsubst %,$(F)/o/%.o,$(fuzz_files)) \
	$(BUILD)/unit/tools/fuzz_afl.o
	@echo "  LD $$@"
	@$$(FCLANG) -fsanitize=address,undefined -o $$@ $$^
endef
$(foreach name,$(PARSERS),$(eval $(call fuzz_target,$(name))))

-include $(wildcard $(F)/o/*/*.d)
