# SPDX-License-Identifier: MIT
#
# Files that comments, scripts and documents name, for tools/lint: by the path
# from the top, or from the directory of who names it, or by the name alone.
# One that there is not is printed as file:line: what.  A program is named as
# its source.  Left out: patterns, NAMES in capitals, examples called x, the corpus.
#
# usage: awk -f names.awk FILE...	FILE: all that there are
BEGIN {
	ours = "^(vmm|devices|boot|guest-tests|tools|fuzz)/"
	ends = "\\.(c|h|S|def|md|mk|awk|txt|list|ld)$"
	others = "^(stdio|features|start_info|elfnote)\\.h$"
	for (i = 1; i < ARGC; i++) {
		path = ARGV[i]
		name = path
		sub(/.*\//, "", name)
		there[name]
		do
			there[path]
		while (sub(/\/[^\/]*$/, "", path))
	}
}

function is_there(path)
{
	return path in there || path ".c" in there
}

# Does it mean a file of ours?
function means_ours(word, before, behind)
{
	if (before ~ /[A-Za-z0-9_.\/$*%{}<\\-]/ || behind ~ /[A-Za-z0-9_*\[${(%<\/-]/)
		return 0
	if (word ~ /[A-Z][A-Z]|^[_.]|^(t_)?x\.|\/$/ || word ~ others ||
	    word ~ /^tools\/fuzz\/corpus|^fuzz\/[a-z]+\.(afl|trim)$/)
		return 0
	return word ~ ours || (word !~ /\// && word ~ ends)
}

function judge(word, before, behind,	directory)
{
	sub(/[.-]+$/, "", word)
	if (!means_ours(word, before, behind) || is_there(word) ||
	    is_there("tools/" word))
		return
	directory = FILENAME
	sub(/[^\/]*$/, "", directory)
	if (!is_there(directory word))
		print FILENAME ":" FNR ": there is no " word
}

FILENAME == "tools/check_lint" { # is full of names that there are not
	nextfile
}
{
	rest = $0
	before = ""
	while (match(rest, /[A-Za-z0-9_.\/-]+/)) {
		if (RSTART > 1)
			before = substr(rest, RSTART - 1, 1)
		judge(substr(rest, RSTART, RLENGTH), before,
		    substr(rest, RSTART + RLENGTH, 1))
		before = substr(rest, RSTART + RLENGTH - 1, 1)
		rest = substr(rest, RSTART + RLENGTH)
	}
}
