#!/usr/bin/env bash
# The viewer's window and the life of its VM: waited for, restarted, killed, migrated.
# libvirt's part is tried in the lab (tests/lab/t/42-display-life.sh).
# shellcheck source=tests/viewer.sh
. "$(dirname "$0")/../viewer.sh"

guest=(firmware -machine i8042=off -device usb-ehci -device usb-tablet -trace 'input_event_*')
said() { wait_for 20 grep -q -- "$1" "$work/viewer.log"; }
same_window() { [ "$(xdotool search --onlyvisible --pid "$shown")" = "$window" ]; }
shows_guest() { wait_for 30 text_is_there && stand_still >/dev/null && shows; }

start_x
refuses "without --wait a VM that is not running is refused" 1 "cannot connect to QEMU's QMP socket" \
	view --qmp "$socket"
"$viewer" --allow-root --debug --qmp "$socket" --screenshots "$work" --wait --keep \
	>"$work/viewer.log" 2>&1 &
shown=$!
check "--wait says that it waits" said "waiting for 'qmp' to start"
check "while it waits there is no window" eval 'sleep 0.7; ! find_window'
start_qemu "${guest[@]}"
wait_for 20 find_window
check "the VM starts and is shown" wait_for 20 picture_is_there
check "it is shown pixel for pixel" shows_guest
qmp '{"execute":"cont"}' >/dev/null
xdotool windowfocus --sync "$window" keydown shift
check "a key is down" saw 'qcode shift, down 1'

check "QEMU quits" qmp '{"execute":"quit"}'
wait "$qemu"
check "the window stays and says so" wait_for 10 title_has "firmware - not running"
check "it is the same window" same_window
xdotool keyup shift key b
start_qemu "${guest[@]}"
check "the VM comes back" wait_for 20 picture_is_there
check "the VM is in the same window" same_window
check "its picture is shown" shows_guest
qmp '{"execute":"cont"}' >/dev/null
xdotool key c
check "keys arrive" saw 'qcode c, down 1'
check "keys typed in between do not arrive" eval '! grep "qcode b" "$work/qemu.log"'

stop_qemu
check "the window also stays if QEMU is killed" wait_for 10 title_has "not running"
check "one line says that the VM ended" said "the VM 'firmware' ended unexpectedly"
start_qemu "${guest[@]}"
check "the next VM is shown in the same window" eval 'wait_for 20 picture_is_there && same_window'

# The reset would interrupt a firmware that is still being loaded, so wait for it.
wait_for 30 text_is_there
check "the guest is reset" qmp '{"execute":"system_reset"}'
# The picture from before the reset does not count.
sleep 1
check "it is shown as before" eval 'shows_guest && same_window'

# The guest migrates to another QEMU at the same socket.
qmp '{"execute":"cont"}' >/dev/null
first=$qemu
mv "$control" "$work/first"
start_qemu "${guest[@]}" -incoming "unix:$work/migration"
wait_for 20 test -S "$work/migration"
"$tools/qmp" "$work/first" "{\"execute\":\"migrate\",\"arguments\":{\"uri\":\"unix:$work/migration\"}}" >/dev/null
migrated() { qmp '{"execute":"query-status"}' | grep -q '"status": "running"'; }
check "the VM migrates" wait_for 60 migrated
kill -KILL "$first"
wait "$first" 2>/dev/null
check "the window follows it" eval \
	'said "waits\|is not running" && wait_for 20 picture_is_there && same_window'
check "the migrated VM's picture is shown" shows_guest

check "another viewer takes the display over" view --qmp "$control" --screenshot "$work/taken.png"
viewer_ends 1 "the VM 'firmware' closed its display: another viewer" >/dev/null
same "this ends the first viewer even with --keep" 0 $?
stop_qemu

start_qemu "${guest[@]}"
start_viewer --keep
stop_qemu
check "a window without a VM" wait_for 10 title_has "not running"
kill -TERM "$shown"
viewer_ends 0
same "SIGTERM ends the viewer" 0 $?
start_qemu "${guest[@]}"
start_viewer --keep
kills=0
for _ in $(seq "${ROUNDS:-8}"); do
	sleep "0.$((RANDOM % 10))"
	stop_qemu
	kill -0 "$shown" && kills=$((kills + 1))
	start_qemu "${guest[@]}"
done
same "the viewer survives a QEMU that is killed at random times" "${ROUNDS:-8}" "$kills"
check "it shows the last VM" eval 'wait_for 30 picture_is_there && same_window'
stop_qemu
finish
