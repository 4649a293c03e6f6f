#ifndef CONSENT_HTML_REWRITER_OUTPUT_H
#define CONSENT_HTML_REWRITER_OUTPUT_H

/*
 * The bottom of the rewriter: what goes out. Stretches that are kept gather
 * to one run, which is written by reference as late as it can be. Knows
 * nothing of tags, nor where the bytes come from. Inside html/ only.
 */

#include <libconsent/sink.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

struct rewriter_output {
	struct sink sink;
	struct span run; /* kept, not yet written, in the caller's window */
	char last;	 /* byte that was kept or written */
};

/* Keeps raw, which follows in the window what was kept last. */
void output_keep(struct rewriter_output *o, struct span raw);

/* Writes what is kept. Returns what the sink returns. */
int output_settle(struct rewriter_output *o) CONSENT_CHECKED;

/* Writes what is kept, then bytes. Returns what the sink returns. */
int output_emit(struct rewriter_output *o, struct span bytes) CONSENT_CHECKED;

/*
 * Writes what is kept, before something is left out. A '<' that stood alone
 * must not begin a tag with what follows now: "</>" behind it, which is no
 * token (HTML 13.2.5.7), keeps it a text. Returns what the sink returns.
 */
int output_drop(struct rewriter_output *o) CONSENT_CHECKED;

#endif
