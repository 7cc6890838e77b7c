/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef XMLPATCH_ATTACH_AUDIO_H
#define XMLPATCH_ATTACH_AUDIO_H

#include "xmlpatch/attach-state.h"

/*
 * Leads the sound where the display goes: *id, to free(), is that of the audio
 * backend on D-Bus, NULL if there is none.
 */
int xmlpatch_attach_put_audio(struct xmlpatch_attach *attach, char **id, struct base_error *err);

#endif
