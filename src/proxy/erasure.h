#ifndef CONSENT_PROXY_ERASURE_H
#define CONSENT_PROXY_ERASURE_H

/*
 * The parent's side of the erasure of one subject's choices: hands the order
 * to the notary, over a pair of sockets whose both ends it keeps, and hears
 * what came of it. One order at a time; nothing blocks.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/record.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

struct erasure;

enum {
	ERASURE_VERSION = 1,
	ERASURE_WHY = 192,   /* longest reason and its NUL */
	ERASURE_ANSWER = 256 /* longest answer and its NUL */
};

enum erasure_magic {
	ERASURE_ORDER = 0x65724f52, /* parent to notary: struct erasure_order */
	ERASURE_REPORT = 0x65725250 /* back: struct erasure_report */
};

/* One packet each, between processes of one build. */
struct erasure_order {
	uint32_t magic, version;
	uint64_t number; /* which order it is */
	char subject[RECORD_ID];
	char why[ERASURE_WHY];
};

struct erasure_report {
	uint32_t magic, version;
	uint64_t number; /* of the order */
	int32_t status;	 /* 0 or a negative consent_status */
	uint32_t unused;
	uint64_t entries; /* that were erased */
	uint64_t by;	  /* the first erase entry */
};

/* Nothing under way. NULL without memory or descriptors. */
struct erasure *erasure_new(void);

/* Closes both ends; NULL is nothing. */
void erasure_free(struct erasure *e);

/* In a child: closes the parent's end; in all but the notary the other, too. */
void erasure_leave(const struct erasure *e, bool is_notary);

/* The notary's end. */
int erasure_notary_end(const struct erasure *e);

/* What becomes readable when the notary has something to say. */
int erasure_fd(const struct erasure *e);

/* Whether an order is under way. */
bool erasure_waits(const struct erasure *e);

/*
 * Gives an order, "SUBJECT" or "SUBJECT REASON". CONSENT_EINVAL: it is none;
 * CONSENT_EBUSY: another is under way; CONSENT_EIO.
 */
int erasure_ask(struct erasure *e, struct span order) CONSENT_CHECKED;

/* The notary has ended: what it has not answered it will not. */
void erasure_lose(struct erasure *e);

/* Whether there is an answer to the order: a JSON object, with a NUL. */
bool erasure_hear(struct erasure *e, char text[ERASURE_ANSWER]);

#endif
