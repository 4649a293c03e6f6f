#ifndef CONSENT_DEMO_PAGES_H
#define CONSENT_DEMO_PAGES_H

/*
 * The demo's pages, and how one is put together. The files of pages/ are part
 * of the program: LANG/NAME.html are bodies with a head of "key: value" lines
 * up to the first empty line, text.LANG holds the words of the frame around
 * them, template.html is that frame. In all of them {{name}} stands for a
 * value. The files are ours and trusted: values are not escaped.
 */

#include <stddef.h>

#include "base/embedded.h"

#include <libconsent/span.h>
#include <libconsent/status.h>

struct evbuffer;

/* src/demo/pages, named from there: "en/home.html", "assets/site.css". */
extern const struct embedded_file demo_pages[];
extern const size_t demo_pages_count;

struct page {
	const char *lang;	 /* "en", "tr" or "ar" */
	struct span name;	 /* "home", "cataract-surgery" … */
	unsigned collector_port; /* for addresses at collector.localhost */
	struct span csrf;	 /* token for forms, base64url; may be empty */
	struct span query;	 /* as in the request; only compared */
};

/* The demo's language that equals tag, or NULL; static. */
const char *page_language(struct span tag);

/*
 * The language to greet a visitor in, by Accept-Language (RFC 9110 12.5.4):
 * the one with the highest weight, English when it names none; static.
 */
const char *page_accepted_language(struct span accept);

/* Whether there is a page of that name in that language. */
bool page_exists(const char *lang, struct span name);

/*
 * Appends the whole page to out. CONSENT_ENOENT when there is none of that
 * name, CONSENT_ENOMEM, CONSENT_EINVAL when a file names an unknown value.
 */
int page_render(const struct page *page, struct evbuffer *out) CONSENT_CHECKED;

#endif
