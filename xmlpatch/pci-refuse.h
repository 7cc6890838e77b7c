/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_PCI_REFUSE_H
#define XMLPATCH_PCI_REFUSE_H

#include "xmlpatch/pci-survey.h"

/* Whether the vGPU can be at that address; -1 with an error that says why not. */
int xmlpatch_pci_refuse_asked(const struct xmlpatch_pci_survey *survey,
			      const struct xmlpatch_address *asked, struct base_error *err);

/* -1 with an error: video cannot be behind that place, or nothing is free at all. */
int xmlpatch_pci_refuse_unfit(const struct xmlpatch_pci_survey *survey, size_t place,
			      struct base_error *err);
int xmlpatch_pci_refuse_all(const struct xmlpatch_pci_survey *survey, struct base_error *err);

#endif
