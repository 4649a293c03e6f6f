#ifndef CONSENT_HTML_CONTEXT_H
#define CONSENT_HTML_CONTEXT_H

/*
 * What the tree construction (HTML 13.2.6) would tell the tokenizer, without
 * the tree: how the text after a start tag reads, whether the current node is
 * foreign, and where head and body begin, for a browser with scripting on.
 *
 * Only what matters for this is kept: open foreign elements, the HTML
 * elements inside their integration points, templates and selects. Where the
 * place of a tag depends on what was not kept, or on which edition of the
 * standard a browser follows, the answer is CONSENT_ELIMIT, "cannot place".
 * Of fixed size in the caller's memory; no allocation.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/span.h>
#include <libconsent/status.h>

#include "html/tokenizer.h"

enum {
	CONTEXT_DEPTH_MAX = 256, /* elements kept */
	CONTEXT_NAME_MAX = 40	 /* longest name kept */
};

enum context_start {
	CONTEXT_PAGE,
	CONTEXT_FRAGMENT /* begins inside a body */
};

enum context_space {
	CONTEXT_HTML,
	CONTEXT_SVG,
	CONTEXT_MATHML
};

/* Where head and body begin, seen from the token that says so. */
enum context_begin {
	CONTEXT_HEAD_BEFORE = 1u << 0,
	CONTEXT_HEAD_AFTER = 1u << 1,
	CONTEXT_BODY_BEFORE = 1u << 2,
	CONTEXT_BODY_AFTER = 1u << 3
};

enum context_cdata {
	CONTEXT_CDATA_NO,
	CONTEXT_CDATA_YES,
	CONTEXT_CDATA_DOUBT /* a "<![CDATA[" here cannot be placed */
};

/* A start tag, as the context wants it. */
struct context_tag {
	struct span raw;  /* "<...>" */
	struct span name; /* in lower case */
	bool self_closing;
};

/* What a start tag does. */
struct context_effect {
	unsigned begins;	  /* of enum context_begin */
	enum tokenizer_text text; /* how its content reads */
	enum context_space space; /* of the element it makes */
	bool opens;		  /* an element is kept until it is closed */
};

/* Names one element that is kept; depth 0: none, always open. */
struct context_place {
	size_t depth;
	size_t serial;
};

struct context_entry {
	size_t serial;	      /* of all elements ever kept */
	unsigned char kind;   /* template, select, HTML, SVG, MathML */
	unsigned char points; /* integration points */
	unsigned char name_n;
	bool unsure; /* a select with foreign tags inside */
	char name[CONTEXT_NAME_MAX];
};

/* What may be around an element. */
enum context_around {
	CONTEXT_APART = 1u << 0, /* a template, or a frameset that ignores it */
	CONTEXT_IN_SELECT = 1u << 1,
	CONTEXT_IN_FOREIGN = 1u << 2, /* SVG or MathML, however deep */
	CONTEXT_IN_LINK = 1u << 3     /* perhaps: an a of HTML is not closed */
};

/* In the caller's memory. Fields are the module's own. */
struct context {
	int mode; /* insertion mode, as far as it matters */
	bool explicit_body;
	bool in_link; /* an a began last, and none ended since */
	bool doubt;   /* the innermost foreign elements may be closed */
	size_t depth;
	size_t serial; /* the next entry's */
	struct context_entry entries[CONTEXT_DEPTH_MAX];
};

/* Makes c ready. */
void context_init(struct context *c, enum context_start start);

/*
 * Takes a start tag and tells its effect. CONSENT_ELIMIT when it cannot be
 * placed; c is of no use afterwards.
 */
int context_start_tag(struct context *c, const struct context_tag *tag,
    struct context_effect *effect) CONSENT_CHECKED;

/* The same for an end tag; *begins of enum context_begin, only _BEFORE. */
int context_end_tag(
    struct context *c, struct span name, unsigned *begins) CONSENT_CHECKED;

/*
 * Takes text of the data state. Returns the offset of the first byte that
 * makes head or body begin and says which in *begins; text.n and 0 if none.
 */
size_t context_text(struct context *c, struct span text, unsigned *begins);

/*
 * The page ends: what begins at last, of enum context_begin. Nothing when no
 * html element was made, for framesets and fragments.
 */
unsigned context_finish(struct context *c);

/*
 * Where c notes whether an a of HTML began last, for who lets pass tags that c
 * need not see. NULL when it has to see all: outside of a body, or when an
 * element is kept.
 */
bool *context_link(struct context *c);

/* Whether a CDATA section can begin now. */
enum context_cdata context_cdata(const struct context *c);

/* The innermost element that is kept. */
struct context_place context_top(const struct context *c);

/*
 * The name of the element that was kept at depth i + 1 last, be it open or
 * just closed by the tag before.
 */
struct span context_name(const struct context *c, size_t i);

/* Whether the element at place is still open. */
bool context_is_open(const struct context *c, struct context_place place);

/* What is around an HTML element that begins now, of enum context_around. */
unsigned context_around(const struct context *c);

/* Whether it is uncertain if the innermost foreign element is still open. */
bool context_is_doubtful(const struct context *c);

#endif
