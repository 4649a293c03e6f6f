#ifndef CONSENT_PROXY_EVIDENCE_H
#define CONSENT_PROXY_EVIDENCE_H

/*
 * GET PREFIX/receipt: the visitor's own entry of the consent log with its
 * proof, as a file to keep. Which entry that is their token says; ?seq=N asks
 * for one that nobody is named in, such as that of a refusal. Changes nothing.
 */

#include "proxy/call.h"

struct evidence;

/*
 * Begins to answer; call is borrowed. *evidence is set whenever something is
 * to be freed later.
 */
enum call_result evidence_start(
    const struct call *call, struct evidence **evidence);

/* Frees; done is not called any more. NULL is nothing. */
void evidence_free(struct evidence *evidence);

#endif
