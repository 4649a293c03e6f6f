#include "proxy/sweep.h"

#include "http/head.h"
#include "http/head_edit.h"
#include "proxy/metrics.h"
#include "proxy/prefix.h"
#include "proxy/setup.h"
#include "proxy/sums.h"
#include "proxy/sweep_state.h"
#include "proxy/tongue_name.h"
#include "proxy/visit.h"

#include <libconsent/cookie.h>
#include <libconsent/expiry.h>
#include <libconsent/token.h>

#include <string.h>

enum {
	SWEEP_COOKIE_LINES = 16,
	SWEEP_ROOM = SWEEP_BYTES + EXPIRY_LINES, /* lines and their ends */
	SWEEP_STATE = SWEEP_TEXT + 128		 /* our own one */
};

/* What a response is made up from. */
struct work {
	struct sweep *sweep;
	struct expiry_options options;
	struct span lines[SWEEP_COOKIE_LINES];
	unsigned place;	 /* see sweep_place */
	struct span own; /* our cookie's name */
	bool is_secure;
	bool judges; /* a page is asked for: what came of it can be seen */
	bool had_state;
	struct sweep_state old, next;
	struct expiry_names sent;   /* all that is to go */
	struct expiry_names chosen; /* what this response expires */
};

/* ---- our cookie ------------------------------------------------------- */

static const char secure_name[] = "__Host-consent-swept";
static const char plain_name[] = "consent-swept";

static struct span
own_name(bool is_secure)
{
	return span_of(is_secure ? secure_name : plain_name);
}

const char *
sweep_cookie(const char *site)
{
	return span_starts(span_of(site), SPAN("https://")) ? secure_name
							    : plain_name;
}

bool
sweep_owns(struct span name)
{
	return span_equal(name, own_name(true)) ||
	       span_equal(name, own_name(false));
}

/* Finds the first cookie of a hashed or exact name. */
static bool
find_cookie(const struct work *w, struct cookie_pair *out,
    bool (*fits)(const struct work *w, struct span name, uint32_t hash),
    uint32_t hash)
{
	size_t i;

	for (i = 0; i < w->options.n_cookies; i++) {
		struct cookie_walk walk;

		cookie_walk_init(&walk, w->lines[i]);
		while (cookie_next(&walk, out))
			if (fits(w, out->name, hash))
				return true;
	}
	return false;
}

static bool
is_own(const struct work *w, struct span name, uint32_t hash)
{
	(void)hash;
	return span_equal(name, w->own);
}

static bool
is_hashed(const struct work *w, struct span name, uint32_t hash)
{
	(void)w;
	return sweep_hash(name) == hash;
}

static int
write_state(struct work *w)
{
	char text[SWEEP_TEXT];

	sweep_state_write(&w->next, text);
	return buf_printf(&w->sweep->state,
	    "%.*s=%s; Path=/; Max-Age=%d%s; HttpOnly; SameSite=Lax",
	    SPAN_ARG(w->own), text, w->next.n > 0 ? SWEEP_AGE : 0,
	    w->is_secure ? "; Secure" : "");
}

/* Whether what is to be remembered is not what the browser has. */
static bool
is_news(const struct work *w)
{
	char before[SWEEP_TEXT], after[SWEEP_TEXT];

	if (!w->had_state)
		return w->next.n > 0;
	sweep_state_write(&w->old, before);
	sweep_state_write(&w->next, after);
	return strcmp(before, after) != 0 || w->next.n == 0;
}

/* ---- what came of the last ones --------------------------------------- */

static struct expiry_name *
find_sent(struct work *w, uint32_t hash)
{
	size_t i;

	for (i = 0; i < w->sent.n; i++)
		if (sweep_hash(w->sent.names[i].name) == hash)
			return &w->sent.names[i];
	return NULL;
}

static void
carry(struct work *w, struct sweep_entry entry)
{
	if (w->next.n < SWEEP_ENTRIES)
		w->next.entries[w->next.n++] = entry;
}

/* Takes a name out of those that are still to be chosen from. */
static void
pass_over(struct work *w, struct expiry_name *name)
{
	struct expiry_name *last = &w->sent.names[w->sent.n - 1];

	*name = *last;
	w->sent.n--;
}

/*
 * It is still sent. In another folder its places are others: there it begins
 * anew, which counts as a pass, so that it ends some time.
 */
static void
go_on(struct work *w, struct expiry_name *name, struct sweep_entry entry)
{
	struct expiry_name again = {
	    .name = name->name, .tried = entry.tried, .passes = entry.passes};

	pass_over(w, name);
	if (entry.place != w->place) {
		again.tried = 0;
		again.passes++;
	}
	entry.pending = false;
	if (again.passes >= EXPIRY_PASSES) {
		entry.passes = EXPIRY_PASSES;
		carry(w, entry);
	} else if (w->chosen.n < SWEEP_AT_ONCE) {
		w->chosen.names[w->chosen.n++] = again;
	} else {
		carry(w, entry);
	}
}

static void
recall_entry(struct work *w, struct sweep_entry entry)
{
	struct expiry_name *name = find_sent(w, entry.name);
	struct cookie_pair pair;

	if (!w->judges) {
		if (name != NULL)
			pass_over(w, name);
		carry(w, entry);
	} else if (name != NULL) {
		w->sweep->unconfirmed += entry.pending;
		go_on(w, name, entry);
	} else if (find_cookie(w, &pair, is_hashed, entry.name)) {
		return; /* consent covers it now */
	} else if (sweep_covers(entry.place, w->options.path)) {
		w->sweep->confirmed += entry.pending;
	} else {
		carry(w, entry);
	}
}

static void
recall(struct work *w)
{
	struct cookie_pair pair;
	size_t i;

	w->had_state = find_cookie(w, &pair, is_own, 0);
	if (!w->had_state || !sweep_state_read(pair.value, &w->old))
		return;
	for (i = 0; i < w->old.n; i++)
		recall_entry(w, w->old.entries[i]);
}

/* ---- the next ones ---------------------------------------------------- */

static void
choose_new(struct work *w)
{
	size_t i;

	for (i = 0; i < w->sent.n && w->chosen.n < SWEEP_AT_ONCE &&
		    w->next.n + w->chosen.n < SWEEP_ENTRIES;
	     i++)
		w->chosen.names[w->chosen.n++] = w->sent.names[i];
}

/* Takes lines while the response has room for them. */
static int
on_line(void *ctx, struct span line)
{
	struct sweep *s = ctx;
	int rc;

	if (s->sent == EXPIRY_LINES ||
	    s->text.n + line.n > SWEEP_BYTES + s->sent)
		return CONSENT_ELIMIT;
	rc = buf_append(&s->text, line);
	if (rc == CONSENT_OK)
		rc = buf_append_byte(&s->text, '\n');
	if (rc == CONSENT_OK)
		s->sent++;
	return rc;
}

static int
expire(struct work *w, struct expiry_names *names)
{
	struct expiry_sink sink = {on_line, w->sweep};
	size_t n;

	return names->n == 0 ? CONSENT_OK
			     : expiry_write(&w->options, names, &sink, &n);
}

/* Remembers those that lines were written for, or would have been. */
static void
remember(struct work *w, size_t i, struct expiry_name before)
{
	const struct expiry_name *now = &w->chosen.names[i];
	bool moved = now->tried != before.tried || now->passes != before.passes;

	if (!moved && before.tried == 0 && before.passes == 0)
		return;
	carry(w, (struct sweep_entry){.name = sweep_hash(now->name),
		     .place = w->place,
		     .tried = now->tried,
		     .passes = now->passes,
		     .pending = moved && now->passes < EXPIRY_PASSES});
}

static int
expire_chosen(struct work *w)
{
	struct expiry_name before[SWEEP_AT_ONCE];
	size_t i;
	int rc;

	memcpy(before, w->chosen.names, w->chosen.n * sizeof before[0]);
	rc = expire(w, &w->chosen);
	for (i = 0; rc == CONSENT_OK && i < w->chosen.n; i++)
		remember(w, i, before[i]);
	return rc;
}

/* ---- requests --------------------------------------------------------- */

/* Whether the visitor is to see what is asked for, as far as it is said. */
static bool
is_document(const struct visit *v, const struct head *request)
{
	struct span accept = head_value(request, SPAN("Accept"));

	if (head_value(request, SPAN("Sec-Fetch-Dest")).n > 0)
		return v->shows == VISIT_DOCUMENT;
	return accept.n == 0 ||
	       span_search(accept, SPAN("text/html")) < accept.n;
}

/* By fetch and its kin, which no shared cache answers as a rule. */
static bool
is_by_script(const struct head *request)
{
	return span_equal(
	    head_value(request, SPAN("Sec-Fetch-Dest")), SPAN("empty"));
}

static void
begin_work(struct work *w, const struct sweep_choice *by,
    const struct head *request, struct sweep *s)
{
	const struct url *site = &by->setup->site_urls[by->visit->site];
	bool is_secure = span_equal(site->scheme, SPAN("https"));

	w->sweep = s;
	w->is_secure = is_secure;
	w->own = own_name(is_secure);
	w->old.n = w->next.n = w->chosen.n = 0;
	w->had_state = false;
	w->options = (struct expiry_options){.gate = by->gate,
	    .site = site,
	    .path = span_sub(by->path, 0, span_find(by->path, '?')),
	    .cookies = w->lines,
	    .n_cookies =
		visit_cookie_lines(request, w->lines, SWEEP_COOKIE_LINES),
	    .own = {token_cookie_name(&by->setup->token), w->own,
		span_of(tongue_cookie(site->scheme))}};
	/* what reaches our own paths lies on "/": nobody else is there */
	w->place = sweep_place(prefix_owns(by->setup, w->options.path)
				   ? SPAN("/")
				   : w->options.path);
	buf_init(&s->text, SWEEP_ROOM);
	buf_init(&s->state, SWEEP_STATE);
	expiry_sent(&w->options, &w->sent);
	s->left = w->sent.left;
}

/* Ends with our cookie where it changes. */
static int
end_work(struct work *w, int rc)
{
	if (rc == CONSENT_OK && is_news(w))
		rc = write_state(w);
	if (rc != CONSENT_OK)
		sweep_fini(w->sweep);
	return rc;
}

int
sweep_look(struct sweep *s, const struct visit *v,
    const struct proxy_setup *setup, const struct head *request)
{
	struct sweep_choice by = {v, setup, &v->gate, v->path};
	struct work w;

	w.judges = is_document(v, request);
	if (v->is_ahead || (!w.judges && !is_by_script(request)) ||
	    head_find(request, SPAN("Cookie"), 0) == HEAD_NONE)
		return CONSENT_OK;
	begin_work(&w, &by, request, s);
	recall(&w);
	choose_new(&w);
	return end_work(&w, expire_chosen(&w));
}

int
sweep_begin(struct sweep *s, const struct sweep_choice *choice,
    const struct head *request)
{
	struct cookie_pair pair;
	struct work w;
	int rc;

	begin_work(&w, choice, request, s);
	w.had_state = find_cookie(&w, &pair, is_own, 0);
	choose_new(&w);
	rc = expire_chosen(&w);
	w.chosen.n = 0;
	expiry_known(&w.options, &w.sent);
	while (rc == CONSENT_OK && w.sent.n > 0) {
		struct expiry_name *last = &w.sent.names[--w.sent.n];

		if (!find_cookie(&w, &pair, is_hashed, sweep_hash(last->name)))
			w.chosen.names[w.chosen.n++] = *last;
	}
	if (rc == CONSENT_OK)
		rc = expire(&w, &w.chosen);
	return end_work(&w, rc);
}

/* ---- responses -------------------------------------------------------- */

static void
count(const struct sweep *s, struct sums *sums)
{
	metrics_add(METRIC_EXPIRIES + NAMES_EXPIRY_SENT, s->sent);
	metrics_add(METRIC_EXPIRIES + NAMES_EXPIRY_CONFIRMED, s->confirmed);
	metrics_add(METRIC_EXPIRIES + NAMES_EXPIRY_UNCONFIRMED, s->unconfirmed);
	metrics_add(METRIC_EXPIRIES + NAMES_EXPIRY_LEFT, s->left);
	sums_expiries(sums, s->confirmed, s->unconfirmed);
}

bool
sweep_is_due(const struct sweep *s)
{
	return s->text.n > 0 || s->state.n > 0;
}

int
sweep_add(struct sweep *s, struct head *response, struct sums *sums)
{
	struct span rest = buf_span(&s->text);
	int rc = CONSENT_OK;

	if (s->state.n > 0)
		rc =
		    head_add(response, SPAN("Set-Cookie"), buf_span(&s->state));
	while (rc == CONSENT_OK && rest.n > 0)
		rc = head_add(
		    response, SPAN("Set-Cookie"), span_cut(&rest, '\n'));
	count(s, sums);
	sweep_fini(s);
	return rc == CONSENT_ELIMIT ? CONSENT_OK : rc;
}

void
sweep_fini(struct sweep *s)
{
	buf_fini(&s->text);
	buf_fini(&s->state);
	*s = (struct sweep){.sent = 0};
}
