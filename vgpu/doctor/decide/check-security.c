/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vgpu/doctor/decide/decide.h"

#define LOCAL_RULES "/etc/apparmor.d/local/abstractions/libvirt-qemu"
#define LOCAL_RULE  "ptrace (readby, tracedby) peer=unconfined,"

void doctor_check_apparmor(const struct doctor_facts *facts, struct doctor_report *report)
{
	if (!doctor_has_gvt_gpu(facts))
		return;
	if (!facts->security.apparmor) {
		doctor_find(report, DOCTOR_FINE, "off, or without a profile for virtual machines");
	} else if (facts->security.apparmor_allows == DOCTOR_YES) {
		doctor_find(report, DOCTOR_FINE,
			    "on, and lets programs without a profile trace QEMU");
	} else if (facts->security.apparmor_allows == DOCTOR_NO) {
		doctor_find(report, DOCTOR_ADVICE,
			    "on, and does not let programs without a profile trace QEMU");
		doctor_mend(report,
			    "sudo mkdir -p /etc/apparmor.d/local/abstractions; echo '" LOCAL_RULE
			    "' | sudo tee -a " LOCAL_RULES
			    "; it takes effect when a virtual machine starts the next time");
	} else {
		doctor_find(report, DOCTOR_UNKNOWN, "its rules cannot be read");
		doctor_mend(report, DOCTOR_AS_ROOT);
	}
}

void doctor_check_selinux(const struct doctor_facts *facts, struct doctor_report *report)
{
	if (!doctor_has_gvt_gpu(facts))
		return;
	if (!facts->security.selinux) {
		doctor_find(report, DOCTOR_FINE, "off, or permissive");
	} else if (facts->security.selinux_denies_ptrace) {
		doctor_find(report, DOCTOR_ADVICE, "deny_ptrace is on");
		doctor_mend(report, "sudo setsebool -P deny_ptrace off");
	} else {
		doctor_find(report, DOCTOR_FINE, "on, and lets the viewer read vGPUs");
	}
}

void doctor_check_ptrace(const struct doctor_facts *facts, struct doctor_report *report)
{
	long scope = facts->security.ptrace_scope;

	if (!doctor_has_gvt_gpu(facts))
		return;
	if (scope < 0) {
		doctor_find(report, DOCTOR_FINE, "not there: Yama is off");
	} else if (scope == 0) {
		doctor_find(report, DOCTOR_FINE,
			    "0: QEMU's user and programs with CAP_SYS_PTRACE may trace QEMU");
	} else if (scope < 3) {
		doctor_find(report, DOCTOR_FINE,
			    "%ld: only programs with CAP_SYS_PTRACE may trace QEMU", scope);
	} else {
		doctor_find(report, DOCTOR_ADVICE, "%ld: nobody may trace QEMU, not even root",
			    scope);
		doctor_mend(report, "set kernel.yama.ptrace_scope to 2 or less in /etc/sysctl.d, "
				    "then reboot");
	}
}
