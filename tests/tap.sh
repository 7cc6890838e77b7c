# shellcheck shell=bash
# What the shell tests share. They print TAP, one line for each behaviour. Sourced.
#
#	check "name" COMMAND...       ok if the command succeeds
#	refuses "name" STATUS PATTERN COMMAND...
#	                              ok if it exits with STATUS and its standard
#	                              error is one line that matches PATTERN (ERE)
#	same "name" WANT GOT          ok if both strings are equal
#	skip "name" "why"             a skipped test; the runner counts and shows it
#	finish                        the last line of every script

tap_count=0
tap_failed=0

ok() {
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s\n' "$tap_count" "$1"
}

not_ok() {
	tap_count=$((tap_count + 1))
	tap_failed=$((tap_failed + 1))
	printf 'not ok %d - %s\n' "$tap_count" "$1"
	shift
	[ $# -eq 0 ] || printf '%s\n' "$@" | sed 's/^/# /'
}

skip() {
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$2"
}

check() {
	local name=$1 output status=0
	shift
	output=$("$@" 2>&1) || status=$?
	if [ "$status" -eq 0 ]; then
		ok "$name"
	else
		not_ok "$name" "exit $status: $*" "$output"
	fi
}

refuses() {
	local name=$1 want=$2 pattern=$3 message status=0
	shift 3
	message=$("$@" 2>&1 >/dev/null) || status=$?
	if [ "$status" -ne "$want" ]; then
		not_ok "$name" "exit $status, not $want: $*" "$message"
	elif [[ $message == *$'\n'* ]]; then
		not_ok "$name" "not one line:" "$message"
	elif ! [[ $message =~ $pattern ]]; then
		not_ok "$name" "does not match $pattern:" "$message"
	else
		ok "$name"
	fi
}

same() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "want: $2" "got:  $3"
	fi
}

finish() {
	printf '1..%d\n' "$tap_count"
	exit $((tap_failed > 0))
}
