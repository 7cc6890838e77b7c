# shellcheck shell=bash
# How a shape of the corpus is patched: by those who check the results and by the
# one who writes them. Sourced; `vgpu` names the program.

# The vGPU and the render node that the expected results have; their desktop is X11.
corpus_uuid=4b20d080-1b54-4048-85b3-a6a62d165c01
corpus_node=/dev/dri/renderD129
unset WAYLAND_DISPLAY

# corpus_patch SHAPE FILE: FILE patched as SHAPE's options want it, to standard
# output; what the program tells goes to standard error.
corpus_patch() {
	local options=()
	[ ! -e "$1.options" ] || read -ra options <"$1.options"
	# shellcheck disable=SC2154 # whoever sources this has it
	DISPLAY=:7 XAUTHORITY=/home/user/.Xauthority XDG_RUNTIME_DIR=/run/user/1000 LC_ALL=C \
		"$vgpu" attach --rendernode "$corpus_node" "${options[@]}" \
		--xml "$2" "$corpus_uuid"
}

# corpus_told: what was told, as NAME.changes has it
corpus_told() { sed 's/^vgpu: //'; }
