#!/usr/bin/env bash
# `vgpu attach` and `vgpu detach` on the domains of a libvirt and a QEMU of the
# test's own, for vGPUs of a /sys made of files. Real vGPUs are in the lab
# (tests/lab/t).
# shellcheck source=tests/check.sh
. "$(dirname "$0")/../check.sh"
# shellcheck source=tests/mock.sh
. "$top/tests/mock.sh"

gvt=4b20d080-1b54-4048-85b3-a6a62d165c01
defined=4b20d080-1b54-4048-85b3-a6a62d165c02
sample=c0ffee00-1b54-4048-85b3-a6a62d165c03
channel=dd000000-1b54-4048-85b3-a6a62d165c04
backups=$work/state/vgpu/backups

clean_up() { kill "$(cat "$work/run/libvirt/libvirtd.pid")"; }

# As root, the test continues as another user, because root's libvirt belongs to the machine.
user=(env XDG_RUNTIME_DIR="$work/run" HOME="$work/home" XDG_STATE_HOME="$work/state"
	XDG_CONFIG_HOME="$work/home" XDG_CACHE_HOME="$work/home" LIBVIRT_DEFAULT_URI=qemu:///session)
[ "$(id -u)" -ne 0 ] || user=(setpriv --reuid 65534 --regid 65534 --clear-groups "${user[@]}")
virsh() { "${user[@]}" virsh "$@"; }
vgpu_words=("${user[@]}" "${mocked[@]}" "$work/bin/vgpu")
vgpu() { "${vgpu_words[@]}" "$@"; }
attach() { vgpu attach --config-dir "$config" "$@"; }
said() { grep -F -- "$1" "$work/said"; }
definition() { virsh dumpxml --inactive --security-info "$1"; }
saved() { find "$backups" -name '*.xml' | sort; }

# mdev TYPE API UUID: a type of `parent`, with one device
mdev() {
	mock_type "$1" 1 "$2"
	printf 'resolution: 1920x1200\n' >"$parent/mdev_supported_types/$1/description"
	mock_device "$3" "$1"
}

# guest NAME [DEVICES]
guest() {
	cat <<-XML >"$work/guest.xml"
		<domain type='qemu'>
		  <name>$1</name>
		  <memory unit='MiB'>32</memory>
		  <os><type arch='x86_64' machine='pc'>hvm</type></os>
		  <devices>
		    <graphics type='vnc' socket='$work/run/$1.vnc'/>
		    <video><model type='vga'/></video>
		    ${2-}
		  </devices>
		</domain>
	XML
	virsh define "$work/guest.xml" >/dev/null
}

mdev_xml() {
	echo "<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source><address uuid='$1'/></source></hostdev>"
}

# on_terminal ANSWER COMMAND...
on_terminal() {
	local answer=$1
	shift
	printf '%s\n' "$answer" | env SHELL="$BASH" script -qec "$(printf '%q ' "$@")" /dev/null | tr -d '\r'
}

mock_parent 0000:00:02.0 pci i915
mdev i915-GVTg_V5_4 vfio-pci "$gvt"
mkdir "$work/run" "$work/home" "$work/state" "$work/bin"
printf '{"mdev_type":"i915-GVTg_V5_4","start":"manual","attrs":[]}' >"$config/0000:00:02.0/$defined"
cp "$build/bin/vgpu" "$build/bin/vgpu-domain" "$work/bin"
chmod -R a+rX "$work"
[ "$(id -u)" -ne 0 ] || chown -R 65534:65534 "$work/run" "$work/home" "$work/state"
if ! virsh version >/dev/null 2>&1; then
	skip "a domain is attached to" "there is no libvirt here that a user can run"
	finish
fi

guest plain
definition plain >"$work/plain.xml"

# --- which vGPU is taken

refuses "if several vGPUs are free, one line names them" 1 "which vGPU\? These are free: $gvt, $defined" \
	attach --yes plain
rm "$config/0000:00:02.0/$defined"
refuses "without a terminal it needs --yes" 2 "no terminal to ask on: .*--yes" attach plain
check "a dry run prints a diff that patch accepts" eval 'attach --dry-run plain >"$work/diff" 2>"$work/said" &&
	cp "$work/plain.xml" "$work/patched.xml" && patch -s "$work/patched.xml" "$work/diff"'
same "a dry run prints nothing else" "" "$(cat "$work/said")"
check "a diff has no colours without a terminal" eval '! grep -q $'"'\033'"' "$work/diff"'
same "nothing is changed yet" "$(cat "$work/plain.xml")" "$(definition plain)"
check "nothing is saved yet" eval '[ -z "$(saved 2>/dev/null)" ]'

# --- on a terminal

same "on a terminal, the answer no is obeyed" "vgpu: nothing was changed" \
	"$(on_terminal no "${vgpu_words[@]}" attach --config-dir "$config" plain |
		sed 's/\x1b\[[0-9;]*m//g; s/.*\[y\/N\] //' | tail -n 1)"
same "after a no, nothing is changed" "$(cat "$work/plain.xml")" "$(definition plain)"
check "on a terminal, the answer yes is obeyed" eval 'on_terminal yes "${vgpu_words[@]}" attach --config-dir "$config" plain >"$work/said"'
check "it shows the diff first, in colours" said $'\033[31m-      <model type=\'vga\''
check "it takes the only free vGPU" eval 'definition plain | grep "$gvt"'

# --- the definition that was there before

same "the old definition is saved" "$(cat "$work/plain.xml")" "$(cat "$(saved)")"
same "only its owner can read it" "600 700" \
	"$(stat -c %a "$(saved)") $(stat -c %a "$(dirname "$(saved)")")"
same "--backups lists it" "$(saved)" "$(vgpu attach --backups plain 2>/dev/null | awk 'END { print $NF }')"
same "--backups --json lists it" "$(saved) $(stat -c %s "$(saved)")" \
	"$(vgpu attach --backups --json plain | jq -r '.[] | "\(.file) \(.size)"')"
same "--backups lists it by the domain's UUID" "$(saved)" \
	"$(vgpu attach --backups --json "$(basename "$(dirname "$(saved)")")" | jq -r '.[].file')"
check "--backups says how to restore it" eval 'vgpu attach --backups plain 2>&1 | grep "virsh -c qemu:///session define FILE"'

definition plain >"$work/attached.xml"
attach --yes plain >"$work/said" 2>&1
same "attaching again says that nothing changed" "vgpu: the domain plain has the vGPU $gvt already: nothing changed" \
	"$(cat "$work/said")"
same "attaching again changes nothing" "$(cat "$work/attached.xml")" "$(definition plain)"
same "attaching again saves nothing" 1 "$(saved | wc -l)"

# --- detached again

definition plain >"$work/attached.xml"
refuses "detach needs --yes as well" 2 "no terminal to ask on: .*--yes" vgpu detach plain
check "a dry run of detach prints a diff that patch accepts" eval 'vgpu detach --dry-run plain >"$work/diff" 2>/dev/null &&
	cp "$work/attached.xml" "$work/patched.xml" && patch -s "$work/patched.xml" "$work/diff"'
check "detach takes the vGPU out" vgpu detach --yes plain
same "the definition is what it was" "$(cat "$work/plain.xml")" "$(definition plain)"
same "the definition that it replaced is saved too" "$(cat "$work/attached.xml")" "$(cat "$(saved | tail -n 1)")"
vgpu detach --yes plain >"$work/said" 2>&1
same "detaching again says that nothing changed" "vgpu: the domain plain has nothing from 'vgpu attach': nothing changed" \
	"$(cat "$work/said")"
same "detaching again saves nothing" 2 "$(saved | wc -l)"
refuses "a domain that does not exist" 1 "no domain 'nobody'" vgpu detach --yes nobody
refuses "the beginning of no vGPU" 2 "'4c' is not a UUID or the beginning" vgpu detach --yes plain 4c
attach --yes plain "$gvt" >/dev/null 2>&1

# --- refusals

guest other
definition other >"$work/other.xml"
refuses "no vGPU is free" 1 "there is no free vGPU: 'vgpu create'" attach --yes other
refuses "a vGPU that another domain has" 1 "$gvt is in the domain plain already" attach --yes other "$gvt"
refuses "the same vGPU, named by the beginning of its UUID" 1 "$gvt is in the domain plain already" attach --yes other 4b
refuses "a vGPU that does not exist" 1 "there is no vGPU $sample" attach --yes other "$sample"
printf '{"mdev_type":"i915-GVTg_V5_4","start":"manual","attrs":[]}' >"$config/0000:00:02.0/$defined"
refuses "a second GVT-g vGPU" 1 "plain has the GVT-g vGPU $gvt already" attach --yes plain "$defined"
mock_parent css0.0.0313 css vfio_ccw
mdev vfio_ccw-io vfio-ccw "$channel"
refuses "a vGPU that is not a PCI device" 1 "its type's API is vfio-ccw" attach --yes other "$channel"
refuses "an invalid slot" 2 "'20.0' is not a slot" attach --slot 20.0 other "$defined"
chmod a-w "$work/state/vgpu/backups"
refuses "a definition that cannot be saved" 1 "cannot keep the old definition" attach --yes other "$defined"
chmod u+w "$work/state/vgpu/backups"
same "after all refusals, nothing is changed" "$(cat "$work/other.xml")" "$(definition other)"

# --- domains that are running, saved or have snapshots

mock_parent 0000:00:03.0 pci mbochs
mdev mbochs-small vfio-pci "$sample"
virsh start --paused other >/dev/null
virsh managedsave other >/dev/null
attach --yes other "$sample" >"$work/said" 2>&1
check "a saved image is named" said "'virsh -c qemu:///session managedsave-remove other'"
check "the vGPU is attached all the same" eval 'definition other | grep "$sample"'
virsh managedsave-remove other >/dev/null

guest third
virsh start --paused third >/dev/null
for name in one two three four; do
	{
		echo "<domainsnapshot><name>$name</name><state>shutoff</state><creationTime>1700000000</creationTime>"
		definition third
		echo "</domainsnapshot>"
	} >"$work/snapshot.xml"
	chmod a+r "$work/snapshot.xml"
	virsh snapshot-create --redefine third "$work/snapshot.xml" >/dev/null
done
attach --yes third "$defined" >"$work/said" 2>&1
check "it says that a running domain must be restarted" said "third is running: shut it down and start it again"
check "the running domain is not changed" eval '! virsh dumpxml third | grep "$defined"'
check "snapshots are named" grep -E "third has 4 snapshots \(([a-z]+, ){3}\.\.\.: 'virsh -c qemu:///session snapshot-list third' lists all\)" "$work/said"
vgpu detach --yes third >"$work/said" 2>&1
check "the same after a detach" said "third is running: shut it down and start it again"
virsh destroy third >/dev/null

# --- what cannot be restored

guest secret
definition secret | sed "s|<graphics type='vnc'|& passwd='geheim'|" >"$work/secret.xml"
virsh define "$work/secret.xml" >/dev/null
attach --yes secret "$defined" >/dev/null 2>&1
check "the new definition does not contain the password of the display" eval '! definition secret | grep geheim'
vgpu detach --yes secret >"$work/said" 2>&1
check "detach says that the password is not restored" said "the password of the display vnc was not kept: set it again"
check "detach says where it is" said "'vgpu attach --backups secret' lists them"
check "the saved definition contains it" grep -q geheim "$(vgpu attach --backups --json secret | jq -r '.[].file' | xargs grep -l geheim)"

# --- errors that only libvirt finds

guest crowded "<input type='keyboard' bus='usb'><address type='usb' bus='0' port='1'/></input>
	<input type='mouse' bus='usb'><address type='usb' bus='0' port='2'/></input>"
definition crowded >"$work/crowded.xml"
vgpu detach --yes secret >/dev/null 2>&1
refuses "an error of libvirt is printed in libvirt's words" 1 "definition of the domain crowded: internal error: No free USB ports" \
	attach --yes crowded "$defined"
check "the definition is unchanged, byte for byte" cmp "$work/crowded.xml" <(definition crowded)
same "nothing is saved for it" "" "$(saved | grep "$(virsh domuuid crowded)")"

# --- QEMU's own window

DISPLAY=:0 XAUTHORITY=$work/xauth attach --yes --display gtk secret "$defined" >/dev/null 2>"$work/said"
check "a missing X authority file is noted" said "X authority file $work/xauth cannot be opened (No such file"
touch "$work/xauth"
vgpu detach --yes secret >/dev/null 2>&1
DISPLAY=:0 XAUTHORITY=$work/xauth attach --yes --display gtk secret "$defined" >/dev/null 2>"$work/said"
check "an existing X authority file is not noted" eval 'said "set XAUTHORITY for QEMU" && ! said "cannot be opened"'

# --- xres and yres

guest fourth "$(mdev_xml "$sample")"
virsh undefine other >/dev/null
check "a resolution that the type does not have is noted" eval \
	'attach --yes --xres 3840 --yres 2160 fourth "$sample" 2>&1 | grep "note: the type mbochs-small has 1920x1200"'
check "an OpRegion that the type does not have is noted" eval \
	'attach --yes --opregion on fourth "$sample" 2>&1 | grep "note: .*has no OpRegion"'

finish
