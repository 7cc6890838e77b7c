# shellcheck shell=bash
# Walks over a command's system calls, one fault a run. Sourced after tap.sh.
#
#	walk NAME FROM FAULT COMMAND...
#
# Runs the command with the first call after FROM going wrong, then with the second,
# until it ends undisturbed (tests/tools/fault.c tells what FROM and FAULT are);
# `stride` leaves calls out, each time others. The whole walk is one result. The script
# has, as variables and functions:
#
#	definition   the file that the command changes
#	old, new     what is in it before and after, "" where it is not there
#	prepare      brings the state before it back
#	judge        sets `verdict` where something else is wrong after a run

faults=(fault)
stride=1
first=0 # of the calls of this walk
definition='' old='' new=''

# read_definition: into `found`; bytes, with the last line's end
read_definition() {
	found=
	[ ! -e "$definition" ] || IFS= read -r -d '' found <"$definition" || true
}

# judge_run FAULT STATUS MESSAGE: sets `verdict`
judge_run() {
	verdict=
	read_definition
	# What a restore could make all the same is not what went wrong.
	[[ $3 != *$'\n'* ]] || set -- "$1" "$2" "$(grep -v ': made ' <<<"$3")"
	if [ "$found" != "$old" ] && [ "$found" != "$new" ]; then
		verdict="the definition is neither the old nor the new one: ${found//$'\n'/ }"
	elif [ "$1" = KILL ]; then
		[ "$2" = 137 ] || verdict="it was not killed: $2, $3"
	elif [ "$2" = 0 ]; then
		[ "$found" = "$new" ] || verdict="it reports success, but did nothing: $3"
	elif [ "$2" -gt 127 ] || [ -z "$3" ] || [[ $3 == *$'\n'* ]]; then
		verdict="it does not end with one line: $2, $3"
	fi
	[ -n "$verdict" ] || judge
}

walk() {
	local name=$1 from=$2 fault=$3 number tried=0 what status message found verdict wrong=()
	shift 3
	first=$((first % stride + 1)) number=$first
	while :; do
		status=0
		prepare
		message=$("${faults[@]}" --from "$from" "$number" "$fault" "$@" 2>&1 >/dev/null) || status=$?
		[ "$status" != 99 ] || break
		judge_run "$fault" "$status" "$message"
		[ -z "$verdict" ] || wrong+=("call $number: $verdict")
		tried=$((tried + 1)) number=$((number + stride))
	done 2>/dev/null # of the shell, that something was killed
	read_definition
	[ "$found" = "$new" ] || wrong+=("undisturbed it does not do its work: $message")
	[ "$tried" -gt 0 ] && [ "$number" -gt 5 ] || wrong+=("it makes less than $number calls")
	what="each of $tried calls"
	[ "$stride" = 1 ] || what="$tried calls, one in $stride"
	if [ "${#wrong[@]}" = 0 ]; then
		ok "$name, $fault at $what"
	else
		not_ok "$name, $fault at $what" "${wrong[@]:0:20}"
	fi
}
