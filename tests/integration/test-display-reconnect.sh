#!/usr/bin/env bash
# QEMU connects to one viewer anew a thousand times: it loses nothing, and nothing grows.
#
# RECONNECTS: how many times (1000; with a sanitizer, which is slow, 100)
# shellcheck source=tests/viewer.sh
. "$(dirname "$0")/../viewer.sh"

case $build in
*address* | *thread*) reconnects=${RECONNECTS:-100} sanitized=1 ;;
*) reconnects=${RECONNECTS:-1000} sanitized=0 ;;
esac

# Reads the viewer's messages as they come: reading the whole log each time would take longer
# and longer.
follow_log() { exec {log}< <(exec tail --pid="$shown" -n +1 -f "$work/viewer.log"); }
forget_log() { while read -r -t 0 -u "$log"; do IFS= read -r -u "$log" || return; done; }
picture_comes() {
	local line end=$((SECONDS + 20))
	while [ "$SECONDS" -lt "$end" ] && IFS= read -r -t 20 -u "$log" line; do
		[[ $line != 'vgpu-display: picture of'* ]] || return 0
	done
	return 1
}
# The old listener goes just after the new one's first picture.
fds() { sleep 0.3 && find "/proc/$shown/fd" -mindepth 1 | wc -l; }
memory() { awk '/^RssAnon:/ { print $2 }' "/proc/$shown/status"; } # KB

# switch TIMES: switches to the VM's other screen, by a new listener that QEMU connects to
switch() {
	local i
	for ((i = 0; i < $1; i++)); do
		screen=$((3 - screen))
		forget_log
		echo "key ctrl+alt+$screen" >&"$keyboard"
		picture_comes || return 1
	done
}

start_x
start_qemu firmware -device secondary-vga
start_viewer
follow_log
open_keyboard
screen=1
check "the first picture comes" picture_comes
xdotool windowfocus --sync "$window"
check "the first reconnections work" switch 50
fds=$(fds) memory=$(memory)
check "$reconnects reconnections work" switch "$reconnects"
same "no file descriptor is left open" "$fds" "$(fds)"
grown=$(($(memory) - memory))
echo "# $grown KB more memory after $reconnects reconnections"
# A picture takes some megabytes, and sanitizers keep freed memory for a while.
[ "$sanitized" = 1 ] ||
	check "memory does not grow with their number" test "$grown" -lt $((4096 + 2 * reconnects))
check "it is still the same window" eval '[ "$(xdotool search --onlyvisible --pid "$shown")" = "$window" ]'
kill -TERM "$shown"
viewer_ends 0
same "the viewer ends well" 0 $?
grep -A 8 'ERROR: LeakSanitizer' "$work/viewer.log"
finish
