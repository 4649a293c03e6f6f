#ifndef CONSENT_HTML_CHARSET_WIDE_H
#define CONSENT_HTML_CHARSET_WIDE_H

/*
 * UTF-16 to UTF-8 as bytes stream by, as the Encoding standard decodes it
 * (14.2): halves of surrogate pairs and of code units become U+FFFD. A byte
 * order mark stays one. No allocation of its own, no I/O.
 */

#include <stdbool.h>
#include <stdint.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "html/charset.h"

/* Zeros but for big, at the start. */
struct charset_wide {
	bool big;	    /* the first byte is the high one */
	bool has_byte;	    /* half a code unit waits in byte */
	unsigned char byte; /* the first half */
	uint16_t lead;	    /* a leading surrogate that waits, or 0 */
};

/* A decoder of CHARSET_UTF16LE or CHARSET_UTF16BE. */
struct charset_wide charset_wide_of(enum charset charset);

/*
 * Appends bytes as UTF-8: at most three for two, and three more.
 * CONSENT_ELIMIT, CONSENT_ENOMEM.
 */
int charset_wide_write(struct charset_wide *wide, struct span bytes,
    struct buf *out) CONSENT_CHECKED;

/* Appends what an end of the text makes of a waiting half. As above. */
int charset_wide_end(
    struct charset_wide *wide, struct buf *out) CONSENT_CHECKED;

#endif
