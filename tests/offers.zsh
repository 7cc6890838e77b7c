# usage: zsh offers.zsh LINE...
# Prints what an interactive zsh offers after each LINE and a Tab, as "LINE<tab>OFFER". It
# runs a zsh on a terminal of its own, in which compadd reports what it adds.
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PS1= RPS1= PROMPT_EOL_MARK=; fpath=($OFFERS_FROM $fpath); autoload -U compinit; compinit -u -D; zstyle ":completion:*" verbose no; setopt no_beep
compadd() {
	if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
		builtin compadd "$@"
		return $?
	fi
	local -a offered
	builtin compadd -A offered "$@"
	[[ $#offered -eq 0 ]] || print -rl -- "offer:"$^offered
}
after-tab() { zle complete-word; BUFFER=; print -r -- "the-"end; }
zle -N after-tab
bindkey "^I" after-tab
print -r -- "the-"start'
zpty -r shell said '*the-start*'
for line; do
	zpty -w -n shell "$line"$'\t'
	zpty -r shell said '*the-end*'
	print -r -- $said | tr -d '\r' | sed -n "s/.*offer:/$line"$'\t'"/p"
done
zpty -d shell
