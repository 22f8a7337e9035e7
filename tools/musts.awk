# SPDX-License-Identifier: MIT
#
# Holds devices/virtio_musts.txt, whose head tells its form, against the code
# and the tests, for tools/lint; each breach is printed as file:line: what. A
# tag is a section's number in a function, macro or object, or right above it.
# Each that a row names has the row's; and each tag of the table's sections that
# a virtio device has, or a case of its tests in its name, is in a row.
# usage: awk -f tools/musts.awk devices/virtio_musts.txt FILE.[ch]...
function breach(file, line, what)
{
	print file ":" line ": " what
}

#
# The table.
#

# Calls the numbers of "1 4-7 L1-L3" to[1], to[2], ...; how many.
function numbers(list, to,	words, ends, letter, n, i, k, count)
{
	count = 0
	n = split(list, words, " ")
	for (i = 1; i <= n; i++) {
		letter = gsub(/L/, "", words[i]) ? "L" : ""
		if (split(words[i], ends, "-") == 1)
			ends[2] = ends[1]
		for (k = ends[1] + 0; k <= ends[2] + 0; k++)
			to[++count] = letter k
	}
	return count
}

function covers(list,	got, n)
{
	for (n = numbers(list, got); n > 0; n--)
		covered[got[n]] = FNR
}

function row_end()
{
	if (row && !excused[row] && !(has_code[row] && has_test[row]))
		breach(table, row, "number " key " has no " \
		    (has_code[row] ? "test" : "code") ", nor says why")
}

function row_begin(	got, n)
{
	row_end()
	row = FNR
	key = $1
	section[row] = $2
	tagged[$2] = 1
	if (NF < 3 || $2 !~ /^[2-6](\.[0-9]+)+$/)
		breach(table, row, "no section, or no words")
	for (n = numbers(key, got); n > 0; n--) {
		if (got[n] in row_of)
			breach(table, row, "number " got[n] " has a row")
		if (!(got[n] in covered))
			breach(table, row, "number " got[n] " is in no part")
		row_of[got[n]] = row
	}
}

# Code or a test, where[1 ...], or the reason why there is none.
function row_line()
{
	if ($1 == "n/a") {
		excused[row] = NF > 1
		return
	}
	where_line[++wheres] = FNR
	where_row[wheres] = row
	where_file[wheres] = ($1 ~ /\// ? "" : "devices/") $1
	is_case[wheres] = /"$/
	if (is_case[wheres])
		has_test[row] = 1
	else
		has_code[row] = 1
	sub(/^[ \t]*[^ \t]+[ \t]+"?/, "")
	sub(/"$/, "")
	where_name[wheres] = $0
}

FILENAME == ARGV[1] {
	table = FILENAME
	if (/^COVERS /)
		covers(substr($0, 8))
	else if (/^[0-9L]/)
		row_begin()
	else if (/^[ \t]/)
		row_line()
	else if (!/^(#|$)/)
		breach(table, FNR, "no row")
	next
}

#
# The files as items: what stands between empty lines outside of braces. What
# it defines is on the lines without indent, its head.
#
function item_end()
{
	if (text == "")
		return
	items++
	if (!(file in first_item))
		first_item[file] = items
	last_item[file] = items
	item_text[items] = text
	item_head[items] = head
	item_line[items] = begun
	item_file[items] = file
	text = head = ""
}

FNR == 1 {
	item_end()
	file = FILENAME
	in_body = 0
}
/^$/ && !in_body {
	item_end()
	next
}
{
	if (text == "")
		begun = FNR
	text = text "\n" $0
	if (/^[A-Za-z_#]/)
		head = head " " $0 " "
}
/^[^ \t].*[{]$/ || /^[{]$/ {
	in_body = 1
}
/^}/ {
	in_body = /[{]$/
	if (!in_body)
		item_end()
}

#
# Each against the other.
#
function has_tag(where, tag)
{
	gsub(/\./, "[.]", tag)
	return where ~ ("(^|[^0-9.])" tag "($|[^0-9.]|[.]($|[^0-9]))")
}

# Calls an item's string constants to[1], to[2], ...; how many.
function strings(n, to,	rest, count)
{
	count = 0
	rest = item_text[n]
	gsub(/'"'/, "", rest)
	gsub(/"[ \t\n]+"/, "", rest)
	while (match(rest, /"([^"\\\n]|\\.)*"/)) {
		to[++count] = substr(rest, RSTART + 1, RLENGTH - 2)
		rest = substr(rest, RSTART + RLENGTH)
	}
	return count
}

# Has the item what the row names? It is known, then, by the row's section; as
# is a case, of which `begins` gets the whole names.
function is_there(w, n,	got, i, found)
{
	if (!is_case[w])
		return item_head[n] ~ ("[^A-Za-z0-9_]" where_name[w] \
		    "[^A-Za-z0-9_]")
	for (i = strings(n, got); i > 0; i--) {
		if (index(got[i], where_name[w]) != 1)
			continue
		begins[got[i]] = found = 1
		known[item_file[n], got[i], section[where_row[w]]] = 1
	}
	return found
}

function judge_where(w,	n, tag, what, name, found, right, count)
{
	tag = section[where_row[w]]
	what = where_file[w]
	if (!(what in first_item)) {
		breach(table, where_line[w], "there is no " what)
		return
	}
	split("", begins)
	for (n = first_item[what]; n <= last_item[what]; n++) {
		if (!is_there(w, n))
			continue
		found = 1
		if (has_tag(item_text[n], tag))
			known[n, tag] = right = 1
	}
	for (name in begins)
		count++
	what = what (is_case[w] ? ": case " : ": ") where_name[w]
	if (!found)
		breach(table, where_line[w], what ": there is none")
	else if (count > 1)
		breach(table, where_line[w], what ": " count " begin so")
	else if (!right && !excused[where_row[w]])
		breach(table, where_line[w], what ": has no tag " tag)
}

function judge_item(n,	tag, got, i)
{
	if (item_file[n] !~ /^devices\/(virtio|virtq|chain)[a-z_]*\.c$/ ||
	    item_line[n] == 1) # what the file is
		return
	if (item_file[n] !~ /_test\.c$/) {
		for (tag in tagged)
			if (has_tag(item_text[n], tag) && !((n, tag) in known))
				breach(item_file[n], item_line[n],
				    "no row knows the tag " tag)
		return
	}
	for (i = strings(n, got); i > 0; i--)
		for (tag in tagged)
			if (has_tag(got[i], tag) &&
			    !((item_file[n], got[i], tag) in known))
				breach(item_file[n], item_line[n],
				    "no row knows the tag of case " got[i])
}

END {
	row_end()
	item_end()
	for (number in covered)
		if (!(number in row_of))
			breach(table, covered[number], "number " number \
			    " has no row")
	for (w = 1; w <= wheres; w++)
		judge_where(w)
	for (n = 1; n <= items; n++)
		judge_item(n)
}
