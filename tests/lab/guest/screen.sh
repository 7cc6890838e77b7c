# shellcheck shell=bash
# A guest with a vGPU on the screen of a compositor, for the tests of the viewer. Sourced after
# tap.sh and lib.sh. The user `user` is in the group libvirt.

run=/run/user/1000
work=$(mktemp -d)
chmod 755 "$work"
install -d -o user -g user "$work/shots"
screen_uuid=4b20d080-1b54-4048-85b3-a6a62d165c40
screen_sysfs=/sys/bus/mdev/devices/$screen_uuid/gvtsim
compositor='' display=wayland-test processor=''

# The home directory is used because Mesa keeps its compiled shaders there.
as_user() {
	runuser -u user -- env HOME=/home/user XDG_RUNTIME_DIR="$run" WAYLAND_DISPLAY="$display" \
		SWAYSOCK="$run/sway.sock" ${processor:+"GALLIUM_OVERRIDE_CPU_CAPS=$processor"} "$@"
}

# The viewer is a child of runuser.
viewer_pid() { pgrep -u user -x vgpu-display; }

# start_weston WIDTH HEIGHT [OPTION...]: runs until the script ends
start_weston() {
	install -d -m 700 -o user -g user "$run"
	as_user weston --backend=headless --renderer=gl --width="$1" --height="$2" \
		--socket=wayland-test --idle-time=0 "${@:3}" >"$work/weston.log" 2>&1 &
	compositor=$!
	lab_wait 60 test -S "$run/wayland-test"
}

# start_sway WIDTH HEIGHT [HERTZ]: replaces weston in tests with fractional scales and windows
# that are moved by command. Windows have no frames, so that the window is where its picture
# is. The picture is also magnified here, and with AVX2 Mesa's llvmpipe crashes on the emulated
# processor when it filters the picture of a dma-buf: a gather reads one byte before it.
# processor when it filters a dma-buf's: a gather that reads one byte before it.
start_sway() {
	processor=sse4.1
	install -d -m 700 -o user -g user "$run"
	rm -f "$run"/wayland-[0-9]* "$run/sway.sock"
	printf '%s\n' "output * mode $1x$2@${3:-60}Hz background #000000 solid_color" \
		'default_border none' 'default_floating_border none' \
		'for_window [title=".*"] floating enable' >"$work/sway.conf"
	as_user env -u WAYLAND_DISPLAY WLR_BACKENDS=headless WLR_LIBINPUT_NO_DEVICES=1 \
		WLR_RENDERER=pixman sway --config "$work/sway.conf" >"$work/sway.log" 2>&1 &
	compositor=$!
	display=wayland-1
	lab_wait 60 sway_says -t get_version
}

sway_says() { as_user swaymsg "$@"; }

# photograph FILE: writes what is on the compositor's output
photograph() { as_user grim "$work/shots/$1"; }

# picture_place WIDTHxHEIGHT: where the vGPU's picture is on the output, X,Y; fails where
# it is not, pixel for pixel.
picture_place() {
	photograph place.png && check-pattern --expect-size "$1" "$work/shots/place.png" \
		>"$work/place" && sed -n 's/.* at=\([0-9]*,[0-9]*\) .*/\1/p' "$work/place" | grep .
}

# define_guest NAME: with the vGPU
define_guest() {
	lab_load_gvtsim
	# shellcheck disable=SC2154 # lib.sh has it
	lab_create_vgpu "$lab_gvt" i915-GVTg_V5_4 "$screen_uuid"
	lab_domain "$1" >"$work/$1.xml"
	virsh define "$work/$1.xml" && vgpu attach --yes "$1" "$screen_uuid"
}

# run_guest NAME: starts it with its processor stopped, because a doubly emulated processor
# would only take time from the viewer. gvtsim draws what the guest shows.
run_guest() { virsh start --paused "$1"; }

start_guest() { define_guest "$1" && run_guest "$1"; }

# new_guest NAME: restarts the guest with a new QEMU. QEMU keeps every listener that it ever had,
# and sends each update to all of them, even to those that have gone. Only a new QEMU shows the
# cost of one viewer; one that had ten viewers does little else.
new_guest() { virsh destroy "$1" && run_guest "$1"; } >/dev/null

# mode SIZE FORMAT BUFFERS: the picture stands still, so that two screenshots show the same one
mode() {
	echo 0 >"$screen_sysfs/refresh_mhz" && echo "$*" >"$screen_sysfs/mode" &&
		echo 1 >"$screen_sysfs/step"
}

# flip_at HERTZ: 0 stops
flip_at() { echo "$(($1 * 1000))" >"$screen_sysfs/refresh_mhz"; }

# screen_finish NAME
screen_finish() {
	cp "$work"/*.log "$work"/*.json "$work"/shots/*.png /lab/out/
	[ -z "$compositor" ] || kill "$compositor"
	virsh destroy "$1"
	virsh undefine "$1"
	lab_remove_vgpu "$screen_uuid"
	rm -rf "$work"
} >/dev/null 2>&1
