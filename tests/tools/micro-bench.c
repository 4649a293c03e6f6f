/*
 * What each step of a request costs alone:
 *	micro-bench POLICY SMALL_PAGE LARGE_PAGE
 * POLICY holds the members of a policy, the pages are HTML. Prints a JSON
 * array of {name, value, unit}. Times are those of the processor; each figure
 * is the best of ROUNDS, of which each step has one in turn, so that a busy
 * machine disturbs all alike. What a step answers is checked, too.
 */

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libconsent/cookie.h>
#include <libconsent/gate.h>
#include <libconsent/loader.h>
#include <libconsent/page.h>
#include <libconsent/seal.h>
#include <libconsent/settings.h>
#include <libconsent/token.h>

#include "html/tokenizer.h"
#include "http/codec.h"

enum {
	ROUNDS = 15,
	ROUND_NS = 4000000,
	PIECE = 16 << 10,
	PIECES_MAX = 1024,
	FILE_MAX = 4 << 20,
	OUT_MAX = 16 << 20
};

#define SITE "https://library.example"

static const char request[] =
    "GET /books/1984?from=search&page=2 HTTP/1.1\r\n"
    "Host: library.example\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 "
    "Firefox/128.0\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    "\r\n"
    "Accept-Language: en-US,en;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"
    "Referer: https://library.example/search?q=orwell\r\n"
    "Cookie: session=0123456789abcdef; lang=en; _pk_id.1=4f2a\r\n"
    "Sec-Fetch-Dest: document\r\n"
    "Sec-Fetch-Mode: navigate\r\n"
    "Sec-Fetch-Site: same-origin\r\n"
    "Connection: keep-alive\r\n"
    "\r\n";

static const char cookies[] =
    "session=0123456789abcdef; _pk_id.1.fff0=4f2a1b.1700000000.; lang=en; "
    "_pk_ses.1.fff0=1; theme=dark; basket=a1b2c3d4; _ga=GA1.1.123.456; "
    "_gid=GA1.1.987.654; seen=1,2,3; consent_note=shown";

struct micro {
	struct policy *policy;
	struct url site;
	struct buf site_text, small, large, chunked, out, scratch, token;
	struct gate gate;
	struct seal_ring *ring;
	struct token_checker *checker;
	struct token_options token_options;
	size_t pieces[PIECES_MAX]; /* lengths, some 16 KB on the average */
};

struct step {
	const char *name;
	const char *unit; /* "MB/s", or "ns" each */
	/* does the step once; the bytes that it worked on */
	size_t (*run)(struct micro *m);
	double best; /* ns of one */
	size_t bytes;
	size_t batch; /* so often between two looks at the clock */
};

static void
must(bool holds, const char *what)
{
	if (!holds) {
		(void)fprintf(stderr, "micro-bench: %s\n", what);
		exit(2);
	}
}

static double
used_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* ---- steps ------------------------------------------------------------ */

static size_t
feed(enum codec_role role, struct span in, size_t piece)
{
	struct codec codec;
	struct span body, part;
	size_t used, all = in.n;
	enum codec_event event;

	codec_init(&codec, role, NULL);
	for (;;) {
		part = span_sub(in, 0, piece);
		event = codec_feed(&codec, part, &used, &body);
		in = span_sub(in, used, in.n);
		if (event == CODEC_END)
			break;
		must(event != CODEC_BROKEN, "a message is refused");
		must(event != CODEC_MORE || in.n > 0, "a message is cut");
	}
	must(in.n == 0, "bytes are left behind a message");
	codec_fini(&codec);
	return all;
}

static size_t
run_request(struct micro *m)
{
	(void)m;
	return feed(CODEC_READS_REQUESTS, SPAN(request), sizeof request - 1);
}

static size_t
run_chunked(struct micro *m)
{
	return feed(CODEC_READS_RESPONSES, buf_span(&m->chunked), PIECE);
}

static size_t
run_tokenizer(struct micro *m)
{
	struct span window = buf_span(&m->large);
	struct tokenizer_event event;
	struct tokenizer t;
	size_t tags = 0;

	tokenizer_init(&t);
	while (tokenizer_next(&t, window, true, &event) == TOKENIZER_EVENT) {
		window = span_sub(window, event.raw.n, window.n);
		if (event.kind != TOKENIZER_START_TAG)
			continue;
		tags++;
		if (span_starts_nocase(event.raw, SPAN("<script")))
			tokenizer_enter(&t, TOKENIZER_SCRIPT, SPAN("script"));
	}
	must(tags > 1000 && window.n == 0, "no tags");
	return m->large.n;
}

static int
collect(void *ctx, struct span bytes, enum sink_mark mark)
{
	(void)mark;
	return buf_append(ctx, bytes);
}

static size_t
rewrite(struct micro *m, struct span in)
{
	struct page_options options = {.gate = &m->gate, .url = &m->site};
	struct page *page = NULL;
	size_t all = in.n, i;

	buf_clear(&m->out);
	must(page_new(&options, (struct sink){collect, &m->out}, &page) ==
		 CONSENT_OK,
	    "no page");
	for (i = 0; in.n > 0; i++) {
		struct span part = span_sub(in, 0, m->pieces[i % PIECES_MAX]);

		in = span_sub(in, part.n, in.n);
		must(page_write(page, part,
			 in.n == 0 ? SINK_LAST : SINK_MORE) == CONSENT_OK,
		    "the page is not rewritten");
	}
	must(page_counted(page)->withheld > 0, "nothing is withheld");
	page_free(page);
	return all;
}

static size_t
run_small_page(struct micro *m)
{
	return rewrite(m, buf_span(&m->small));
}

static size_t
run_large_page(struct micro *m)
{
	return rewrite(m, buf_span(&m->large));
}

static bool
keep_cookie(void *ctx, const struct cookie_pair *pair)
{
	return gate_cookie(ctx, pair->name).answer == GATE_PASS;
}

static size_t
run_cookies(struct micro *m)
{
	struct cookie_choice choice = {keep_cookie, &m->gate};
	struct span out;

	must(cookie_filter(SPAN(cookies), &choice, &m->scratch, &out) ==
		     CONSENT_OK &&
		 out.n > 0 && out.n < sizeof cookies - 1,
	    "cookies are not filtered");
	return sizeof cookies - 1;
}

static size_t
run_withheld_url(struct micro *m)
{
	must(gate_url(&m->gate,
		 SPAN("https://www.analytics.example/collect?v=2&tid=1"), NULL,
		 &m->scratch)
		     .answer == GATE_WITHHOLD,
	    "a tracker passes");
	return 1;
}

static size_t
run_passing_url(struct micro *m)
{
	must(gate_url(&m->gate, SPAN("/pictures/12.jpg"), &m->site, &m->scratch)
		     .answer == GATE_PASS,
	    "a picture does not pass");
	return 1;
}

static size_t
run_inline(struct micro *m)
{
	static const char script[] =
	    "show(document.getElementById('s17'), {title: 'Opening hours of "
	    "the library', open: true}); document.body.dataset.ready = '1';";

	must(gate_inline(&m->gate, SPAN(script)).answer == GATE_PASS,
	    "a script of the site's own does not pass");
	return sizeof script - 1;
}

static size_t
run_cold_token(struct micro *m)
{
	struct record record;

	must(token_read(m->ring, &m->token_options, buf_span(&m->token),
		 &record) == CONSENT_OK,
	    "the token is refused");
	return 1;
}

static size_t
run_warm_token(struct micro *m)
{
	struct record record;

	must(token_checker_read(m->checker, buf_span(&m->token), &record) ==
		 CONSENT_OK,
	    "the token is refused");
	return 1;
}

static struct step steps[] = {
    {"codec, a browser's request", "MB/s", run_request, 0, 0, 0},
    {"codec, the same", "ns", run_request, 0, 0, 0},
    {"codec, 1 MB in chunks of 16 KB", "ns", run_chunked, 0, 0, 0},
    {"tokenizer, 1 MB page", "MB/s", run_tokenizer, 0, 0, 0},
    {"rewriter, 1 MB page in pieces", "MB/s", run_large_page, 0, 0, 0},
    {"rewriter, 15 KB page in pieces", "MB/s", run_small_page, 0, 0, 0},
    {"cookie filter, 10 cookies", "ns", run_cookies, 0, 0, 0},
    {"gate, URL of a tracker", "ns", run_withheld_url, 0, 0, 0},
    {"gate, URL of the site", "ns", run_passing_url, 0, 0, 0},
    {"gate, inline script", "ns", run_inline, 0, 0, 0},
    {"token check, cold", "ns", run_cold_token, 0, 0, 0},
    {"token check, warm", "ns", run_warm_token, 0, 0, 0},
};

enum {
	STEPS = sizeof steps / sizeof steps[0]
};

/* ---- before and after ------------------------------------------------- */

static void
read_file(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "re");
	char *room;
	size_t n;

	buf_init(out, FILE_MAX);
	must(file != NULL, path);
	must(buf_reserve(out, FILE_MAX, &room) == CONSENT_OK, "no memory");
	n = fread(room, 1, FILE_MAX, file);
	must(n > 0 && n < FILE_MAX, path);
	out->n += n;
	(void)fclose(file);
}

static void
load_policy(struct micro *m, const char *path)
{
	const struct loader_options options = {NULL};
	struct settings *settings = NULL;
	struct findings findings;
	struct buf text;

	read_file(path, &text);
	findings_init(&findings);
	must(settings_parse("bench", buf_span(&text), &findings, &settings) ==
		     CONSENT_OK &&
		 policy_load(settings_root(settings), &options, &findings,
		     &m->policy) == CONSENT_OK,
	    "the policy does not load");
	settings_free(settings);
	findings_fini(&findings);
	buf_fini(&text);
}

static void
make_token(struct micro *m)
{
	static const char *const sites[] = {SITE};
	struct record record = {.action = RECORD_ACCEPT,
	    .id = "BBBBBBBBBBBBBBBBBBBBBA",
	    .sub = "AAAAAAAAAAAAAAAAAAAAAA",
	    .site = SITE,
	    .seq = 41};

	m->token_options = (struct token_options){
	    .sites = sites, .n_sites = 1, .lifetime_days = 185};
	record.time = (int64_t)time(NULL) * 1000;
	record_decide(&record, m->policy, ~(category_set)0);
	buf_init(&m->token, SEAL_TOKEN_MAX);
	must(seal_ring_new(SEAL_HS256, &m->ring) == CONSENT_OK &&
		 seal_ring_add(m->ring, "k1",
		     SPAN("0123456789abcdef0123456789abcdef")) == CONSENT_OK &&
		 token_mint(m->ring, &m->token_options, &record, &m->token) ==
		     CONSENT_OK &&
		 token_checker_new(m->ring, &m->token_options, &m->checker) ==
		     CONSENT_OK,
	    "no token");
}

static void
make_chunked(struct micro *m)
{
	struct span rest = buf_span(&m->large);
	int rc;

	buf_init(&m->chunked, FILE_MAX);
	rc = buf_append(
	    &m->chunked, SPAN("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
			      "Transfer-Encoding: chunked\r\n\r\n"));
	while (rest.n > 0 && rc == CONSENT_OK) {
		struct span part = span_sub(rest, 0, PIECE);

		rc = buf_printf(&m->chunked, "%zx\r\n", part.n);
		if (rc == CONSENT_OK)
			rc = buf_append(&m->chunked, part);
		if (rc == CONSENT_OK)
			rc = buf_append(&m->chunked, SPAN("\r\n"));
		rest = span_sub(rest, part.n, rest.n);
	}
	must(rc == CONSENT_OK &&
		 buf_append(&m->chunked, SPAN("0\r\n\r\n")) == CONSENT_OK,
	    "no memory");
}

static void
init(struct micro *m, char **paths)
{
	uint64_t noise = 1;
	size_t i;

	load_policy(m, paths[0]);
	read_file(paths[1], &m->small);
	read_file(paths[2], &m->large);
	buf_init(&m->out, OUT_MAX);
	buf_init(&m->scratch, URL_SCRATCH);
	buf_init(&m->site_text, URL_SCRATCH);
	must(url_parse(SPAN(SITE "/"), NULL, &m->site_text, &m->site) ==
		 CONSENT_OK,
	    "no site");
	gate_open(&m->gate, &(struct gate_options){.policy = m->policy,
				.sites = &m->site,
				.n_sites = 1,
				.path = m->site.path});
	for (i = 0; i < PIECES_MAX; i++) {
		noise = noise * 6364136223846793005u + 1442695040888963407u;
		m->pieces[i] = 1 + (size_t)(noise >> 33) % (2 * PIECE - 1);
	}
	make_token(m);
	make_chunked(m);
}

static void
fini(struct micro *m)
{
	token_checker_free(m->checker);
	seal_ring_free(m->ring);
	buf_fini(&m->token);
	buf_fini(&m->chunked);
	buf_fini(&m->small);
	buf_fini(&m->large);
	buf_fini(&m->out);
	buf_fini(&m->scratch);
	buf_fini(&m->site_text);
	policy_free(m->policy);
}

static double
time_batch(struct micro *m, struct step *step)
{
	double from = used_ns();
	size_t i;

	for (i = 0; i < step->batch; i++)
		step->bytes = step->run(m);
	return used_ns() - from;
}

/* One round; the first ones find how often it takes ROUND_NS to do it. */
static void
time_step(struct micro *m, struct step *step)
{
	double spent = 0;

	if (step->batch == 0) {
		for (step->batch = 1; spent < ROUND_NS; step->batch *= 2)
			spent = time_batch(m, step);
	}
	spent = time_batch(m, step) / (double)step->batch;
	if (step->best == 0 || spent < step->best)
		step->best = spent;
}

int
main(int argc, char **argv)
{
	static struct micro m;
	size_t round, i;

	if (argc != 4) {
		(void)fputs("usage: micro-bench POLICY SMALL_PAGE LARGE_PAGE\n",
		    stderr);
		return 2;
	}
	init(&m, argv + 1);
	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < STEPS; i++)
			time_step(&m, &steps[i]);
	for (i = 0; i < STEPS; i++)
		(void)printf(
		    "%s{\"name\":\"%s\",\"value\":%.1f,\"unit\":\"%s\"}",
		    i == 0 ? "[" : ",\n", steps[i].name,
		    steps[i].unit[0] == 'n'
			? steps[i].best
			: (double)steps[i].bytes * 1e3 / steps[i].best,
		    steps[i].unit);
	(void)puts("]");
	fini(&m);
	return 0;
}
