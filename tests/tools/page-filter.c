/*
 * Filters many pages in one process, as libconsent does for a visitor who
 * granted nothing, or all: no notice, nothing else that goes in.
 *
 *	page-filter POLICY < CASES
 *
 * POLICY is a policy.conf. A case is a line "LENGTH CHUNK none|all" and LENGTH
 * bytes of a page of https://library.example/a/b.html, which is written in
 * pieces of CHUNK bytes (0: at once). The answer is a line "LENGTH STATUS
 * WITHHELD", the status as a number, and what came out; it is flushed.
 */

#include <stdio.h>
#include <string.h>

#include <libconsent/loader.h>
#include <libconsent/page.h>
#include <libconsent/settings.h>

enum {
	INPUT_MAX = 256 << 20,
	LINE_MAX_BYTES = 64
};

struct job {
	size_t n;
	size_t chunk;
	bool grants;
};

struct tool {
	struct policy *policy;
	struct url site, url;
	struct buf site_kept, url_kept;
	struct buf in, out;
};

static int
policy_read(const char *path, struct policy **policy)
{
	const struct loader_options options = {.vendors = NULL};
	struct settings *settings = NULL;
	struct findings findings;
	int rc;

	findings_init(&findings);
	rc = settings_load(path, &findings, &settings);
	if (rc == CONSENT_OK)
		rc = policy_load(
		    settings_root(settings), &options, &findings, policy);
	findings_print(&findings, stderr);
	findings_fini(&findings);
	settings_free(settings);
	return rc;
}

static int
tool_init(struct tool *t, const char *path)
{
	int rc;

	*t = (struct tool){.policy = NULL};
	buf_init(&t->site_kept, URL_SCRATCH);
	buf_init(&t->url_kept, URL_SCRATCH);
	buf_init(&t->in, INPUT_MAX);
	buf_init(&t->out, INPUT_MAX);
	rc = policy_read(path, &t->policy);
	if (rc == CONSENT_OK)
		rc = url_parse(SPAN("https://library.example/"), NULL,
		    &t->site_kept, &t->site);
	if (rc == CONSENT_OK)
		rc = url_parse(
		    SPAN("/a/b.html"), &t->site, &t->url_kept, &t->url);
	return rc;
}

static void
tool_fini(struct tool *t)
{
	policy_free(t->policy);
	buf_fini(&t->site_kept);
	buf_fini(&t->url_kept);
	buf_fini(&t->in);
	buf_fini(&t->out);
}

static int
collect(void *ctx, struct span bytes, enum sink_mark mark)
{
	(void)mark;
	return buf_append(ctx, bytes);
}

static void
open_gate(struct gate *gate, const struct tool *t, bool grants)
{
	struct record record = {.action = RECORD_ACCEPT};
	struct gate_options options = {.policy = t->policy,
	    .record = grants ? &record : NULL,
	    .sites = &t->site,
	    .n_sites = 1,
	    .path = t->url.path};

	record_decide(&record, t->policy, ~(category_set)0);
	gate_open(gate, &options);
}

static int
write_page(struct page *page, struct span html, size_t chunk)
{
	int rc = CONSENT_OK;

	while (rc == CONSENT_OK && chunk > 0 && html.n > chunk) {
		rc = page_write(page, span_sub(html, 0, chunk), SINK_FLUSH);
		html = span_sub(html, chunk, html.n);
	}
	return rc == CONSENT_OK ? page_write(page, html, SINK_LAST) : rc;
}

/* Filters the page in t->in to t->out; its status. */
static int
filter(struct tool *t, const struct job *job, size_t *withheld)
{
	struct gate gate;
	struct page_options options = {.gate = &gate, .url = &t->url};
	struct page *page = NULL;
	int rc;

	open_gate(&gate, t, job->grants);
	buf_clear(&t->out);
	rc = page_new(&options, (struct sink){collect, &t->out}, &page);
	if (rc != CONSENT_OK)
		return rc;
	rc = write_page(page, buf_span(&t->in), job->chunk);
	*withheld = page_counted(page)->withheld;
	page_free(page);
	return rc;
}

static int
read_input(struct buf *in, size_t n)
{
	char *room;
	int rc;

	buf_clear(in);
	rc = buf_reserve(in, n > 0 ? n : 1, &room);
	if (rc != CONSENT_OK)
		return rc;
	in->n = fread(room, 1, n, stdin);
	return in->n == n ? CONSENT_OK : CONSENT_EINVAL;
}

/* Reads what the line of a case announces. */
static int
parse_job(struct span line, struct job *job)
{
	uint64_t n = 0, chunk = 0;
	int rc;

	if (line.n > 0 && line.p[line.n - 1] == '\n')
		line.n--;
	rc = span_to_u64(span_cut(&line, ' '), 10, INPUT_MAX, &n);
	if (rc == CONSENT_OK)
		rc = span_to_u64(span_cut(&line, ' '), 10, INPUT_MAX, &chunk);
	if (rc != CONSENT_OK)
		return rc;
	*job = (struct job){
	    (size_t)n, (size_t)chunk, span_equal(line, SPAN("all"))};
	return job->grants || span_equal(line, SPAN("none")) ? CONSENT_OK
							     : CONSENT_EINVAL;
}

static int
run_case(struct tool *t, struct span line)
{
	struct job job;
	size_t withheld = 0;
	int status, rc = parse_job(line, &job);

	if (rc == CONSENT_OK)
		rc = read_input(&t->in, job.n);
	if (rc != CONSENT_OK)
		return rc;
	status = filter(t, &job, &withheld);
	if (printf("%zu %d %zu\n", t->out.n, status, withheld) < 0 ||
	    fwrite(t->out.p, 1, t->out.n, stdout) != t->out.n ||
	    fflush(stdout) != 0)
		return CONSENT_EIO;
	return CONSENT_OK;
}

int
main(int argc, char **argv)
{
	char line[LINE_MAX_BYTES];
	struct tool tool;
	int rc;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: page-filter POLICY\n");
		return 2;
	}
	rc = tool_init(&tool, argv[1]);
	while (rc == CONSENT_OK && fgets(line, sizeof line, stdin) != NULL)
		rc = run_case(&tool, span_of(line));
	tool_fini(&tool);
	if (rc != CONSENT_OK)
		(void)fprintf(stderr, "page-filter: %s\n", status_text(rc));
	return rc == CONSENT_OK ? 0 : 1;
}
