# shellcheck shell=bash
# What the two halves of the demo share. Sourced.
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh
set -euo pipefail

step() {
	printf '\n== %s\n' "$*"
}

# run COMMAND...: prints the command as a user would type it, then runs it
run() {
	printf '$ %s\n' "$*"
	"$@"
}
