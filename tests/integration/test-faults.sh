#!/usr/bin/env bash
# set, remove and create with each of their system calls gone wrong, or killed in it.
# shellcheck source=tests/faults-mock.sh
. "$(dirname "$0")/../faults-mock.sh"

old=$text
walk_each set set "$uuid" --no-boot
clears_up set set "$uuid" --no-boot
walk_each remove remove "$uuid"
clears_up remove remove "$uuid"
old=''
walk_each create create --uuid "$uuid" --parent mtty --type mtty-1
finish
