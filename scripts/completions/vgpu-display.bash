# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# bash completion for vgpu-display. It reads the options from the help of vgpu-display, so
# this file need not change with them.

_vgpu_display_domains() {
	local uri=${LIBVIRT_DEFAULT_URI:-qemu:///system}
	# Bash ends a word at a colon, so the URI is taken from the whole line.
	[[ ${COMP_LINE-} =~ (-c|--connect)[\ =]([^ ]+) ]] && uri=${BASH_REMATCH[2]}
	virsh -r -q -c "$uri" list --all --name 2>/dev/null | grep .
}

# Prints the candidates for the value of an option in the help.
_vgpu_display_values() {
	local value
	value=$(vgpu-display --help | sed -n "s/^.*$1 \([A-Za-z0-9:|]*\).*/\1/p" | head -n 1)
	case $value in
	*\|*) printf '%s\n' "${value//|/$'\n'}" ;;
	DOMAIN) _vgpu_display_domains ;;
	URI) printf '%s\n' qemu:///system qemu:///session ;;
	KEY) printf '%s\n' Alt Ctrl PrintScreen Shift Super ;;
	DIR) compgen -d -- "$2" ;;
	FILE | SOCKET) compgen -f -- "$2" ;;
	[A-Z]*) echo ;;
	esac
}

_vgpu_display_options() { vgpu-display --help | sed -n 's/^  .\{0,4\}\(--[a-z-]*\).*/\1/p'; }

_vgpu_display() {
	local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} values=
	[ "$before" != -c ] || before=--connect
	[[ $before != --* ]] || values=$(_vgpu_display_values "$before" "$current" && echo .)
	values=${values%.}
	if [ -z "$values" ]; then
		case $current in
		-*) values=$(_vgpu_display_options) ;;
		*) values=$(_vgpu_display_domains) ;;
		esac
	fi
	mapfile -t COMPREPLY < <(
		while IFS= read -r word; do
			[[ -z $word || $word != "$current"* ]] || printf '%s\n' "$word"
		done <<<"$values"
	)
}

complete -o filenames -F _vgpu_display vgpu-display
