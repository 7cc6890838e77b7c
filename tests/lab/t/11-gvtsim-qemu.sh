#!/usr/bin/env bash
# QEMU and Mesa accept gvtsim's vGPU and render node as they accept i915's.
set -uo pipefail
# shellcheck source=tests/tap.sh
. /lab/tests/tap.sh
# shellcheck source=tests/lab/guest/lib.sh
. /lab/tests/lab/guest/lib.sh

gpu=/sys/bus/pci/devices/$lab_gvt
uuid=0000000a-1111-4222-8333-444444444444
mdev=/sys/bus/mdev/devices/$uuid

set_to() { echo "$2" >"$mdev/gvtsim/$1"; }

lab_load_gvtsim
node=/dev/dri/$(basename "$gpu"/drm/renderD*)
echo "$uuid" >"$gpu/mdev_supported_types/i915-GVTg_V5_8/create"
set_to mode '640x480 XR24 3'
check "Mesa imports both planes on the render node without a copy" plane-import "$node" "$uuid"

# qmp COMMAND [JSON]: sends one command to the running QEMU
qmp() {
	python3 - "$1" "${2:-{\}}" <<'PYTHON'
import json, socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect("/run/gvtsim-qmp")
f = s.makefile("rw")
def call(name, arguments):
    f.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
    f.flush()
    while True:
        reply = json.loads(f.readline())
        if "return" in reply or "error" in reply:
            return reply
f.readline()
call("qmp_capabilities", {})
reply = call(sys.argv[1], json.loads(sys.argv[2]))
print(json.dumps(reply))
sys.exit("error" in reply)
PYTHON
}

flipped_since() { [ "$(cat "$mdev/gvtsim/frame")" -gt $(($1 + 8)) ]; }

# egl-headless imports every buffer and the cursor, and draws them: if the renderer cannot read
# their memory, QEMU crashes.
for machine in q35 pc; do
	set_to refresh_mhz 5000
	set_to cursor off
	timeout 150 qemu-system-x86_64 -machine "$machine,accel=tcg" -m 64 -nodefaults -vga none \
		-display "egl-headless,rendernode=$node" \
		-device "vfio-pci-nohotplug,sysfsdev=$mdev,display=on,ramfb=on,addr=2.0" \
		-qmp unix:/run/gvtsim-qmp,server=on,wait=off >"/lab/out/qemu-$machine.log" 2>&1 &
	qemu=$!
	check "$machine: QEMU takes the vGPU" lab_wait 100 qmp query-status
	same "$machine: the guest has an Intel VGA device" '32902 22806 768' "$(qmp query-pci |
		jq -r '.return[0].devices[] | select(.slot == 2) | "\(.id.vendor) \(.id.device) \(.class_info.class)"')"
	set_to cursor '20 20'
	frame=$(cat "$mdev/gvtsim/frame")
	lab_wait 30 flipped_since "$frame"
	check "$machine: it draws flips and the cursor without a crash" qmp query-status
	qmp quit >/dev/null
	wait "$qemu"
	same "$machine: QEMU ends well" 0 $?
done

echo 1 >"$mdev/remove"
check "the module can be removed" lab_wait 10 rmmod gvtsim
finish
