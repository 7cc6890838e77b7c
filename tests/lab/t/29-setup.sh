#!/usr/bin/env bash
# vgpu setup: everything for a domain in one go, or nothing.
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh

launcher=/usr/local/share/applications/vgpu-display-walker.desktop
work=$(mktemp -d)

made_kvm=
cleanup() {
	[ -z "$made_kvm" ] || rm -f /dev/kvm
	virsh destroy walker
	virsh undefine walker
	virsh undefine other
	vgpu remove --all --yes
	systemctl disable vgpu-restore.service vgpu-suspend.service
	systemctl disable --now vgpu-scanout.socket
	rm -f "$launcher"
} >/dev/null 2>&1
trap 'cleanup; rm -rf "$work"' EXIT

define() {
	virsh define /dev/stdin >/dev/null <<-XML
		<domain type='qemu'>
		  <name>$1</name>
		  <memory unit='MiB'>128</memory>
		  <os><type arch='x86_64' machine='q35'>hvm</type></os>
		  <devices><graphics type='vnc' autoport='yes'/><video><model type='vga'/></video></devices>
		</domain>
	XML
}

# All that setup may change, to see that nothing did.
snapshot() {
	ls /sys/bus/mdev/devices
	find /etc/mdevctl.d /etc/systemd/system /usr/local/share/applications -type f,l -printf '%p %l\n' 2>/dev/null | sort
	find /etc/mdevctl.d -type f -exec sha256sum {} + | sort
	virsh dumpxml --inactive walker | sha256sum
}

cleanup
modprobe -r gvtsim mbochs mdpy mtty 2>/dev/null
define walker
define other
before=$(snapshot)
refuses "a host that is not ready stops it at once" 1 "nothing is changed: host: .*vgpu doctor" vgpu setup walker
same "and changes nothing" "$before" "$(snapshot)"

lab_load_gvtsim
refuses "no domain is misuse" 2 "which domain" vgpu setup
refuses "a user who is not root" 1 "run this as root" runuser -u user -- vgpu setup walker
refuses "a domain that is not there" 1 "nothing is changed: vGPU: there is no domain 'nobody'" \
	eval 'vgpu setup --skip-doctor nobody >/dev/null'
refuses "a type that is not there" 1 "nothing is changed: vGPU: .*no-such-type" \
	eval 'vgpu setup --skip-doctor --type no-such-type walker >/dev/null'

# A failure at the end takes back all that came before.
mkdir -p /usr/local/share
rm -rf /usr/local/share/applications
touch /usr/local/share/applications
check "a launcher that cannot be written fails" eval '! vgpu setup --skip-doctor --suspend walker >"$work/said" 2>&1'
check "it says so" grep -q "nothing is changed: launcher: " "$work/said"
rm /usr/local/share/applications
same "and took back the vGPU and the services" "$before" "$(snapshot)"

# The lab is ready but for KVM. Where it has none a node takes its place: no machine
# here needs more.
[ -e /dev/kvm ] || { mknod -m 666 /dev/kvm c 10 232 && made_kvm=1; }
check "doctor finds the host ready" vgpu doctor
check "setup does it all" eval 'vgpu setup --suspend walker >"$work/said" 2>"$work/messages"'
check "it says that the host is ready" grep -qE "^host +.*ready for vGPUs" "$work/said"
uuid=$(ls /sys/bus/mdev/devices)
same "it says each step" "host vGPU boot sleep viewer launcher domain" \
	"$(awk '{ print $1 }' "$work/said" | paste -sd ' ')"
check "it says what to do next" grep -q "'virsh start' it, then 'vgpu-display walker' shows it" "$work/messages"
check "the domain has the vGPU" eval "virsh dumpxml --inactive walker | grep -q '$uuid'"
check "it comes back at boot" eval "systemctl is-enabled --quiet vgpu-restore.service &&
	vgpu list --json --brief | jq -e '.[0].start == \"auto\"'"
check "it goes before sleep" systemctl is-enabled --quiet vgpu-suspend.service
check "the viewer gets every flip" eval "systemctl is-enabled --quiet vgpu-scanout.socket &&
	test -S /run/vgpu-scanout.sock"
check "the launcher starts the viewer" grep -qxF 'Exec="/usr/bin/vgpu-display" -- "walker"' "$launcher"

after=$(snapshot)
check "a second time succeeds" eval 'vgpu setup --suspend walker >"$work/said" 2>"$work/messages"'
same "and changes nothing" "$after" "$(snapshot)"
check "it says that" grep -q "walker was ready already: nothing is changed" "$work/messages"

# A vGPU that exists and that nobody has is taken; one of another domain is not.
second=$(vgpu create --type i915-GVTg_V5_8 2>/dev/null || vgpu create 2>/dev/null)
check "another domain" vgpu setup --skip-doctor other
check "takes the free vGPU" eval "virsh dumpxml --inactive other | grep -q '$second'"

# What the domain has and what starts by hand is made to come back at boot.
vgpu set "$uuid" --no-boot
check "setup sets a vGPU that starts by hand" eval 'vgpu setup --skip-doctor walker >"$work/said" 2>"$work/messages"'
same "to start at boot" auto \
	"$(vgpu list --json --brief | jq -r --arg uuid "$uuid" '.[] | select(.uuid == $uuid) | .start')"
vgpu set "$uuid" --on-demand
check "one on demand it leaves alone" eval 'vgpu setup --skip-doctor walker >"$work/said" 2>"$work/messages" &&
	grep -q "libvirt makes the vGPU when walker starts" "$work/said"'
same "as it is" on-demand \
	"$(vgpu list --json --brief | jq -r --arg uuid "$uuid" '.[] | select(.uuid == $uuid) | .start')"

check "the domain starts with it" virsh start --paused walker
finish
