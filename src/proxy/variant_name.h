#ifndef CONSENT_PROXY_VARIANT_NAME_H
#define CONSENT_PROXY_VARIANT_NAME_H

/*
 * What a shared cache in front calls the variant of a page that its visitor
 * gets, and the cookie that tells it the name. No state; see proxy/variant.
 *
 *     undecided               nothing was chosen
 *     0123456789ab-5          policy and categories in hex, all chosen
 *     0123456789ab-5/tr       with the language that is wanted
 */

#include <stdbool.h>

#include <libconsent/buf.h>
#include <libconsent/gate.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

struct head;
struct proxy_setup;
struct token_options;

/*
 * Appends the name of the variant for a visitor without privacy signals;
 * nothing for a choice that is answered in part. CONSENT_ENOMEM, _ELIMIT.
 */
int variant_write(const struct gate *gate, struct buf *out) CONSENT_CHECKED;

/*
 * The name that a request gives its variant; empty where no cache may keep
 * the answer, or none is said to be there.
 */
struct span variant_named(
    const struct head *request, const struct proxy_setup *setup);

/* The language in such a name, or empty. */
struct span variant_language(struct span named);

/* What follows the name of the token's cookie in that of the other. */
#define VARIANT_COOKIE_ENDS SPAN("-variant")

/* Whether a cookie of this name is that one. */
bool variant_is_cookie(const struct token_options *token, struct span name);

#endif
