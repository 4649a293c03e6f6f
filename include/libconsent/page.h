#ifndef CONSENT_CONSENT_PAGE_H
#define CONSENT_CONSENT_PAGE_H

/*
 * One HTML page as one visitor may have it: a sink that takes the page's bytes
 * (decoded, in an ASCII-compatible charset) and writes them to another sink
 * without what the gate withholds. Goes: scripts, pictures, frames, hints,
 * media and refreshes by URL; inline scripts, handlers and javascript: by
 * their text; URLs in styles, import maps and speculation rules; the like
 * inside noscript, srcdoc, template, SVG and MathML. Data blocks (JSON-LD and
 * such) are never judged, links and forms only where they are code. What is
 * left in the place of an element is the policy's action.
 * An element consent-cookies in the tree of the page gets the table, whatever
 * was granted; in XML a div stands for it. Inside SVG, MathML and
 * selects of an HTML page neither it nor a box is put.
 * What is granted passes byte for byte. The notice, if any, goes in where the
 * body begins; in XHTML where it is well-formed. A base element of another
 * origin that comes behind a notice which is not the one for abroad would take
 * its URLs there: that tag goes.
 *
 * Past a ceiling, or where markup cannot be placed, page_write returns
 * CONSENT_ELIMIT and latches: the caller cuts the page.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/gate.h>
#include <libconsent/sink.h>
#include <libconsent/span.h>
#include <libconsent/status.h>
#include <libconsent/url.h>

CONSENT_BEGIN

enum {
	PAGE_COUNTS = 64 /* rows that are counted apart in one page */
};

enum page_kind {
	PAGE_HTML,
	PAGE_XML /* XHTML, SVG and all else that is XML */
};

/* What of ours goes into a page, in one language; each may be empty. */
struct page_words {
	struct span body;	 /* goes in where the body begins */
	struct span body_abroad; /* instead, after a base of another origin */
	struct span box;	 /* markup in the place of embeds, where the
				    policy wants one; "{vendor}" in it */
	struct span box_abroad;	 /* instead, after a base of another origin */
	struct span table;	 /* in consent-cookies elements */
};

/* All borrowed until page_free. */
struct page_options {
	enum page_kind kind;
	const struct gate *gate;
	const struct url *url;	 /* of the page: what relative URLs mean */
	struct span head;	 /* goes in where the head begins; or empty */
	struct span whole;	 /* goes in at the end of a page of HTML that
				    nothing was withheld of; or empty */
	struct page_words words; /* in UTF-8; what else goes in is ASCII */
	bool is_utf8; /* so is the page: else words go as references */
	/* asked with the lang of the page's html element; false: there are no
	   words in that language. NULL: the page's language does not count */
	bool (*words_in)(
	    void *ctx, struct span language, struct page_words *out);
	void *words_ctx;
	/* told of what is counted as it is found, see page_at; or NULL */
	void (*on_judged)(void *ctx, struct gate_verdict verdict);
	void *judged_ctx;
	size_t tag_max;	 /* longest tag; 0: the rewriter's default */
	size_t text_max; /* most text held; 0: the policy's limit */
};

/* How often one rule withheld, or would have withheld, something. */
struct page_count {
	const struct policy_rule *rule; /* NULL: a third party unlisted */
	unsigned category;
	enum gate_answer answer; /* GATE_WITHHOLD or GATE_REPORT */
	enum gate_subject subject;
	size_t n;
	const struct policy_rule *beside; /* mixed scripts: essential rule */
	/* of the first mixed script, where in it the texts of both stand,
	   from 1; 0: it is none */
	unsigned line, beside_line;
};

struct page_counts {
	size_t n; /* rows used */
	struct page_count rows[PAGE_COUNTS];
	size_t others;	 /* what found no row */
	size_t withheld; /* sums */
	size_t reported;
	size_t mixed;	 /* of these, scripts that do essential work, too */
	size_t unjudged; /* inline texts that were too long and passed */
};

/* What the visitor had said of a category when something was judged. */
enum page_state {
	PAGE_UNDECIDED,
	PAGE_DENIED, /* by an answer or by a signal */
	PAGE_GRANTED /* and all the same withheld: the path is sensitive */
};

/* The state of consent that a row was counted in. */
enum page_state page_count_state(
    const struct gate *gate, const struct page_count *row);

/* Begins with nothing; the rows are only read once they are used. */
void page_counts_init(struct page_counts *counts);

/*
 * Counts a verdict; nothing where it lets pass. counts may be NULL. beside is
 * the essential rule that a script fits, too, or NULL.
 */
void page_counts_add(struct page_counts *counts, struct gate_verdict v,
    const struct policy_rule *beside);

struct page;

/* A page that is written to out. CONSENT_ENOMEM. */
int page_new(const struct page_options *options, struct sink out,
    struct page **page) CONSENT_CHECKED;

/*
 * Takes the next bytes; page is the struct page, as void so that it serves as
 * a sink's write. CONSENT_ELIMIT, CONSENT_ENOMEM, or what out returned.
 */
int page_write(
    void *page, struct span bytes, enum sink_mark mark) CONSENT_CHECKED;

/* What went so far; valid as long as the page. */
const struct page_counts *page_counted(const struct page *page);

/*
 * The start tag that is judged now, for who gave on_judged: its
 * bytes as they came in, inside those that page_write was given, if these were
 * the whole page. In a document that an attribute holds it is the tag of that.
 * Empty where none is, and without on_judged.
 */
struct span page_at(const struct page *page);

/* Whether the options' body bytes were put in. */
bool page_has_body(const struct page *page);

/* Frees; NULL is nothing. */
void page_free(struct page *page);

CONSENT_END

#endif
