# SPDX-License-Identifier: MIT
#
# The house rules that a line at a time can tell, for tools/lint; each breach
# is printed as file:line: what.  A file may have 600 lines instead of 400
# when its top comment says why after "Length:".  Functions that expand a
# table (#include "x.def") may have any length.
function breach(line, what)
{
	print file ":" line ": " what
}

function file_begin()
{
	file = FILENAME
	sub(/^\.\//, "", file)
	is_c = file ~ /\.[ch]$/
	is_test = file ~ /_test\.c$|[\/_](fixture|spoil)\.h$/
	top = 1
	top_text = long_reason = in_body = 0
	name = ""
	split("", used)
	split("", undefined)
}

function file_end(	macro, limit)
{
	if (licensed && top_text == 0)
		breach(1, "no comment that says what the file is")
	limit = long_reason ? 600 : 400
	if (file ~ /\.c$/ && lines > limit)
		breach(lines, "more than " limit " lines")
	if (file ~ /\.h$/ && lines > 120)
		breach(lines, "a header of more than 120 lines")
	for (macro in used)
		if (!(macro in undefined))
			breach(used[macro], macro " is not undefined at the end")
}

# Whose headers a file may know.
function judge_include(header)
{
	if (header == "linux/kvm.h" && file ~ /^(vmm|devices|boot)\// &&
	    file !~ /^vmm\/(kvm|vcpu|cpuid|seccomp)[a-z_]*\.[ch]$/)
		breach(FNR, "linux/kvm.h is for vmm/kvm, vcpu, cpuid, seccomp")
	if (is_test || file == "boot/tiny.c") # which is a guest
		return
	if (header == "stdio.h" && file ~ /^(vmm|boot)\//)
		breach(FNR, "stdio.h, a tenth of the binary: see vmm/text.h")
	if (file ~ /^devices\// && header !~ /^devices\// &&
	    header !~ /^vmm\/(gmem|util|irq|loop|log|term|stop|kick|entropy)\.h$/ &&
	    header !~ /^(string|stdbool|stdint|stddef)\.h$/ &&
	    header !~ /^linux\//)
		breach(FNR, "devices/ does not know " header)
	if (file ~ /^boot\// && header !~ /^(boot|devices)\// &&
	    header !~ /^vmm\/(gmem|util|irq|log|text)\.h$/ &&
	    header !~ /^(string|std[a-z]*|inttypes|errno|unistd|elf|sys\/uio)\.h$/ &&
	    header !~ /^(linux|asm)\//)
		breach(FNR, "boot/ does not know " header)
}

# A statement, not the rest of one, at the fifth tab is nested four deep.
function judge_body()
{
	if ($0 ~ /^[ \t]*#/ || in_macro) {
		in_macro = $0 ~ /\\$/
		return
	}
	if ($0 ~ /^\t\t\t\t\t[^\t ]/ && !nested &&
	    (previous ~ /[;{}:]$/ || previous ~ /(^|[\t ])(else|do)$/ ||
	    previous ~ /^\t\t\t\t(if|for|while|switch) .*\)$/)) {
		breach(FNR, name "() nests more than 3 deep")
		nested = 1
	}
	previous = $0
}

FNR == 1 {
	if (file != "")
		file_end()
	file_begin()
	licence = $0 ~ /^#!/ ? 2 : 1
}
{
	lines = FNR
}
FNR == licence {
	licensed = /SPDX-License-Identifier: MIT/
	if (!licensed)
		breach(FNR, "no SPDX-License-Identifier: MIT")
}
# The top comment ends with its mark, or with the first line without one.
top && FNR > licence {
	if (/Length:/)
		long_reason = 1
	if (/^(#| \*|\/\/).*[a-z]/)
		top_text++
	if (/\*\// || !/^(#| \*|\/\/)/)
		top = 0
}
/[ \t]$/ {
	breach(FNR, "blanks at the end of the line")
}
/^ *        [^ \\]/ {
	breach(FNR, "spaces where a tab belongs")
}
/(^|[^A-Za-z])(T[O]DO|F[I]XME|X[X]X)([^A-Za-z]|$)/ {
	breach(FNR, "a task left for later")
}
file ~ /\.def$/ && match($0, /^[A-Z_]+\(/) {
	used[substr($0, 1, RLENGTH - 1)] = FNR
}
file ~ /\.def$/ && /^#undef / {
	undefined[$2] = 1
}
!is_c {
	next
}
/^#include/ {
	header = $2
	gsub(/[<>"]/, "", header)
	judge_include(header)
}
/^[ \t]*typedef / && !/ gpa_t;$/ {
	breach(FNR, "a typedef; the only one is gpa_t")
}
!is_test && file ~ /^(devices|boot|vmm)\// &&
    /(^|[^a-z_])(malloc|calloc|realloc|strdup|asprintf|alloca)\(/ {
	breach(FNR, "allocates")
}
/^[a-z_][A-Za-z0-9_]*\(/ {
	name = $0
	sub(/\(.*/, "", name)
}
/^}/ && in_body {
	if (FNR - begun - 1 > 60 && !generated)
		breach(begun, name "() has more than 60 lines")
	in_body = 0
	name = ""
}
in_body {
	if (/^[ \t]*#include ".*\.def"/)
		generated = 1
	judge_body()
}
/^{$/ && name != "" {
	in_body = 1
	begun = FNR
	generated = nested = in_macro = 0
	previous = "{"
}
END {
	if (file != "")
		file_end()
}
