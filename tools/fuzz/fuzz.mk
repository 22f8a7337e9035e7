# SPDX-License-Identifier: MIT
#
# The board as a fuzzing target: $(F)/board replays inputs, built from the unit
# tests' objects; $(F)/board.libfuzzer searches for more and needs clang.
#
#	make fuzz-seeds	writes the seeds that are code into the corpus
#	make fuzz-cover	what of devices/ the corpus reaches, by file, and what
#			it does not for no reason that cover.txt lists

comma    := ,
F        := $(BUILD)/fuzz
FUZZCC   ?= clang
FUZZSAN  := -O2 -g -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZCOV  := -O1 -g -fprofile-instr-generate -fcoverage-mapping
BOARD    := tools/fuzz/corpus/board

BOARDSRC := $(filter devices/%,$(SRC)) vmm/pio.c vmm/mmio.c \
	$(wildcard tools/fuzz/board*.c tools/fuzz/oracle*.c)
# What stands before some functions of devices: tools/fuzz/oracle_dma.c.
BOARDLD  := $(addprefix -Wl$(comma)--wrap=,virtq_enable virtq_pop virtq_unpop \
	virtq_push virtq_flush virtq_reset virtq_notify_disable \
	virtq_notify_enable chain_write_iov)

# How often an edge is taken is no news: it goes up with an input's operations,
# and long inputs are what makes fuzzing slow. Rare edges, which libFuzzer prefers
# and looks for in a list at each edge of each input, are the hundred rarest, not
# all that fewer than 256 inputs of the corpus take.
export FUZZ_OPTIONS_board := -use_counters=0 \
	-entropic_feature_frequency_threshold=1

# Devices are watched; those who watch them need not be, but for the operations.
# Use after return is what the runtime does not look for unless told to; a loop
# that has become three is no more edges to find. How deep the stack is says
# nothing where nothing recurs, and who calls whom by a pointer libFuzzer drops
# without -use_value_profile. FUZZLTO= if the linker has no plugin for clang's.
FUZZCPU  ?= -march=native
FUZZLTO  ?= -flto
WATCH    := -fsanitize=fuzzer-no-link \
	-fno-sanitize-coverage=trace-cmp,stack-depth,indirect-calls
WATCHED   = -O2 -g $(FUZZCPU) $(FUZZLTO)
$(F)/watched/tools/fuzz/board.o: WATCHED = -O2 -g $(FUZZCPU) $(FUZZLTO) \
	$(WATCH)
$(F)/watched/devices/%.o $(F)/watched/vmm/%.o: WATCHED = $(FUZZSAN) $(FUZZCPU) \
	$(WATCH) -fno-sanitize-address-use-after-scope \
	-fsanitize-address-use-after-return=never -fno-vectorize \
	-fno-unroll-loops

$(F)/watched/%.o: %.c Makefile tools/fuzz/fuzz.mk
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(FUZZCC) $(STD) $(WATCHED) -c -o $@ $<

$(F)/covered/%.o: %.c Makefile tools/fuzz/fuzz.mk
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(FUZZCC) $(STD) $(FUZZCOV) -c -o $@ $<

$(F)/board: $(BOARDSRC:%.c=$(BUILD)/unit/%.o) $(BUILD)/unit/tools/fuzz/main.o
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(SAN) $(BOARDLD) -o $@ $^

$(F)/board.libfuzzer: $(BOARDSRC:%.c=$(F)/watched/%.o) \
		$(F)/watched/tools/fuzz/mutate.o
	@echo "  LD $@"
	@$(FUZZCC) $(FUZZLTO) $(FUZZSAN) -fsanitize=fuzzer $(BOARDLD) -o $@ $^

$(F)/board.afl: $(BOARDSRC:%.c=$(F)/watched/%.o) $(F)/afl.o \
		$(F)/edges.o
	@echo "  LD $@"
	@$(FUZZCC) $(FUZZLTO) $(FUZZSAN) $(BOARDLD) -o $@ $^

# Makes inputs small: make fuzz-merge.
$(F)/board.trim: $(BOARDSRC:%.c=$(F)/watched/%.o) \
		$(F)/watched/tools/fuzz/trim.o $(F)/edges.o
	@echo "  LD $@"
	@$(FUZZCC) $(FUZZLTO) $(FUZZSAN) $(BOARDLD) -o $@ $^

$(F)/board.cover: $(BOARDSRC:%.c=$(F)/covered/%.o) \
		$(F)/covered/tools/fuzz/main.o
	@echo "  LD $@"
	@$(FUZZCC) $(FUZZCOV) $(BOARDLD) -o $@ $^

$(F)/seeds: tools/fuzz/seeds.c tools/fuzz/seeds.def \
		tools/fuzz/board_input.h tools/fuzz/board_ops.def Makefile
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(STD) $(SAN) -o $@ $<

fuzz-seeds: $(F)/seeds
	@mkdir -p $(BOARD)
	$(F)/seeds $(BOARD)

# With a mistake in it, of file PLANT: tools/check_planted.
$(F)/board.planted: $(F)/board
	@$(CC) $(filter-out -MMD -MP $(WARN),$(STD)) -w $(SAN) -c \
	    -o $(F)/planted_mistake.o $(F)/planted_mistake.c
	@$(CC) $(SAN) $(BOARDLD) -o $@ $(F)/planted_mistake.o \
	    $(filter-out $(BUILD)/unit/$(PLANT:.c=.o), \
	    $(BOARDSRC:%.c=$(BUILD)/unit/%.o)) $(BUILD)/unit/tools/fuzz/main.o

# What an input does, as a guest by itself: that of its name in the corpus, or
# INPUT=FILE. It lies above all that an input writes to.
INPUT    ?= $(BOARD)/$*
$(G)/h_replay_%.elf: $(F)/replay $(G)/h_replay.o $(G)/lib.a \
		guest-tests/lib/replay.S guest-tests/lib/guest.ld FORCE
	@echo "  LD $@"
	@$(F)/replay $(INPUT) $(@:.elf=.accesses)
	@$(GUESTC) -DACCESSES='"$(@:.elf=.accesses)"' -c -o $(@:.elf=.o) \
	    guest-tests/lib/replay.S
	@$(GUESTLD) -Wl,-T,guest-tests/lib/guest.ld,--defsym=BASE=0x4000000 \
	    -o $@ $(G)/h_replay.o $(@:.elf=.o) $(G)/lib.a

$(F)/replay: $(BOARDSRC:%.c=$(BUILD)/unit/%.o) \
		$(BUILD)/unit/tools/fuzz/replay.o
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(SAN) $(BOARDLD) -o $@ $^

fuzz-cover: $(F)/board.cover
	@LLVM_PROFILE_FILE=$(F)/cover.raw $(F)/board.cover $(BOARD)
	@llvm-profdata merge -o $(F)/cover.data $(F)/cover.raw
	@llvm-cov report -instr-profile=$(F)/cover.data \
	    -show-region-summary=false $< devices
	@tools/fuzz/cover $< $(F)/cover.data

-include $(foreach d,watched covered,$(wildcard $(F)/$d/*/*.d \
	$(F)/$d/tools/fuzz/*.d))
FORCE:
.PHONY: fuzz-seeds fuzz-cover $(F)/board.planted FORCE
