#ifndef CONSENT_POLICY_COOKIE_H
#define CONSENT_POLICY_COOKIE_H

/*
 * Reads Cookie and Set-Cookie field values as browsers write and read them
 * (RFC 6265bis 5.6 to 5.8). Borrowed spans, no allocation but for what is
 * appended to a buf, no I/O, no state.
 */

#include <stdbool.h>
#include <stdint.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

CONSENT_BEGIN

enum {
	COOKIE_NAME_VALUE = 4096, /* name and value together, RFC 6265bis 5.6 */
	COOKIE_ATTRIBUTE = 1024	  /* one attribute's value */
};

/* One pair of a Cookie field. */
struct cookie_pair {
	struct span name;  /* without blanks around; empty: nameless */
	struct span value; /* likewise; quotes stay */
	struct span bytes; /* all of the field that belongs to the pair: from
			      behind the last ";" through its own ";" */
};

/* A walk over a Cookie field. */
struct cookie_walk {
	struct span rest; /* p NULL at the end */
};

/* Starts a walk over field, which must live as long as the walk. */
void cookie_walk_init(struct cookie_walk *walk, struct span field);

/*
 * The next pair, or false at the end. Pairs are what stands between ";",
 * quotes or not, empty ones included: the bytes of all pairs, put together,
 * are the field. The name is what stands before the first "="; a pair without
 * "=" is nameless and all value.
 */
bool cookie_next(struct cookie_walk *walk, struct cookie_pair *out);

/* Who decides about each pair: keep says whether it stays. */
struct cookie_choice {
	bool (*keep)(void *ctx, const struct cookie_pair *pair);
	void *ctx;
};

/*
 * Asks choice about each pair that is not empty. Where all stay, *out is the
 * field itself; else it holds the pairs that stay, each with its bytes as they
 * came, separated as they were; it stands in scratch, which is emptied first.
 * Nothing left: the empty span. CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int cookie_filter(struct span field, const struct cookie_choice *choice,
    struct buf *scratch, struct span *out) CONSENT_CHECKED;

enum cookie_same_site {
	COOKIE_SAME_SITE_DEFAULT,
	COOKIE_SAME_SITE_NONE,
	COOKIE_SAME_SITE_LAX,
	COOKIE_SAME_SITE_STRICT
};

/* A Set-Cookie field as a browser understands it. */
struct set_cookie {
	struct span name; /* may be empty */
	struct span value;
	struct span as_sent; /* the name that a server will read: where name is
				empty, the value's part before a "=" */
	struct span domain;  /* without a leading dot, in the case it came in;
				empty: this host only */
	struct span path;    /* empty: the default path (5.1.4) */
	bool secure;
	bool http_only;
	bool partitioned;
	bool has_expires;
	bool has_max_age;
	int64_t max_age; /* seconds, clamped; 0 or less: deletes */
	enum cookie_same_site same_site;
};

/*
 * Parses one Set-Cookie field value. CONSENT_EINVAL: a browser ignores it
 * (control bytes, neither name nor value, a broken __Host- or __Secure-
 * promise); CONSENT_ELIMIT: likewise, for its size.
 */
int set_cookie_parse(struct span field, struct set_cookie *out) CONSENT_CHECKED;

CONSENT_END

#endif
