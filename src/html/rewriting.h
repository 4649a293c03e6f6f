#ifndef CONSENT_HTML_REWRITING_H
#define CONSENT_HTML_REWRITING_H

/*
 * The rewriter's inside: what its files work on. They stand on each other:
 * rewriter_stream.c moves windows of bytes and hands each event to
 * rewriter_event.c, which decides; rewriter_element.c holds and drops elements
 * for it; rewriter_output.c takes what goes out. rewriter_tag.c is what a
 * handler sees of a tag. Inside html/ only.
 */

#include "html/context.h"
#include "html/rewriter.h"
#include "html/rewriter_output.h"
#include "html/skim.h"
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

struct xml_names;

struct rewriter_tag {
	const struct rewriter_options *options; /* of the page's rewriter */
	const struct context *context;		/* where it stands, in HTML, */
	const struct xml_names *names;		/* or in XML; else NULL */
	struct span raw;
	struct span at;	  /* in XML: as it stands in the document */
	uint32_t letters; /* of its attributes; 0: unknown */
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
	struct rewriter_output out;
	struct tokenizer tokenizer;
	struct skim skim;
	enum passage passage;
	struct rewriter_tag tag; /* the tag in question */
	size_t before;		 /* elements that were kept before it */
	bool unsure;		 /* whether these were all, then */
	struct rewriter_element element;
	struct span hold;    /* held, in the window */
	struct buf held;     /* held, of windows before */
	struct buf carry;    /* an incomplete token of windows before */
	struct buf edit;     /* a callback's bytes */
	struct buf tag_edit; /* the same for a held tag */
	struct buf text;     /* a held text, decoded */
	size_t mark_n;	     /* bytes that match a byte order mark so far */
	bool started;	     /* it is known whether there is one */
	bool head_done;
	bool body_done;
	int rc;			/* the first error */
	struct context context; /* last: large, and filled as it is used */
};

#endif
