#include "base/log.h"
#include "base/utf8.h"
#include "cmd/ctl.h"
#include "cmd/ctl_load.h"
#include "cmd/ctl_trial.h"
#include "cmd/ctl_try_report.h"
#include "conf/assembly.h"
#include "trial/known.h"
#include "trial/rewrite.h"
#include "trial/sent.h"
#include "trial/source.h"
#include "trial/unified.h"
#include "trial/visitor.h"

#include <libconsent/findings.h>

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is asked for. */
struct trial {
	const char *file; /* the configuration */
	const char *page; /* as named */
	const char *site, *at, *language;
	const char *consent; /* as given; NULL: the visitor is undecided */
	category_set granted;
	bool gpc, report, diff, expect_clean, json;
	struct ctl_loaded loaded;
	struct source source;
};

static bool
is_colour(void)
{
	return isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == NULL;
}

/* Prints bytes, all of them. */
static void
print_bytes(struct span bytes)
{
	if (bytes.n > 0)
		(void)fwrite(bytes.p, 1, bytes.n, stdout); /* see finish() */
}

/* The same of a page: on a terminal nothing in it is to act. */
static void
print_page(struct buf *page)
{
	size_t at = 0, n;

	while (isatty(STDOUT_FILENO) == 1 && at < page->n) {
		n = span_find(span_sub(buf_span(page), at, page->n), '\n');
		utf8_tame(page->p + at, n);
		at += n + 1;
	}
	print_bytes(buf_span(page));
}

/* Reads "analytics,media" into the bits of what is granted. */
static int
read_consent(struct trial *t)
{
	struct span rest = span_of(t->consent);

	while (rest.p != NULL) {
		struct span id = span_trim(span_cut(&rest, ','));

		if (visitor_grant(t->loaded.policy, id, &t->granted) ==
		    CONSENT_OK)
			continue;
		(void)fprintf(stderr,
		    "--consent: no category of %s has the id \"%.*s\"\n",
		    t->file, SPAN_ARG(id));
		return CONSENT_EINVAL;
	}
	return CONSENT_OK;
}

/* Whether the URL of a page is one of an origin. */
static bool
is_of_site(const char *page, const char *site)
{
	size_t n = strlen(site);

	return strncmp(page, site, n) == 0 &&
	       (page[n] == '\0' || strchr("/?#", page[n]) != NULL);
}

/* The site of a page: that of its URL, else the first. */
static size_t
site_of(const struct trial *t)
{
	size_t i;

	for (i = 0; i < t->loaded.n_sites; i++)
		if (is_of_site(t->page, t->loaded.sites[i]))
			return i;
	return 0;
}

/* The index of --site among the sites; they are named where it is none. */
static int
find_site(const struct trial *t, size_t *out)
{
	size_t i;

	*out = t->site == NULL ? site_of(t) : 0;
	if (t->site == NULL || t->loaded.n_sites == 0)
		return CONSENT_OK; /* of a policy alone, any will do */
	for (i = 0; i < t->loaded.n_sites; i++)
		if (strcmp(t->loaded.sites[i], t->site) == 0) {
			*out = i;
			return CONSENT_OK;
		}
	(void)fprintf(stderr, "--site: %s is none of %s:", t->site, t->file);
	for (i = 0; i < t->loaded.n_sites; i++)
		(void)fprintf(stderr, " %s", t->loaded.sites[i]);
	(void)fputc('\n', stderr);
	return CONSENT_EINVAL;
}

static const char *
target_of(const struct trial *t)
{
	return t->at != NULL ? t->at : t->source.target;
}

/* What a failure to rewrite means for visitors. */
static int
tell_broken(const struct trial *t, int rc)
{
	const char *why = rc == CONSENT_ECODING
			      ? "visitors get an error: its charset or form "
				"cannot be read"
			  : rc == CONSENT_ELIMIT
			      ? "visitors get it cut off: markup that cannot "
				"be placed, or a script that is too long"
			      : status_text(rc);

	(void)fprintf(stderr, "%s: %s\n", t->page, why);
	return rc == CONSENT_ECODING || rc == CONSENT_ELIMIT ? CTL_NO
							     : CTL_FAILED;
}

/* The page itself, as the daemon would send it. */
static int
show_sent(const struct trial *t, size_t site)
{
	struct sent_request request = {.site = site,
	    .target = span_of(target_of(t)),
	    .type = span_of(t->source.type),
	    .language = span_of(t->language),
	    .granted = t->granted,
	    .undecided = t->consent == NULL,
	    .gpc = t->gpc};
	struct proxy_setup *setup;
	struct buf out;
	int rc;

	if (t->loaded.config == NULL) {
		(void)fprintf(stderr,
		    "%s is a policy alone: what goes into a page is in the "
		    "configuration (--report and --diff need no more)\n",
		    t->file);
		return CTL_FAILED;
	}
	rc = assembly_sketch(t->loaded.config, &setup);
	if (rc != CONSENT_OK)
		return tell_broken(t, rc);
	request.setup = setup;
	buf_init(&out, 4 * (size_t)SOURCE_BYTES);
	rc = sent_page(&request, buf_span(&t->source.body), &out);
	print_page(&out);
	buf_fini(&out);
	assembly_free(setup);
	return rc == CONSENT_OK ? CTL_YES : tell_broken(t, rc);
}

static int
show_diff(const struct trial *t, const struct rewrite *r)
{
	struct unified_options options = {.from = t->page,
	    .to = "what visitors get",
	    .is_colour = is_colour(),
	    .is_terminal = isatty(STDOUT_FILENO) == 1};
	struct buf out;
	int rc;

	buf_init(&out, 8 * (size_t)SOURCE_BYTES);
	rc = unified_write(r, &options, &out);
	print_bytes(buf_span(&out));
	buf_fini(&out);
	return rc == CONSENT_OK ? CTL_YES : tell_broken(t, rc);
}

static int
show_tables(
    const struct trial *t, const struct rewrite *r, const struct known *known)
{
	struct ctl_report report = {.name = t->page,
	    .facts = policy_facts(t->loaded.policy),
	    .rewrite = r,
	    .known = known,
	    .is_colour = is_colour()};
	bool is_clean = rewrite_strangers(r) == 0;
	int rc = t->expect_clean && !is_clean ? CTL_NO : CTL_YES;

	if (t->json)
		return ctl_report_json(&report, rc);
	if (t->diff && show_diff(t, r) != CTL_YES)
		return CTL_FAILED;
	if (t->report)
		ctl_report_removed(&report);
	if (t->expect_clean)
		ctl_report_strangers(&report);
	return rc;
}

static int
show_changes(const struct trial *t, const struct rewrite *r)
{
	struct known known;
	int rc = known_open(&known);

	rc = rc == CONSENT_OK ? show_tables(t, r, &known) : tell_broken(t, rc);
	known_close(&known);
	return rc;
}

/* Where a page cannot be read further. */
static int
tell_stop(const struct trial *t, const struct visitor *v)
{
	struct span page = source_text(&t->source);
	struct rewrite_place p;
	size_t at;
	int rc = rewrite_stop(v, t->source.kind, page, &at);

	if (rc != CONSENT_OK)
		return tell_broken(t, rc);
	p = rewrite_place(page, at);
	(void)fprintf(stderr,
	    "%s:%zu:%zu: error: visitors get no more from here on: markup that "
	    "cannot be placed, or a script that is too long\n",
	    t->page, p.line, p.column);
	return CTL_NO;
}

/* The site's own page, and what becomes of it. */
static int
try_changes(struct trial *t, size_t site)
{
	const char *const alone[] = {t->site};
	struct visitor_place place = {.policy = t->loaded.policy};
	struct visitor_options options = {.place = &place,
	    .at = target_of(t),
	    .granted = t->granted,
	    .undecided = t->consent == NULL,
	    .gpc = t->gpc};
	struct rewrite r;
	struct visitor v;
	int rc;

	/* the page is of the first; all of them are the site */
	place.sites = t->loaded.n_sites > 0 ? t->loaded.sites : alone;
	place.n_sites =
	    t->loaded.n_sites > 0 ? t->loaded.n_sites : t->site != NULL;
	place.first = site;
	if (visitor_open(&v, &options) != CONSENT_OK) {
		(void)fprintf(stderr, "%s: no page of a site has this URL\n",
		    target_of(t));
		return CTL_FAILED;
	}
	rc = CTL_FAILED;
	if (t->expect_clean && gate_grants_all(&v.gate))
		(void)fprintf(stderr,
		    "--expect-clean: who agreed to everything gets everything; "
		    "ask for less consent\n");
	else
		rc = CTL_YES;
	if (rc == CTL_YES) {
		rc = rewrite_page(
		    &r, &v, t->source.kind, source_text(&t->source));
		if (rc == CONSENT_OK)
			rc = show_changes(t, &r);
		else
			rc = rc == CONSENT_ELIMIT ? tell_stop(t, &v)
						  : tell_broken(t, rc);
		rewrite_fini(&r);
	}
	visitor_close(&v);
	return rc;
}

static int
try_page(struct trial *t)
{
	bool changes = t->report || t->diff || t->expect_clean || t->json;
	size_t site;

	if (read_consent(t) != CONSENT_OK || find_site(t, &site) != CONSENT_OK)
		return CTL_FAILED;
	if (source_read(&t->source, t->page) != CONSENT_OK ||
	    (changes && source_decode(&t->source) != CONSENT_OK)) {
		(void)fprintf(stderr, "%s: %s\n", t->page, t->source.error);
		return CTL_FAILED;
	}
	return changes ? try_changes(t, site) : show_sent(t, site);
}

static int
run(struct trial *t)
{
	struct findings findings;
	int rc;

	source_init(&t->source);
	findings_init(&findings);
	rc = ctl_load(t->file, &findings, &t->loaded);
	if (rc != CONSENT_OK)
		findings_print(&findings, stderr);
	rc = rc == CONSENT_OK ? try_page(t) : CTL_FAILED;
	ctl_unload(&t->loaded);
	findings_fini(&findings);
	source_fini(&t->source);
	return rc;
}

/* Takes an option that stands alone; false: it is another. */
static bool
take_flag(struct trial *t, int c)
{
	bool *const flags[] = {
	    &t->gpc, &t->report, &t->diff, &t->expect_clean, &t->json};
	static const char letters[] = "grdxj";
	const char *at = strchr(letters, c);

	if (at == NULL)
		return false;
	*flags[at - letters] = true;
	return true;
}

int
ctl_try(int argc, char **argv)
{
	static const struct option options[] = {
	    {"consent", required_argument, NULL, 'k'},
	    {"site", required_argument, NULL, 's'},
	    {"at", required_argument, NULL, 'a'},
	    {"language", required_argument, NULL, 'l'},
	    {"gpc", no_argument, NULL, 'g'}, {"report", no_argument, NULL, 'r'},
	    {"diff", no_argument, NULL, 'd'},
	    {"expect-clean", no_argument, NULL, 'x'},
	    {"json", no_argument, NULL, 'j'}, {NULL, 0, NULL, 0}};
	struct trial t = {.file = CTL_FILE};
	const char **const texts[128] = {['c'] = &t.file,
	    ['k'] = &t.consent,
	    ['s'] = &t.site,
	    ['a'] = &t.at,
	    ['l'] = &t.language};
	int c;

	while ((c = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (c == '?')
			return CTL_FAILED;
		if (!take_flag(&t, c))
			*texts[c] = optarg;
	}
	if (argc - optind != 1) {
		(void)fputs("try takes one page: a file, a URL or -\n", stderr);
		return CTL_FAILED;
	}
	t.page = argv[optind];
	/* what goes wrong with a certificate only the log tells */
	if (!span_starts_nocase(span_of(t.page), SPAN("https:")))
		log_set_level(LOG_LEVEL_ERROR);
	return run(&t);
}
