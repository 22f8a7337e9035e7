# SPDX-License-Identifier: MIT
#
# Whether a fuzz target reaches every device and parser, for tools/lint; each
# that none does is printed as file:line: what.
#
#	awk -f reach.awk TABLE... TARGET... reach.txt vmm/*.c boot/*.c
#
# A target expands the tables of what a guest reaches, so their rows are reached
# by their numbers, and a chip is if a port or a window is its. Tables of words
# (loaders, options, commands) are named by a target behind "Reaches:" in its
# comment at the top (NAME.c here), and each row has an input of its name in the
# target's corpus (corpus/NAME), with the word in it where inputs are text. So is
# each file of vmm/ and boot/, but those of options, or reach.txt has a reason:
# whoever adds a parser has to say one or the other.
BEGIN {
	spelt["boot/loaders.def"] = "" # a byte of the input, or none
	spelt["vmm/options.def"] = "--"
	spelt["vmm/commands.def"] = "\""
	expanded["devices/chips.def"] = 0
	expanded["devices/slots.def"] = 1
	expanded["devices/ports.def"] = 1
	expanded["devices/windows.def"] = 1
}

function breach(place, what)
{
	print place ": " what
}

# Is there an input of that name, and if it is text with that in it?
function has_input(name, row, text,	path, line, found, there)
{
	path = "tools/fuzz/corpus/" name "/" row
	while ((getline line < path) > 0) {
		there = 1
		if (index(line, text row))
			found = 1
	}
	close(path)
	return there && (text == "" || found)
}

function judge_words(table,	i, row)
{
	if (!(table in reached_by)) {
		breach(table ":1", "no fuzz target says that it reaches this")
		return
	}
	for (i = 1; i <= rows[table]; i++) {
		row = word[table, i]
		if (!has_input(reached_by[table], row, spelt[table]))
			breach(table ":" place[table, i], "no input tools/fuzz/corpus/" \
			    reached_by[table] "/" row " that is for it")
	}
}

function judge_chips(	table, i, row)
{
	table = "devices/chips.def"
	for (i = 1; i <= rows[table]; i++) {
		row = word[table, i]
		if (!(row in wired))
			breach(table ":" place[table, i], row \
			    " has no port or window where a fuzz target reaches it")
	}
}

{
	file = FILENAME
	sub(/^\.\//, "", file)
	seen[file] = 1
}
file ~ /\.def$/ && match($0, /^[A-Z]+\(/) {
	split(substr($0, RLENGTH + 1), column, /[ \t]*[,)][ \t]*/)
	gsub(/"/, "", column[1])
	word[file, ++rows[file]] = column[1]
	place[file, rows[file]] = FNR
	if (file == "vmm/options.def" && split($0, quoted, "\"") > 4) {
		gsub(/[^a-z_]/, "", quoted[5])
		parsed[quoted[5]] = 1 # "name", "argument", parser,
	}
	if (/^(PORT|WINDOW)\(/) { # row, first, last, widths, member
		sub(/\..*/, "", column[5])
		wired[column[5]] = 1
	}
}
file ~ /^tools\/fuzz\/[a-z_]*\.[ch]$/ && /^#include ".*\.def"/ {
	gsub(/"/, "", $2)
	included[$2] = 1
}
file ~ /^tools\/fuzz\/[a-z_]*\.c$/ && / Reaches: / {
	name = file
	sub(/.*\//, "", name)
	sub(/\.c$/, "", name)
	sub(/.* Reaches: /, "")
	for (i = 1; i <= NF; i++) {
		reached_by[$i] = name
		said_at[$i] = file ":" FNR
	}
}
file ~ /^(vmm|boot)\/[a-z0-9_]*\.c$/ && file !~ /_test\.c$/ {
	sources[file]
}
file ~ /^tools\/fuzz\/reach\.txt$/ && !/^#/ {
	for (i = 1; i <= NF; i++)
		excused[$i] = file ":" FNR
}
file ~ /^vmm\/config/ && match($0, /^opt_[a-z_]*\(/) {
	parser[file] = substr($0, 5, RLENGTH - 5)
}
END {
	for (table in spelt)
		if (table in seen)
			judge_words(table)
	for (table in expanded)
		if (expanded[table] && table in seen && !(table in included))
			breach(table ":1", "no fuzz target expands it")
	judge_chips()
	for (file in sources) {
		reached = file in reached_by || parser[file] in parsed
		if (!reached && !(file in excused))
			breach(file ":1", "no fuzz target reaches it, and " \
			    "tools/fuzz/reach.txt has no reason")
		else if (reached && file in excused)
			breach(excused[file], file " is reached after all")
	}
	for (file in excused)
		if (!(file in sources))
			breach(excused[file], "there is no " file)
	for (file in said_at)
		if ((getline line < file) < 0)
			breach(said_at[file], "there is no " file)
}
