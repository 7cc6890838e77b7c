# shellcheck shell=bash
# What both halves of the demo share. Sourced.
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh
set -euo pipefail

step() {
	printf '\n== %s\n' "$*"
}

# run COMMAND...: shows the command as a person would type it, then runs it.
run() {
	printf '$ %s\n' "$*"
	"$@"
}
