#!/usr/bin/env bash
# vgpu doctor on hosts of tests/corpus/hosts: what it prints, what --fix writes
# below another root and that --undo takes back every byte of it. What it finds on
# each host is seen in tests/unit/doctor/test-doctor-hosts.c.
# shellcheck source=tests/check.sh
. "$(dirname "$0")/../check.sh"

program=$build/bin/vgpu
host=$work/host

# umockdev provides the kernel's side, --root the files.
vgpu() {
	env "UMOCKDEV_DIR=$host" LD_PRELOAD=libumockdev-preload.so.0 SUDO_UID=54321 \
		"ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0" "$program" "$@"
}
doctor() { vgpu doctor --root "$host" "$@"; }

# make_host NAME: made once, then copied
make_host() {
	local made=$work/made/$1
	if [ ! -d "$made" ]; then
		mkdir -p "$made"
		"$top/tests/corpus/hosts/make" "$1" "$made"
	fi
	rm -rf "$host"
	cp -a "$made" "$host"
}

# Prints every name, mode, link and byte below /etc.
snapshot() {
	(
		cd "$host" || exit
		find etc -printf '%p %M %u %g %l\n' | sort
		find etc -type f -exec sha256sum {} + | sort
	)
}

# said COMMAND...: prints the output and ignores the exit status
said() { "$@" || :; }

# on_terminal ANSWER OPTION...: answers the question on a terminal
on_terminal() {
	local answer=$1
	shift
	printf '%s\n' "$answer" | said env SHELL="$BASH" script -qec "$(declare -f vgpu doctor)
		$(declare -p host program); doctor $*" /dev/null | tr -d '\r'
}

# --- print the findings

make_host kaby-lake
check "a host that is ready" doctor
same "the last line says that the host is ready" "ready; what is unknown may be a problem" "$(doctor | tail -n 1)"
check "it says what it found" eval \
	'doctor | grep -E "^ok       graphics processor +Intel HD Graphics 620 at 0000:00:02.0 \(Kaby Lake, 8086:5916\)$"'
check "it prints no colours to a file" eval '! doctor | grep "$(printf "\033")"'
same "--json says the same" 'true ["aperture","ok","512 MB: the types _8, _4, _2 fit",null]' \
	"$(doctor --json | jq -rc '"\(.ready) \(.findings[] | select(.id == "aperture") | [.id, .verdict, .found, .mend])"')"
check "every finding has all its members" eval \
	'doctor --json | jq -e "[.findings[] | keys] | all(. == [\"found\", \"id\", \"mend\", \"title\", \"verdict\", \"why\"])"'
for id in $(doctor --json | jq -r '.findings[].id'); do
	check "the manual has the finding $id" grep -q "^\*.*\* ($id)$" "$top/vgpu/vgpu-doctor.1.scd"
done

make_host guc-on
same "a host that is not ready" 1 "$(doctor >/dev/null; echo $?)"
same "--json says the same of it" "1 false" "$(doctor --json >"$work/json"; echo $? "$(jq .ready "$work/json")")"
same "a problem has its finding, its reason and its fix" "problem  i915.enable_guc          GuC submission is on
         why: With GuC submission i915 refuses GVT-g, and vGPUs freeze under load.
         do:  sudo vgpu doctor --fix, then reboot (or boot with i915.enable_guc=0)" \
	"$(doctor | grep -A 2 '^problem  i915.enable_guc')"
check "it counts the problems" eval 'said doctor | tail -n 1 | grep -x "not ready: 2 problems; what is unknown may be a problem"'
if command -v script >/dev/null; then
	check "it prints colours on a terminal" eval 'on_terminal "" | grep "$(printf "\033\[31mproblem")"'
	check "NO_COLOR switches the colours off" eval '! NO_COLOR=1 on_terminal "" | grep "$(printf "\033\[31mproblem")"'
else
	skip "colours on a terminal" "there is no script(1)"
fi
check "vgpu types prints the reason too" eval \
	'vgpu types | grep -x "no types: GuC submission is on: sudo vgpu doctor --fix, then reboot.*; .vgpu doctor. tells more"'

refuses "--json with --fix" 2 "--json, --fix and --undo cannot be combined" doctor --json --fix
refuses "--fix with --undo" 2 "cannot be combined" doctor --fix --undo
refuses "--yes alone" 2 "--yes can be used only with --fix" doctor --yes
refuses "a root that is not an absolute path" 2 "a path that begins with /, not 'x'" vgpu doctor --root x

# --- fix

# This host needs everything that --fix can write.
make_host gvt-off
rm -r "$host/etc/modules-load.d" "$host/etc/systemd" "$host/etc/modprobe.d"
mkdir -p "$host/home/ada/.config/libvirt/qemu" "$host/usr/sbin"
echo "<hostdev mode='subsystem' type='mdev'/>" >"$host/home/ada/.config/libvirt/qemu/win10.xml"
: >"$host/usr/sbin/update-initramfs"
echo 3 >"$host/sys/module/i915/parameters/enable_guc"
printf 'Max locked memory         8388608              8388608              bytes\n' >"$host/proc/self/limits"
before=$(snapshot)
refuses "without a terminal nothing is written" 1 "there is no terminal to ask on: Do all this\? Add --yes to agree" doctor --fix
same "not a single byte" "$before" "$(snapshot)"
same "the changes are shown, as a diff" "--- /dev/null
+++ /etc/modprobe.d/vgpu.conf
@@ -0,0 +1,4 @@
+# Written by vgpu doctor --fix; vgpu doctor --undo takes it back.
+options i915 enable_gvt=1
+options i915 enable_guc=0
+options kvm ignore_msrs=1 report_ignored_msrs=0
--- /dev/null
+++ /etc/modules-load.d/vgpu.conf
@@ -0,0 +1,2 @@
+# Written by vgpu doctor --fix; vgpu doctor --undo takes it back.
+kvmgt
--- /dev/null
+++ /etc/security/limits.d/vgpu.conf
@@ -0,0 +1,2 @@
+# Written by vgpu doctor --fix; vgpu doctor --undo takes it back.
+ada - memlock unlimited
--- /dev/null
+++ /etc/udev/rules.d/72-vgpu.rules
@@ -0,0 +1,2 @@
+# Written by vgpu doctor --fix; vgpu doctor --undo takes it back.
+SUBSYSTEM==\"vfio\", GROUP=\"kvm\", MODE=\"0660\"
link /etc/systemd/system/multi-user.target.wants/vgpu-restore.service -> /usr/lib/systemd/system/vgpu-restore.service" \
	"$(doctor --fix 2>/dev/null)"
said=$(doctor --fix --yes)
same "--fix --yes succeeds" 0 "$?"
same "it writes what it has shown" "# Written by vgpu doctor --fix; vgpu doctor --undo takes it back.
options i915 enable_gvt=1
options i915 enable_guc=0
options kvm ignore_msrs=1 report_ignored_msrs=0" "$(cat "$host/etc/modprobe.d/vgpu.conf")"
same "all users can read the file" 644 "$(stat -c %a "$host/etc/modprobe.d/vgpu.conf")"
same "it enables the service" /usr/lib/systemd/system/vgpu-restore.service \
	"$(readlink "$host/etc/systemd/system/multi-user.target.wants/vgpu-restore.service")"
check "it says what is left to do" eval 'grep -qx "left to do: sudo update-initramfs -u, as i915 may be in the initramfs" <<<"$said" &&
	grep -qx "left to do: reboot" <<<"$said" && grep -qx "left to do: log in again" <<<"$said"'
check "it says what the user has to do" grep -qx "left to you: /dev/vfio: .*; sudo usermod -aG kvm ada, then log in again" <<<"$said"
check "then only a boot with a new initramfs is missing" eval \
	'said doctor --json | jq -e ".findings[] | select(.id == \"enable_gvt\") | .mend == \"sudo update-initramfs -u, then reboot\""'
after=$(snapshot)
same "a second --fix has nothing to write" "there is nothing to write" "$(doctor --fix --yes | head -n 1)"
same "a second --fix writes nothing" "$after" "$(snapshot)"
check "a second --fix still asks for the new initramfs" eval \
	'doctor --fix --yes | grep -x "left to you: i915.enable_gvt: GVT-g is switched off, but set for the next boot; sudo update-initramfs -u, then reboot"'
said=$(doctor --undo)
same "--undo succeeds" 0 "$?"
check "--undo says what is left to do" grep -qx "left to do: sudo update-initramfs -u, as i915 may be in the initramfs" <<<"$said"
same "--undo restores every byte" "$before" "$(snapshot)"
check "--undo leaves no trace" test ! -e "$host/var/lib/vgpu"
same "a second --undo has nothing to take back" "there is nothing to take back" "$(doctor --undo)"

if command -v script >/dev/null; then
	before=$(snapshot)
	check "it asks on a terminal" eval 'on_terminal n --fix | grep "Do all this? \[y/N\]"'
	on_terminal n --fix >/dev/null
	on_terminal "" --fix >/dev/null
	same "the answer no is obeyed" "$before" "$(snapshot)"
	on_terminal y --fix >/dev/null
	check "the answer yes is obeyed" test -e "$host/etc/modprobe.d/vgpu.conf"
	doctor --undo >/dev/null
else
	skip "it asks on a terminal" "there is no script(1)"
fi

# Existing files are kept, and lines are added to them.
make_host gvt-off
printf '# mine\noptions i915 fastboot=1' >"$host/etc/modprobe.d/vgpu.conf"
chmod 640 "$host/etc/modprobe.d/vgpu.conf"
[ "$(id -u)" != 0 ] || chgrp 4 "$host/etc/modprobe.d/vgpu.conf"
before=$(snapshot)
same "lines are added to an existing file" "--- /etc/modprobe.d/vgpu.conf
+++ /etc/modprobe.d/vgpu.conf
@@ -1,2 +1,4 @@
 # mine
-options i915 fastboot=1
\\ No newline at end of file
+options i915 fastboot=1
+# Written by vgpu doctor --fix; vgpu doctor --undo takes it back.
+options i915 enable_gvt=1" "$(doctor --fix --yes | sed '/^wrote/,$d')"
same "that file keeps its mode" 640 "$(stat -c %a "$host/etc/modprobe.d/vgpu.conf")"
doctor --undo >/dev/null
same "--undo restores it" "$before" "$(snapshot)"

# A file is changed by hand between --fix and --undo.
doctor --fix --yes >/dev/null
echo "options i915 enable_fbc=0" >>"$host/etc/modprobe.d/vgpu.conf"
check "--undo reports a file that was changed since" eval \
	'doctor --undo | grep "changed since: removed what --fix had added to .*/etc/modprobe.d/vgpu.conf, and left the rest"'
same "--undo keeps what others wrote" "# mine
options i915 fastboot=1
options i915 enable_fbc=0" "$(cat "$host/etc/modprobe.d/vgpu.conf")"
make_host gvt-off
echo '# mine' >"$host/etc/modprobe.d/vgpu.conf"
doctor --fix --yes >/dev/null
rm "$host/etc/modprobe.d/vgpu.conf"
check "--undo reports a file that was removed" eval 'doctor --undo | grep "left alone: .*/etc/modprobe.d/vgpu.conf is gone"'
check "--undo does not restore that file" test ! -e "$host/etc/modprobe.d/vgpu.conf"

# One --undo takes back two --fix.
make_host gvt-off
before=$(snapshot)
doctor --fix --yes >/dev/null
echo 3 >"$host/sys/module/i915/parameters/enable_guc"
check "a second fix adds to the first" eval 'doctor --fix --yes | grep -x "+options i915 enable_guc=0"'
doctor --undo >/dev/null
same "one undo takes back both" "$before" "$(snapshot)"

# A file is changed by hand between two --fix.
make_host gvt-off
doctor --fix --yes >/dev/null
echo "options snd_hda_intel power_save=0" >>"$host/etc/modprobe.d/vgpu.conf"
chmod 640 "$host/etc/modprobe.d/vgpu.conf"
echo 3 >"$host/sys/module/i915/parameters/enable_guc"
doctor --fix --yes >/dev/null
doctor --undo >/dev/null
same "lines written between two fixes stay" "options snd_hda_intel power_save=0" \
	"$(cat "$host/etc/modprobe.d/vgpu.conf")"
same "the file keeps the mode that it got in between" 640 "$(stat -c %a "$host/etc/modprobe.d/vgpu.conf")"
make_host gvt-off
echo '# mine' >"$host/etc/modprobe.d/vgpu.conf"
doctor --fix --yes >/dev/null
printf '# still mine\n' >>"$host/etc/modprobe.d/vgpu.conf"
echo 3 >"$host/sys/module/i915/parameters/enable_guc"
doctor --fix --yes >/dev/null
doctor --undo >/dev/null
same "lines from before the first fix stay too" "# mine
# still mine" "$(cat "$host/etc/modprobe.d/vgpu.conf")"
make_host gvt-off
doctor --fix --yes >/dev/null
echo 'options i915 fastboot=1' >"$host/etc/modprobe.d/vgpu.conf"
doctor --fix --yes >/dev/null
doctor --undo >/dev/null
same "a file that was replaced between two fixes is kept" "options i915 fastboot=1" \
	"$(cat "$host/etc/modprobe.d/vgpu.conf")"
make_host gvt-off
echo '# mine' >"$host/etc/modprobe.d/vgpu.conf"
doctor --fix --yes >/dev/null
rm "$host/etc/modprobe.d/vgpu.conf"
doctor --fix --yes >/dev/null
doctor --undo >/dev/null
check "a file that was removed between two fixes does not come back" test ! -e "$host/etc/modprobe.d/vgpu.conf"

# --fix must not change everything that could fix a problem.
make_host gvt-off
ln -s /nowhere "$host/etc/modprobe.d/vgpu.conf"
before=$(snapshot)
refuses "a link is not written to" 1 "cannot change .*/etc/modprobe.d/vgpu.conf: it is not a regular file" doctor --fix --yes
same "the link stays" "$before" "$(snapshot)"
make_host gvt-off-by-command-line
said=$(doctor --fix --yes)
check "the boot loader is left to the user" grep -q "^left to you: i915.enable_gvt: .*on the kernel's command line" <<<"$said"
make_host aperture-128
check "so is the firmware" eval 'doctor --fix --yes | grep "^left to you: aperture: .*in the firmware"'
make_host aperture-256
check "an aperture that could be larger is printed as advice" eval \
	'doctor --fix --yes | grep -x "advice: aperture: 256 MB: only the types _8, _4 fit; for a larger type, set the aperture size .* in the firmware"'
make_host iommu-not-set
check "a missing IOMMU setting is printed as advice" eval 'doctor --fix --yes | grep "^advice: IOMMU: .* to the kernel.s command line"'
make_host restore-off
check "what was just written is not printed as advice" eval '! doctor --fix --yes | grep -E "^(advice|left to you):"'
make_host vfio-not-loaded
echo vfio-iommu-type1 >"$host/etc/modules-load.d/mine.conf"
same "a module that is loaded at boot under its other name is not written again" "there is nothing to write" \
	"$(doctor --fix --yes | head -n 1)"
make_host tiger-lake
refuses "if nothing helps, nothing is written" 1 "nothing to change: .*too new for GVT-g" doctor --fix --yes

# The links of an image must not lead out of the image.
make_host gvt-off
mkdir "$work/outside"
mv "$host/etc/modprobe.d" "$host/etc/modprobe.real"
ln -s "$work/outside" "$host/etc/modprobe.d"
doctor --fix --yes >/dev/null 2>&1
same "a link does not lead out of the root" "" "$(ls "$work/outside")"

# A damaged journal is refused, and nothing is done.
make_host gvt-off
doctor --fix --yes >/dev/null
journal=$host/var/lib/vgpu/doctor.json
for damage in '.changes[0].path = "/etc/passwd"' '.changes[0].path = "/../etc/modprobe.d/vgpu.conf"' \
	'.changes[0].after = null' '.changes = 1' '.changes[0].path = "/sys/module/kvm/parameters/nx_huge_pages"' '.directories = ["/home"]' '.directories = [1]' '[]'; do
	cp "$journal" "$work/journal"
	jq "$damage" "$work/journal" >"$journal"
	before=$(snapshot)
	refuses "a journal with $damage" 1 "doctor.json is damaged: remove it" doctor --undo
	same "a journal with $damage: nothing is changed" "$before" "$(snapshot)"
	cp "$work/journal" "$journal"
done
head -c 40 "$work/journal" >"$journal"
refuses "a truncated journal" 1 "doctor.json is damaged" doctor --undo
refuses "a damaged journal is not overwritten" 1 "doctor.json is damaged" eval 'rm "$host/etc/modprobe.d/vgpu.conf"; doctor --fix --yes'

# If --fix is killed at any step, --undo must find everything that it has written.
if command -v strace >/dev/null; then
	for call in renameat mkdirat symlinkat write; do
		for n in {1..20}; do
			make_host gvt-off
			rm -r "$host/etc/modules-load.d" "$host/etc/systemd"
			before=$(snapshot)
			{ UMOCKDEV_DIR=$host ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0:detect_leaks=0 \
				strace -o "$work/trace" -E LD_PRELOAD=libumockdev-preload.so.0 \
				-e "trace=$call" -e "inject=$call:signal=KILL:when=$n" \
				"$program" doctor --root "$host" --fix --yes >/dev/null; } 2>/dev/null
			grep -q "killed by SIGKILL" "$work/trace" || break
			doctor --undo >/dev/null
			same "--undo restores every byte after a kill at $call $n" "$before" "$(snapshot)"
			check "--undo leaves no trace after a kill at $call $n" test ! -e "$host/var/lib/vgpu"
		done
		check "$call is called at all" test "$n" -gt 1
	done
else
	skip "killed at each step" "there is no strace(1)"
fi

if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
	make_host gvt-off
	chmod -R o+rX "$work"
	refuses "a user who is not root gets the command to type" 1 "that needs root: sudo vgpu doctor --undo" \
		as_nobody "$program" doctor --undo
fi

finish
