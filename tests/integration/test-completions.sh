#!/usr/bin/env bash
# What bash, zsh and fish offer for vgpu: its commands and their options, and, as if
# there were a vGPU and a domain, where those go. The real ones are asked for in the
# lab.
# shellcheck source=tests/check.sh
. "$(dirname "$0")/../check.sh"
OFFERS_FROM=$top/scripts/completions
# shellcheck source=tests/offers.sh
. "$top/tests/offers.sh"

HOME=$work # of nobody, whose settings the shells would read
uuid=4b20d080-1b54-4048-85b3-a6a62d165c01
# These programs make up a host with this vGPU and one domain.
cat >"$HOME/vgpu" <<-VGPU
	#!/bin/sh
	[ "\$1" != list ] || exec printf '    "uuid": "%s",\n' $uuid
	exec "$build/bin/vgpu" "\$@"
VGPU
printf '#!/bin/sh\necho win10\n' >"$HOME/virsh"
ln -s "$(realpath "$build")/bin/vgpu-display" "$HOME/vgpu-display"
chmod +x "$HOME/vgpu" "$HOME/virsh"
PATH=$HOME:$PATH

commands=$(vgpu --help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p')
options() {
	vgpu help "$1" | sed -n 's/^  \(--[a-z-]*\).*/\1/p'
	echo --help
}

check "there are commands" test "$(wc -w <<<"$commands")" -gt 5
lines=('vgpu ' 'vgpu attach --display ' 'vgpu attach ' 'vgpu setup ')
with_uuid=('remove ' "remove $uuid " 'forget ' 'set ' 'attach win10 ' 'detach win10 ' 'attach --xml f '
	'detach --xml f ' 'attach --yes win10 ')
for words in "${with_uuid[@]}"; do
	lines+=("vgpu ${words}4")
done
for command in $commands; do
	lines+=("vgpu $command --")
done
for shell in bash fish zsh; do
	ask "$shell" "${lines[@]}"
	same "$shell offers the commands" "" "$(comm -23 <(sort <<<"$commands") <(offers "$shell" 'vgpu '))"
	same "$shell offers the values of an option" "dbus gtk none spice vnc" \
		"$(offers "$shell" 'vgpu attach --display ' | paste -sd ' ')"
	same "$shell offers domains" "win10 win10" \
		"$(for command in attach setup; do offers "$shell" "vgpu $command " | grep win10; done | paste -sd ' ')"
	for words in "${with_uuid[@]}"; do
		same "$shell offers UUIDs after '$words'" "$uuid" "$(offers "$shell" "vgpu ${words}4" | grep -x "$uuid")"
	done
	for command in $commands; do
		same "$shell offers the options of $command" "$(options "$command" | sort -u)" \
			"$(offers "$shell" "vgpu $command --")"
	done
done

options=$(vgpu-display --help | sed -n 's/^  .\{0,4\}\(--[a-z-]*\).*/\1/p' | sort -u)
check "vgpu-display has options" test "$(wc -w <<<"$options")" -gt 20
for shell in bash fish zsh; do
	ask "$shell" 'vgpu-display --' 'vgpu-display --scale ' 'vgpu-display --source '
	same "$shell offers the options of vgpu-display" "$options" "$(offers "$shell" 'vgpu-display --')"
	same "$shell offers its scales" "1:1 fit integer" \
		"$(offers "$shell" 'vgpu-display --scale ' | paste -sd ' ')"
	same "$shell offers its sources" "auto dbus direct" \
		"$(offers "$shell" 'vgpu-display --source ' | paste -sd ' ')"
done

finish
