#ifndef CONSENT_TRIAL_SOURCE_H
#define CONSENT_TRIAL_SOURCE_H

/*
 * The page that is tried: from a file, from stdin or, politely, from a server
 * over http or https. Bytes as they came, what their type is, and the same as
 * text that a rewriter can read.
 */

#include <stdbool.h>

#include <libconsent/buf.h>
#include <libconsent/page.h>
#include <libconsent/status.h>

enum {
	SOURCE_BYTES = 16 << 20, /* longest page */
	SOURCE_TYPE = 256,
	SOURCE_PATH = 4096,
	SOURCE_REDIRECTS = 5,
	SOURCE_ERROR = 512
};

struct source {
	struct buf body;	  /* as it came */
	char type[SOURCE_TYPE];	  /* Content-Type */
	char target[SOURCE_PATH]; /* of a URL, its path and query; else "/" */
	enum page_kind kind;	  /* once it is read */
	struct buf text;	  /* UTF-16 as UTF-8; else empty */
	char error[SOURCE_ERROR]; /* why it failed */
};

/* Makes s empty. */
void source_init(struct source *s);

/* Frees what s holds. */
void source_fini(struct source *s);

/* Whether a name is a URL of http or https. */
bool source_is_url(const char *name);

/*
 * Reads the page of that name: a URL, "-" for stdin, or a file, whose type is
 * that of its ending. Asks a server once for each of at most SOURCE_REDIRECTS
 * redirects. CONSENT_EIO, CONSENT_EBUSY (too slow), CONSENT_ELIMIT (too long),
 * CONSENT_EINVAL (no such URL), CONSENT_ENOENT (the server has no such page),
 * CONSENT_ENOMEM; s->error says why.
 */
int source_read(struct source *s, const char *name) CONSENT_CHECKED;

/*
 * Fills kind and text from the body. CONSENT_EINVAL: it is no page;
 * CONSENT_ECODING: a charset that cannot be read; CONSENT_ENOMEM,
 * CONSENT_ELIMIT; s->error says why.
 */
int source_decode(struct source *s) CONSENT_CHECKED;

/* The page as text, after source_decode; borrowed. */
struct span source_text(const struct source *s);

#endif
