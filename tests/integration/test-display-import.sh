#!/usr/bin/env bash
# A vGPU's buffer that the window cannot show: EGL imports no dma-bufs under this X
# server, and a tiled one cannot be copied instead.
set -uo pipefail
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"
# shellcheck source=tests/viewer.sh
. "$(dirname "$0")/../viewer.sh"

tiled=0x0100000000000001 # I915_FORMAT_MOD_X_TILED

# The window has words on it, and the reader of messages is told once.
unshown() {
	shoot && ! shot_is >/dev/null &&
		[ "$(grep -c "warning: cannot show the vGPU's picture" "$work/viewer.log")" = 1 ]
}

start_x
start_display firmware
start_viewer
ppm 640 480 0x20 0x40 0x60
tell_qemu "pixels 640 480 204060"
check "QEMU's own picture is there" shows
tell_qemu "dmabuf 640 480 $tiled"
check "a buffer that cannot be imported does not end the viewer: it says so on the window" \
	wait_for 20 unshown
check "over QEMU's own picture, which stays" eval '[[ $(shot_is) =~ difference\ at\ [0-9]+,[1-9] ]]'
check "its title says nothing of a guest without a picture" title_has "firmware - Ctrl"
for _ in 1 2 3; do tell_qemu "dmabuf 640 480 $tiled"; done
check "not once more for each that follows" eval 'sleep 0.5; unshown'
tell_qemu "pixels 640 480 204060"
check "a picture that can be shown takes the words away" shows
end_viewer
tell_qemu "first dmabuf $tiled"
"$viewer" --allow-root --debug --qmp "$socket" --screenshots "$work" >"$work/viewer.log" 2>&1 &
shown=$!
check "one whose first picture cannot be imported opens its window all the same" \
	wait_for 20 find_window
check "and says why" wait_for 20 unshown
end_viewer
view --qmp "$socket" --screenshot "$work/none.png" >"$work/out" 2>"$work/error"
same "for a screenshot it is the end" 1 $?
check "which is one line" test "$(grep -c '' "$work/error")" = 1
check "that says why" grep -q "^vgpu-display: cannot show the vGPU's picture: " "$work/error"
check "and there is no file" test ! -e "$work/none.png"
finish
