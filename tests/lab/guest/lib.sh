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
