#ifndef CONSENT_PROXY_NOTARY_WIRE_H
#define CONSENT_PROXY_NOTARY_WIRE_H

/*
 * The messages between workers and notary, one a packet: structs of fixed
 * size, a receipt with its text behind it, between processes of one build on
 * one machine. A worker may be broken or taken over, so the notary believes no
 * byte before wire_check.
 */

#include <stddef.h>
#include <stdint.h>

#include <libconsent/record.h>
#include <libconsent/seal.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	WIRE_VERSION = 4,
	WIRE_RECEIPT_TEXT = 128 << 10, /* longest receipt that is sent */
	WIRE_TEXT = 112,    /* longest name of a rule, its NUL included */
	NOTARY_ADDRESS = 16 /* bytes of an address key; all zero: none */
};

enum wire_magic {
	WIRE_REQUEST = 0x636e5251,  /* worker to notary: struct wire_request */
	WIRE_SUM = 0x636e534d,	    /* worker to notary: struct wire_sum */
	WIRE_REPLY = 0x636e5259,    /* notary to worker: struct wire_reply */
	WIRE_HELLO = 0x636e4849,    /* notary to worker: struct wire_hello */
	WIRE_QUESTION = 0x636e5155, /* worker to notary: struct wire_question */
	WIRE_RECEIPT = 0x636e5243   /* notary to worker: struct wire_receipt */
};

/* A choice to be logged. */
struct wire_request {
	uint32_t magic, version;
	struct record record; /* time, expires and seq are ignored */
	int64_t deadline;     /* monotonic ms: nobody waits after; 0: none */
	unsigned char address[NOTARY_ADDRESS];
};

/* What a sum counts. */
enum wire_sum_kind {
	WIRE_SCREENED,	  /* responses that passed the gate */
	WIRE_REMOVED,	  /* things that were withheld, by a rule */
	WIRE_CONFIRMED,	  /* cookies that were gone after their expiry, */
	WIRE_UNCONFIRMED, /* and those that came back */
	WIRE_REDIRECTED,  /* incidents: a visitor was sent to who is withheld */
	WIRE_LEAKED,	  /* a browser told that it loaded what is */
	WIRE_CUT,	  /* a page was withheld: it could not be screened */
	WIRE_UNJUDGED,	  /* inline texts passed that were too long */
	WIRE_SUM_KINDS
};

/* Sums since the last such packet. */
struct wire_sum {
	uint32_t magic, version;
	uint32_t kind;	/* enum wire_sum_kind */
	uint32_t state; /* enum page_state: removed */
	uint64_t count;
	char text[WIRE_TEXT];	    /* the rule, or why; printable ASCII */
	char category[RECORD_NAME]; /* its id, or "" */
};

/* What came of the choice with that id. */
struct wire_reply {
	uint32_t magic, version;
	char id[RECORD_ID];
	int32_t status; /* 0 or a negative consent_status */
	uint32_t n;	/* bytes of token */
	uint64_t seq;
	int64_t time, expires; /* ms */
	char token[SEAL_TOKEN_MAX];
};

/* Who asks for the receipt of an entry. */
struct wire_question {
	uint32_t magic, version;
	char id[RECORD_ID];    /* of the question */
	char entry[RECORD_ID]; /* the entry's own, or "": a choice without
				  subject, which anybody may ask for */
	uint64_t seq;
	int64_t deadline; /* monotonic ms: nobody waits after */
	unsigned char address[NOTARY_ADDRESS];
};

/* The answer to the question with that id; n bytes of JSON follow. */
struct wire_receipt {
	uint32_t magic, version;
	char id[RECORD_ID];
	int32_t status; /* 0 or a negative consent_status */
	uint32_t n;
};

/* A notary begins: whatever waits must be sent again. */
struct wire_hello {
	uint32_t magic, version;
};

/*
 * Reads a request of n bytes. CONSENT_EINVAL when it is none: size, magic or
 * version differ, text without NUL, a value outside of its enumeration. *out
 * is written on success only.
 */
int wire_check(
    const void *bytes, size_t n, struct wire_request *out) CONSENT_CHECKED;

/* Reads a sum of n bytes. As above. */
int wire_check_sum(
    const void *bytes, size_t n, struct wire_sum *out) CONSENT_CHECKED;

/* Reads a question of n bytes. As above. */
int wire_check_question(
    const void *bytes, size_t n, struct wire_question *out) CONSENT_CHECKED;

/* Reads a receipt of n bytes, whose text is then in them. As above. */
int wire_check_receipt(const void *bytes, size_t n, struct wire_receipt *out,
    struct span *text) CONSENT_CHECKED;

/* Reads a reply of n bytes. As above. */
int wire_check_reply(
    const void *bytes, size_t n, struct wire_reply *out) CONSENT_CHECKED;

#endif
