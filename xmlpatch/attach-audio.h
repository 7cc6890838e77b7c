/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_ATTACH_AUDIO_H
#define XMLPATCH_ATTACH_AUDIO_H

#include "xmlpatch/attach-state.h"

/*
 * Sends the sound where the display goes. *id is the id of the audio backend on D-Bus, to
 * free(); NULL if there is none. `id` itself is NULL for other displays. 0 or -1.
 */
int xmlpatch_attach_put_audio(struct xmlpatch_attach *attach, char **id, struct base_error *err);

#endif
