# SPDX-License-Identifier: MIT
#
# tools/bench_blk's tables: medians of the lines that bench_blk_host.c prints.
# What the guest costs anyway, the idle twin, is taken off exits and
# interrupts; behind exits, in brackets, it is not.
BEGIN {
	FS = "\t"
	n_monitors = split("mica mica-threads qemu qemu-iothread", monitors, " ")
	title["mica"] = "mica"
	title["mica-threads"] = "mica, aio=threads"
	title["qemu"] = "QEMU microvm"
	title["qemu-iothread"] = "QEMU, iothread, io_uring"
	split("read_1 read_32 write_1 write_32", phases, " ")
}

$1 == "=" && $3 == "whole" {
	add($2 ":whole", $4)
}

$1 == "=" && $3 != "whole" {
	key = $2 ":" $3
	add(key ":us", $4)
	requests = $5
	for (i = 6; i < NF; i += 3) {
		add(key ":" $i, $(i + 1) - $(i + 2))
		add(key ":" $i ":all", $(i + 1))
	}
}

function add(key, value)
{
	values[key, ++count[key]] = value + 0
}

function median(key,	n, i, j, sorted, value)
{
	n = count[key]
	for (i = 1; i <= n; i++) {
		value = values[key, i]
		for (j = i - 1; j > 0 && sorted[j] > value; j--)
			sorted[j + 1] = sorted[j]
		sorted[j + 1] = value
	}
	return sorted[int((n + 1) / 2)]
}

function cell(key, format, divisor)
{
	return count[key] ? sprintf(format, median(key) / divisor) : "-"
}

function queue_row(monitor, what,	line, i, key)
{
	line = "| " what ", " title[monitor] " |"
	for (i = 1; i <= 4; i++) {
		key = monitor "/queue:" phases[i]
		if (what == "exits")
			line = line " " cell(key ":exits", "%.2f", requests) \
			    " (" cell(key ":exits:all", "%.2f", requests) ") |"
		else if (what == "interrupts")
			line = line " " cell(key ":irq_injections", "%.2f", \
			    requests) " |"
		else
			line = line " " cell(key ":us", "%.1f", requests) " |"
	}
	print line
}

function whole_row(monitor,	line, i, job)
{
	line = "| " title[monitor] " | " \
	    cell(monitor "/boot:whole", "%.3f", 1000000) " |"
	for (i = 1; i <= 2; i++) {
		job = monitor "/" (i == 1 ? "read" : "write")
		line = line " " cell(job ":whole", "%.3f", 1000000) " | " \
		    cell(job ":dd:us", "%.3f", 1000000) " | " \
		    cell(job ":dd:exits", "%d", 1) " |"
	}
	print line
}

END {
	print "| a request of 4 KiB | read, 1 at a time | read, 32 " \
	    "| write, 1 | write, 32 |\n|---|---|---|---|---|"
	for (i = 1; i <= n_monitors; i++)
		queue_row(monitors[i], "exits")
	for (i = 1; i <= n_monitors; i++)
		queue_row(monitors[i], "interrupts")
	for (i = 1; i <= n_monitors; i++)
		queue_row(monitors[i], "us")
	print "\n| 256 MiB, seconds | boot | boot, dd from it | dd | exits " \
	    "| boot, dd to it | dd | exits |\n|---|---|---|---|---|---|---|---|"
	for (i = 1; i <= n_monitors; i++)
		whole_row(monitors[i])
}
