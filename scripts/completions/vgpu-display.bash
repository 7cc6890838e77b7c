# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# bash completion for vgpu-display

_vgpu_display_domains() {
	local uri=${LIBVIRT_DEFAULT_URI:-qemu:///system}
	# Bash takes a colon for the end of a word: the line has the URI whole.
	[[ $COMP_LINE =~ (-c|--connect)[\ =]([^ ]+) ]] && uri=${BASH_REMATCH[2]}
	virsh -r -q -c "$uri" list --name 2>/dev/null
}

_vgpu_display() {
	local current=${COMP_WORDS[COMP_CWORD]}
	case ${COMP_WORDS[COMP_CWORD - 1]} in
	-c | --connect)
		mapfile -t COMPREPLY < <(compgen -W 'qemu:///system qemu:///session' -- "$current")
		return
		;;
	--qmp | --screenshot)
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
		;;
	--screenshots)
		mapfile -t COMPREPLY < <(compgen -d -- "$current")
		return
		;;
	--after | --frames) return ;;
	esac
	case $current in
	-*)
		mapfile -t COMPREPLY < <(compgen -W '--connect --qmp --screenshot --after --frames
			--screenshots --allow-root --debug --help --version' -- "$current")
		;;
	*) mapfile -t COMPREPLY < <(compgen -W "$(_vgpu_display_domains)" -- "$current") ;;
	esac
}

complete -o filenames -F _vgpu_display vgpu-display
