# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# For a check that finds several things wrong before it says so, as TAP: sourced,
# with $part, whose cases they are.
n=0
failed=0
why=''

complain() {
	why="$why# $*
"
}

# verdict NAME: wrong if anybody has complained since the last one.
verdict() {
	n=$((n + 1))
	if [ -z "$why" ]; then
		echo "ok $n - ${part:?}: $1"
	else
		echo "not ok $n - $part: $1"
		printf '%s' "$why"
		failed=1
	fi
	why=''
}

over() {
	echo "1..$n"
	exit $failed
}
