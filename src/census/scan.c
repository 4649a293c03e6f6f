#include "census/scan.h"

#include "base/ascii.h"
#include "base/clock.h"
#include "base/version.h"
#include "census/frontier.h"
#include "census/links.h"
#include "census/robots.h"
#include "html/charset_page.h"
#include "net/fetch.h"
#include "proxy/fields.h"
#include "proxy/hints.h"
#include "proxy/inventory.h"
#include "proxy/inventory_list.h"
#include "proxy/inventory_text.h"
#include "proxy/visit.h"

#include <libconsent/buf.h>
#include <libconsent/cookie.h>
#include <libconsent/gate.h>
#include <libconsent/page.h>
#include <libconsent/policy.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SECOND = 1000,
	HOPS = 5,	/* of robots.txt (RFC 9309 2.3.1.2) */
	START_HOPS = 10 /* until the first page */
};

#define AGENT "consentctl"

struct scan {
	const struct scan_options *options;
	struct scan_result *result;
	struct inventory *inventory;
	struct frontier frontier;
	struct robots robots;
	struct buf robots_text;
	struct url sites[SCAN_SITES + 1]; /* the last: the URL's own */
	size_t n_sites;
	struct buf sites_scratch[SCAN_SITES + 1];
	struct buf origin_text; /* what the last one was read of */
	struct url url;		/* of the page at hand */
	struct buf url_scratch, written;
	struct gate gate;
	struct fetch_answer answer;
	bool has_first; /* the answer is that of the first page, not seen yet */
	struct buf wide; /* a page of UTF-16 as UTF-8 */
	int64_t last;	 /* request, monotonic ms; 0: none */
	unsigned depth;	 /* of the page at hand */
	unsigned read;	 /* pages that were read */
	int rc;		 /* without memory: that */
};

/* ---- what is asked ---------------------------------------------------- */

static int
fail(struct scan *s, int rc, const char *why)
{
	(void)snprintf(s->result->error, SCAN_ERROR, "%s", why);
	return rc;
}

static bool
is_loopback(struct span host)
{
	return span_equal(host, SPAN("localhost")) ||
	       span_ends(host, SPAN(".localhost")) ||
	       span_starts(host, SPAN("127.")) ||
	       span_equal(host, SPAN("[::1]"));
}

/* Waits until the next request may be made. */
static void
keep_pace(struct scan *s, const struct url *url)
{
	unsigned rate = s->options->rate;
	int64_t left;

	if (rate == 0 && !is_loopback(url->host))
		rate = SCAN_RATE;
	if (rate > 0 && s->last > 0) {
		left = s->last + SECOND / (int64_t)rate - clock_monotonic();
		if (left > 0)
			(void)poll(NULL, 0, (int)left);
	}
	s->last = clock_monotonic();
}

static int
ask(struct scan *s, const struct url *url, size_t bytes)
{
	const struct fetch_request request = {.url = url,
	    .agent = SPAN(AGENT "/" CONSENT_VERSION " (scan)"),
	    .accept = SPAN("text/html,application/xhtml+xml,*/*;q=0.1"),
	    .bytes = bytes};

	keep_pace(s, url);
	fetch_answer_fini(&s->answer);
	fetch_answer_init(&s->answer);
	return fetch_get(&request, &s->answer);
}

/* As ask, but for the first page: its answer is there since the beginning. */
static int
ask_once(struct scan *s)
{
	if (!s->has_first)
		return ask(s, &s->url, SCAN_PAGE_BYTES);
	s->has_first = false;
	return CONSENT_OK;
}

/* ---- robots.txt ------------------------------------------------------- */

/* Fetches it, wherever it is; CONSENT_OK where the answer is in s->answer. */
static int
fetch_robots(struct scan *s, const struct url *site)
{
	struct buf scratch[2], text;
	struct url url[2];
	struct span to;
	unsigned hop, i = 0;
	int rc;

	buf_init(&scratch[0], URL_SCRATCH);
	buf_init(&scratch[1], URL_SCRATCH);
	buf_init(&text, URL_INPUT);
	rc = url_parse(SPAN("/robots.txt"), site, &scratch[0], &url[0]);
	for (hop = 0; rc == CONSENT_OK && hop <= HOPS; hop++, i = 1 - i) {
		rc = ask(s, &url[i], ROBOTS_BYTES);
		if (rc != CONSENT_OK || !fetch_leads_on(&s->answer, &to))
			break;
		buf_clear(&text);
		rc = buf_append(&text, to);
		if (rc == CONSENT_OK)
			rc = url_parse(buf_span(&text), &url[i],
			    &scratch[1 - i], &url[1 - i]);
	}
	buf_fini(&text);
	buf_fini(&scratch[0]);
	buf_fini(&scratch[1]);
	return rc;
}

/* Whether nobody answers, so that there is no use in asking for more. */
static bool
is_silent(int rc)
{
	return rc == CONSENT_EIO || rc == CONSENT_EBUSY || rc == CONSENT_ENOMEM;
}

/*
 * Reads the rules of a site. Without a file all may be read; where the server
 * fails nothing (2.3.1.4). A file that is too long counts up to there. Fails
 * where there is no server.
 */
static int
read_robots(struct scan *s, const struct url *site)
{
	int rc = fetch_robots(s, site);
	unsigned status = s->answer.head.status;
	bool is_there = rc == CONSENT_OK && status >= 200 && status < 300;

	buf_clear(&s->robots_text);
	if ((is_there || rc == CONSENT_ELIMIT) &&
	    buf_append(&s->robots_text, buf_span(&s->answer.body)) !=
		CONSENT_OK)
		rc = CONSENT_ENOMEM;
	robots_read(&s->robots, buf_span(&s->robots_text), SPAN(AGENT));
	s->robots.refuses = (rc != CONSENT_OK && rc != CONSENT_ELIMIT &&
				rc != CONSENT_EINVAL) ||
			    (rc == CONSENT_OK && status >= 500);
	return is_silent(rc) ? fail(s, rc, s->answer.error) : CONSENT_OK;
}

/* "/path?query" of a URL, in s->written. */
static struct span
write_target(struct scan *s, const struct url *url)
{
	buf_clear(&s->written);
	return url_write_target(url, &s->written) == CONSENT_OK
		   ? buf_span(&s->written)
		   : SPAN("");
}

/* ---- what is seen ----------------------------------------------------- */

static void
note(struct scan *s, enum inventory_kind kind, struct span name)
{
	(void)inventory_note(
	    kind, name, s->gate.sensitive ? SPAN("") : s->url.path);
}

static void
on_unnamed(void *ctx, const struct url *url)
{
	note(ctx, INVENTORY_HOST, url->host);
}

static void
on_script(void *ctx, struct span text)
{
	char label[INVENTORY_NAME];
	size_t n = inventory_label(text, label);

	note(ctx, INVENTORY_INLINE, (struct span){label, n});
}

static void
see_cookies(struct scan *s)
{
	const struct head *h = &s->answer.head;
	size_t i = head_find(h, SPAN("Set-Cookie"), 0);

	for (; i != HEAD_NONE; i = head_find(h, SPAN("Set-Cookie"), i + 1)) {
		struct set_cookie cookie = {.name = {NULL, 0}};
		struct span name;

		if (set_cookie_parse(h->fields[i].value, &cookie) != CONSENT_OK)
			continue;
		name = cookie.name.n > 0 ? cookie.name : cookie.as_sent;
		if (policy_find_cookie(s->options->policy, name) == NULL)
			note(s, INVENTORY_SET, name);
	}
}

/*
 * What an answer makes a browser ask for before any page of it is read, judged
 * as the daemon does: who is not named is told to on_unnamed.
 */
static int
see_head(struct scan *s)
{
	const struct visit visit = {.gate = s->gate, .url = s->url};
	struct buf scratch;
	struct span to;
	bool unused = false;
	int rc;

	see_cookies(s);
	rc = hints_screen(&s->answer.head, &visit, &unused);
	if (rc != CONSENT_OK)
		return rc;
	if (!fetch_leads_on(&s->answer, &to))
		return fields_screen(&s->answer.head, &visit, &unused);
	buf_init(&scratch, URL_SCRATCH);
	(void)gate_url(&s->gate, to, &s->url, &scratch);
	buf_fini(&scratch);
	return CONSENT_OK;
}

static void
open_gate(struct scan *s)
{
	const struct gate_options options = {.policy = s->options->policy,
	    .sites = s->sites,
	    .n_sites = s->n_sites,
	    .path = s->url.path,
	    .on_unnamed = on_unnamed,
	    .on_script = on_script,
	    .ctx = s};

	gate_open(&s->gate, &options);
}

static int
walk(struct scan *s, const struct charset_page *seen)
{
	const struct page_options options = {
	    .kind = seen->form == MIME_XML ? PAGE_XML : PAGE_HTML,
	    .gate = &s->gate,
	    .url = &s->url,
	    .is_utf8 = true};
	struct page *page = NULL;
	int rc = page_new(&options, sink_nowhere, &page);

	if (rc == CONSENT_OK)
		rc = page_write(page, seen->text, SINK_LAST);
	page_free(page);
	return rc;
}

/* ---- links ------------------------------------------------------------ */

/* Whether a path ends in what is no page, as a rule. */
static bool
is_no_page(struct span path)
{
	static const char list[] =
	    " avi bmp css csv doc docx eot epub exe gif gz ico jpeg jpg js "
	    "json m4a map mov mp3 mp4 mpeg ods odt ogg otf pdf png ppt pptx "
	    "rar svg tar tgz tif tiff ttf txt wav webm webp woff woff2 xls "
	    "xlsx xml zip ";
	char spaced[12];
	size_t n = path.n, i;

	while (n > 0 && path.p[n - 1] != '.' && path.p[n - 1] != '/')
		n--;
	if (n == 0 || path.p[n - 1] != '.' || path.n - n > 5 || path.n == n)
		return false;
	(void)snprintf(spaced, sizeof spaced, " %.*s ",
	    SPAN_ARG(span_sub(path, n, path.n)));
	for (i = 0; spaced[i] != '\0'; i++)
		spaced[i] = ascii_lower(spaced[i]);
	return strstr(list, spaced) != NULL;
}

static void
follow(struct scan *s, const struct url *to, unsigned depth)
{
	bool is_new = false;
	int rc;

	if (!url_origin_equal(to, &s->sites[s->n_sites - 1]) ||
	    to->has_userinfo || is_no_page(to->path))
		return;
	if (depth > s->options->depth) {
		s->result->left++;
		return;
	}
	buf_clear(&s->written);
	rc = url_write(to, &s->written);
	if (rc == CONSENT_OK)
		rc = frontier_add(
		    &s->frontier, buf_span(&s->written), depth, &is_new);
	if (rc == CONSENT_ENOMEM)
		s->rc = rc;
	else if (rc != CONSENT_OK)
		s->result->left++;
}

static void
on_link(void *ctx, const struct url *to)
{
	struct scan *s = ctx;

	follow(s, to, s->depth + 1);
}

/* Whether a redirect was taken as a link of the same depth. */
static bool
follow_redirect(struct scan *s)
{
	struct buf scratch;
	struct span to;
	struct url url;

	if (!fetch_leads_on(&s->answer, &to))
		return false;
	buf_init(&scratch, URL_SCRATCH);
	if (url_parse(to, &s->url, &scratch, &url) == CONSENT_OK)
		follow(s, &url, s->depth);
	buf_fini(&scratch);
	return true;
}

/* ---- pages ------------------------------------------------------------ */

static void
trouble(struct scan *s, struct span url, const char *why)
{
	s->result->failed++;
	if (s->result->error[0] == '\0')
		(void)fail(s, CONSENT_OK, why);
	if (s->options->on_trouble != NULL)
		s->options->on_trouble(s->options->ctx, url, why);
}

/* Sees an answer. CONSENT_ENOENT and such with words for what is no page. */
static int
see(struct scan *s, char why[SCAN_ERROR])
{
	const struct links_user user = {on_link, s};
	unsigned status = s->answer.head.status;
	struct charset_page page;
	int rc;

	open_gate(s);
	rc = see_head(s);
	if (rc != CONSENT_OK)
		return rc;
	if (follow_redirect(s))
		return CONSENT_OK;
	buf_clear(&s->wide);
	rc =
	    charset_page_read(head_value(&s->answer.head, SPAN("Content-Type")),
		buf_span(&s->answer.body), &s->wide, &page);
	if (rc == CONSENT_OK)
		rc = walk(s, &page);
	if (rc == CONSENT_OK && page.form == MIME_HTML)
		rc = links_read(page.text, &s->url, &user);
	if (status >= 400) {
		(void)snprintf(why, SCAN_ERROR, "status %u", status);
		return CONSENT_ENOENT;
	}
	if (rc == CONSENT_ENOENT)
		(void)snprintf(why, SCAN_ERROR, "it is no page");
	else if (rc == CONSENT_ECODING)
		(void)snprintf(why, SCAN_ERROR, "its charset cannot be read");
	else if (rc == CONSENT_ELIMIT)
		(void)snprintf(why, SCAN_ERROR,
		    "markup that cannot be placed, or too long");
	else if (rc != CONSENT_OK)
		(void)snprintf(why, SCAN_ERROR, "%s", status_text(rc));
	s->read += rc == CONSENT_OK;
	return rc;
}

static int
visit(struct scan *s, struct span text)
{
	char why[SCAN_ERROR] = "";
	int rc = url_parse(text, NULL, &s->url_scratch, &s->url);

	if (rc == CONSENT_OK &&
	    !robots_allow(&s->robots, write_target(s, &s->url))) {
		s->result->refused++;
		return CONSENT_OK;
	}
	if (rc == CONSENT_OK) {
		if (s->options->on_progress != NULL)
			s->options->on_progress(s->options->ctx,
			    s->result->pages, frontier_waiting(&s->frontier),
			    text);
		s->result->pages++;
		rc = ask_once(s);
		(void)snprintf(why, sizeof why, "%s", s->answer.error);
	}
	if (rc == CONSENT_OK)
		rc = see(s, why);
	if (rc != CONSENT_OK && rc != CONSENT_ENOMEM)
		trouble(s, text, why);
	return rc;
}

/* All that waits, within the bounds. The first failure is told. */
static int
crawl(struct scan *s)
{
	const struct frontier_entry *next;
	int rc = CONSENT_OK, first = CONSENT_OK;

	while (s->rc == CONSENT_OK && s->result->pages < s->options->pages &&
	       (next = frontier_take(&s->frontier)) != NULL) {
		s->depth = next->depth;
		rc = visit(s, span_of(next->url));
		if (first == CONSENT_OK)
			first = rc;
		if (rc == CONSENT_ENOMEM)
			s->rc = rc;
	}
	s->result->left += frontier_waiting(&s->frontier);
	if (s->rc != CONSENT_OK)
		return fail(s, s->rc, status_text(s->rc));
	if (s->read > 0)
		return CONSENT_OK;
	if (s->result->refused > 0 && s->result->pages == 0)
		return fail(s, CONSENT_EDENIED,
		    s->robots.refuses
			? "its /robots.txt cannot be had, so nothing is read"
			: "its /robots.txt does not let " AGENT " read it");
	if (first == CONSENT_OK)
		return fail(s, CONSENT_ELIMIT,
		    "it redirects in a circle, or on and on");
	return first;
}

/* ---- the beginning ---------------------------------------------------- */

/* Makes the origin of a URL the site that is scanned. */
static int
settle(struct scan *s, struct span text)
{
	struct url *site = &s->sites[s->n_sites - 1];
	int rc;

	buf_clear(&s->origin_text);
	rc = buf_append(&s->origin_text, text);
	if (rc == CONSENT_OK)
		rc = url_parse(buf_span(&s->origin_text), NULL,
		    &s->sites_scratch[s->n_sites - 1], site);
	if (rc == CONSENT_OK && (!span_equal(site->scheme, SPAN("http")) &&
				    !span_equal(site->scheme, SPAN("https"))))
		rc = CONSENT_EINVAL;
	if (rc == CONSENT_ENOMEM)
		return fail(s, rc, "out of memory");
	if (rc != CONSENT_OK)
		return fail(
		    s, CONSENT_EINVAL, "this is no URL of http:// or https://");
	return site->has_userinfo
		   ? fail(s, CONSENT_EINVAL,
			 "a URL with a name or password is not asked for")
		   : CONSENT_OK;
}

/* Makes the origin that the first page redirects to the site, if it is one. */
static int
move_to(struct scan *s, const struct url *there)
{
	const struct url *site = &s->sites[s->n_sites - 1];
	int rc;

	buf_clear(&s->written);
	rc = url_write(there, &s->written);
	if (rc == CONSENT_OK && !url_same_site(site, there)) {
		(void)snprintf(s->result->error, SCAN_ERROR,
		    "it redirects to another site: %.*s",
		    SPAN_ARG(buf_span(&s->written)));
		return CONSENT_EINVAL;
	}
	return rc == CONSENT_OK ? settle(s, buf_span(&s->written)) : rc;
}

/*
 * Asks for the first page, unless robots.txt refuses it: crawl tells that.
 * *moved: it is on another origin, which is the site now.
 */
static int
ask_first(struct scan *s, bool *moved)
{
	const struct url *site = &s->sites[s->n_sites - 1];
	struct span to;
	struct url there;
	int rc;

	*moved = s->has_first = false;
	if (!robots_allow(&s->robots, write_target(s, site)))
		return CONSENT_OK;
	rc = ask(s, site, SCAN_PAGE_BYTES);
	if (rc != CONSENT_OK)
		return fail(s, rc, s->answer.error);
	s->has_first = true;
	if (s->answer.head.status >= 400) {
		(void)snprintf(s->result->error, SCAN_ERROR, "status %u",
		    s->answer.head.status);
		return CONSENT_ENOENT;
	}
	if (!fetch_leads_on(&s->answer, &to))
		return CONSENT_OK;
	if (url_parse(to, site, &s->url_scratch, &there) != CONSENT_OK)
		return fail(
		    s, CONSENT_EINVAL, "it redirects to what is no URL");
	*moved = !url_origin_equal(site, &there);
	return *moved ? move_to(s, &there) : CONSENT_OK;
}

/*
 * The first URL often leads to another origin of the same site (https, www):
 * that one is scanned then.
 */
static int
find_start(struct scan *s)
{
	bool moved = true;
	unsigned hop;
	int rc = CONSENT_OK;

	for (hop = 0; moved && rc == CONSENT_OK; hop++) {
		if (hop > START_HOPS)
			return fail(
			    s, CONSENT_ELIMIT, "it redirects on and on");
		rc = read_robots(s, &s->sites[s->n_sites - 1]);
		if (rc == CONSENT_OK)
			rc = ask_first(s, &moved);
	}
	return rc;
}

static int
open_sites(struct scan *s)
{
	const struct scan_options *o = s->options;
	size_t i;

	for (i = 0; i < o->n_sites && i < SCAN_SITES; i++)
		if (url_parse(span_of(o->sites[i]), NULL,
			&s->sites_scratch[s->n_sites],
			&s->sites[s->n_sites]) == CONSENT_OK)
			s->n_sites++;
	s->n_sites++; /* the URL's own, which is settled next */
	return settle(s, span_of(o->url));
}

static int
run(struct scan *s)
{
	bool is_new;
	int rc = open_sites(s);

	if (rc == CONSENT_OK)
		rc = find_start(s);
	if (rc != CONSENT_OK)
		return rc;
	buf_clear(&s->written);
	rc = url_write(&s->sites[s->n_sites - 1], &s->written);
	if (rc == CONSENT_OK)
		rc = frontier_add(
		    &s->frontier, buf_span(&s->written), 0, &is_new);
	return rc == CONSENT_OK ? crawl(s) : fail(s, rc, status_text(rc));
}

static void
init(struct scan *s)
{
	size_t i;

	for (i = 0; i <= SCAN_SITES; i++)
		buf_init(&s->sites_scratch[i], URL_SCRATCH);
	buf_init(&s->origin_text, URL_INPUT);
	buf_init(&s->url_scratch, URL_SCRATCH);
	buf_init(&s->written, URL_SCRATCH);
	buf_init(&s->robots_text, ROBOTS_BYTES);
	buf_init(&s->wide, 4 * (size_t)SCAN_PAGE_BYTES);
	fetch_answer_init(&s->answer);
}

static void
fini(struct scan *s)
{
	size_t i;

	for (i = 0; i <= SCAN_SITES; i++)
		buf_fini(&s->sites_scratch[i]);
	buf_fini(&s->origin_text);
	buf_fini(&s->url_scratch);
	buf_fini(&s->written);
	buf_fini(&s->robots_text);
	buf_fini(&s->wide);
	fetch_answer_fini(&s->answer);
	frontier_fini(&s->frontier);
	inventory_join(NULL, 0, NULL);
	inventory_unmap(s->inventory);
	free(s);
}

int
scan_run(const struct scan_options *options, struct scan_result *result)
{
	struct scan *s = calloc(1, sizeof *s);
	int rc = CONSENT_ENOMEM;

	memset(result, 0, sizeof *result);
	if (s == NULL)
		return rc;
	s->options = options;
	s->result = result;
	init(s);
	s->inventory = inventory_map();
	if (s->inventory != NULL) {
		inventory_begin(s->inventory, options->policy);
		rc = run(s);
	}
	if (rc == CONSENT_OK) {
		result->seen = inventory_list(s->inventory, options->policy);
		if (result->seen == NULL)
			rc = CONSENT_ENOMEM;
	}
	if (rc == CONSENT_ENOMEM)
		(void)fail(s, rc, "out of memory");
	fini(s);
	return rc;
}
