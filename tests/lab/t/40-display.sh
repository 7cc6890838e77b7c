#!/usr/bin/env bash
# vgpu-display with a vGPU, from a real libvirtd to pixels in a real
# compositor's window.
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh

uuid=4b20d080-1b54-4048-85b3-a6a62d165c40
sysfs=/sys/bus/mdev/devices/$uuid/gvtsim
work=$(mktemp -d)
run=/run/user/1000
weston='' viewer='' log=''

# The viewer is a child of runuser's.
viewer_pid() { pgrep -u user -x vgpu-display; }

cleanup() {
	kill "$(viewer_pid)"
	kill "$weston"
	cp "$work"/*.log "$work"/shots/*.png /lab/out/
	virsh destroy shown
	virsh undefine shown
	[ ! -e "/sys/bus/mdev/devices/$uuid" ] || echo 1 >"/sys/bus/mdev/devices/$uuid/remove"
	rm -rf "$work"
} >/dev/null 2>&1
trap cleanup EXIT
chmod 755 "$work"
install -d -o user -g user "$work/shots"

as_user() {
	runuser -u user -- env XDG_RUNTIME_DIR="$run" WAYLAND_DISPLAY=wayland-test "$@"
}

# The compositor runs as long as the script.
start_weston() {
	install -d -m 700 -o user -g user "$run"
	as_user weston --backend=headless --renderer=gl --width=1600 --height=1200 \
		--socket=wayland-test --idle-time=0 >"$work/weston.log" 2>&1 &
	weston=$!
	lab_wait 60 test -S "$run/wayland-test"
}

guest() {
	cat <<'XML'
<domain type='qemu'>
  <name>shown</name>
  <memory unit='MiB'>128</memory>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
  </os>
  <on_reboot>destroy</on_reboot>
  <devices>
    <graphics type='vnc' autoport='yes'/>
    <video>
      <model type='vga'/>
    </video>
    <memballoon model='none'/>
  </devices>
</domain>
XML
}

# mode SIZE FORMAT BUFFERS: stands still, so that two looks see one picture
mode() {
	echo 0 >"$sysfs/refresh_mhz" && echo "$*" >"$sysfs/mode" && echo 1 >"$sysfs/step"
}

# shoot FILE: what a new viewer shows
shoot() {
	timeout 60 runuser -u user -- env XDG_RUNTIME_DIR="$run" \
		WAYLAND_DISPLAY="${WAYLAND:-wayland-test}" vgpu-display --connect qemu:///system --debug --screenshot "$work/shots/$1" \
		"${@:2}" shown 2>"$work/shot.log"
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

# next_shot NUMBER: one more of the viewer that runs
next_shot() {
	kill -USR1 "$(viewer_pid)" && lab_wait 30 test -e "$work/shots/shown-000$1.png"
}

imports() { grep -c '^vgpu-display: import ' "$log"; }

# One flip, and time for QEMU to see it.
flip() { echo 1 >"$sysfs/step" && sleep 0.3; }
flip_until_imported() { flip && [ "$(imports)" = "$1" ]; }

lab_load_gvtsim
check "a vGPU is there" eval \
	'echo "$uuid" >"/sys/class/mdev_bus/$lab_gvt/mdev_supported_types/i915-GVTg_V5_4/create"'
guest >"$work/shown.xml"
check "a guest has it" eval 'virsh define "$work/shown.xml" && vgpu attach shown "$uuid"'

refuses "a domain that is not running is refused" 1 "'shown' is not running" \
	as_user vgpu-display --connect qemu:///system shown
refuses "a domain that does not exist is refused" 1 "no domain 'nobody'" \
	as_user vgpu-display --connect qemu:///system nobody
start_weston
check "a compositor runs" test -S "$run/wayland-test"

# Without a vGPU and without libvirt: this QEMU shares its own picture's memory.
as_user qemu-system-x86_64 -name firmware -machine pc -m 32 -nodefaults -vga std \
	-display dbus,p2p=yes -qmp "unix:$work/shots/qmp,server=on,wait=off" \
	-qmp "unix:$work/shots/control,server=on,wait=off" >"$work/qemu.log" 2>&1 &
lab_wait 30 test -S "$work/shots/control"
sleep 10
check "a firmware's screen stands still" qmp "$work/shots/control" '{"execute":"stop"}' \
	"{\"execute\":\"screendump\",\"arguments\":{\"filename\":\"$work/shots/want.ppm\"}}"
check "it is shown" as_user vgpu-display --debug --qmp "$work/shots/qmp" \
	--screenshot "$work/shots/firmware.png"
check "as QEMU has it, pixel for pixel" \
	compare-image "$work/shots/firmware.png" "$work/shots/want.ppm"
check "by shared memory" eval \
	'as_user vgpu-display --debug --qmp "$work/shots/qmp" --screenshot "$work/shots/firmware.png" 2>&1 |
	grep "in shared memory"'
qmp "$work/shots/control" '{"execute":"quit"}' >/dev/null

check "the guest starts" virsh start shown

check "1024x768 XR24: every pixel is on the window" picture 1024x768 XR24
check "it came by import" grep -q '^vgpu-display: import 1: 1024x768 XR24' "$work/shot.log"
check "320x240 AR24: every pixel is on the window" picture 320x240 AR24
check "800x600 XB24: every pixel is on the window" picture 800x600 XB24
check "640x480 RG16: every pixel is on the window" picture 640x480 RG16

# A screen with two pixels a point, and one with one and a quarter.
as_user weston --backend=headless --renderer=gl --width=1600 --height=1200 --scale=2 \
	--socket=wayland-double --idle-time=0 >"$work/weston2.log" 2>&1 &
double=$!
lab_wait 60 test -S "$run/wayland-double"
mode 1024x768 XR24 3
check "a screen of scale 2 has one pixel for each of the guest's" eval \
	'WAYLAND=wayland-double shoot double.png &&
	check-pattern --expect-size 1024x768 --at 0,0 "$work/shots/double.png"'
kill "$double"
printf 'output * mode 1600x1200 scale 1.25\nfor_window [app_id=".*"] floating enable\n' \
	>"$work/sway.conf"
as_user env -u WAYLAND_DISPLAY WLR_BACKENDS=headless WLR_LIBINPUT_NO_DEVICES=1 \
	WLR_RENDERER=pixman sway --config "$work/sway.conf" >"$work/sway.log" 2>&1 &
fraction=$!
lab_wait 60 test -S "$run/wayland-1"
check "a screen of scale 1.25 has one pixel for each of the guest's" eval \
	'WAYLAND=wayland-1 shoot fraction.png && check-pattern --expect-size 1024x768 "$work/shots/fraction.png"'
kill "$fraction"

mode 640x480 XR24 3
start_viewer first.log
check "a viewer runs" viewer_pid
check "each of the three buffers is imported" lab_wait 30 flip_until_imported 3
check "a screenshot is taken on SIGUSR1" next_shot 1
check "it shows the picture" check-pattern --at 0,0 "$work/shots/shown-0001.png"
echo "100 200 ff8040" >"$sysfs/poke"
check "a pixel is changed in the buffer, and another screenshot taken" next_shot 2
check "it shows the changed pixel and no other" \
	check-pattern --at 0,0 --poke 100,200,ff8040 "$work/shots/shown-0002.png"
check "the first one does not" eval \
	'! check-pattern --at 0,0 --poke 100,200,ff8040 "$work/shots/shown-0001.png"'
for _ in 1 2 3 4 5 6; do flip; done
same "nothing more was imported" 3 "$(imports)"
mode 1024x768 XR24 3
check "the new mode is imported" lab_wait 30 flip_until_imported 4
check "the window follows the guest's size" eval \
	'sleep 2; next_shot 3 && check-pattern --at 0,0 --expect-size 1024x768 "$work/shots/shown-0003.png"'

refuses "no display server is said so" 1 "no display server answers" \
	runuser -u user -- env -u WAYLAND_DISPLAY -u DISPLAY XDG_RUNTIME_DIR=/nonexistent \
	vgpu-display --connect qemu:///system shown
refuses "no permission is said so" 1 "cannot connect to libvirt" \
	runuser -u nobody -- env XDG_RUNTIME_DIR=/nonexistent SDL_VIDEODRIVER=dummy \
	vgpu-display --connect qemu:///system shown
check "after these refusals the viewer still runs" viewer_pid
refuses "a display that cannot import is said so" 1 "cannot import dma-bufs" \
	runuser -u user -- env XDG_RUNTIME_DIR="$run" SDL_VIDEODRIVER=x11 xvfb-run -a \
	vgpu-display --connect qemu:///system shown
wait "$viewer"
same "another viewer takes the display over" \
	"1 vgpu-display: the VM 'shown' closed its display: another viewer may have it now, QEMU serves one at a time" \
	"$? $(tail -n 1 "$log")"

start_viewer second.log
check "a viewer runs" viewer_pid
kill -KILL "$(cat /run/libvirt/qemu/shown.pid)"
wait "$viewer"
same "when QEMU dies the viewer fails" 1 $?
same "and says so" "vgpu-display: the VM 'shown' ended unexpectedly: QEMU is gone, its log may say why" \
	"$(tail -n 1 "$log")"

check "the guest starts again" virsh start shown
mode 640x480 XR24 3
start_viewer third.log
check "a viewer runs" viewer_pid
check "the guest is stopped" virsh destroy shown
wait "$viewer"
same "the viewer ends well" 0 $?
finish
