# shellcheck shell=bash
# Walks through the system calls of a command, with one fault in each run. Sourced after tap.sh.
#
#	walk NAME FROM FAULT COMMAND...
#
# Runs the command with the first call after FROM failing, then with the second, until a run
# ends without a fault (tests/tools/fault.c describes FROM and FAULT). `stride` skips calls,
# different ones each time. The whole walk is one test result. The script that sources this
# file defines these variables and functions:
#
#	definition   the file that the command changes
#	old, new     its contents before and after, "" if it does not exist
#	prepare      restores the state before the command
#	judge        sets `verdict` if something else is wrong after a run

faults=(fault)
stride=1
first=0 # number of the first call in this walk
definition='' old='' new=''

# read_definition: reads the file into `found`, with the end of the last line
read_definition() {
	found=
	[ ! -e "$definition" ] || IFS= read -r -d '' found <"$definition" || true
}

# judge_run FAULT STATUS MESSAGE: sets `verdict`
judge_run() {
	verdict=
	read_definition
	# A restore also reports the vGPUs that it made; these lines are not the error.
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
	done 2>/dev/null # hides the shell's messages about killed processes
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
