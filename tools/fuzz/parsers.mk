# SPDX-License-Identifier: MIT
#
# The fuzz targets of parsers: tools/fuzz/NAME.c for each NAME of PARSERS.
# $(F)/NAME replays files (tools/fuzz/main.c); $(F)/NAME.libfuzzer and
# $(F)/NAME.afl (tools/fuzz/afl.c) look for new ones and need clang. What is
# common to all targets is in fuzz.mk.

PARSERS := acpi boot control kept options paging zone

# For make check.
FCHECK  := $(PARSERS:%=$(F)/%) \
	$(if $(shell command -v $(FUZZCC)),$(F)/planted.afl)

# What a target has besides all that is pure, and what it has in place of it.
FMORE_control := vmm/command vmm/command_run vmm/command_balloon
FMORE_kept := vmm/kept
FMORE_options := vmm/config
FLESS_boot    := vmm/gmem

# Instrumented for both engines, which are not part of what they cover. In the
# writers of ACPI's tables there is no number to be guessed by comparing.
$(F)/parsers/boot/a%.o: FUZZCMP := -fno-sanitize-coverage=trace-cmp
$(F)/parsers/%.o: %.c Makefile tools/fuzz/parsers.mk
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(FUZZCC) $(STD) $(FUZZSAN) -fsanitize=fuzzer-no-link $(FUZZCMP) \
	    -c -o $@ $<

AFL := $(F)/afl.o $(F)/edges.o
$(AFL): $(F)/%.o: tools/fuzz/%.c tools/fuzz/edges.h Makefile \
		tools/fuzz/parsers.mk
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(FUZZCC) $(STD) $(FUZZSAN) -c -o $@ $<

# fuzz_afl NAME,SOURCES; the others take the same
define fuzz_afl
$(F)/$1.afl: $(patsubst %.c,$(F)/parsers/%.o,$2) $(AFL)
	@echo "  LD $$@"
	@$$(FUZZCC) $$(FUZZSAN) -o $$@ $$^
endef
define fuzz_libfuzzer
$(F)/$1.libfuzzer: $(patsubst %.c,$(F)/parsers/%.o,$2)
	@echo "  LD $$@"
	@$$(FUZZCC) $$(FUZZSAN) -fsanitize=fuzzer -o $$@ $$^
endef
define fuzz_replay
$(F)/$1: $(patsubst %.c,$(BUILD)/unit/%.o,$2 tools/fuzz/main.c)
	@mkdir -p $$(@D)
	@echo "  LD $$@"
	@$$(CC) $$(SAN) -o $$@ $$^
endef

fuzz_sources = tools/fuzz/$1.c tools/unit.c $(FMORE_$1:=.c) \
	$(filter-out $(FLESS_$1:=.c),$(PURE))
$(foreach rule,fuzz_afl fuzz_libfuzzer fuzz_replay, \
	$(foreach name,$(PARSERS), \
	    $(eval $(call $(rule),$(name),$(call fuzz_sources,$(name))))) \
	$(eval $(call $(rule),planted,tools/fuzz/planted.c)) \
	$(eval $(call $(rule),empty,tools/fuzz/empty.c)))

# All that have a corpus.
FUZZERS := $(notdir $(wildcard tools/fuzz/corpus/*))
JOBS    ?= 2
ENGINE  ?= libfuzzer

fuzz: $(FUZZERS:%=$(F)/%.$(ENGINE))
	tools/fuzz/run $(BUILD) run $(TIME) $(JOBS) $(ENGINE) $(FUZZERS)

bench-fuzz: $(patsubst %,$(F)/%.trim,$(filter board,$(FUZZERS))) $(foreach \
	    name,$(FUZZERS) empty,$(F)/$(name).libfuzzer $(F)/$(name).afl)
	tools/bench_fuzz $(BUILD) 20 $(FUZZERS)

fuzz-merge: $(FUZZERS:%=$(F)/%.libfuzzer) \
		$(patsubst %,$(F)/%.trim,$(filter board,$(FUZZERS)))
	tools/fuzz/run $(BUILD) merge $(FUZZERS)

-include $(wildcard $(F)/parsers/*/*.d $(F)/parsers/tools/fuzz/*.d)
.PHONY: fuzz fuzz-merge bench-fuzz
