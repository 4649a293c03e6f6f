#ifndef CONSENT_HTTP_MULTIPART_H
#define CONSENT_HTTP_MULTIPART_H

/*
 * A multipart/x-mixed-replace body on its way: one document after another, as
 * cameras send pictures. Passes byte for byte what a browser only shows, and
 * refuses a part that it would read as a page or look at to tell. Browsers find
 * a boundary wherever its text stands, and so does this. No memory of parts
 * but for their heads.
 */

#include <libconsent/buf.h>
#include <libconsent/sink.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	MULTIPART_BOUNDARY_MAX = 200, /* longer ones are refused */
	MULTIPART_HEAD_MAX = 8192     /* bytes of one part's head */
};

struct multipart {
	struct sink out;
	struct span boundary; /* without dashes before it; borrowed */
	size_t matched;	      /* bytes of it that were seen last */
	unsigned char retreat[MULTIPART_BOUNDARY_MAX];
	bool in_head; /* head is held until it is complete */
	struct buf head;
};

/* The boundary in a Content-Type; empty when there is none. */
struct span multipart_boundary(struct span type);

/*
 * Begins a body that goes on to out; boundary is borrowed. CONSENT_ECODING for
 * one that is empty or too long. Ends with multipart_fini either way.
 */
int multipart_init(
    struct multipart *m, struct span boundary, struct sink out) CONSENT_CHECKED;

/*
 * Takes the next bytes. CONSENT_ECODING: a part is a page, or may be one;
 * CONSENT_ELIMIT, CONSENT_ENOMEM; what out returned.
 */
int multipart_write(struct multipart *m, struct span bytes,
    enum sink_mark mark) CONSENT_CHECKED;

/* Frees what m holds; fine on zeros. */
void multipart_fini(struct multipart *m);

#endif
