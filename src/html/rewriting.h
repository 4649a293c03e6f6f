#ifndef CONSENT_HTML_REWRITING_H
#define CONSENT_HTML_REWRITING_H

/*
 * The rewriter's inside, shared by its files: rewriter_stream.c moves bytes
 * from windows to the sink, rewriter_event.c takes the events,
 * rewriter_element.c holds and drops elements, rewriter_tag.c is what a
 * handler sees of a tag. Inside html/ only.
 */

#include "html/context.h"
#include "html/rewriter.h"
#include "html/tokenizer.h"

enum {
	REWRITER_NAME_MAX = 128 /* longer names are cut: none is known */
};

/* What happens to the bytes that come by. */
enum passage {
	PASS_KEEP,
	PASS_HOLD, /* a held element's, undecided */
	PASS_DROP
};

/* How the end of a held or dropped element is told. */
enum ending {
	END_TEXT,  /* raw text: the next end tag is its own */
	END_PLACE, /* the context closes it */
	END_COUNT  /* as many end tags as start tags of its name */
};

struct rewriter_tag {
	const struct rewriter *rewriter;
	struct span raw;
	uint64_t offset;
	enum rewriter_space space;
	bool self_closing;
	size_t name_n;
	char name[REWRITER_NAME_MAX]; /* in lower case */
};

/* The element that is held or dropped. */
struct rewriter_element {
	struct rewriter_tag tag;
	enum ending ending;
	struct context_place place; /* END_PLACE: its; END_COUNT: around */
	size_t count;		    /* END_COUNT: open ones of the name */
	size_t tag_n;		    /* held: bytes of its tag */
	bool edited;		    /* held: tag_edit stands for the tag */
};

struct rewriter {
	struct rewriter_options options;
	struct rewriter_handler handler;
	void *ctx;
	struct sink out;
	struct tokenizer tokenizer;
	struct context context;
	enum passage passage;
	struct rewriter_tag tag; /* the tag in question */
	struct rewriter_element element;
	struct span run;     /* kept, not yet written, in the window */
	struct span hold;    /* held, in the window */
	struct buf held;     /* held, of windows before */
	struct buf carry;    /* an incomplete token of windows before */
	struct buf edit;     /* a callback's bytes */
	struct buf tag_edit; /* the same for a held tag */
	struct buf text;     /* a held text, decoded */
	uint64_t offset;     /* of the window's next byte in the page */
	size_t mark_n;	     /* bytes that match a byte order mark so far */
	bool started;	     /* it is known whether there is one */
	bool head_done;
	bool body_done;
	int rc; /* the first error */
};

/* Keeps raw, which follows in the window what was kept or held last. */
void rewriter_keep(struct rewriter *r, struct span raw);

/* Writes what is kept. Returns what the sink returns. */
int rewriter_settle(struct rewriter *r) CONSENT_CHECKED;

/* Writes what is kept, then bytes. Returns what the sink returns. */
int rewriter_emit(struct rewriter *r, struct span bytes) CONSENT_CHECKED;

/* Decides about one event. The codes of rewriter_write. */
int rewriter_event(
    struct rewriter *r, const struct tokenizer_event *event) CONSENT_CHECKED;

/* Calls back what begins, of enum context_begin. The callbacks' codes. */
int rewriter_begin(struct rewriter *r, unsigned begins) CONSENT_CHECKED;

/* Keeps, holds or drops bytes, as what goes on says. CONSENT_ELIMIT. */
int rewriter_pass(struct rewriter *r, struct span raw) CONSENT_CHECKED;

/* Takes a tag out and, unless it is void, all through its end tag. */
int rewriter_drop(struct rewriter *r, const struct rewriter_tag *tag,
    const struct context_effect *effect) CONSENT_CHECKED;

/* Holds an element whose text can be held; keeps the tag of others. */
int rewriter_hold(struct rewriter *r, const struct rewriter_tag *tag,
    const struct context_effect *effect) CONSENT_CHECKED;

/*
 * A start tag while something is held or dropped. Afterwards the passage is
 * PASS_KEEP if the tag ended it, and the tag is to be asked about.
 */
int rewriter_inner_start(
    struct rewriter *r, const struct rewriter_tag *tag) CONSENT_CHECKED;

/* An end tag, of that name, while something is held or dropped. */
int rewriter_inner_end(struct rewriter *r, struct span name,
    const struct tokenizer_event *event) CONSENT_CHECKED;

/*
 * Closes the element that is held and asks about it. end is its end tag, or
 * NULL when it ends without. The codes of rewriter_write.
 */
int rewriter_close(
    struct rewriter *r, const struct tokenizer_event *end) CONSENT_CHECKED;

#endif
