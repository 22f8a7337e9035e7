# SPDX-License-Identifier: MIT
#
# The board as a fuzzing target: $(BUILD)/fuzz/fuzz_board replays inputs, built
# from the objects of the unit tests; fuzz_board.libfuzzer searches for more.
#
#	make fuzz-cover	what of devices/ the corpus reaches, by file
#	make fuzz-seeds	writes the seeds that are code into the corpus

FUZZCC   ?= clang
FUZZSAN  := -O2 -g -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZCOV  := -O1 -g -fprofile-instr-generate -fcoverage-mapping
F        := $(BUILD)/fuzz
CORPUS   := tools/corpus/fuzz_board

BOARDSRC := $(filter devices/%,$(SRC)) vmm/pio.c vmm/mmio.c \
	$(wildcard tools/fuzz_board*.c tools/fuzz_oracle*.c)
# What stands before virtq.h's functions: tools/fuzz_oracle_dma.c.
BOARDLD  := $(foreach f,pop unpop push reset notify_disable notify_enable, \
	-Wl,--wrap=virtq_$(f))

# Devices are watched; those who watch them need not be, but for the operations.
FUZZOPT   = -O2 -g
$(F)/engine/tools/fuzz_board.o: FUZZOPT = -O2 -g -fsanitize=fuzzer-no-link \
	-fno-sanitize-coverage=trace-cmp
$(F)/engine/devices/%.o $(F)/engine/vmm/%.o: FUZZOPT = $(FUZZSAN) \
	-fsanitize=fuzzer-no-link -fno-sanitize-coverage=trace-cmp

$(F)/engine/%.o: %.c Makefile tools/fuzz.mk
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(FUZZCC) $(STD) $(FUZZOPT) -c -o $@ $<

$(F)/cover/%.o: %.c Makefile tools/fuzz.mk
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(FUZZCC) $(STD) $(FUZZCOV) -c -o $@ $<

$(F)/fuzz_board: $(BOARDSRC:%.c=$(BUILD)/unit/%.o) \
		$(BUILD)/unit/tools/fuzz_main.o
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(SAN) $(BOARDLD) -o $@ $^

$(F)/fuzz_board.libfuzzer: $(BOARDSRC:%.c=$(F)/engine/%.o) \
		$(F)/engine/tools/fuzz_mutate.o
	@echo "  LD $@"
	@$(FUZZCC) $(FUZZSAN) -fsanitize=fuzzer $(BOARDLD) -o $@ $^

$(F)/fuzz_board.cover: $(BOARDSRC:%.c=$(F)/cover/%.o) \
		$(F)/cover/tools/fuzz_main.o
	@echo "  LD $@"
	@$(FUZZCC) $(FUZZCOV) $(BOARDLD) -o $@ $^

$(F)/fuzz_seeds: tools/fuzz_seeds.c tools/fuzz_board_input.h Makefile
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(STD) $(SAN) -o $@ $<

fuzz-seeds: $(F)/fuzz_seeds
	@mkdir -p $(CORPUS)
	$(F)/fuzz_seeds $(CORPUS)

fuzz-cover: $(F)/fuzz_board.cover
	@LLVM_PROFILE_FILE=$(F)/cover.raw $(F)/fuzz_board.cover $(CORPUS)
	@llvm-profdata merge -o $(F)/cover.data $(F)/cover.raw
	@llvm-cov report -instr-profile=$(F)/cover.data \
	    -show-region-summary=false $< devices

-include $(wildcard $(F)/*/*/*.d)
.PHONY: fuzz-seeds fuzz-cover
