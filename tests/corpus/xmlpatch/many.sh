# shellcheck shell=bash
# Makes domains with as many devices as are asked for. Sourced.

many_domain() {
	printf "<domain type='kvm'>\n  <name>many</name>\n  <memory unit='GiB'>4</memory>\n  <os>\n"
	printf "    <type arch='x86_64' machine='pc'>hvm</type>\n  </os>\n  <devices>\n"
	cat
	printf "    <video>\n      <model type='vga'/>\n    </video>\n  </devices>\n</domain>\n"
}

# many_disks COUNT: disks, which attach leaves alone
many_disks() {
	seq 0 $(($1 - 1)) | awk '
		# Prints a, b, ... z, aa, ab, ...: the names of disks
		function letters(n) {
			return (n >= 26 ? letters(int(n / 26) - 1) : "") substr("abcdefghijklmnopqrstuvwxyz", n % 26 + 1, 1)
		}
		{
			print "    <disk type='\''block'\'' device='\''disk'\''>"
			print "      <driver name='\''qemu'\'' type='\''raw'\''/>"
			print "      <source dev='\''/dev/vg/disk" $1 "'\''/>"
			print "      <target dev='\''sd" letters($1) "'\'' bus='\''scsi'\''/>"
			printf "      <address type='\''drive'\'' controller='\''0'\'' bus='\''0'\'' target='\''%d'\'' unit='\''%d'\''/>\n", int($1 / 100), $1 % 100
			print "    </disk>"
		}' | many_domain
}

# many_displays COUNT: displays, each of which attach removes and detach restores
many_displays() {
	yes "    <graphics type='vnc' port='-1' autoport='yes'/>" | head -n "$1" | many_domain
}
