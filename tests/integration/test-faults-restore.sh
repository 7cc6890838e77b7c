#!/usr/bin/env bash
# Lets each system call of restore fail, or kills restore in it.
set -uo pipefail
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/faults-mock.sh
. "$(dirname "$0")/../faults-mock.sh"

old=$text
walk_each restore restore
# Two parents mean two threads.
mkdir "$config/mdpy"
printf '{"mdev_type":"mdpy-1","start":"auto","attrs":[]}' >"$config/mdpy/${uuid%1}2"
walk_each "restore on two parents" restore
finish
