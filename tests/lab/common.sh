# shellcheck shell=bash
# What the host-side scripts of the lab share. Sourced, never run.

# Making the lab needs chroot and mount, so a script that a user starts continues as root. The
# cache stays in the user's cache directory.
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || {
		echo "lab: making the lab needs chroot and mount: run this as root" >&2
		exit 1
	}
	exec sudo "XDG_CACHE_HOME=${XDG_CACHE_HOME:-$HOME/.cache}" "$0" "$@"
fi

lab_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034 # for those who source this
lab_top=$(cd "$lab_dir/../.." && pwd)
lab_cache=${XDG_CACHE_HOME:-$HOME/.cache}/vgpu-lab

lab_say() { printf 'lab: %s\n' "$*" >&2; }
lab_die() { printf 'lab: %s\n' "$*" >&2; exit 1; }

# The name of the root contains a checksum of everything that it is made from.
lab_root_key() {
	(cd "$lab_dir" && cat packages root initramfs-init) |
		sha256sum | cut -c1-16
}

lab_root_dir() { printf '%s/root-%s\n' "$lab_cache" "$(lab_root_key)"; }

# lab_in_root ROOT SRC OUT COMMAND...: runs a command inside ROOT's tree, with the checkout
# read-only at /vgpu and the directory OUT at /vgpu-out. The mounts are in a namespace of their
# own, so they disappear with the command.
lab_in_root() {
	local root=$1 src=$2 out=$3
	shift 3
	unshare --mount --propagation private --fork bash -euc '
		root=$1 src=$2 out=$3
		shift 3
		mkdir -p "$root/vgpu" "$root/vgpu-out"
		mount --bind "$src" "$root/vgpu"
		mount -o remount,bind,ro "$root/vgpu"
		mount --bind "$out" "$root/vgpu-out"
		mount -t proc proc "$root/proc"
		mount --rbind /dev "$root/dev"
		exec chroot "$root" /usr/bin/env -i HOME=/root LC_ALL=C.UTF-8 \
			PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
	' lab-in-root "$root" "$src" "$out" "$@"
}
