# SPDX-License-Identifier: MIT
#
# The fuzz targets of parsers: tools/fuzz_NAME.c for each NAME of PARSERS.
# $(F)/NAME replays files (tools/fuzz_main.c); $(F)/NAME.libfuzzer and
# $(F)/NAME.afl (tools/fuzz_afl.c) look for new ones and need clang.

F       := $(BUILD)/fuzz
PARSERS := acpi boot control options zone
FCLANG  ?= clang
FSAN    := -O2 -g -fsanitize=address,undefined -fno-sanitize-recover=all

# For make check.
FCHECK  := $(PARSERS:%=$(F)/%) \
	$(if $(shell command -v $(FCLANG)),$(F)/planted.afl)

# What a target has besides all that is pure, and what it has in place of it.
FMORE_control := vmm/command vmm/command_run vmm/command_balloon
FMORE_options := vmm/config
FLESS_boot    := vmm/gmem

# Instrumented for both engines, which are not part of what they cover.
$(F)/o/%.o: %.c Makefile tools/fuzz_parsers.mk
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(FCLANG) $(STD) $(FSAN) -fsanitize=fuzzer-no-link -c -o $@ $<

$(F)/fuzz_afl.o: tools/fuzz_afl.c Makefile tools/fuzz_parsers.mk
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(FCLANG) $(STD) $(FSAN) -c -o $@ $<

# fuzz_engines NAME,SOURCES,FLAGS and fuzz_target, which replays as well
define fuzz_engines
$(F)/$1.libfuzzer: $(patsubst %.c,$(F)/o/%.o,$2)
	@echo "  LD $$@"
	@$$(FCLANG) $$(FSAN) -fsanitize=fuzzer $3 -o $$@ $$^
$(F)/$1.afl: $(patsubst %.c,$(F)/o/%.o,$2) $(F)/fuzz_afl.o
	@echo "  LD $$@"
	@$$(FCLANG) $$(FSAN) $3 -o $$@ $$^
endef
define fuzz_target
$(call fuzz_engines,$1,$2,$3)
$(F)/$1: $(patsubst %.c,$(BUILD)/unit/%.o,$2 tools/fuzz_main.c)
	@mkdir -p $$(@D)
	@echo "  LD $$@"
	@$$(CC) $$(SAN) $3 -o $$@ $$^
endef
$(foreach name,$(PARSERS),$(eval $(call fuzz_target,$(name),\
	tools/fuzz_$(name).c tools/unit.c $(FMORE_$(name):=.c) \
	$(filter-out $(FLESS_$(name):=.c),$(PURE)))))
$(eval $(call fuzz_target,planted,tools/fuzz_planted.c))

-include $(wildcard $(F)/o/*/*.d)
