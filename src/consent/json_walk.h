#ifndef CONSENT_CONSENT_JSON_WALK_H
#define CONSENT_CONSENT_JSON_WALK_H

/*
 * The strings of a JSON text (RFC 8259) and where they stand in it, so that
 * one can be replaced and every other byte stays. Strict, as browsers are: a
 * text with a mistake is inert and has no strings. Chromium takes "\v" for a
 * vertical tab, so that it is none here. No allocation, no I/O.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/buf.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

enum {
	JSON_WALK_DEPTH = 64 /* arrays and objects in one another */
};

struct json_string {
	struct span raw; /* between the quotes */
	struct span key; /* raw, of the member it is in; empty for none */
};

/* In the caller's memory; holds no resource. Fields are the module's own. */
struct json_walk {
	struct span text;
	size_t at;
	size_t depth;
	bool objects[JSON_WALK_DEPTH]; /* else arrays */
	struct span keys[JSON_WALK_DEPTH + 1];
	int expected; /* what may come next */
};

/*
 * Whether text is JSON that can be walked. CONSENT_EINVAL: it is none;
 * CONSENT_ELIMIT: deeper than JSON_WALK_DEPTH.
 */
int json_walk_check(struct span text) CONSENT_CHECKED;

/* Begins a walk over a text that was checked. */
void json_walk_begin(struct json_walk *w, struct span text);

/* The next string that is a value, not a key; false at the end. */
bool json_walk_next(struct json_walk *w, struct json_string *string);

/* Appends what a string stands for, in UTF-8. CONSENT_ENOMEM, _ELIMIT. */
int json_walk_decode(struct span raw, struct buf *out) CONSENT_CHECKED;

#endif
