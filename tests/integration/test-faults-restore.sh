#!/usr/bin/env bash
# restore with each of its system calls gone wrong, or killed in it.
set -uo pipefail
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/faults-mock.sh
. "$(dirname "$0")/../faults-mock.sh"

old=$text
walk_each restore restore
# With two parents there are two threads.
mkdir "$config/mdpy"
printf '{"mdev_type":"mdpy-1","start":"auto","attrs":[]}' >"$config/mdpy/${uuid%1}2"
walk_each "restore on two parents" restore
finish
