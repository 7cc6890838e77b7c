#!/usr/bin/env bash
# A window each time the VM runs, and a film of it.
# shellcheck source=tests/viewer.sh
. "$(dirname "$0")/../viewer.sh"

said() { wait_for 20 grep -q -- "$1" "$work/viewer.log"; }
no_window() { ! find_window; }
film=$work/film.apng

# film_shows NUMBER: that picture of the video, or its last one, is the one that QEMU has
film_shows() {
	rm -f "$work/frame.png"
	ffmpeg -v error -i "$film" -update 1 "$work/frame.png" </dev/null &&
		"$tools/compare-image" "$work/frame.png" "$work/want.ppm"
}

start_x
"$viewer" --allow-root --debug --qmp "$socket" --follow >"$work/viewer.log" 2>&1 &
shown=$!
check "a viewer that follows waits for the VM" said "waiting for 'qmp' to start"
start_qemu firmware
wait_for 20 find_window
check "it opens a window with the VM's picture" wait_for 20 picture_is_there
"$tools/close-window" "$window"
check "the window is closed" wait_for 10 no_window
check "the viewer stays and waits for the VM's next start" said "keeps running; its next start opens a window"
check "the VM keeps running" kill -0 "$qemu"
sleep 1
check "the window does not come back by itself" no_window
qmp '{"execute":"quit"}' >/dev/null
wait "$qemu"
check "it waits again" wait_for 10 eval '[ "$(grep -c "waiting for" "$work/viewer.log")" = 2 ]'
start_qemu firmware
wait_for 20 find_window
check "the next start has a window" wait_for 20 picture_is_there
stop_qemu
check "a VM that ends closes it" wait_for 20 no_window
check "it reports a VM that was killed" said "the VM 'firmware' ended unexpectedly"
start_qemu firmware
wait_for 20 find_window
check "the next start of that VM has a window" wait_for 20 picture_is_there
kill -TERM "$shown"
viewer_ends 0
same "SIGTERM ends it" 0 $?

wait_for 30 text_is_there
stand_still >/dev/null
start_viewer --record "$film"
sleep 1
kill -TERM "$shown"
viewer_ends 0
same "a video is written" 0 $?
check "its last picture is what QEMU has" film_shows
same "ffmpeg has written it" 1 "$(ffprobe -v error -show_entries stream=codec_name "$film" | grep -c apng)"
refuses "an existing video is not overwritten" 1 "the file exists already, name another one" \
	view --qmp "$socket" --record "$film"
refuses "a video that cannot be written is an error" 1 "film.nowhere is incomplete: ffmpeg failed" \
	eval 'view --qmp "$socket" --record "$work/film.nowhere" --screenshot "$work/x.png" --after 1 2>&1 >/dev/null |
		tail -n 1 >&2; exit "${PIPESTATUS[0]}"'
mkdir "$work/bin"
refuses "without ffmpeg it says what to install" 1 "ffmpeg is not installed, install the package ffmpeg" \
	env PATH="$work/bin" "$viewer" --allow-root --qmp "$socket" --record "$work/other.mp4"
check "without ffmpeg no file is left" test ! -e "$work/other.mp4"
finish
