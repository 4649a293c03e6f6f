#ifndef CONSENT_BASE_WIPING_H
#define CONSENT_BASE_WIPING_H

/*
 * OpenSSL wipes what it calls a secret, but not each buffer that a key went
 * through while its file was read; and what a process forgets its children
 * inherit. State of the whole process.
 */

#include <libconsent/status.h>

/*
 * From now on OpenSSL wipes all memory that it gives back. To be called before
 * anything else of OpenSSL; CONSENT_EIO when it is too late.
 */
int wiping_start(void) CONSENT_CHECKED;

#endif
