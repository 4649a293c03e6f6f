#include "lists/adblock.h"

#include "base/utf8.h"
#include "lists/adblock_options.h"
#include "lists/adblock_pattern.h"
#include "lists/lines.h"

#include <libconsent/url.h>

#include <stdlib.h>

enum {
	FILTER_MAX = 4096 /* bytes of a filter */
};

struct adblock {
	struct adblock_settings settings;
	struct listing *listing;
	struct lines lines;
	size_t dropped;	   /* line of the last exception that went again */
	size_t conditions; /* of another program, around this line */
	struct adblock_pattern pattern;
};

/* Text that a list says of itself: "! Title: EasyPrivacy". */
static int
read_comment(struct adblock *a, struct span text)
{
	struct listing_head *head = &a->listing->head;
	const struct {
		struct span key;
		const char **value;
	} keys[] = {
	    {SPAN("Title:"), &head->title},
	    {SPAN("Version:"), &head->version},
	    {SPAN("Last modified:"), &head->modified},
	    {SPAN("Licence:"), &head->licence},
	    {SPAN("License:"), &head->licence},
	    {SPAN("Homepage:"), &head->homepage},
	};
	size_t i;

	text = span_trim(span_sub(text, 1, text.n));
	for (i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		if (!span_starts_nocase(text, keys[i].key) ||
		    *keys[i].value != NULL)
			continue;
		text = span_trim(span_sub(text, keys[i].key.n, text.n));
		*keys[i].value =
		    listing_keep(a->listing, span_sub(text, 0, SKIP_TEXT));
		return *keys[i].value == NULL ? CONSENT_ENOMEM : CONSENT_OK;
	}
	return CONSENT_OK;
}

/* "!#if", "!#endif" and their like (uBlock Origin, AdGuard). */
static void
read_condition(struct adblock *a, struct span text)
{
	if (span_starts(text, SPAN("!#if")))
		a->conditions++;
	else if (span_starts(text, SPAN("!#endif")) && a->conditions > 0)
		a->conditions--;
	else if (span_starts(text, SPAN("!#include"))) {
		a->listing->entries++;
		skips_add(
		    &a->listing->skips, SKIP_CONDITIONAL, a->lines.line, text);
	}
}

/* Whether it is about elements of a page: "##", "#@#", "#?#", "#$#", "#%#". */
static bool
is_cosmetic(struct span text)
{
	size_t i;

	for (i = 0; i + 1 < text.n; i++) {
		if (text.p[i] != '#')
			continue;
		if (text.p[i + 1] == '#')
			return true;
		if (i + 2 < text.n && text.p[i + 2] == '#' &&
		    span_find(SPAN("@?$%"), text.p[i + 1]) < 4)
			return true;
	}
	return false;
}

static bool
is_regex(struct span pattern)
{
	return pattern.n > 1 && span_starts(pattern, SPAN("/")) &&
	       span_ends(pattern, SPAN("/"));
}

/* Whether the path shows its kind, so that naming it adds nothing. */
static bool
is_told_by_path(const struct adblock_options *o, struct span pattern)
{
	static const char *const images[] = {
	    ".gif", ".png", ".jpg", ".jpeg", ".webp", ".svg"};
	size_t i;

	pattern = span_sub(pattern, 0, span_find(pattern, '?'));
	if (span_ends(pattern, SPAN("^")))
		pattern.n--;
	if ((o->types & ADBLOCK_SCRIPT) != 0)
		return span_ends(pattern, SPAN(".js"));
	for (i = 0; i < sizeof images / sizeof images[0]; i++)
		if ((o->types & ADBLOCK_IMAGE) != 0 &&
		    span_ends(pattern, span_of(images[i])))
			return true;
	return false;
}

/* Whether what it names is a site of ours, or the host above it. */
static bool
is_own(const struct adblock *a, struct span host)
{
	size_t i;

	for (i = 0; i < a->settings.n_sites; i++)
		if (url_host_is_below(a->settings.sites[i], host))
			return true;
	return false;
}

/* Whether a filter holds on all sites of ours; where on none, why. */
static enum skip
judge_sites(const struct adblock *a, const struct adblock_options *o)
{
	enum skip why, first;
	size_t i;

	if (a->settings.n_sites == 0)
		return adblock_options_site(o, SPAN(""));
	first = adblock_options_site(o, a->settings.sites[0]);
	for (i = 1; i < a->settings.n_sites; i++) {
		why = adblock_options_site(o, a->settings.sites[i]);
		if (why != first)
			return SKIP_DOMAIN;
	}
	return first;
}

static enum skip
judge_block(
    struct adblock *a, const struct adblock_options *o, struct span pattern)
{
	enum skip why = judge_sites(a, o);

	if (why != SKIP_NOT)
		return why;
	if (o->types != 0 && !a->settings.any_type &&
	    !is_told_by_path(o, pattern))
		return SKIP_TYPE;
	why = adblock_pattern_read(pattern, &a->pattern);
	if (why == SKIP_NOT && is_own(a, a->pattern.host) &&
	    (o->third_party || a->pattern.n == 0))
		return SKIP_OWN_SITE;
	return why;
}

/*
 * An exception passes for everybody and for every kind of request, so only
 * one that was meant so is safe: a path of a host, on every page.
 */
static enum skip
judge_exception(
    struct adblock *a, const struct adblock_options *o, struct span pattern)
{
	enum skip why = judge_sites(a, o);

	if (a->settings.exceptions == NULL)
		return SKIP_EXCEPTION;
	if (why != SKIP_NOT)
		return why;
	if (o->types != 0)
		return SKIP_EXCEPTION_WIDE;
	why = adblock_pattern_read(pattern, &a->pattern);
	return why == SKIP_NOT && a->pattern.n == 0 ? SKIP_EXCEPTION_WIDE : why;
}

/* Adds "host" or "host/path". */
static int
add_rule(struct adblock *a, struct span path, bool passes, enum skip *why)
{
	struct listed_rule rule = {
	    .category = passes ? a->settings.exceptions : a->settings.category,
	    .line = a->lines.line,
	    .passes = passes};
	struct buf whole;
	size_t i;
	int rc;

	buf_init(&whole, LISTING_TEXT);
	rc = buf_append(&whole, a->pattern.host);
	if (rc == CONSENT_OK)
		rc = buf_append(&whole, path);
	for (i = 0; rc == CONSENT_OK && i < a->pattern.host.n; i++)
		if (whole.p[i] >= 'A' && whole.p[i] <= 'Z')
			whole.p[i] = (char)(whole.p[i] - 'A' + 'a');
	if (rc == CONSENT_OK) {
		rule.pattern = listing_keep(a->listing, buf_span(&whole));
		rc = rule.pattern == NULL ? CONSENT_ENOMEM
					  : listing_add(a->listing, &rule, why);
	} else if (rc == CONSENT_ELIMIT) {
		*why = SKIP_TOO_LONG;
		rc = CONSENT_OK;
	}
	buf_fini(&whole);
	return rc;
}

/* Adds the rules that a filter is; one that is new is enough to be taken. */
static int
take(struct adblock *a, bool passes, enum skip *why)
{
	enum skip one = SKIP_NOT, worst = SKIP_DUPLICATE;
	bool any = false;
	size_t i;
	int rc = CONSENT_OK;

	if (a->pattern.n == 0) {
		rc = add_rule(a, SPAN(""), passes, &one);
		any = one == SKIP_NOT;
		worst = one;
	}
	for (i = 0; i < a->pattern.n && rc == CONSENT_OK; i++) {
		rc = add_rule(
		    a, adblock_pattern_path(&a->pattern, i), passes, &one);
		any = any || one == SKIP_NOT;
		worst = one != SKIP_NOT ? one : worst;
	}
	*why = any ? SKIP_NOT : worst;
	return rc;
}

static enum skip
judge(struct adblock *a, struct span text, bool passes)
{
	struct adblock_options options;
	struct span pattern;
	enum skip why;

	if (a->conditions > 0)
		return SKIP_CONDITIONAL;
	if (is_cosmetic(text))
		return SKIP_COSMETIC;
	if (!utf8_is_all(text))
		return SKIP_ENCODING;
	if (text.n > FILTER_MAX)
		return SKIP_TOO_LONG;
	text = span_sub(text, passes ? 2 : 0, text.n);
	if (is_regex(text))
		return SKIP_REGEX;
	why = adblock_options_read(text, &pattern, &options);
	if (is_regex(pattern))
		return SKIP_REGEX;
	if (why != SKIP_NOT)
		return why;
	return passes ? judge_exception(a, &options, pattern)
		      : judge_block(a, &options, pattern);
}

static bool
has_control(struct span text)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7F)
			return true;
	return false;
}

static int
on_line(void *ctx, struct span text, bool is_long)
{
	struct adblock *a = ctx;
	bool passes;
	enum skip why;
	int rc = CONSENT_OK;

	if (a->lines.line == 1 && span_starts(text, SPAN("\xEF\xBB\xBF")))
		text = span_sub(text, 3, text.n);
	text = span_trim(text);
	if (text.n == 0 || (text.p[0] == '[' && span_ends(text, SPAN("]"))))
		return CONSENT_OK;
	if (span_starts(text, SPAN("!#"))) {
		read_condition(a, text);
		return CONSENT_OK;
	}
	if (text.p[0] == '!')
		return read_comment(a, text);
	a->listing->entries++;
	passes = span_starts(text, SPAN("@@"));
	if (is_long)
		why = SKIP_TOO_LONG;
	else if (has_control(text) ||
		 (utf8_is_all(text) && !utf8_is_text(text)))
		why = SKIP_ENCODING;
	else
		why = judge(a, text, passes);
	if (why == SKIP_NOT)
		rc = take(a, passes, &why);
	if (why == SKIP_NOT)
		a->listing->taken++;
	else
		skips_add(&a->listing->skips, why, a->lines.line, text);
	return rc;
}

int
adblock_new(const struct adblock_settings *settings, struct listing *listing,
    struct adblock **out)
{
	struct adblock *a = calloc(1, sizeof *a);

	if (a == NULL)
		return CONSENT_ENOMEM;
	a->settings = *settings;
	a->listing = listing;
	lines_init(&a->lines, on_line, a);
	*out = a;
	return CONSENT_OK;
}

int
adblock_feed(struct adblock *a, struct span piece)
{
	return lines_feed(&a->lines, piece);
}

/* Whether something of the list holds back a host, or one above it. */
static bool
is_held(const struct listing *l, struct span host)
{
	while (host.p != NULL && host.n > 0) {
		if (listing_find(l, host, false) != NULL)
			return true;
		(void)span_cut(&host, '.');
	}
	return false;
}

/* An exception from nothing would only let pass what an operator held back. */
static bool
is_kept(void *ctx, const struct listed_rule *rule)
{
	struct adblock *a = ctx;
	struct span pattern = span_of(rule->pattern);

	if (!rule->passes ||
	    is_held(a->listing, span_sub(pattern, 0, span_find(pattern, '/'))))
		return true;
	if (rule->line != a->dropped) { /* one filter may be several rules */
		skips_add(&a->listing->skips, SKIP_EXCEPTION_WIDE, rule->line,
		    pattern);
		a->listing->taken--;
	}
	a->dropped = rule->line;
	return false;
}

int
adblock_end(struct adblock *a)
{
	int rc = lines_end(&a->lines);

	if (rc == CONSENT_OK && a->settings.exceptions != NULL)
		rc = listing_filter(a->listing, is_kept, a);
	return rc;
}

void
adblock_free(struct adblock *a)
{
	if (a == NULL)
		return;
	lines_fini(&a->lines);
	free(a);
}
