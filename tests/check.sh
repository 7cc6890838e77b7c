# shellcheck shell=bash
# What the checks share that run without the lab: tap.sh, and where things are. Sourced.
#
#	top        the checkout
#	build      what is tested: BUILD, or build/gcc
#	work       a new directory, removed in the end
#	clean_up   what else is to be done then: nothing, unless the script says what
#	says_nothing COMMAND...
#	           nothing at all on standard output, so that `... | virsh define` gets nothing
set -uo pipefail
# shellcheck source=tests/tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"

# shellcheck disable=SC2034 # for those who source this
{
	top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
	build=${BUILD:-$top/build/gcc}
}
work=$(mktemp -d)
clean_up() { :; }
trap '{ clean_up; rm -rf "$work"; } >/dev/null 2>&1' EXIT

says_nothing() { [ -z "$("$@" 2>/dev/null)" ]; }
