# SPDX-License-Identifier: MIT
#
# Seeds for the board's fuzz target, recorded from real guests by tools/fuzz/record:
#
#	make fuzz-record	records them and puts those that reach something
#				new into the corpus; needs KVM, QEMU for Linux
#				guests, SeaBIOS, clang, and ten minutes of two
#				idle CPUs, or Linux runs out of its time
#
# $(F)/mica.record is a mica that writes down what a guest does; its objects are
# its own, for the linker puts nothing before a function's callers where these
# are compiled as one with it. $(F)/cut makes inputs of that.

wrap      = $(addprefix -Wl$(comma)--wrap=,$(1))
RECORDED := $(shell sed -n 's/^WRAP.[^,]*, \([a-z0-9_]*\),.*/\1/p' \
	tools/fuzz/record.c)

$(F)/record/%.o: %.c Makefile tools/fuzz/record.mk
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CC) -Os -g $(STD) $(HARDEN) -c -o $@ $<

$(F)/mica.record: $(SRC:%.c=$(F)/record/%.o) $(F)/record/tools/fuzz/record.o \
		$(BUILD)/boot/embedded.o
	@echo "  LD $@"
	@$(CC) -Os -g $(LINK) $(call wrap,$(RECORDED)) -o $@ $^ -pthread

$(F)/cut: $(BOARDSRC:%.c=$(BUILD)/unit/%.o) \
		$(patsubst %.c,$(BUILD)/unit/%.o,$(wildcard tools/fuzz/cut*.c))
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(SAN) $(BOARDLD) \
	    $(call wrap,pio_read mmio_read gmem_read oracle_end) -o $@ $^

fuzz-record: $(F)/mica.record $(F)/cut $(F)/board.libfuzzer guests
	tools/fuzz/record $(BUILD)

-include $(wildcard $(F)/record/*/*.d $(F)/record/tools/fuzz/*.d)
.PHONY: fuzz-record
