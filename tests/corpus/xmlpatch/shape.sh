# shellcheck shell=bash
# Patches a shape of the corpus, for the tests that check the results and for the script
# that writes them. Sourced; `vgpu` names the program.

# The vGPU and the render node in the expected results. Their desktop is X11.
corpus_uuid=4b20d080-1b54-4048-85b3-a6a62d165c01
corpus_node=/dev/dri/renderD129
unset WAYLAND_DISPLAY

# corpus_patch SHAPE FILE: prints FILE, patched with the options of SHAPE, on standard
# output; the program's messages go to standard error.
corpus_patch() {
	local options=()
	[ ! -e "$1.options" ] || read -ra options <"$1.options"
	# shellcheck disable=SC2154 # whoever sources this has it
	DISPLAY=:7 XAUTHORITY=/home/user/.Xauthority XDG_RUNTIME_DIR=/run/user/1000 LC_ALL=C \
		"$vgpu" attach --rendernode "$corpus_node" "${options[@]}" \
		--xml "$2" "$corpus_uuid"
}

# corpus_told: the program's messages in the format of NAME.changes
corpus_told() { sed 's/^vgpu: //'; }
