# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# bash completion for vgpu

# Columns of what vgpu lists for programs, without needing jq.
_vgpu_json() {
	vgpu "$1" --json 2>/dev/null | sed -n "s/^ *\"$2\": *\"\([^\"]*\)\",\{0,1\}$/\1/p"
}

_vgpu_words() {
	local word
	COMPREPLY=()
	while IFS= read -r word; do
		[[ $word == "$1"* ]] && COMPREPLY+=("$word")
	done
	# Bash takes a colon for the end of a word; PCI addresses have three.
	declare -F __ltrim_colon_completions >/dev/null && __ltrim_colon_completions "$1"
}

_vgpu() {
	local cur prev words cword command
	if declare -F _init_completion >/dev/null; then
		_init_completion -n : || return
	else
		cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
		words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
	fi
	if [ "$cword" -eq 1 ]; then
		_vgpu_words "$cur" < <(printf '%s\n' types list create remove restore attach help --help --version)
		return
	fi
	command=${words[1]}
	case $prev in
	--parent) _vgpu_words "$cur" < <(_vgpu_json types parent); return ;;
	--type) _vgpu_words "$cur" < <(_vgpu_json types type); return ;;
	--uuid) _vgpu_words "$cur" < <(_vgpu_json list uuid); return ;;
	--config-dir) _vgpu_words "$cur" < <(compgen -d -- "$cur"); return ;;
	--xml | --rendernode) _vgpu_words "$cur" < <(compgen -f -- "$cur"); return ;;
	--connect) _vgpu_words "$cur" < <(printf '%s\n' qemu:///system qemu:///session); return ;;
	esac
	if [[ $cur == -* ]]; then
		case $command in
		types) set -- --json ;;
		list) set -- --json --config-dir ;;
		create) set -- --parent --type --uuid --config-dir ;;
		remove) set -- --config-dir ;;
		restore) set -- --parent --at-boot --config-dir ;;
		attach) set -- --xml --connect --rendernode --dry-run ;;
		*) set -- ;;
		esac
		_vgpu_words "$cur" < <(printf '%s\n' "$@" --help)
		return
	fi
	case $command in
	remove) _vgpu_words "$cur" < <(_vgpu_json list uuid) ;;
	attach)
		_vgpu_words "$cur" < <(
			virsh list --all --name 2>/dev/null | grep .
			_vgpu_json list uuid
		)
		;;
	help) _vgpu_words "$cur" < <(printf '%s\n' types list create remove restore attach) ;;
	esac
}

complete -F _vgpu vgpu
