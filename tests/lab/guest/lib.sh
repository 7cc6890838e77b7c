# shellcheck shell=bash
# What the scripts in the lab share. Sourced.

# shellcheck disable=SC2034 # for those who source this
lab_gvt=0000:00:02.0 # the PCI address of gvtsim's parent

# The kernel's own sample drivers, with the parents mbochs, mdpy and mtty.
lab_load_samples() {
	modprobe -a vfio_iommu_type1 mdev mbochs mdpy mtty
}

# lab_load_gvtsim [PARAMETER=VALUE...]
lab_load_gvtsim() {
	modprobe gvtsim "$@"
	udevadm settle
}

# lab_wait SECONDS COMMAND...: waits until the command succeeds
lab_wait() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.2
	done
}

# lab_create_vgpu PARENT TYPE UUID, lab_remove_vgpu UUID...: by the kernel's own interface;
# one that is not there is removed
lab_create_vgpu() { echo "$3" >"/sys/class/mdev_bus/$1/mdev_supported_types/$2/create"; }
lab_remove_vgpu() {
	local uuid
	for uuid; do
		[ ! -e "/sys/bus/mdev/devices/$uuid" ] || echo 1 >"/sys/bus/mdev/devices/$uuid/remove"
	done
}

# lab_domain NAME [MACHINE [DEVICES]]: one that a person may have, to standard output
lab_domain() {
	cat <<-XML
		<domain type='qemu'>
		  <name>$1</name>
		  <memory unit='MiB'>128</memory>
		  <os>
		    <type arch='x86_64' machine='${2:-pc}'>hvm</type>
		  </os>
		  <on_reboot>destroy</on_reboot>
		  <devices>
		    ${3-}
		    <graphics type='vnc' autoport='yes'/>
		    <video>
		      <model type='vga'/>
		    </video>
		    <memballoon model='none'/>
		  </devices>
		</domain>
	XML
}

# lab_definition DOMAIN: as it will be started
lab_definition() { virsh dumpxml --inactive --security-info "$1"; }

# lab_command_line DOMAIN: of its QEMU, an argument a line
lab_command_line() { tr '\0' '\n' <"/proc/$(cat "/run/libvirt/qemu/$1.pid")/cmdline"; }
