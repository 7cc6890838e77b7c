#!/usr/bin/env bash
# What bash, zsh and fish offer where vgpu is installed: the types, UUIDs and domains of this
# moment. Each shell is asked once, because starting it takes most of the time. The host tests
# commands and options (tests/integration).
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh
# shellcheck source=tests/offers.sh
. /lab/tests/offers.sh

uuid=4b20d080-1b54-4048-85b3-a6a62d165d71

cleanup() {
	vgpu remove "$uuid"
	virsh undefine completed
} >/dev/null 2>&1
trap cleanup EXIT

cleanup
lab_load_gvtsim
check "there is a vGPU" vgpu create --parent "$lab_gvt" --type i915-GVTg_V5_8 --uuid "$uuid"
check "there is a domain" eval 'virsh define /dev/stdin <<<"
	<domain type=\"qemu\"><name>completed</name><memory unit=\"MiB\">128</memory>
	<os><type arch=\"x86_64\" machine=\"q35\">hvm</type></os></domain>" && virsh list --all --name | grep -qx completed'

for shell in bash fish zsh; do
	ask "$shell" 'vgpu ' 'vgpu create --type ' 'vgpu remove 4b' 'vgpu attach ' 'vgpu detach ' \
		'vgpu attach completed 4b' 'vgpu detach completed 4b' 'vgpu attach --xml f 4b'
	same "$shell offers the commands" "create remove" \
		"$(offers "$shell" 'vgpu ' | grep -xE 'create|remove' | paste -sd ' ')"
	same "$shell offers the live types" i915-GVTg_V5_4 \
		"$(offers "$shell" 'vgpu create --type ' | grep -x i915-GVTg_V5_4)"
	same "$shell offers the live UUIDs" "$uuid" "$(offers "$shell" 'vgpu remove 4b' | grep -x "$uuid")"
	for command in attach detach; do
		same "$shell offers the domains to $command" completed \
			"$(offers "$shell" "vgpu $command " | grep -x completed)"
		same "$shell offers the live UUIDs to $command" "$uuid" \
			"$(offers "$shell" "vgpu $command completed 4b" | grep -x "$uuid")"
	done
	same "$shell offers the live UUIDs after --xml FILE" "$uuid" \
		"$(offers "$shell" 'vgpu attach --xml f 4b' | grep -x "$uuid")"
done

finish
