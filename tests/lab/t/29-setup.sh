#!/usr/bin/env bash
# vgpu setup does everything for a domain in one go, or nothing.
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

define() { virsh define <(lab_domain "$1" q35) >/dev/null; }

# Prints all that setup may change, to see that nothing was changed.
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
refuses "a host that is not ready stops it at once" 1 "nothing was changed: host: .*vgpu doctor" vgpu setup walker
same "that changes nothing" "$before" "$(snapshot)"

lab_load_gvtsim
refuses "a missing domain is wrong usage" 2 "which domain" vgpu setup
refuses "a user who is not root" 1 "run this as root" runuser -u user -- vgpu setup walker
refuses "a domain that does not exist" 1 "nothing was changed: vGPU: there is no domain 'nobody'" \
	eval 'vgpu setup --skip-doctor nobody >/dev/null'
refuses "a type that does not exist" 1 "nothing was changed: vGPU: .*no-such-type" \
	eval 'vgpu setup --skip-doctor --type no-such-type walker >/dev/null'

# A failure at the end must take back everything before it.
mkdir -p /usr/local/share
rm -rf /usr/local/share/applications
touch /usr/local/share/applications
check "a launcher that cannot be written fails" eval '! vgpu setup --skip-doctor --suspend walker >"$work/said" 2>&1'
check "setup says that the launcher failed" grep -q "nothing was changed: launcher: " "$work/said"
rm /usr/local/share/applications
same "setup took back the vGPU and the services" "$before" "$(snapshot)"

# The lab is ready except for KVM. If there is none, a device node takes its place, because no
# virtual machine in this test needs more.
[ -e /dev/kvm ] || { mknod -m 666 /dev/kvm c 10 232 && made_kvm=1; }
check "doctor finds the host ready" vgpu doctor
check "setup succeeds" eval 'vgpu setup --suspend walker >"$work/said" 2>"$work/messages"'
check "it says that the host is ready" grep -qE "^host +.*ready for vGPUs" "$work/said"
uuid=$(ls /sys/bus/mdev/devices)
same "it reports each step" "host vGPU boot sleep viewer launcher domain" \
	"$(awk '{ print $1 }' "$work/said" | paste -sd ' ')"
check "it says what to do next" grep -q "'vgpu-display --start walker' starts and shows it" "$work/messages"
check "the domain has the vGPU" eval "virsh dumpxml --inactive walker | grep -q '$uuid'"
check "the vGPU comes back at boot" eval "systemctl is-enabled --quiet vgpu-restore.service &&
	vgpu list --json --brief | jq -e '.[0].start == \"auto\"'"
check "the vGPU is removed before sleep" systemctl is-enabled --quiet vgpu-suspend.service
check "the viewer gets every flip" eval "systemctl is-enabled --quiet vgpu-scanout.socket &&
	test -S /run/vgpu-scanout.sock"
check "the launcher starts the viewer" grep -qxF 'Exec="/usr/bin/vgpu-display" -- "walker"' "$launcher"

after=$(snapshot)
check "a second setup succeeds" eval 'vgpu setup --suspend walker >"$work/said" 2>"$work/messages"'
same "a second setup changes nothing" "$after" "$(snapshot)"
check "a second setup says that nothing is changed" grep -q "walker was ready already: nothing was changed" "$work/messages"

# A free vGPU is taken; one of another domain is not.
second=$(vgpu create --type i915-GVTg_V5_8 2>/dev/null || vgpu create 2>/dev/null)
check "setup for another domain succeeds" vgpu setup --skip-doctor other
check "setup takes the free vGPU" eval "virsh dumpxml --inactive other | grep -q '$second'"

# If the domain's vGPU starts by hand, setup makes it start at boot.
vgpu set "$uuid" --no-boot
check "setup with a vGPU that starts by hand succeeds" eval 'vgpu setup --skip-doctor walker >"$work/said" 2>"$work/messages"'
same "setup makes that vGPU start at boot" auto \
	"$(vgpu list --json --brief | jq -r --arg uuid "$uuid" '.[] | select(.uuid == $uuid) | .start')"
vgpu set "$uuid" --on-demand
check "setup with a vGPU on demand succeeds" eval 'vgpu setup --skip-doctor walker >"$work/said" 2>"$work/messages" &&
	grep -q "libvirt makes the vGPU when walker starts" "$work/said"'
same "setup leaves that vGPU on demand" on-demand \
	"$(vgpu list --json --brief | jq -r --arg uuid "$uuid" '.[] | select(.uuid == $uuid) | .start')"

check "the domain starts with that vGPU" virsh start --paused walker
finish
