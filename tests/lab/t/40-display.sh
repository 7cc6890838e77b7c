#!/usr/bin/env bash
# vgpu-display with a vGPU, from a real libvirtd to pixels in the window of a real compositor.
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh
# shellcheck source=tests/lab/guest/screen.sh
. /lab/tests/lab/guest/screen.sh

viewer='' log=''

cleanup() {
	kill "$(viewer_pid)"
	screen_finish shown
} >/dev/null 2>&1
trap cleanup EXIT

# shoot FILE: a screenshot by a new viewer
shoot() {
	as_user timeout 180 vgpu-display --connect qemu:///system --debug \
		--screenshot "$work/shots/$1" shown 2>"$work/shot.log"
}

picture() { # SIZE FORMAT
	local size=$1 format=$2
	mode "$size" "$format" 3 && shoot "$size-$format.png" &&
		check-pattern --expect-size "$size" --at 0,0 "$work/shots/$size-$format.png"
}

# start_viewer LOG
start_viewer() {
	log=$work/$1
	as_user vgpu-display --connect qemu:///system --debug --screenshots "$work/shots" shown \
		>"$log" 2>&1 &
	viewer=$!
	lab_wait 30 grep -q '^vgpu-display: import 1:' "$log"
}

# next_shot NUMBER: one more screenshot by the running viewer
next_shot() {
	kill -USR1 "$(viewer_pid)" && lab_wait 30 test -e "$work/shots/shown-000$1.png"
}

imports() { grep -c '^vgpu-display: import ' "$log"; }

# Flips once, and gives QEMU time to see it.
flip() { echo 1 >"$screen_sysfs/step" && sleep 0.3; }
# A slow viewer may import two buffers at once.
flip_until_imported() { flip && [ "$(imports)" -ge "$1" ]; }

check "a guest has a vGPU" define_guest shown
refuses "a domain that is not running is refused" 1 "'shown' is not running" \
	as_user vgpu-display --connect qemu:///system shown
refuses "a domain that does not exist is refused" 1 "no domain 'nobody'" \
	as_user vgpu-display --connect qemu:///system nobody
start_weston 1600 1200
check "a compositor runs" test -S "$run/wayland-test"

# Here there is no vGPU and no libvirt: this QEMU shares the memory of its own picture.
as_user qemu-system-x86_64 -name firmware -machine pc -m 32 -nodefaults -vga std \
	-display dbus,p2p=yes -qmp "unix:$work/shots/qmp,server=on,wait=off" \
	-qmp "unix:$work/shots/control,server=on,wait=off" >"$work/qemu.log" 2>&1 &
lab_wait 30 test -S "$work/shots/control"
sleep 10
check "a firmware's screen stands still" qmp "$work/shots/control" '{"execute":"stop"}' \
	"{\"execute\":\"screendump\",\"arguments\":{\"filename\":\"$work/shots/want.ppm\"}}"
check "it is shown" as_user vgpu-display --debug --qmp "$work/shots/qmp" \
	--screenshot "$work/shots/firmware.png"
check "it is shown as QEMU has it, pixel for pixel" \
	compare-image "$work/shots/firmware.png" "$work/shots/want.ppm"
check "it was shown through shared memory" eval \
	'as_user vgpu-display --debug --qmp "$work/shots/qmp" --screenshot "$work/shots/firmware.png" 2>&1 |
	grep "in shared memory"'
qmp "$work/shots/control" '{"execute":"quit"}' >/dev/null

check "the guest starts" run_guest shown

check "1024x768 XR24: every pixel is in the window" picture 1024x768 XR24
check "it was imported" grep -q '^vgpu-display: import 1: 1024x768 XR24' "$work/shot.log"
check "320x240 AR24: every pixel is in the window" picture 320x240 AR24
check "800x600 XB24: every pixel is in the window" picture 800x600 XB24
check "640x480 RG16: every pixel is in the window" picture 640x480 RG16

# This screen has two pixels a point; 44-display-scales.sh tests other scales.
first=$compositor
start_weston 1600 1200 --scale=2 --socket=wayland-double
display=wayland-double
lab_wait 60 test -S "$run/$display"
mode 1024x768 XR24 3
check "a screen of scale 2 has one pixel for each of the guest's" eval \
	'shoot double.png && check-pattern --expect-size 1024x768 --at 0,0 "$work/shots/double.png"'
kill "$compositor"
compositor=$first display=wayland-test
check "the guest has a QEMU that never had a viewer" new_guest shown
mode 640x480 XR24 3
start_viewer first.log
check "a viewer runs" viewer_pid
check "each of the three buffers is imported" lab_wait 30 flip_until_imported 3
check "a screenshot is taken on SIGUSR1" next_shot 1
check "it shows the picture" check-pattern --at 0,0 "$work/shots/shown-0001.png"
echo "100 200 ff8040" >"$screen_sysfs/poke"
check "a pixel is changed in the buffer, and another screenshot taken" next_shot 2
check "it shows the changed pixel and no other change" \
	check-pattern --at 0,0 --poke 100,200,ff8040 "$work/shots/shown-0002.png"
check "the first screenshot does not show it" eval \
	'! check-pattern --at 0,0 --poke 100,200,ff8040 "$work/shots/shown-0001.png"'
for _ in 1 2 3 4 5 6; do flip; done
same "nothing more was imported" 3 "$(imports)"
mode 1024x768 XR24 3
check "each buffer of the new mode is imported" lab_wait 30 flip_until_imported 6
for _ in 1 2 3 4 5 6; do flip; done
same "each buffer is imported once" 6 "$(imports)"
check "the window follows the guest's size" eval \
	'sleep 2; next_shot 3 && check-pattern --at 0,0 --expect-size 1024x768 "$work/shots/shown-0003.png"'

refuses "a missing display server is reported" 1 "no display server answers" \
	runuser -u user -- env -u WAYLAND_DISPLAY -u DISPLAY XDG_RUNTIME_DIR=/nonexistent \
	vgpu-display --connect qemu:///system shown
refuses "a missing permission is reported" 1 "cannot connect to libvirt" \
	runuser -u nobody -- env XDG_RUNTIME_DIR=/nonexistent SDL_VIDEODRIVER=dummy \
	vgpu-display --connect qemu:///system shown
check "after these refusals the viewer still runs" viewer_pid
# Under X11, the software rasteriser imports nothing; gvtsim's buffers can be mapped.
check "where a buffer cannot be imported it is copied" eval \
	'runuser -u user -- env XDG_RUNTIME_DIR="$run" SDL_VIDEODRIVER=x11 \
	xvfb-run -a -s "-screen 0 1600x1200x24" timeout 300 vgpu-display --connect qemu:///system \
	--screenshot "$work/shots/copied.png" shown 2>"$work/copied.log"'
check "a message says so, and why" \
	grep -q "each picture is copied, which is slow: .*cannot import dma-bufs" "$work/copied.log"
check "every pixel of it is in the window" check-pattern --expect-size 1024x768 --at 0,0 "$work/shots/copied.png"
wait "$viewer"
same "another viewer takes the display over" \
	"1 vgpu-display: the VM 'shown' closed its display: another viewer may have it now, QEMU serves one at a time" \
	"$? $(tail -n 1 "$log")"

start_viewer second.log
check "a viewer runs" viewer_pid
kill -KILL "$(cat /run/libvirt/qemu/shown.pid)"
wait "$viewer"
same "when QEMU dies the viewer fails" 1 $?
same "one line says so" "vgpu-display: the VM 'shown' ended unexpectedly: QEMU is gone, its log may say why" \
	"$(tail -n 1 "$log")"

check "the guest starts again" run_guest shown
mode 640x480 XR24 3
start_viewer third.log
check "a viewer runs" viewer_pid
check "the guest is stopped" virsh destroy shown
wait "$viewer"
same "the viewer succeeds when the guest is stopped" 0 $?
finish
