#include "proxy/variant.h"

#include "http/head.h"
#include "http/head_edit.h"
#include "proxy/answer.h"
#include "proxy/setup.h"
#include "proxy/variant_name.h"
#include "proxy/visit.h"

#include <libconsent/notice.h>
#include <libconsent/token.h>

#include <stdio.h>

enum {
	VARIANT_MAX = 64,     /* bytes of a name, its language aside */
	VARIANT_COOKIE = 128, /* bytes of the cookie's name */
	VARIANT_FIELD = 512,  /* bytes of a field that is written */
	VARIANT_AGE = 31536000
};

/* ---- the visitor ------------------------------------------------------ */

/* Whether the notice is in the language that the name says, or the only one. */
static bool
fits_language(const struct visit *v, const struct proxy_setup *setup)
{
	struct span language = variant_language(v->variant);

	if (language.n == 0)
		return notice_count(setup->notices) == 1;
	return span_equal(language, span_of(notice_facts(v->notice)->lang));
}

/* Whether the visitor is one of those that the name tells apart. */
static bool
is_usual(const struct visit *v)
{
	return v->variant.n > 0 && v->names_site && v->wants_notice &&
	       v->shows == VISIT_DOCUMENT && !v->is_service_worker &&
	       !v->has_tongue && !v->gate.sensitive && !v->gate.gpc &&
	       v->gate.signaled == 0 &&
	       /* it says nothing of modes that hold for a while */
	       v->gate.reported == v->gate.facts->reported;
}

int
variant_fits(const struct visit *v, const struct proxy_setup *setup, bool *fits)
{
	struct span named = span_sub(v->variant, 0, span_find(v->variant, '/'));
	struct buf name;
	int rc;

	*fits = false;
	if (!is_usual(v) || !fits_language(v, setup))
		return CONSENT_OK;
	buf_init(&name, VARIANT_MAX);
	rc = variant_write(&v->gate, &name);
	if (rc == CONSENT_OK)
		*fits = name.n > 0 && span_equal(named, buf_span(&name));
	buf_fini(&name);
	return rc;
}

/* ---- the response ----------------------------------------------------- */

/* What Cache-Control lets shared caches do. */
struct control {
	bool forbids;
	uint64_t shared, all; /* seconds; UINT64_MAX: not said */
};

/* The seconds of "name=5"; the least counts. What is none is as 0. */
static void
take_seconds(struct span member, struct span name, uint64_t *out)
{
	uint64_t n = 0;

	if (!span_starts_nocase(member, name))
		return;
	if (span_to_u64(span_sub(member, name.n, member.n), 10, VARIANT_AGE,
		&n) != CONSENT_OK)
		n = 0;
	if (n < *out)
		*out = n;
}

/* One directive; those with a list of fields in them forbid all as well. */
static void
take_directive(struct control *c, struct span member)
{
	static const struct span forbid[] = {SPAN_INIT("private"),
	    SPAN_INIT("no-store"), SPAN_INIT("no-cache"),
	    SPAN_INIT("must-understand")};
	size_t i;

	for (i = 0; i < sizeof forbid / sizeof forbid[0]; i++)
		if (span_starts_nocase(member, forbid[i]))
			c->forbids = true;
	take_seconds(member, SPAN("s-maxage="), &c->shared);
	take_seconds(member, SPAN("max-age="), &c->all);
}

static void
read_control(const struct head *h, struct control *c)
{
	struct span name = SPAN("Cache-Control");
	size_t i = head_find(h, name, 0);

	for (; i != HEAD_NONE; i = head_find(h, name, i + 1)) {
		struct span rest = h->fields[i].value;

		while (rest.p != NULL)
			take_directive(c, span_trim(span_cut(&rest, ',')));
	}
}

/* Whether something beside Cache-Control makes it one visitor's. */
static bool
is_personal(const struct head *h)
{
	static const struct span others[] = {
	    SPAN_INIT("*"), SPAN_INIT("Cookie"), SPAN_INIT("Authorization")};
	size_t i;

	if (head_find(h, SPAN("Set-Cookie"), 0) != HEAD_NONE ||
	    head_find(h, SPAN("Clear-Site-Data"), 0) != HEAD_NONE)
		return true;
	for (i = 0; i < sizeof others / sizeof others[0]; i++)
		if (head_lists(h, SPAN("Vary"), others[i]))
			return true;
	return false;
}

uint64_t
variant_lifetime(const struct head *h)
{
	struct control c = {false, UINT64_MAX, UINT64_MAX};

	if ((h->status != 200 && h->status != 304) || is_personal(h))
		return 0;
	read_control(h, &c);
	if (c.forbids)
		return 0;
	if (c.shared != UINT64_MAX)
		return c.shared;
	return c.all != UINT64_MAX ? c.all : 0;
}

/* The signals are named as well: a cache that heeds Vary is safe by itself. */
static int
add_vary(struct head *h, const struct proxy_setup *setup)
{
	const struct policy_facts *facts = policy_facts(setup->policy);
	struct buf value;
	int rc;

	buf_init(&value, VARIANT_FIELD);
	rc = buf_printf(&value, "%s%s%s", setup->cdn_variant,
	    facts->gpc == POLICY_SIGNAL_REJECT ? ", Sec-GPC" : "",
	    facts->dnt == POLICY_SIGNAL_REJECT ? ", DNT" : "");
	if (rc == CONSENT_OK)
		rc = head_add(h, SPAN("Vary"), buf_span(&value));
	buf_fini(&value);
	return rc;
}

int
variant_share(struct head *h, const struct proxy_setup *setup, uint64_t seconds)
{
	bool whole = head_lists(h, SPAN("Cache-Control"), SPAN("no-transform"));
	struct buf value;
	int rc;

	buf_init(&value, VARIANT_FIELD);
	rc = buf_printf(&value, "max-age=0, must-revalidate, s-maxage=%llu%s",
	    (unsigned long long)seconds, whole ? ", no-transform" : "");
	if (rc == CONSENT_OK)
		rc = head_set(h, SPAN("Cache-Control"), buf_span(&value));
	buf_fini(&value);
	return rc == CONSENT_OK ? add_vary(h, setup) : rc;
}

/* ---- the cookie ------------------------------------------------------- */

/* The value of Set-Cookie under a name of ours. */
static int
write_cookie(const struct token_options *options, const struct gate *gate,
    int64_t expires, struct buf *out)
{
	struct buf value;
	int rc;

	if (gate_asks(gate))
		return token_delete_cookie(options, out);
	buf_init(&value, VARIANT_MAX);
	rc = variant_write(gate, &value);
	if (rc == CONSENT_OK)
		rc = token_set_cookie(options, buf_span(&value), expires, out);
	buf_fini(&value);
	return rc;
}

void
variant_answer(struct answer *a, const struct proxy_setup *setup,
    const struct gate *gate, int64_t expires)
{
	struct token_options options = setup->token;
	char name[VARIANT_COOKIE];
	struct buf line;
	int rc;

	if (setup->cdn_variant == NULL)
		return;
	/* a name from the configuration is at most 64 bytes */
	(void)snprintf(name, sizeof name, "%.*s%.*s",
	    SPAN_ARG(token_cookie_name(&setup->token)),
	    SPAN_ARG(VARIANT_COOKIE_ENDS));
	options.cookie = name;
	buf_init(&line, VARIANT_FIELD);
	rc = write_cookie(&options, gate, expires, &line);
	if (rc == CONSENT_OK)
		answer_field(a, SPAN("Set-Cookie"), buf_span(&line));
	else
		a->rc = rc;
	buf_fini(&line);
}
