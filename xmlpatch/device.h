/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_DEVICE_H
#define XMLPATCH_DEVICE_H

#include "xmlpatch/document.h"
#include "xmlpatch/text.h"

/*
 * A child of <devices> by the words that a person knows it by: "the network
 * interface e1000 (52:54:00:12:34:56)", "the disk vda", "the pcie-root-port 3".
 */
struct xmlpatch_words xmlpatch_device_describe(const xmlNode *device);

#endif
