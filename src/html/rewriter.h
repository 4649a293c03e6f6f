#ifndef CONSENT_HTML_REWRITER_H
#define CONSENT_HTML_REWRITER_H

/*
 * Rewrites one HTML page as it streams by. The bytes of the page go in by
 * rewriter_write (a sink's write), the rewritten page goes out to a sink:
 * untouched stretches by reference, in runs as large as the input allows and
 * byte for byte as they came; edits as new bytes. A handler is asked about
 * each start tag. Tokens and their places are those of the HTML standard
 * (13.2) as a browser with scripting on sees them.
 *
 * Doubt never becomes a guess: past a ceiling, or at markup whose place in
 * the tree cannot be told, rewriter_write returns CONSENT_ELIMIT, latches,
 * and the caller cuts the page. No I/O of its own; one thread.
 */

#include <stdbool.h>
#include <stdint.h>

#include <libconsent/buf.h>
#include <libconsent/sink.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "html/skim.h"

enum {
	REWRITER_TAG_MAX = 1 << 20,  /* default ceiling for one tag, bytes */
	REWRITER_TEXT_MAX = 2 << 20, /* default ceiling for held text, bytes */
	REWRITER_NESTING_MAX = 4     /* rewriters inside rewriters */
};

enum rewriter_start {
	REWRITER_PAGE,	  /* a whole document */
	REWRITER_FRAGMENT /* what stands inside a body: a noscript's text */
};

enum rewriter_verdict {
	REWRITER_KEEP,	       /* as it is */
	REWRITER_DROP_TAG,     /* this tag alone; see below */
	REWRITER_DROP_ELEMENT, /* through its end tag, all inside it too */
	REWRITER_REPLACE,      /* the same; the replacement stands for it */
	REWRITER_HOLD,	       /* hold the raw text, then ask element() */
	REWRITER_EDIT,	       /* the replacement stands for it */
	REWRITER_FAIL	       /* cannot decide: CONSENT_ELIMIT */
};

enum rewriter_space {
	REWRITER_HTML,
	REWRITER_SVG,
	REWRITER_MATHML
};

/* What may be around an element; but for the first, in HTML alone. */
enum rewriter_around {
	/*
	 * It is none of the document's tree: it is in a template, a shadow
	 * root's too, or ignored in a frameset.
	 */
	REWRITER_APART = 1u << 0,
	/* Browsers differ in what they let into a select. */
	REWRITER_IN_SELECT = 1u << 1,
	/*
	 * SVG or MathML, however deep. Where these end hangs on each element
	 * that is open in them, and other elements would change it.
	 */
	REWRITER_IN_FOREIGN = 1u << 2,
	/* Perhaps: another link would close the one that is open. */
	REWRITER_IN_LINK = 1u << 3
};

struct rewriter;
struct rewriter_tag;

struct rewriter_options {
	size_t tag_max;		   /* longest tag; 0: REWRITER_TAG_MAX */
	size_t text_max;	   /* most text held; 0: REWRITER_TEXT_MAX */
	enum rewriter_start start; /* where the tree construction begins */
	unsigned nesting;	   /* rewriters around this one */
	unsigned around;	   /* all of it, of enum rewriter_around */
};

/*
 * Callbacks; any may be NULL (KEEP, no insertion). Each gets the ctx of
 * rewriter_new. tag, text and replacement are borrowed for the call;
 * replacement comes empty, its ceiling is tag_max + text_max.
 */
struct rewriter_handler {
	/*
	 * A start tag. DROP_TAG leaves content and end tag; for an element
	 * that changes how its content is read (raw text, foreign, template,
	 * select) it counts as DROP_ELEMENT. DROP_ELEMENT of a void element
	 * drops the tag; of others it goes through the matching end tag by a
	 * count of the same name, and CONSENT_ELIMIT when that never comes.
	 * HOLD is for raw text (script, style, noscript, iframe, textarea,
	 * title, xmp ...) and for script and style of SVG, and counts as KEEP
	 * elsewhere; bytes in replacement stand for the tag if it stays.
	 */
	enum rewriter_verdict (*start_tag)(
	    void *ctx, struct rewriter_tag *tag, struct buf *replacement);
	/*
	 * A held element is complete: its tag again and its text as it stands
	 * in the page (in SVG: with references and CDATA resolved). KEEP,
	 * DROP_ELEMENT, REPLACE, EDIT (replacement stands for the text, as text
	 * of the same kind) or FAIL. Asked too when the element ends without
	 * its end tag: with the page a script is inert then, but a noscript is
	 * not.
	 */
	enum rewriter_verdict (*element)(void *ctx, struct rewriter_tag *tag,
	    struct span text, struct buf *replacement);
	/*
	 * The body begins: after <body>, or before what implies it (HTML
	 * 13.2.6.4.4-6); bytes that insert is set to go there. It comes empty;
	 * they are the handler's and last until its next callback. Once, at
	 * the latest at the end of a page that has an html element; never for
	 * framesets and fragments, nor when the page ends inside a tag, a
	 * comment or raw text, where insertions would be swallowed. 0 or a
	 * negative status.
	 */
	int (*body)(void *ctx, struct span *insert);
	/* The same for the head: after <head> or before what implies it. */
	int (*head)(void *ctx, struct span *insert);
	/*
	 * A held element is longer than text_max: KEEP lets it pass without
	 * asking element(); all else, and no callback, is CONSENT_ELIMIT.
	 */
	enum rewriter_verdict (*too_long)(void *ctx, struct rewriter_tag *tag);
	/*
	 * The page has ended, and what goes in there is markup: it did not end
	 * inside a tag, a comment, raw text, a foreign element, a template or a
	 * select. Never for fragments, nor in html/xml. 0 or a negative status.
	 */
	int (*end)(void *ctx, struct span *insert);
	/*
	 * What start_tag has to be asked about: of tags of HTML without any of
	 * that it says KEEP and notes nothing. NULL: it is asked about all.
	 */
	skim_wishes *wishes;
};

/*
 * A rewriter that writes to out. Options and handler are copied, ctx is
 * borrowed until rewriter_free. NULL when there is no memory. Over
 * REWRITER_NESTING_MAX it is born latched with CONSENT_ELIMIT.
 */
struct rewriter *rewriter_new(const struct rewriter_options *options,
    const struct rewriter_handler *handler, void *ctx, struct sink out);

/*
 * Takes the next bytes of the page; r is the struct rewriter, as void so that
 * the function serves as a sink's write. SINK_FLUSH passes on all that is
 * decided. A fragment must end level: CONSENT_ELIMIT when it ends inside a
 * comment, raw text, a tag, a foreign element, a template or a select, for
 * its surroundings would read on differently with scripting off.
 * CONSENT_ELIMIT, CONSENT_ENOMEM, what the sink or a callback returned; the
 * first error latches.
 */
int rewriter_write(
    void *r, struct span bytes, enum sink_mark mark) CONSENT_CHECKED;

/* Frees r; NULL is a no-op. Writes nothing. */
void rewriter_free(struct rewriter *r);

/* The way in for rewriter_run: a whole text at once. */
struct rewriter_job {
	struct rewriter_options options;
	const struct rewriter_handler *handler;
	void *ctx;
};

/*
 * Rewrites all of text at once and appends the result to out: for noscript
 * texts and srcdoc values inside a page. CONSENT_ELIMIT, CONSENT_ENOMEM, what
 * a callback returned; out may then hold a part.
 */
int rewriter_run(const struct rewriter_job *job, struct span text,
    struct buf *out) CONSENT_CHECKED;

/*
 * Options for a rewriter inside the one that tag comes from, one level up. A
 * fragment has around it what the tag has.
 */
struct rewriter_options rewriter_tag_nested(
    const struct rewriter_tag *tag, enum rewriter_start start);

/*
 * The tag's name in lower case, as the tree will have it: an image tag of
 * HTML reads img. Valid for the callback.
 */
struct span rewriter_tag_name(const struct rewriter_tag *tag);

/*
 * The value of the attribute that counts (the first of that name, which is
 * given in lower case), character references resolved. Points into the page
 * or, where it had to be decoded, to bytes appended to scratch: valid until
 * the callback returns and scratch changes. CONSENT_ENOENT, CONSENT_ENOMEM,
 * CONSENT_ELIMIT.
 */
int rewriter_tag_attribute(const struct rewriter_tag *tag, struct span name,
    struct buf *scratch, struct span *value) CONSENT_CHECKED;

/* The tag's bytes from '<' to '>'; see html/attribute.h to walk and edit. */
struct span rewriter_tag_raw(const struct rewriter_tag *tag);

/* The bytes that it was read from, for who asks where they stand. */
struct span rewriter_tag_at(const struct rewriter_tag *tag);

/* Whether it makes an HTML, an SVG or a MathML element. */
enum rewriter_space rewriter_tag_space(const struct rewriter_tag *tag);

/*
 * Whether an attribute may begin with one of these letters, a bit for each of
 * tokenizer_letter: a cheap answer for most tags.
 */
bool rewriter_tag_may_have(const struct rewriter_tag *tag, uint32_t letters);

/* What is around the element of a tag of HTML, of enum rewriter_around. */
unsigned rewriter_tag_around(const struct rewriter_tag *tag);

#endif
