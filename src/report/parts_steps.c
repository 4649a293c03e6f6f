#include "report/parts.h"

/* A line to be typed, with what was given in it where it is known. */
static void
write_command(struct page *p, const char *front, struct span key)
{
	markup_raw(&p->m, "<pre><code>consentctl log ");
	markup_raw(&p->m, front);
	markup_raw(&p->m, " --dir ");
	/* a database is no log that could be verified */
	markup_text(&p->m,
	    p->report->result != NULL ? p->report->dir : "LOG-DIRECTORY");
	if (key.n > 0) {
		markup_raw(&p->m, " --key '");
		markup_span(&p->m, key);
		markup_raw(&p->m, "'");
	}
	markup_raw(&p->m, "</code></pre>\n");
}

static struct span
key_of(const struct page *p)
{
	struct span key = p->report->key;

	return key.n > 0 ? key : SPAN("PUBLIC-KEY");
}

static void
write_checkpoint(struct page *p)
{
	if (p->report->checkpoint.n == 0)
		return;
	markup_raw(&p->m,
	    "<li><p>Keep the checkpoint, away from the log. Whoever has it can "
	    "tell later that nothing before it was changed, and that nothing "
	    "was taken off the end. Of this log it was:</p>\n<pre><code>");
	markup_span(&p->m, p->report->checkpoint);
	markup_raw(&p->m, "</code></pre></li>\n");
}

static void
write_words(struct page *p)
{
	static const char *const words[][2] = {
	    {"checkpoint",
		"how many entries a log has and the root of the hash tree over "
		"them, signed (C2SP tlog-checkpoint)"},
	    {"entry", "one line of the log; a choice, a policy, a sum"},
	    {"notice", "the text that a visitor was shown, in one language"},
	    {"policy", "which cookies, scripts and requests are held back, and "
		       "in which category they are"},
	    {"receipt", "an entry with the proof that it is under a checkpoint "
			"(C2SP tlog-proof); checked with the public key alone"},
	    {"signal", "<code>gpc</code>: the browser said with its request "
		       "that it wants no sale or sharing of data"},
	    {"way", "where the choice was made: in the notice, on the page of "
		    "preferences, or by a program"}};
	size_t i;

	page_section(p, "words", "Words");
	markup_raw(&p->m, "<dl class=\"words-list\">\n");
	for (i = 0; i < sizeof words / sizeof words[0]; i++) {
		markup_raw(&p->m, "<div><dt>");
		markup_raw(&p->m, words[i][0]);
		markup_raw(&p->m, "</dt><dd>");
		markup_raw(&p->m, words[i][1]);
		markup_raw(&p->m, "</dd></div>\n");
	}
	markup_raw(&p->m, "</dl>\n");
	page_section_end(p);
}

void
parts_steps(struct page *p)
{
	page_section(p, "steps", "How to repeat the check");
	markup_raw(&p->m,
	    "<p>All it takes is a copy of the log\u2019s directory, the "
	    "program <code>consentctl</code>, and the public key from the "
	    "operator or from whoever kept it. Nothing is written to the "
	    "directory.</p>\n<ol>\n<li><p>Check all of it:</p>\n");
	write_command(p, "verify", key_of(p));
	markup_raw(&p->m,
	    "<p>It ends with 0 where the log holds, and names the first thing "
	    "that is wrong where it does not. The key is never taken from the "
	    "log.</p></li>\n");
	write_checkpoint(p);
	markup_raw(&p->m, "<li><p>Check later that the log has only grown "
			  "since a checkpoint that was kept:</p>\n");
	write_command(p, "verify --since CHECKPOINT-FILE", key_of(p));
	markup_raw(&p->m, "</li>\n<li><p>Check one visitor\u2019s choice. The "
			  "visitor\u2019s own receipt will do:</p>\n"
			  "<pre><code>consentctl log verify --receipt "
			  "RECEIPT-FILE --key '");
	markup_span(&p->m, key_of(p));
	markup_raw(&p->m, "'</code></pre></li>\n<li><p>Make this page "
			  "anew:</p>\n");
	write_command(p, "report -o report.html", key_of(p));
	markup_raw(&p->m,
	    "</li>\n</ol>\n<p>The formats are public (RFC 6962, C2SP "
	    "tlog-tiles, tlog-checkpoint and tlog-proof), so that other "
	    "programs can check the same: docs/AUDIT.md shows it with Python "
	    "and OpenSSL.</p>\n");
	page_section_end(p);
	write_words(p);
}
