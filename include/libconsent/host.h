#ifndef CONSENT_CONSENT_HOST_H
#define CONSENT_CONSENT_HOST_H

/*
 * The parts of the library put together for a server that enforces on one site
 * by itself, beside a consentd that serves PREFIX, asks and records. A host is
 * made once, at the start; each request is a visit. Who needs another
 * arrangement takes the parts.
 *
 * A host is read by one thread at a time (it remembers tokens that were
 * checked); one made before fork serves each process. A visit belongs to one
 * thread.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/gate.h>
#include <libconsent/page.h>
#include <libconsent/sink.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

CONSENT_BEGIN

struct findings;
struct host;
struct host_visit;

enum {
	HOST_TARGET = 32768,	 /* longest "/path?query" of a visit */
	HOST_COOKIES = 65536,	 /* longest Cookie field that is screened */
	HOST_COOKIE_FIELDS = 16, /* in which the token is looked for */
	HOST_GRANTED = 1024,	 /* longest value of the field Consent */
	HOST_MADE = 64 << 20	 /* most that comes of bytes written at once */
};

/* Borrowed for the call; the same values as consentd has. */
struct host_options {
	const char *policy; /* path of a policy.conf, or of a consentd.conf */
	const char *keys;   /* folder of the keys of tokens */
	const char *site;   /* public origin, "https://library.example" */
	const char *prefix; /* of consentd's own pages; NULL: "/.consent" */
};

/*
 * Loads all of it. CONSENT_EINVAL, CONSENT_EIO: findings says why;
 * CONSENT_ENOMEM. Warnings alone do not fail. What signs is forgotten.
 */
int host_new(const struct host_options *options, struct findings *findings,
    struct host **out) CONSENT_CHECKED;

/* Frees; NULL is nothing. Visits go before. */
void host_free(struct host *host);

/* A field of a head; its name in any case of letters. */
struct host_field {
	struct span name, value;
};

/*
 * What a request says of its visitor; borrowed for the call. The host gives
 * target and inside, host_read_field finds the rest.
 */
struct host_request {
	struct span target; /* "/path?query" */
	bool inside;	    /* what comes of it goes into another's page */
	struct span cookies[HOST_COOKIE_FIELDS]; /* Cookie field values */
	size_t n_cookies;
	struct span accept_language;
	struct span dest; /* Sec-Fetch-Dest: the notice goes into documents,
			     and where the browser does not say what it is */
	bool gpc;	  /* Sec-GPC counts, see gate_is_gpc */
	bool dnt;	  /* DNT: 1 */
};

/*
 * Reads one field of a request's head, before any is edited. Of what does not
 * matter nothing is taken. The value is borrowed as the request is.
 */
void host_read_field(
    struct host_request *request, const struct host_field *field);

/*
 * Checks the tokens and opens the gate: without a valid one nothing was
 * chosen. CONSENT_EINVAL: the target is none of the site; CONSENT_ELIMIT;
 * CONSENT_ENOMEM.
 */
int host_admit(struct host *host, const struct host_request *request,
    struct host_visit **out) CONSENT_CHECKED;

/* Frees, and what was begun for it; NULL is nothing. */
void host_leave(struct host_visit *visit);

/* The gate of a visit, for all else that is to be asked of it. */
const struct gate *host_gate(const struct host_visit *visit);

/* What the head of an answer says of its body. */
struct host_answer {
	unsigned status;
	bool is_empty;	     /* Content-Length: 0 */
	struct span type;    /* Content-Type */
	struct span charset; /* where the host keeps it apart; or empty */
	struct span coding;  /* Content-Encoding, if it is still on */
};

/*
 * Whether browsers make a page of an answer: CONSENT_OK and which kind, in
 * UTF-8 or with no charset told. CONSENT_ENOENT: they do not, or it has no
 * body. CONSENT_ECODING: it is one that host_page cannot read with certainty
 * (coded, a part, in another charset, packed, of no type that browsers know):
 * it must not be sent, and *why tells it in words that go on from "this page
 * is not sent:", static.
 */
int host_find_page(const struct host_answer *answer, enum page_kind *kind,
    const char **why) CONSENT_CHECKED;

/* The head in which a field stands. */
enum host_head {
	HOST_REQUEST, /* on its way to the site's back ends */
	HOST_ANSWER,  /* on its way to the visitor */
	HOST_PAGE     /* the same; its body goes through host_page */
};

/*
 * What of a field may go on: CONSENT_OK, and its value is what it was, or
 * what may stand there instead, which lives until host_leave and has a NUL
 * behind it. CONSENT_ENOENT: the field goes. CONSENT_ENOMEM, CONSENT_ELIMIT:
 * the message must not go on.
 *
 * Requests lose cookies that are withheld (the consent cookie stays), fields
 * in which a client would say itself what was granted, and where the answer
 * may be shown as a page, what asks for a part or whether it changed: browsers
 * may hold it as it was for another choice. Answers lose cookies that are
 * withheld. Pages lose as well what no longer holds (length, validators,
 * digests) and what lets caches give them to others; they are told to be
 * UTF-8, and the site's Content-Security-Policy lets in what host_page puts
 * in.
 */
int host_edit_field(struct host_visit *visit, enum host_head head,
    struct host_field *field) CONSENT_CHECKED;

/*
 * What goes in besides, once those that are there were edited: the i-th, from
 * 0 on; the value lives until host_leave. CONSENT_ENOENT: there is no more.
 * CONSENT_ENOMEM, CONSENT_ELIMIT: the message must not go on.
 */
int host_add_field(struct host_visit *visit, enum host_head head, size_t i,
    struct host_field *field) CONSENT_CHECKED;

/*
 * Begins the page of an answer, in UTF-8: what is withheld goes, guard and
 * notice come in, in the page's language or else one that is accepted. Another
 * that was begun for the visit is forgotten. CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int host_page(struct host_visit *visit, enum page_kind kind) CONSENT_CHECKED;

/*
 * Takes the next bytes of the page; *made is what is to be sent for them, or
 * nothing yet, until the next call or host_leave. SINK_LAST comes once, with
 * the end. What page_write returns; CONSENT_ECODING: it begins as UTF-16 does;
 * CONSENT_ELIMIT also past HOST_MADE. A page that failed is cut: no more of it
 * is sent.
 */
int host_write(struct host_visit *visit, struct span bytes, enum sink_mark mark,
    struct span *made) CONSENT_CHECKED;

CONSENT_END

#endif
