#ifndef CONSENT_AUDIT_FORM_H
#define CONSENT_AUDIT_FORM_H

/*
 * How the members of an entry are spelled, and what values each may have. A
 * line has one spelling: members in a fixed order, no blanks, " and \ escaped
 * in texts and nothing else, valid UTF-8 without control characters. What is
 * read stays where it is: spans into the line. No memory, no files, no clock.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/layout.h"
#include <libconsent/span.h>

/* What a member holds, and as what it is read. */
enum form_kind {
	/* struct span: the text between the quotes, which has no escapes */
	FORM_ID,
	FORM_NAME, /* printable ASCII */
	FORM_HASH,
	FORM_HOST,
	FORM_ACT,
	FORM_VIA,
	FORM_SIGNAL,
	FORM_LANG,
	FORM_CATEGORY,
	FORM_STATE,
	FORM_TYPE,
	FORM_TEXT, /* the same, a sentence; form_plain takes its escapes away */
	FORM_SEQ,  /* uint64_t */
	FORM_COUNT, /* uint64_t */
	FORM_TIME,  /* int64_t: ms */
	/* struct span: what stands between the brackets */
	FORM_CATEGORIES, /* for form_next_category */
	FORM_SEQS,	 /* for form_next_seq */
	FORM_SUMS	 /* for form_next_sum */
};

/* A member of a type of entry; a table of them ends with a NULL name. */
struct form_member {
	const char *name; /* as it stands in the line, from its comma on */
	size_t n;	  /* bytes of it */
	size_t at; /* where its value goes: an offset in the caller's struct */
	enum form_kind kind;
	bool optional;
};

/* A row of such a table, whose value goes to a field of the struct. */
#define FORM_MEMBER(text, what, type, field)                                   \
	{                                                                      \
		.name = ",\"" text "\":", .n = sizeof(text) + 3,               \
		.at = offsetof(type, field), .kind = (what)                    \
	}

/* How much one rule withheld: a row of an enforcement entry. */
struct form_sum {
	struct span rule; /* FORM_TEXT */
	struct span category, state;
	uint64_t count;
};

/* A member as it stands in a line. */
struct form_value {
	struct span name;
	struct span raw; /* with its quotes or brackets */
	bool is_text;	 /* raw has quotes */
};

/*
 * Reads the members of a table off the front of *rest, the first behind the
 * byte lead ('{' or ','), into out. NULL, or what is wrong, static; then out
 * and *rest are of no use.
 */
const char *form_take(
    struct span *rest, char lead, const struct form_member *members, void *out);

/* Takes the next category off a list; false at its end. */
bool form_next_category(struct span *list, struct span *id);

/* The same with the number of an entry. */
bool form_next_seq(struct span *list, uint64_t *seq);

/* The same with a row of an enforcement entry. */
bool form_next_sum(struct span *list, struct form_sum *sum);

/*
 * Takes the next member off a good line, or off what this left of it; false at
 * its end.
 */
bool form_next_member(struct span *rest, struct form_value *out);

/* A text that was read without its escapes, with a NUL; returns its length. */
size_t form_plain(struct span text, char out[LAYOUT_NAME]);

#endif
