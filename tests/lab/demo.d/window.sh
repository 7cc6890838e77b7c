#!/usr/bin/env bash
# From the types of the host to a screenshot of the viewer's window.
# shellcheck source=tests/lab/demo.d/common.sh
. /lab/tests/lab/demo.d/common.sh
trap 'printf "the demo stopped at line %d of %s\n" "$LINENO" "$0"' ERR

# The parent appears at every boot, as i915 does. At two pictures a second, an emulated
# processor has time to show each picture before the guest draws into its buffer again.
echo 'options gvtsim refresh_mhz=2000 aperture_mb=512' >/etc/modprobe.d/demo.conf
echo gvtsim >/etc/modules-load.d/demo.conf
modprobe gvtsim
udevadm settle

step "The types that this host's GPU offers"
run vgpu types

step "Create a vGPU; it will come back at every boot"
run vgpu create --parent "$lab_gvt" --type i915-GVTg_V5_8 --uuid 3f6c1bb2-8c1e-4d6f-9d0a-5b6a2f5d7e01
uuid=3f6c1bb2-8c1e-4d6f-9d0a-5b6a2f5d7e01
run systemctl enable --quiet vgpu-restore.service
run vgpu list

step "A libvirt domain with an emulated screen"
cat >/tmp/windows.xml <<'XML'
<domain type='qemu'>
  <name>windows</name>
  <memory unit='MiB'>256</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='q35'>hvm</type>
  </os>
  <features>
    <acpi/>
  </features>
  <devices>
    <input type='tablet' bus='usb'/>
    <graphics type='vnc' autoport='yes'/>
    <video>
      <model type='vga'/>
    </video>
  </devices>
</domain>
XML
run virsh define /tmp/windows.xml
virsh dumpxml --inactive windows >/tmp/before.xml

step "Attach the vGPU to it"
run vgpu attach --yes windows "$uuid"
printf '$ diff -u (the definition before and after)\n'
diff -u --label before --label after /tmp/before.xml <(virsh dumpxml --inactive windows) | tail -n +3 || :

step "Start the VM"
run virsh start windows

step "Open its window under a compositor (weston), as an ordinary user"
install -d -m 700 -o user -g user /run/user/1000
as_user() {
	runuser -u user -- env XDG_RUNTIME_DIR=/run/user/1000 WAYLAND_DISPLAY=wayland-demo \
		SDL_VIDEODRIVER=wayland "$@"
}
as_user weston --config=/lab/tests/lab/demo.d/weston.ini --backend=headless --renderer=gl --width=1280 --height=960 --debug \
	--socket=wayland-demo --idle-time=0 >/lab/out/weston.log 2>&1 &
lab_wait 60 test -S /run/user/1000/wayland-demo
printf '$ vgpu-display windows\n'
as_user vgpu-display --connect qemu:///system windows >/lab/out/viewer.log 2>&1 &
viewer=$!

step "Photograph the compositor's screen"
install -d -o user -g user /tmp/photos
photograph() {
	rm -f /tmp/photos/*.png
	(cd /tmp/photos && as_user weston-screenshooter) >/lab/out/screenshooter.log 2>&1 &&
		check-pattern /tmp/photos/*.png --search >/tmp/photos/check.txt 2>&1
}
if ! lab_wait 60 photograph; then
	cat /lab/out/viewer.log /lab/out/screenshooter.log /tmp/photos/check.txt || :
	cp /tmp/photos/*.png /lab/out/ || :
	echo "the screenshot does not show the vGPU's picture"
	exit 1
fi
run check-pattern /tmp/photos/*.png --search
cp /tmp/photos/*.png /lab/out/demo.png

step "Stop the VM; the viewer ends with it"
run virsh destroy windows
wait "$viewer"
echo "vgpu-display ended with exit code 0"

step "Reboot"
