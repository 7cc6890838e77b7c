# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# bash completion for vgpu. It reads the commands and options from vgpu's help, so this
# file need not change with them.

# Prints a member of vgpu's JSON output. It does not need jq.
_vgpu_json() {
	local member=$1
	shift
	vgpu "$@" --json 2>/dev/null | sed -n "s/^ *\"$member\": *\"\([^\"]*\)\",\{0,1\}$/\1/p"
}

_vgpu_uuids() { _vgpu_json uuid list --brief; }

_vgpu_commands() { vgpu --help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p'; }

# Matches the value of an option in the help: a word in capitals, or the words to choose from.
_vgpu_value='[A-Z][A-Z|:.-]*\|[a-z]\{1,\}|[a-z|]\{1,\}'

# Prints the candidates for such a value.
_vgpu_values() {
	case $1 in
	P) _vgpu_json parent types ;;
	T) _vgpu_json type types ;;
	U | UUID*) _vgpu_uuids ;;
	DOMAIN) virsh list --all --name 2>/dev/null | grep . ;;
	URI) printf '%s\n' qemu:///system qemu:///session ;;
	DIR) compgen -d -- "$2" ;;
	FILE* | PATH) compgen -f -- "$2" ;;
	*\|*) printf '%s\n' "${1//|/$'\n'}" ;;
	esac
}

# Prints the candidates for the operands in the usage line: all words except options in
# brackets. An operand may be optional.
_vgpu_operands() {
	local word
	for word in $(vgpu help "$1" | sed -n '1{s/\[--[^]]*\]//g; s/[][|]//g; s/^usage: vgpu [a-z-]*//p}' |
		tr ' ' '\n' | sort -u); do
		_vgpu_values "$word" "$2"
	done
}

_vgpu_words() {
	local word
	COMPREPLY=()
	while IFS= read -r word; do
		[[ $word == "$1"* ]] && COMPREPLY+=("$word")
	done
	# Bash ends a word at a colon, and PCI addresses contain colons.
	declare -F __ltrim_colon_completions >/dev/null && __ltrim_colon_completions "$1"
}

_vgpu() {
	local cur prev words cword value
	if declare -F _init_completion >/dev/null; then
		_init_completion -n : || return
	else
		cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
		words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
	fi
	if [ "$cword" -eq 1 ]; then
		_vgpu_words "$cur" < <(_vgpu_commands; printf '%s\n' help --help --version)
		return
	fi
	if [ "${words[1]}" = help ]; then
		_vgpu_words "$cur" < <(_vgpu_commands)
		return
	fi
	if [[ $prev == --* ]]; then
		value=$(vgpu help "${words[1]}" 2>/dev/null | sed -n "s/^  $prev \($_vgpu_value\) .*/\1/p")
		if [ -n "$value" ]; then
			_vgpu_words "$cur" < <(_vgpu_values "$value" "$cur")
			return
		fi
	fi
	if [[ $cur == -* ]]; then
		_vgpu_words "$cur" < <(
			vgpu help "${words[1]}" 2>/dev/null | sed -n 's/^  \(--[a-z-]*\).*/\1/p'
			echo --help
		)
	else
		_vgpu_words "$cur" < <(_vgpu_operands "${words[1]}" "$cur" 2>/dev/null)
	fi
}

complete -F _vgpu vgpu
