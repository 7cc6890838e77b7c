#!/usr/bin/env bash
# The options of `vgpu attach`, on XML.
# shellcheck source=tests/check.sh
. "$(dirname "$0")/../check.sh"

vgpu=$build/bin/vgpu
uuid=4b20d080-1b54-4048-85b3-a6a62d165c01
input=$top/tests/corpus/xmlpatch/i440fx-minimal.in.xml

attach() { "$vgpu" attach --xml "$@"; }
xpath() { xmllint --xpath "$1" - 2>&1; }

while IFS='|' read -r name pattern arguments; do
	read -ra words <<<"$arguments"
	refuses "$name" 2 "$pattern" "$vgpu" attach "${words[@]}"
	check "$name: no output" says_nothing "$vgpu" attach "${words[@]}"
done <<EOT
a display that there is not|no display 'sdl': use dbus, gtk, spice, vnc or none|--display sdl --xml $input $uuid
--keep-video and --install-drivers|cannot be combined with --install-drivers|--keep-video --install-drivers --xml $input $uuid
--opregion with another word|--opregion must be on or off, not 'yes'|--opregion yes --xml $input $uuid
--xres alone|must be used together|--xres 640 --xml $input $uuid
--yres alone|must be used together|--yres 480 --xml $input $uuid
no pixels|--xres must be a number of pixels from 1 to 16384, not '0'|--xres 0 --yres 480 --xml $input $uuid
too many pixels|--yres must be a number of pixels|--xres 640 --yres 16385 --xml $input $uuid
pixels below zero|--xres must be a number of pixels|--xres -1 --yres 480 --xml $input $uuid
pixels that are no number|--xres must be a number of pixels|--xres 0x10 --yres 480 --xml $input $uuid
a slot that is no slot|'pci' is not a slot: write BB:SS.F|--slot pci --xml $input $uuid
a slot in another PCI domain|is not a slot|--slot 0001:00:02.0 --xml $input $uuid
--json without --backups|--json can be used only with --backups|--json --xml $input $uuid
--backups with a wish|--backups can be combined only with|--backups --no-ramfb guest
--backups with a file|--backups can be combined only with|--backups --xml $input $uuid
--backups with a vGPU|--backups takes a domain|--backups guest $uuid
--backups without a domain|--backups takes a domain|--backups
EOT
refuses "a full disk while a diff is printed is a failure" 1 'cannot write' \
	bash -c '"$@" >/dev/full 2> >(tail -n 1 >&2)' sh "$vgpu" attach --dry-run --xml "$input" "$uuid"

same "a slot can be written in several ways" "$(printf '0x01 0x0a 0x0\n%.0s' 1 2 3 4)" \
	"$(for slot in 01:0a.0 1:a 0000:01:0a.0 1:0A.0; do
		sed 's|</devices>|<controller type="pci" index="1" model="pci-bridge"/></devices>|' "$input" |
			attach - --slot "$slot" "$uuid" 2>/dev/null |
			xpath "concat(//hostdev/address/@bus, ' ', //hostdev/address/@slot, ' ', //hostdev/address/@function)"
	done)"
check "--display gtk notes a missing desktop" eval \
	'env -u DISPLAY -u WAYLAND_DISPLAY "$vgpu" attach --display gtk --xml "$input" "$uuid" 2>&1 >/dev/null |
	grep "note: neither DISPLAY nor WAYLAND_DISPLAY is set"'
check "--display gtk with a desktop notes nothing" eval \
	'! env DISPLAY=:0 "$vgpu" attach --display gtk --xml "$input" "$uuid" 2>&1 >/dev/null | grep "neither"'

# gtk [VARIABLE=VALUE...]: the XAUTHORITY that QEMU gets in an X session with home $work
gtk() {
	env -u XAUTHORITY -u WAYLAND_DISPLAY DISPLAY=:0 HOME="$work" "$@" \
		"$vgpu" attach --display gtk --xml "$input" "$uuid" 2>"$work/said" |
		xpath "string(//*[local-name()='env'][@name='XAUTHORITY']/@value)"
}
same "without an X authority file, QEMU gets none" "" "$(gtk)"
check "a note says so, and what to do" grep "no XAUTHORITY .* and no ~/.Xauthority: .*xhost" "$work/said"
touch "$work/.Xauthority"
same "QEMU gets the file in the home directory, as X clients do" "$work/.Xauthority" "$(gtk)"
check "there is no note then" eval '! grep "no XAUTHORITY" "$work/said"'
same "an empty variable counts as unset" "$work/.Xauthority" "$(gtk XAUTHORITY=)"
same "the variable has priority over the file" /run/user/1000/xauth "$(gtk XAUTHORITY=/run/user/1000/xauth)"

attach "$input" "$uuid" >"$work/patched.xml" 2>/dev/null
same "a dry run with nothing to change prints nothing" "" \
	"$(attach "$work/patched.xml" --dry-run "$uuid" 2>&1)"
check "escape sequences in a name are harmless in a diff" eval \
	'cp "$input" "$work/a"$'"'\033'"'"b.xml" && attach "$work/a"$'"'\033'"'"b.xml" --dry-run "$uuid" 2>/dev/null |
	head -n 1 | grep -x -- "--- $work/a b.xml"'

finish
