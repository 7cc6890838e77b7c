#!/usr/bin/env bash
# The guest's pointer: the window's cursor has its shape, so that it moves without
# delay; where the mouse is captured the pointer is drawn, as the guest places it. The
# graphics card is told by qtest what its driver would tell it.
# shellcheck source=tests/viewer.sh
. "$(dirname "$0")/../viewer.sh"

# qtest COMMAND...: waits for QEMU's answer to each command
qtest() {
	local command answer
	for command; do
		printf '%s\n' "$command" >&"$asked"
		read -r -t 20 answer <&"$answered"
		[[ $answer == OK* ]] || return 1
	done
}

# VMware's SVGA II has registers that are reached by an index and a value, and commands in a
# ring in memory (QEMU's hw/display/vmware_vga.c).
svga_enable=1 svga_width=2 svga_height=3 svga_config_done=20
svga_cursor_x=25 svga_cursor_y=26 svga_cursor_on=27
define_cursor=19
ring_size=65536
ring_next=16

# bar NUMBER: prints the address that the firmware has given it
bar() {
	qmp '{"execute":"query-pci"}' |
		jq -r ".return[0].devices[] | select(.id.device == 1029) | .regions[$1].address"
}

set_register() { qtest "outl $ports $1" "outl $((ports + 1)) $2"; }

set_size() { set_register "$svga_width" "$1" && set_register "$svga_height" "$2"; }
turn_on() { set_register "$svga_enable" 1 && set_register "$svga_config_done" 1; }

# ring WORD...: a command in the ring, which the next refresh of the display executes
ring() {
	local word commands=()
	for word; do
		commands+=("writel $((ring + ring_next)) $word")
		ring_next=$((ring_next + 4))
	done
	qtest "${commands[@]}" "writel $((ring + 8)) $ring_next"
}

# pixel X Y: sets `colour` to that pixel of the shape; no two pixels are the same
pixel() { colour=$(($1 * 7 << 16 | $2 * 11 << 8 | ($1 ^ $2) * 8)); }

# shape WIDTH HEIGHT HOTX HOTY MASK: MASK is one row of the mask; its set bits are transparent
shape() {
	local x y colour words=()
	for ((y = 0; y < $2; y++)); do
		words+=("$5")
	done
	for ((y = 0; y < $2; y++)); do
		for ((x = 0; x < $1; x++)); do
			pixel "$x" "$y"
			words+=("$colour")
		done
	done
	ring "$define_cursor" 0 "$3" "$4" "$1" "$2" 1 32 "${words[@]}"
}

# wanted WIDTH HEIGHT HOTX HOTY FROM: in the format of x-cursor; left of FROM all is transparent
wanted() {
	local x y row colour
	echo "$1x$2+$3+$4"
	for ((y = 0; y < $2; y++)); do
		row=
		for ((x = 0; x < $1; x++)); do
			pixel "$x" "$y"
			printf -v row '%s %08x' "$row" $((x < $5 ? 0 : 0xff000000 | colour))
		done
		echo "${row# }"
	done
}

# cursor_is FILE
cursor_is() { "$tools/x-cursor" | cmp - "$1"; }
has_cursor() { wait_for 20 cursor_is "$1"; }
no_cursor_now() {
	local told
	told=$("$tools/x-cursor") && [[ $told == *$'\n'* && ! ${told#*$'\n'} =~ [1-9a-f] ]]
}
no_cursor() { wait_for 20 no_cursor_now; }

# as_ppm WIDTH HEIGHT: the shape in the format of compare-image
as_ppm() {
	local x y colour
	printf 'P6\n%d %d\n255\n' "$1" "$2"
	for ((y = 0; y < $2; y++)); do
		for ((x = 0; x < $1; x++)); do
			pixel "$x" "$y"
			printf -v colour '\\x%02x\\x%02x\\x%02x' \
				$((colour >> 16)) $((colour >> 8 & 255)) $((colour & 255))
			printf '%b' "$colour"
		done
	done
}

drawn_at_now() { shoot && "$tools/compare-image" "$shot" "$work/want.ppm" "13x21+$1+$2"; }
drawn_at() { wait_for 20 drawn_at_now "$1" "$2"; }

# place X Y SHOWN
place() {
	set_register "$svga_cursor_x" "$1" && set_register "$svga_cursor_y" "$2" &&
		set_register "$svga_cursor_on" "$3"
}

start_x
mkfifo "$work/qtest.in" "$work/qtest.out"
exec {asked}<>"$work/qtest.in" {answered}<>"$work/qtest.out"
start_qemu firmware -vga none -device vmware-svga -qtest "pipe:$work/qtest" -qtest-log none
check "the firmware's text is there" wait_for 30 text_is_there
ports=$(bar 0) frames=$(bar 1) ring=$(bar 2)
check "the guest has a black screen" qtest "memset $frames $((320 * 200 * 4)) 0"
check "the screen has a size of its own" set_size 320 200
check "the guest has a ring of commands" qtest "writel $ring 16" "writel $((ring + 4)) $ring_size" \
	"writel $((ring + 8)) 16" "writel $((ring + 12)) 16"
check "it is turned on" turn_on
start_viewer
xdotool windowfocus --sync "$window" mousemove --window "$window" 160 100

wanted 13 21 3 5 0 >"$work/odd"
check "the guest has a pointer of an odd size" shape 13 21 3 5 0
check "it is the window's cursor, with its hot spot" has_cursor "$work/odd"
wanted 32 24 31 0 8 >"$work/holes"
check "the guest has another pointer, partly transparent" shape 32 24 31 0 0xff
check "it is the window's cursor, with the same transparent pixels" has_cursor "$work/holes"
check "the guest hides the pointer" place 0 0 0
check "there is no cursor over the window" no_cursor
check "the guest shows the pointer again" place 10 10 1
check "the window has the same cursor again" has_cursor "$work/holes"

as_ppm 13 21 >"$work/want.ppm"
shape 13 21 3 5 0
has_cursor "$work/odd"
xdotool click 1
check "a click captures the mouse" wait_for 10 title_has "Ctrl+Alt+G releases"
check "the host's cursor is gone" no_cursor
check "the guest places its pointer" place 100 50 1
check "it is drawn there, with the corner where the guest says" drawn_at 100 50
check "the guest moves it" place 7 151 1
check "it is drawn there, and nowhere else" drawn_at 7 151
xdotool key ctrl+alt+g
check "the mouse is released" wait_for 10 title_has "Ctrl+Alt+G takes"
check "the window's cursor has the pointer's shape again" has_cursor "$work/odd"
finish
