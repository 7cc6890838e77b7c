#!/usr/bin/env bash
# restore with each of its system calls gone wrong, or killed in it.
# shellcheck source=tests/faults-mock.sh
. "$(dirname "$0")/../faults-mock.sh"

old=$text
walk_each restore restore
# Two parents mean two threads.
mkdir "$config/mdpy"
printf '{"mdev_type":"mdpy-1","start":"auto","attrs":[]}' >"$config/mdpy/${uuid%1}2"
walk_each "restore on two parents" restore
finish
