#!/usr/bin/env bash
# vgpu create --stop-display-manager. The display manager is a unit of that name which writes a
# log; it must be running again in any case.
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh

uuids=()
for n in {0..7}; do
	uuids+=("4b20d080-1b54-4048-85b3-a6a62d165b0$n")
done
log=/run/display-manager.log
unit=/run/systemd/system/display-manager.service

cleanup() {
	systemctl stop vgpu-without-desktop.service display-manager.service
	rm -f "$unit" "$log" /run/in-the-session
	systemctl daemon-reload
	vgpu remove --all --yes
} >/dev/null 2>&1
trap cleanup EXIT

# Each start and stop is logged with the number of vGPUs at that time.
cat >"$unit" <<'UNIT'
[Service]
ExecStart=/bin/sh -c '[ ! -e /run/in-the-session ] || sh /run/in-the-session; exec sleep infinity'
ExecStartPost=/bin/sh -c 'echo "start $(ls /sys/bus/mdev/devices | wc -l)" >>/run/display-manager.log'
ExecStopPost=/bin/sh -c 'echo "stop $(ls /sys/bus/mdev/devices | wc -l)" >>/run/display-manager.log'
UNIT

# Starts the display manager, if it should be running, with an empty log and no vGPU.
begin() {
	vgpu remove --all --yes >/dev/null 2>&1
	systemctl "$1" display-manager.service
	rm -f "$log"
}

runs() { systemctl is-active --quiet display-manager.service; }
busy() { systemctl is-active --quiet vgpu-without-desktop.service; }
gone() { ! systemctl list-units --all --plain vgpu-without-desktop.service | grep -q vgpu-without; }
noted() { paste -sd , "$log" 2>/dev/null; }
create() { vgpu create --stop-display-manager "$@"; }

# There is enough room in total but not in one piece: the kernel refuses for some seconds.
break_up() {
	local n
	for n in 0 1 2 3 4 5; do
		vgpu create --type i915-GVTg_V5_8 --uuid "${uuids[$n]}" || return
	done
	vgpu remove "${uuids[0]}" "${uuids[2]}"
} >/dev/null 2>&1

systemctl daemon-reload
modprobe -r gvtsim mbochs mdpy mtty 2>/dev/null
lab_load_gvtsim aperture_mb=512

begin stop
said=$(create --uuid "${uuids[0]}" 2>&1 >/dev/null)
same "without a display manager the vGPU is created" 0 "$?"
check "a message says that nothing is stopped" grep -q "the display manager is not running: nothing is stopped" <<<"$said"
check "no display manager is started" eval '! runs'

begin start
refuses "without a terminal it needs --yes" 2 "no terminal to ask on: Stopping the display manager ends the graphical session" \
	create --uuid "${uuids[0]}"
refuses "a user who is not root is refused" 1 "run this as root" runuser -u user -- vgpu create --stop-display-manager --yes
refuses "a type that does not exist is refused first" 1 "no parent has the type" create --yes --type nonsense
vgpu create --type i915-GVTg_V5_2 --uuid "${uuids[1]}" >/dev/null 2>&1
refuses "a vGPU that cannot be made either way is refused first" 1 "short of 128 MB of aperture" create --yes --type i915-GVTg_V5_2
check "an existing vGPU needs no stop" create --uuid "${uuids[1]}"
same "all this has stopped nothing" "" "$(noted)"

begin start
got=$(create --yes --uuid "${uuids[0]}" --type i915-GVTg_V5_2 2>/tmp/said)
same "the vGPU is created" "0 ${uuids[0]}" "$? $got"
same "it is created while the display manager is stopped" "stop 0,start 1" "$(noted)"
check "the display manager is running again" runs
check "it says first what will happen" eval 'head -n 1 /tmp/said | grep -q "ends the graphical session"'
check "it is defined" test -e "/etc/mdevctl.d/$lab_gvt/${uuids[0]}"
check "the transient unit is gone" lab_wait 10 gone

begin start
same "on a terminal, the answer no is obeyed" "nothing was changed" "$(script -qec \
	"vgpu create --stop-display-manager --uuid ${uuids[0]}" /dev/null <<<n | tr -d '\r' | grep -o "nothing was changed")"
same "after a no, nothing is stopped" "" "$(noted)"
check "on a terminal, the answer yes is obeyed" script -qec "vgpu create --stop-display-manager --uuid ${uuids[0]}" /dev/null <<<y
same "after a yes, the display manager is stopped and started" "stop 0,start 1" "$(noted)"

# The program that calls vgpu ends with its session.
begin start
rm -f "$log"
systemctl stop display-manager.service
cat >/run/in-the-session <<SESSION
rm /run/in-the-session
vgpu create --stop-display-manager --yes --uuid ${uuids[0]} --type i915-GVTg_V5_2 &
SESSION
rm -f "$log"
systemctl start display-manager.service
check "the vGPU is created from the session that ends" lab_wait 30 test -e "/sys/bus/mdev/devices/${uuids[0]}"
check "the display manager is running again after that session" lab_wait 30 eval '[ "$(tail -n 1 "$log")" = "start 1" ] && runs'
lab_wait 10 gone

begin start
break_up
rm -f "$log"
said=$(create --yes --type i915-GVTg_V5_4 --uuid "${uuids[7]}" 2>&1)
same "it fails if the vGPU cannot be made" 1 "$?"
check "it says why" grep -q "not in one piece" <<<"$said"
same "the display manager is running again after a failure" "stop 4,start 4" "$(noted)"
check "no definition stays" test ! -e "/etc/mdevctl.d/$lab_gvt/${uuids[7]}"

# interrupted NAME COMMAND...: interrupts it while it still tries
interrupted() {
	local name=$1 caller
	shift
	lab_wait 10 gone
	rm -f "$log"
	setsid env --default-signal=INT vgpu create --stop-display-manager --yes --type i915-GVTg_V5_4 --uuid "${uuids[7]}" >/dev/null 2>&1 &
	caller=$!
	check "$name: the display manager is stopped" lab_wait 20 eval 'busy && ! runs'
	"$@" "$caller"
	check "$name: it is running again" lab_wait 40 eval 'gone && runs'
	same "$name: it was stopped and started once" "stop 4,start 4" "$(noted)"
	wait "$caller" 2>/dev/null
}

press_ctrl_c() { kill -INT -- "-$1"; }
kill_main() { systemctl kill --kill-whom=main --signal=KILL vgpu-without-desktop.service; }
stop_service() { systemctl stop vgpu-without-desktop.service; }
interrupted "Ctrl-C" press_ctrl_c
interrupted "SIGTERM of the caller" kill -TERM
interrupted "SIGKILL" kill_main
interrupted "systemctl stop" stop_service
rm -f "/etc/mdevctl.d/$lab_gvt/${uuids[7]}"

finish
