#ifndef CONSENT_PROXY_BODY_H
#define CONSENT_PROXY_BODY_H

/*
 * The chain of sinks for the body of one page: decoder, a look at its first
 * bytes (is it a page, in which charset), UTF-16 to UTF-8, the page's rewriter,
 * encoder. What cannot be read with certainty is refused, never guessed.
 */

#include <libconsent/page.h>
#include <libconsent/sink.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "web/mime.h"

struct body;
struct plan;
struct visit;

/*
 * Builds the chain that ends in out. plan and visit are borrowed until
 * body_free. CONSENT_ENOMEM, CONSENT_EINVAL.
 */
int body_new(const struct plan *plan, const struct visit *visit,
    struct sink out, struct body **body) CONSENT_CHECKED;

/*
 * Takes the next bytes as the origin sent them. CONSENT_ECODING: a content
 * coding or charset that cannot be read, CONSENT_ELIMIT: past a ceiling, or
 * markup that cannot be placed; CONSENT_ENOMEM; what out returned. After a
 * failure nothing more may be written: the page is cut.
 */
int body_write(
    struct body *body, struct span bytes, enum sink_mark mark) CONSENT_CHECKED;

/* What was removed so far, or NULL when it is not a page. */
const struct page_counts *body_counts(const struct body *body);

/*
 * The charset that the head must name, because the page does not go on as it
 * came, or so that its meta element counts although it comes late now; empty
 * where the head stays as it is. *form is MIME_HTML or MIME_XML. Known before
 * the first byte goes on. body may be NULL.
 */
struct span body_charset(const struct body *body, enum mime_form *form);

/* Frees; NULL is nothing. */
void body_free(struct body *body);

#endif
