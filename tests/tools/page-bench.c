/*
 * What the rewriter costs, page by page, as the proxy runs it:
 *	page-bench POLICY PAGE...
 * POLICY holds the members of a policy, the pages are HTML. Each page is
 * rewritten for a visitor who has agreed to nothing, in pieces cut anywhere,
 * 16 KB on the average. Prints for each its length, MB/s of the processor's
 * time (the best of ROUNDS) and what was withheld; with PAGE_BENCH_ONCE in the
 * environment each is rewritten once and no more, for who counts instructions.
 */

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <libconsent/gate.h>
#include <libconsent/loader.h>
#include <libconsent/page.h>
#include <libconsent/settings.h>

enum {
	ROUNDS = 15,
	ROUND_BYTES = 4 << 20,
	PIECE = 16 << 10,
	FILE_MAX = 64 << 20
};

struct bench {
	struct policy *policy;
	struct buf site_text;
	struct url site;
	struct gate gate;
	size_t withheld;
	size_t out; /* bytes that came out */
};

static void
must(bool holds, const char *what)
{
	if (!holds) {
		(void)fprintf(stderr, "page-bench: %s\n", what);
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

static void
read_file(const char *path, struct buf *text)
{
	static char block[1 << 16];
	FILE *file = fopen(path, "re");
	size_t n;

	must(file != NULL, path);
	buf_init(text, FILE_MAX);
	while ((n = fread(block, 1, sizeof block, file)) > 0)
		must(buf_append(text, (struct span){block, n}) == CONSENT_OK,
		    path);
	must(ferror(file) == 0, path);
	(void)fclose(file);
}

static void
load(struct bench *b, const char *path)
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
		     &b->policy) == CONSENT_OK,
	    "the policy does not load");
	settings_free(settings);
	findings_fini(&findings);
	buf_fini(&text);
}

static int
count(void *ctx, struct span bytes, enum sink_mark mark)
{
	struct bench *b = ctx;

	(void)mark; /* its length is all that is asked */
	b->out += bytes.n;
	return CONSENT_OK;
}

static void
rewrite(struct bench *b, struct span in)
{
	struct page_options options = {.gate = &b->gate, .url = &b->site};
	struct page *page = NULL;
	uint64_t noise = 1;
	int rc = page_new(&options, (struct sink){count, b}, &page);

	while (rc == CONSENT_OK && in.n > 0) {
		struct span part;

		noise = noise * 6364136223846793005u + 1442695040888963407u;
		part = span_sub(in, 0, 1 + (size_t)(noise >> 33) % (2 * PIECE));
		in = span_sub(in, part.n, in.n);
		rc = page_write(page, part, in.n == 0 ? SINK_LAST : SINK_MORE);
	}
	must(rc == CONSENT_OK, "a page is not rewritten");
	b->withheld = page_counted(page)->withheld;
	page_free(page);
}

static void
repeat(struct bench *b, struct span in, size_t times)
{
	while (times-- > 0)
		rewrite(b, in);
}

static double
best_of(struct bench *b, struct span in)
{
	size_t round, times = ROUND_BYTES / in.n + 1;
	double best = 0;

	for (round = 0; round < ROUNDS; round++) {
		double from = used_ns(), spent;

		repeat(b, in, times);
		spent = (used_ns() - from) / (double)times;
		if (best == 0 || spent < best)
			best = spent;
	}
	return (double)in.n * 1e3 / best;
}

static void
run(struct bench *b, const char *path)
{
	struct buf text;

	read_file(path, &text);
	must(text.n > 0, "a page is empty");
	if (getenv("PAGE_BENCH_ONCE") != NULL) {
		rewrite(b, buf_span(&text));
	} else {
		double rate = best_of(b, buf_span(&text));

		(void)printf("%9zu bytes %6.0f MB/s %4zu withheld  %s\n",
		    text.n, rate, b->withheld, path);
	}
	buf_fini(&text);
}

int
main(int argc, char **argv)
{
	static struct bench b;
	int i;

	if (argc < 3) {
		(void)fputs("usage: page-bench POLICY PAGE...\n", stderr);
		return 2;
	}
	load(&b, argv[1]);
	buf_init(&b.site_text, URL_SCRATCH);
	must(url_parse(SPAN("https://library.example/"), NULL, &b.site_text,
		 &b.site) == CONSENT_OK,
	    "no site");
	gate_open(&b.gate, &(struct gate_options){.policy = b.policy,
			       .sites = &b.site,
			       .n_sites = 1,
			       .path = b.site.path});
	for (i = 2; i < argc; i++)
		run(&b, argv[i]);
	buf_fini(&b.site_text);
	policy_free(b.policy);
	return 0;
}
