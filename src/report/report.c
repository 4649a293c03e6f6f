#include "report/report.h"

#include "base/version.h"
#include "report/parts.h"
#include "report/style.h"

/* Allows the page its own style, and nothing else. */
#define CSP "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

static const char *const parts[][2] = {{"verdict", "What was checked"},
    {"choices", "Choices"}, {"enforcement", "What was withheld"},
    {"policies", "Policies"}, {"notices", "Notices"},
    {"incidents", "Incidents"}, {"erasures", "Erasures"}, {"keys", "Keys"},
    {"runs", "Starts and stops"}, {"steps", "How to repeat the check"},
    {"words", "Words"}};

static const char *
title_of(const struct report *r)
{
	return r->title != NULL ? r->title : "Consent report";
}

static void
write_head(struct page *p)
{
	markup_raw(&p->m,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n<meta http-equiv=\""
	    "Content-Security-Policy\" content=\"" CSP "\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, "
	    "initial-scale=1\">\n<meta name=\"color-scheme\" "
	    "content=\"light dark\">\n<meta name=\"generator\" "
	    "content=\"consentctl " CONSENT_VERSION "\">\n<title>");
	markup_text(&p->m, title_of(p->report));
	markup_raw(&p->m, "</title>\n<style>\n");
	markup_raw(&p->m, report_style[0].bytes);
	markup_raw(&p->m, "</style>\n</head>\n<body>\n");
}

static void
write_contents(struct page *p)
{
	size_t i;

	markup_raw(&p->m, "<nav aria-label=\"Contents\"><ol>\n");
	for (i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		markup_raw(&p->m, "<li><a href=\"#");
		markup_raw(&p->m, parts[i][0]);
		markup_raw(&p->m, "\">");
		markup_raw(&p->m, parts[i][1]);
		markup_raw(&p->m, "</a></li>\n");
	}
	markup_raw(&p->m, "</ol></nav>\n");
}

static void
write_foot(struct page *p)
{
	markup_raw(&p->m,
	    "</main>\n<footer><p>Made by consentctl " CONSENT_VERSION ", ");
	page_time(p, p->report->made);
	markup_raw(&p->m,
	    ". This page has no script and asks nobody for anything.</p>"
	    "</footer>\n</body>\n</html>\n");
}

int
report_write(const struct report *report, struct buf *out)
{
	struct page p = {.m = {out, CONSENT_OK}, .report = report};
	int rc;

	write_head(&p);
	markup_raw(&p.m, "<header><p class=\"kind\">Consent log</p>\n<h1>");
	markup_text(&p.m, title_of(report));
	markup_raw(&p.m, "</h1></header>\n<main>\n");
	parts_scope(&p);
	write_contents(&p);
	rc = parts_choices(&p);
	parts_enforcement(&p);
	if (rc == CONSENT_OK)
		rc = parts_history(&p);
	parts_events(&p);
	parts_steps(&p);
	write_foot(&p);
	return rc == CONSENT_OK ? p.m.rc : rc;
}
