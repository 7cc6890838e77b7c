#!/usr/bin/env bash
# scripts/check-layers, on a small tree of its own.
# shellcheck source=tests/check.sh
. "$(dirname "$0")/../check.sh"

# source_file FILE INCLUDED...
source_file() {
	local file=$work/$1
	mkdir -p "$(dirname "$file")"
	shift
	{
		echo '#include <stdio.h>'
		[ $# = 0 ] || printf '#include "%s"\n' "$@"
	} >"$file"
}

# clean_tree: with every folder that the layers name
clean_tree() {
	rm -rf "$work"/{vgpu,xmlpatch,display}
	cat >"$work/scripts/layers" <<-'LAYERS'
		# folder | right below it | what lives there
		vgpu/base | | what every part shares
		vgpu/host | vgpu/base | what the kernel shows
		vgpu/store | vgpu/base | what is defined
		vgpu/commands | vgpu/host vgpu/store | the commands
		xmlpatch | vgpu/base | domain XML
		display/scanout | vgpu/base | the helper
		display/source | vgpu/base display/scanout/protocol.h | where pictures come from
	LAYERS
	source_file vgpu/base/error.h
	source_file vgpu/base/error.c vgpu/base/error.h
	source_file vgpu/host/parent.h vgpu/base/error.h
	source_file vgpu/host/device.h vgpu/host/parent.h
	source_file vgpu/host/device.c vgpu/host/device.h vgpu/base/error.h
	source_file vgpu/store/definition.h vgpu/base/error.h
	source_file vgpu/commands/list.c vgpu/host/device.h vgpu/store/definition.h vgpu/base/error.h
	source_file xmlpatch/attach.c vgpu/base/error.h
	source_file display/scanout/protocol.h
	source_file display/scanout/serve.h display/scanout/protocol.h
	source_file display/source/planes.c display/scanout/protocol.h vgpu/base/error.h
}

layers() { "$work/scripts/check-layers" "$@"; }

# faults NAME PATTERN: exactly one is told, in one line
faults() {
	refuses "$1" 1 "$2" bash -c '"$1" >&2' sh "$work/scripts/check-layers"
	clean_tree
}

mkdir "$work/scripts"
cp "$top/scripts/check-layers" "$work/scripts"
git init -q "$work"
clean_tree
same "a clean tree is no fault and no word" "0 " "$(layers 2>&1; echo "$?") "

# --- includes
source_file vgpu/host/parent.h vgpu/commands/table.h
faults "an include that runs upward" \
	'^layers: vgpu/host/parent.h includes vgpu/commands/table.h: vgpu/host may include from vgpu/base and what is below them, see scripts/layers$'
for form in '#include <vgpu/commands/table.h>' '#  include "vgpu/commands/table.h"'; do
	echo "$form" >>"$work/vgpu/host/parent.h"
	faults "the same as $form" '^layers: vgpu/host/parent.h includes vgpu/commands/table.h: vgpu/host may'
done
echo '#include "error.h"' >>"$work/vgpu/base/error.c"
faults "a header that is not named from the top" '^layers: vgpu/base/error.c includes error.h: vgpu/base may'
source_file vgpu/stray.c vgpu/base/error.h
faults "a source outside of all folders" '^layers: vgpu/stray.c: its folder vgpu is not in scripts/layers$'
git -C "$work" add . && rm "$work/vgpu/host/device.c"
same "a source that is deleted and not committed is none" "0 " "$(layers 2>&1; echo "$?") "
clean_tree
source_file vgpu/store/definition.h vgpu/host/parent.h
faults "one from a folder beside" '^layers: vgpu/store/definition.h includes vgpu/host/parent.h: vgpu/store may'
source_file vgpu/base/text.c vgpu/host/parent.h
faults "one from the lowest folder" '^layers: vgpu/base/text.c includes vgpu/host/parent.h: vgpu/base may include from no other folder'
source_file display/source/planes.c display/scanout/serve.h
faults "one of another header than the one that is named" \
	'^layers: display/source/planes.c includes display/scanout/serve.h: .* from vgpu/base display/scanout/protocol.h and'
source_file vgpu/extra/thing.c vgpu/base/error.h
faults "a folder that is not listed" '^layers: vgpu/extra/thing.c: its folder vgpu/extra is not in scripts/layers$'
sed -i 's/^vgpu.host .*/vgpu\/host | vgpu\/base vgpu\/commands | above what comes later/' "$work/scripts/layers"
faults "a list that is not from the bottom up" \
	'^layers: scripts/layers: vgpu/host includes from vgpu/commands, which must be listed before it$'

# --- circles
source_file vgpu/host/parent.h vgpu/host/device.h
layers >"$work/said" 2>&1
same "a circle of headers is a fault, and its files are named" \
	"1 layers: these files include each other in a circle: vgpu/host/device vgpu/host/parent" \
	"$? $(head -n 1 "$work/said") $(tail -n +2 "$work/said" | sort | paste -sd ' ')"
clean_tree
source_file vgpu/host/parent.c vgpu/host/device.h
layers >"$work/said" 2>&1
same "so is one by way of a source" 1 "$?"
check "whose files are named" grep -x vgpu/host/parent "$work/said"
clean_tree

# --- crowds
for ((i = 0; i < 30; i++)); do
	source_file "vgpu/store/file$i.c"
	source_file "xmlpatch/file$i.c"
done
rm "$work/vgpu/store/file29.c"
same "30 files in a folder are no fault, nor are more of xmlpatch's" "0 " "$(layers 2>&1; echo "$?") "
source_file vgpu/store/file29.c
faults "31 files are" '^layers: vgpu/store holds 31 files, more than 30$'

# --- the map
same "the map has a line for each folder" \
	"$(sed -n '/^[^#]/s/ |.*//p' "$work/scripts/layers")" \
	"$(layers --map | sed -n '3,$s/^| `\([^`]*\)` | .*/\1/p')"
# shellcheck disable=SC2016 # the backquotes are the table's
same "with what it may include" '| `vgpu/commands` | the commands | `vgpu/host` `vgpu/store` |' \
	"$(layers --map | grep '^| `vgpu/commands`')"
finish
