#ifndef CONSENT_WEB_FORM_H
#define CONSENT_WEB_FORM_H

/*
 * Walks an application/x-www-form-urlencoded body (WHATWG URL 5.1): "+" is a
 * blank, an escape that is none stays as it is. The body is borrowed; decoded
 * text stands in the caller's scratch. No I/O.
 */

#include <stddef.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	FORM_FIELDS = 64 /* most fields of one body */
};

struct form {
	struct span rest;    /* not walked yet; p NULL at the end */
	struct buf *scratch; /* of the caller */
	size_t n;	     /* fields so far */
};

/* Starts a walk over body. Both must live as long as f is used. */
void form_init(struct form *f, struct span body, struct buf *scratch);

/*
 * The next field, decoded; both spans hold until the next call. CONSENT_ENOENT
 * at the end; CONSENT_ELIMIT after FORM_FIELDS fields or where scratch is too
 * small, CONSENT_ENOMEM.
 */
int form_next(
    struct form *f, struct span *name, struct span *value) CONSENT_CHECKED;

#endif
