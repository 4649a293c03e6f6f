#ifndef CONSENT_HTML_SKIM_H
#define CONSENT_HTML_SKIM_H

/*
 * Reads ahead over what asks for no decision: text, end tags, and start tags
 * that change neither how the page reads nor anything for who judges it. It
 * only ever passes over what it is sure of; at anything else, well-formed or
 * not, it stops and leaves it to the tokenizer's states, which would have come
 * to the same. For content of HTML in a body, between two tokens, alone. No
 * state; nothing is copied.
 */

#include <stdbool.h>
#include <stdint.h>

#include <libconsent/span.h>

/* The attributes that make a start tag worth a look. */
struct skim_wish {
	/* of names that begin so, by tokenizer_letter; all: any tag */
	uint32_t letters;
	/* the same, but only with a value that may be a javascript: URL */
	uint32_t links;
};

/* What is wished for of HTML elements of that name, in lower case. */
typedef struct skim_wish skim_wishes(struct span name);

enum {
	SKIM_KNOWN = 32, /* names; a page has hardly more */
	SKIM_WORD = 8	 /* bytes of the longest that is kept */
};

/* A name in lower case, its bytes as a number, and what is wished for of it. */
struct skim_known {
	uint64_t word; /* 0: none */
	struct skim_wish wish;
};

/* Of one reader of pages; fields are the module's own. */
struct skim {
	skim_wishes *wishes;
	struct skim_known known[SKIM_KNOWN];
};

/* Begins with what will be wished for; it may not change. */
void skim_begin(struct skim *s, skim_wishes *wishes);

/*
 * How many bytes of text can be passed over: through the end of a tag or of
 * text. *in_link says whether the last tag of an a was a start tag, and stays
 * as it is when there was none.
 */
size_t skim(struct skim *s, struct span text, bool *in_link);

/* Whether a link's value that begins with c may be one, references and all. */
bool skim_may_be_code(char c);

#endif
