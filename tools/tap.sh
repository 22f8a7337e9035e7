# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# What the checks print: TAP. Sourced, with $part, whose cases they are, and
# perhaps $said, the files that tell why one failed.
n=0
failed=0
why=''

# A script that is killed ends as any other, by its trap on EXIT, which dash
# else forgets.
trap 'exit 1' INT TERM HUP

# leave DIRECTORY: that goes, and whatever the script has in the background,
# such as a guest that never ends. For a trap on EXIT.
leave() {
	jobs -p >"$1/jobs"
	while read -r job; do
		kill -KILL "$job"
	done <"$1/jobs" 2>/dev/null
	wait
	rm -rf "$1"
}

# judge STATUS NAME
judge() {
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - ${part:?}: $2"
		return
	fi
	echo "not ok $n - $part: $2"
	# shellcheck disable=SC2086 # words
	[ -z "${said-}" ] || tail -qn 30 $said 2>/dev/null |
		tr -cd '\11\12\40-\176' | sed 's/^/# /'
	failed=1
}

# For a case that finds several things wrong before it says so.
complain() {
	why="$why# $*
"
}

# verdict NAME: failed if anybody has complained since the last one.
verdict() {
	[ -z "$why" ]
	judge $? "$1"
	printf '%s' "$why"
	why=''
}

skip() { # NAME WHY
	n=$((n + 1))
	echo "ok $n - $part: $1 # SKIP $2"
}

over() {
	echo "1..$n"
	exit "$failed"
}
