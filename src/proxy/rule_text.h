#ifndef CONSENT_PROXY_RULE_TEXT_H
#define CONSENT_PROXY_RULE_TEXT_H

/*
 * What was withheld, named for logs and people: by the rule that decided, in
 * printable ASCII of bounded length. No state.
 */

#include <stddef.h>

#include <libconsent/gate.h>
#include <libconsent/page.h>

enum {
	RULE_TEXT = 112 /* longest name, its NUL included */
};

/*
 * Writes "host stats.example", "path POST /collect*", "cookie _ga*",
 * "inline gtag(", behind "VENDOR: " where a vendor's file says so, or what no
 * rule names: "host unnamed", "cookie unnamed", "advertising". Bytes that are
 * not printable ASCII become "?"; what is too long is cut.
 */
void rule_text(
    const struct gate *gate, const struct page_count *row, char out[RULE_TEXT]);

/* The id of the category of a row, "unknown" for none; as long as gate. */
const char *rule_category(
    const struct gate *gate, const struct page_count *row);

#endif
