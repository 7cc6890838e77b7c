#!/usr/bin/env bash
# What the lab itself promises: results, traces of a failure, time limit, wrong usage.
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"
run=$(realpath "$(dirname "$0")/run")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

refuses "a missing script is wrong usage" 2 '' bash -c '"$1" 2>&1 >/dev/null | head -n 1 >&2; exit "${PIPESTATUS[0]}"' sh "$run"
refuses "a script that does not exist is wrong usage" 2 'no such script: /nonexistent' "$run" /nonexistent

cat >"$work/fail.sh" <<'SCRIPT'
echo "a sentence from inside"
logger "a line for the journal"
echo content >/lab/out/file
echo "WARNING: a line as the kernel writes it" >/dev/kmsg
exit 3
SCRIPT
mkdir "$work/out"
status=0
"$run" --out "$work/out" "$work/fail.sh" >"$work/log" 2>&1 || status=$?
same "a failing script fails the run" 1 "$status"
check "what a script prints comes back" grep -q '^a sentence from inside' "$work/log"
check "what a script writes comes back" grep -q '^content$' "$work/out/file"
check "the journal is kept" grep -q 'a line for the journal' "$work/out/journal.log"
check "the console's log is kept" test -e "$work/out/console.log"
check "it says where they are" grep -qF "are in $work/out" "$work/log"
check "a warning in the kernel's log fails the run" grep -q "^not ok - the kernel's log is clean" "$work/log"

echo 'sleep 600' >"$work/slow.sh"
status=0
"$run" --out "$work/out" --time-limit 5 "$work/slow.sh" >"$work/log" 2>&1 || status=$?
same "a run that exceeds its time limit fails" 1 "$status"
check "it says that the time limit is over" grep -q 'time limit of 5s is over' "$work/log"
check "an unfinished run is a failed test" grep -q '^not ok - the lab did not finish' "$work/log"
finish
