# shellcheck shell=bash
# Asks the shells what they offer after a line and a Tab. Sourced.
#
#	ask SHELL LINE...     asks one bash, fish or zsh about all lines
#	offers SHELL LINE     prints what it offered after this line, sorted
#
# The completions are where the shells look for them, or in the directory OFFERS_FROM.

offers_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
declare -A offered=()
export OFFERS_FROM=${OFFERS_FROM-}

ask_bash() {
	# shellcheck disable=SC2016 # for the other bash
	bash -c 'for program in vgpu vgpu-display; do
			source "${OFFERS_FROM:-/usr/share/bash-completion/completions}/$program${OFFERS_FROM:+.bash}"
		done
		for line; do
			COMP_LINE=$line
			read -ra COMP_WORDS <<<"$line"
			[[ $line != *" " ]] || COMP_WORDS+=("")
			COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
			function=${COMP_WORDS[0]//-/_}
			"_$function"
			printf "$line\t%s\n" "${COMPREPLY[@]}"
		done' bash "$@"
}
ask_fish() {
	fish -c '
		test -z "$OFFERS_FROM"; or set -p fish_complete_path $OFFERS_FROM
		for line in $argv
			printf "$line\t%s\n" (complete -C $line | string replace -r "\t.*" "")
		end' "$@"
}
# When the last program of a pipeline has ended, zsh sends SIGCONT to the others. If that
# happens while LeakSanitizer stops a process, the SIGSTOP that it waits for is lost.
ask_zsh() {
	ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 timeout 300 zsh "$offers_here/offers.zsh" "$@"
}

ask() { offered[$1]=$("ask_$1" "${@:2}"); }

offers() { awk -F '\t' -v line="$2" '$1 == line { print $2 }' <<<"${offered[$1]}" | sort -u; }
