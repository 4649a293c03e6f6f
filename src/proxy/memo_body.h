#ifndef CONSENT_PROXY_MEMO_BODY_H
#define CONSENT_PROXY_MEMO_BODY_H

/*
 * The body of one page with the memo before it. While the bytes that come
 * equal those of a page that is remembered, what went out for them goes out
 * again, by reference, and nothing is decoded, scanned or coded. At the first
 * other byte, at an end that comes early, or where the origin pauses between
 * two places whose output is known, what had come is written to the true path
 * (proxy/body) in the very pieces that were remembered; of what comes out the
 * part that was sent is dropped, after a look that it is the same; from then
 * on all is as if there were no memo. Without an entry the true path it is
 * from the start, watched if the page is to be remembered.
 *
 * Effects besides bytes (what was counted, names for the inventory, the
 * charset for the head) are those of the true path either way.
 */

#include <stdbool.h>

#include <libconsent/page.h>
#include <libconsent/sink.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "proxy/memo_key.h"
#include "web/mime.h"

struct memo;
struct memo_body;
struct plan;
struct visit;

/* All borrowed until memo_body_free. */
struct memo_body_options {
	const struct plan *plan;
	struct visit *visit;
	struct memo *memo;	 /* NULL: none */
	struct memo_heads heads; /* only read by memo_body_new */
};

/* As body_new. CONSENT_ENOMEM, CONSENT_EINVAL. */
int memo_body_new(const struct memo_body_options *options, struct sink out,
    struct memo_body **body) CONSENT_CHECKED;

/*
 * As body_write. CONSENT_EINVAL also where the true path does not repeat what
 * was sent already, which cuts the page.
 */
int memo_body_write(struct memo_body *body, struct span bytes,
    enum sink_mark mark) CONSENT_CHECKED;

/*
 * Whether bytes came whose output is held back until it is known that more
 * follow: call memo_body_pause when none do for a moment.
 */
bool memo_body_lags(const struct memo_body *body);

/* The origin pauses: passes on what can be passed. Codes as body_write. */
int memo_body_pause(struct memo_body *body) CONSENT_CHECKED;

/*
 * What was removed so far, or NULL when it is not a page. Of a page that the
 * memo answers it is known at the end; before it, which is where an exchange
 * was broken off, this goes back to the true path to find out.
 */
const struct page_counts *memo_body_counts(struct memo_body *body);

/* As body_charset. body may be NULL. */
struct span memo_body_charset(
    const struct memo_body *body, enum mime_form *form);

/* Frees; NULL is nothing. */
void memo_body_free(struct memo_body *body);

#endif
