/*
 * What many rules cost: loading, memory, look-ups, and a page.
 *
 *	rules-bench [--json]
 *
 * The same measurements with 10, 1,000 and 50,000 rules: nine in ten are hosts
 * of a list, a third of these with a path, the others cookies (1,000 at most).
 *What is looked up is half of it there. Each figure is the best of several
 *rounds, and the three policies take turns, so that a busy machine disturbs all
 *alike. Times are those of the processor: nothing here waits.
 */

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libconsent/guard.h>
#include <libconsent/loader.h>
#include <libconsent/page.h>
#include <libconsent/settings.h>

enum {
	SIZES = 3,
	ROUNDS = 30,
	LOADS = 3,
	QUESTIONS = 512,
	REPEATS = 40,
	COOKIES = 1000, /* a public list of them has no more for a policy */
	PAGE_BYTES = 2 << 20,
	SCRIPT_BYTES = 64 << 10
};

static const size_t sizes[SIZES] = {10, 1000, 50000};

struct bench {
	struct policy *policy;
	size_t rules, guard;
	double load_ms, memory_mb;
	double cookie_ns, url_ns, inline_mbs, page_mbs;
};

struct questions {
	struct buf text[2];
	struct span cookies[QUESTIONS];
	struct url urls[QUESTIONS];
	struct buf page, script, out, kept;
	struct url site;
};

static void
must(bool holds, const char *what)
{
	if (!holds) {
		(void)fprintf(stderr, "rules-bench: %s\n", what);
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

/* A number that looks like none: the same for the same i. */
static uint32_t
scatter(uint32_t i)
{
	i = (i ^ 61u ^ i >> 16) * 9u;
	i = (i ^ i >> 4) * 0x27d4eb2du;
	return i ^ i >> 15;
}

/* The text of a policy with so many rules. */
static void
write_policy(struct buf *out, size_t n)
{
	size_t cookies = n / 10 < COOKIES ? n / 10 : COOKIES, i;
	int rc = buf_append(
	    out, SPAN("version = \"1\"; categories = ( { id = \"essential\"; "
		      "required = true; }, { id = \"analytics\"; }, { id = "
		      "\"marketing\"; } );\ncookies = (\n"));

	for (i = 0; i < cookies && rc == CONSENT_OK; i++)
		rc = buf_printf(out,
		    "%s{ name = \"_%08x%s\"; category = \"marketing\"; }",
		    i > 0 ? ",\n" : "", (unsigned)scatter((uint32_t)i),
		    i % 3 == 0 ? "*" : "");
	if (rc == CONSENT_OK)
		rc = buf_append(
		    out, SPAN(" );\nresources = ( { inline = \"track('init'\"; "
			      "category = \"analytics\"; },\n{ category = "
			      "\"analytics\"; hosts = [\n"));
	for (i = 0; i + cookies + 1 < n && rc == CONSENT_OK; i++)
		rc = buf_printf(out, "%s\"t%08x.%s%s\"", i > 0 ? ",\n" : "",
		    (unsigned)scatter((uint32_t)i),
		    i % 2 == 0 ? "example" : "stats.example",
		    i % 3 == 0 ? "/collect*" : "");
	if (rc == CONSENT_OK)
		rc = buf_append(out, SPAN(" ]; } );\n"));
	must(rc == CONSENT_OK, "no memory");
}

static struct policy *
load(struct span text, double *ms)
{
	const struct loader_options options = {NULL};
	struct settings *settings = NULL;
	struct policy *policy = NULL;
	struct findings findings;
	double from = used_ns();

	findings_init(&findings);
	must(
	    settings_parse("bench", text, &findings, &settings) == CONSENT_OK &&
		policy_load(settings_root(settings), &options, &findings,
		    &policy) == CONSENT_OK,
	    "the policy does not load");
	settings_free(settings);
	findings_fini(&findings);
	from = (used_ns() - from) / 1e6;
	if (*ms == 0 || from < *ms)
		*ms = from;
	return policy;
}

static void
bench_load(struct bench *b, size_t n)
{
	struct buf text;
	struct gate gate;
	struct guard *guard;
	size_t before, i;

	buf_init(&text, 8 << 20);
	write_policy(&text, n);
	for (i = 1; i < LOADS; i++)
		policy_free(load(buf_span(&text), &b->load_ms));
	before = mallinfo2().uordblks + mallinfo2().hblkhd;
	b->policy = load(buf_span(&text), &b->load_ms);
	b->memory_mb =
	    (double)(mallinfo2().uordblks + mallinfo2().hblkhd - before) /
	    (1 << 20);
	b->rules = policy_facts(b->policy)->n_rules;
	must(guard_new(b->policy, &guard) == CONSENT_OK, "no guard");
	gate_open(&gate, &(struct gate_options){.policy = b->policy});
	buf_clear(&text);
	must(guard_write(guard, &gate, GUARD_HTML, &text) == CONSENT_OK,
	    "no guard");
	b->guard = text.n;
	guard_free(guard);
	buf_fini(&text);
}

/* Questions about what all three policies have, and as many that none has. */
static void
questions_init(struct questions *q)
{
	struct buf *text = &q->text[0];
	size_t i;
	int rc = CONSENT_OK;

	*q = (struct questions){.page = {0}};
	buf_init(&q->text[0], 4 << 20);
	buf_init(&q->text[1], (size_t)QUESTIONS * 4096);
	buf_init(&q->page, (size_t)2 * PAGE_BYTES);
	buf_init(&q->script, (size_t)2 * SCRIPT_BYTES);
	buf_init(&q->out, (size_t)4 * PAGE_BYTES);
	buf_init(&q->kept, URL_SCRATCH);
	must(buf_reserve(&q->text[1], (size_t)QUESTIONS * 2048,
		 &(char *){NULL}) == CONSENT_OK &&
		 buf_reserve(text, (size_t)QUESTIONS * 128, &(char *){NULL}) ==
		     CONSENT_OK,
	    "no memory");
	must(url_parse(SPAN("https://library.example/"), NULL, &q->kept,
		 &q->site) == CONSENT_OK,
	    "no site");
	for (i = 0; i < QUESTIONS && rc == CONSENT_OK; i++) {
		uint32_t miss = 900000 + (uint32_t)i;
		unsigned name = scatter(i % 2 == 0 ? 0 : miss);
		unsigned host =
		    scatter(i % 2 == 0 ? (uint32_t)(i / 2 % 4 * 2) : miss);
		size_t from = text->n;

		rc = buf_printf(text, "_%08x", name);
		q->cookies[i] = span_sub(buf_span(text), from, text->n - from);
		from = text->n;
		if (rc == CONSENT_OK)
			rc = buf_printf(
			    text, "https://a.t%08x.example/collect?x", host);
		must(url_parse(span_sub(buf_span(text), from, text->n - from),
			 NULL, &q->text[1], &q->urls[i]) == CONSENT_OK,
		    "no URL");
	}
	while (q->script.n < SCRIPT_BYTES && rc == CONSENT_OK)
		rc = buf_append(&q->script,
		    SPAN("function show(a, b) { return a.items[b].title; }\n"));
	while (q->page.n < PAGE_BYTES && rc == CONSENT_OK)
		rc = buf_printf(&q->page,
		    "<h2 class=\"t\">Opening hours</h2><p>Words of a page, "
		    "with <a href=\"/next?page=%zu\">a link</a> to the next."
		    "<img src=\"https://img%zu.library.example/p.png\" "
		    "alt=\"\">"
		    "<script src=\"https://t%08x.example/collect.js\"></script>"
		    "<script>show(items, %zu);</script></p>\n",
		    q->page.n, q->page.n % 7,
		    (unsigned)scatter((uint32_t)(q->page.n % 4 * 2)),
		    q->page.n);
	must(rc == CONSENT_OK, "no memory");
}

static void
questions_fini(struct questions *q)
{
	buf_fini(&q->text[0]);
	buf_fini(&q->text[1]);
	buf_fini(&q->page);
	buf_fini(&q->script);
	buf_fini(&q->out);
	buf_fini(&q->kept);
}

static void
keep_least(double *least, double value)
{
	if (*least == 0 || value < *least)
		*least = value;
}

static void
bench_lookups(struct bench *b, const struct questions *q)
{
	const double all = (double)QUESTIONS * REPEATS;
	size_t found = 0, i, k;
	double from = used_ns();

	for (k = 0; k < REPEATS; k++)
		for (i = 0; i < QUESTIONS; i++)
			found += policy_find_cookie(b->policy, q->cookies[i]) !=
				 NULL;
	keep_least(&b->cookie_ns, (used_ns() - from) / all);
	must(found == REPEATS * QUESTIONS / 2, "cookies are not found");
	from = used_ns();
	for (k = 0, found = 0; k < REPEATS; k++)
		for (i = 0; i < QUESTIONS; i++)
			found += policy_find_url(
				     b->policy, &q->urls[i], false) != NULL;
	keep_least(&b->url_ns, (used_ns() - from) / all);
	must(found == REPEATS * QUESTIONS / 2, "URLs are not found");
	from = used_ns();
	for (k = 0; k < REPEATS; k++)
		must(
		    policy_find_inline(b->policy, buf_span(&q->script)) == NULL,
		    "a script is found");
	from = (double)q->script.n * REPEATS * 1e3 / (used_ns() - from);
	b->inline_mbs = from > b->inline_mbs ? from : b->inline_mbs;
}

static int
collect(void *ctx, struct span bytes, enum sink_mark mark)
{
	(void)mark;
	return buf_append(ctx, bytes);
}

static void
bench_page(struct bench *b, struct questions *q)
{
	struct gate gate;
	struct page_options options = {.gate = &gate, .url = &q->site};
	struct page *page = NULL;
	double from;

	gate_open(&gate, &(struct gate_options){.policy = b->policy,
			     .sites = &q->site,
			     .n_sites = 1,
			     .path = q->site.path});
	buf_clear(&q->out);
	from = used_ns();
	must(page_new(&options, (struct sink){collect, &q->out}, &page) ==
		     CONSENT_OK &&
		 page_write(page, buf_span(&q->page), SINK_LAST) == CONSENT_OK,
	    "the page is not rewritten");
	from = (double)q->page.n * 1e3 / (used_ns() - from);
	must(page_counted(page)->withheld > 0, "nothing is withheld");
	page_free(page);
	b->page_mbs = from > b->page_mbs ? from : b->page_mbs;
}

static void
print_table(const struct bench *b)
{
	size_t i;

	(void)printf("%8s %9s %10s %10s %9s %13s %12s %12s\n", "rules",
	    "load ms", "memory MB", "cookie ns", "URL ns", "inline MB/s",
	    "page MB/s", "guard bytes");
	for (i = 0; i < SIZES; i++)
		(void)printf(
		    "%8zu %9.1f %10.1f %10.0f %9.0f %13.0f %12.1f %12zu\n",
		    b[i].rules, b[i].load_ms, b[i].memory_mb, b[i].cookie_ns,
		    b[i].url_ns, b[i].inline_mbs, b[i].page_mbs, b[i].guard);
	(void)printf("page with %zu rules against %zu: %+.1f %%\n",
	    b[SIZES - 1].rules, b[0].rules,
	    100 * (b[SIZES - 1].page_mbs / b[0].page_mbs - 1));
}

static void
print_json(const struct bench *b)
{
	size_t i;

	for (i = 0; i < SIZES; i++)
		(void)printf("%s{\"rules\":%zu,\"load_ms\":%.1f,"
			     "\"memory_mb\":%.1f,\"cookie_ns\":%.0f,"
			     "\"url_ns\":%.0f,\"inline_mb_s\":%.0f,"
			     "\"page_mb_s\":%.1f,\"guard_bytes\":%zu}%s",
		    i == 0 ? "[" : "", b[i].rules, b[i].load_ms, b[i].memory_mb,
		    b[i].cookie_ns, b[i].url_ns, b[i].inline_mbs, b[i].page_mbs,
		    b[i].guard, i + 1 < SIZES ? ",\n" : "]\n");
}

int
main(int argc, char **argv)
{
	static struct bench benches[SIZES];
	static struct questions questions;
	size_t i, round;

	questions_init(&questions);
	for (i = 0; i < SIZES; i++)
		bench_load(&benches[i], sizes[i]);
	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < SIZES; i++) {
			struct bench *b = &benches[(i + round) % SIZES];

			bench_lookups(b, &questions);
			bench_page(b, &questions);
		}
	if (argc > 1 && strcmp(argv[1], "--json") == 0)
		print_json(benches);
	else
		print_table(benches);
	for (i = 0; i < SIZES; i++)
		policy_free(benches[i].policy);
	questions_fini(&questions);
	return 0;
}
