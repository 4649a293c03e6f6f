#include "base/log.h"
#include "census/scan.h"
#include "cmd/ctl.h"
#include "cmd/ctl_load.h"
#include "cmd/ctl_seen.h"

#include <libconsent/loader.h>
#include <libconsent/policy.h>
#include <libconsent/settings.h>

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is asked for, and the policy that it is asked of. */
struct survey {
	struct scan_options options;
	const char *file; /* NULL: no rules at all */
	struct ctl_loaded loaded;
	struct policy *empty; /* owned, or NULL */
	bool json, propose;
	bool is_watched; /* stderr is a terminal */
	bool is_drawn;	 /* a line of progress stands there */
};

/* A policy has to hold something back: that is a host which nobody has. */
static const char empty_policy[] =
    "version = \"scan\"; unknown_cookie = \"analytics\"; categories = (\n"
    "{ id = \"essential\"; required = true; }, { id = \"analytics\"; } );\n"
    "resources = ( { host = \"none.invalid\"; category = \"analytics\"; } "
    ");\n";

static void
wipe_progress(struct survey *v)
{
	if (v->is_drawn)
		(void)fputs("\r\033[K", stderr);
	v->is_drawn = false;
}

static void
on_progress(void *ctx, unsigned done, size_t waiting, struct span url)
{
	struct survey *v = ctx;
	int n = url.n > 48 ? 48 : (int)url.n;

	wipe_progress(v);
	(void)fprintf(
	    stderr, "%u read, %zu to go  %.*s", done, waiting, n, url.p);
	(void)fflush(stderr);
	v->is_drawn = true;
}

static void
on_trouble(void *ctx, struct span url, const char *why)
{
	wipe_progress(ctx);
	(void)fprintf(stderr, "%.*s: %s\n", SPAN_ARG(url), why);
}

/* A number of an option, from..to. */
static bool
read_number(const char *option, const char *text, unsigned max, unsigned *out)
{
	uint64_t n;

	if (span_to_u64(span_of(text), 10, max, &n) == CONSENT_OK && n > 0) {
		*out = (unsigned)n;
		return true;
	}
	(void)fprintf(stderr,
	    "consentctl scan: --%s takes a number from 1 to %u, not \"%s\"\n",
	    option, max, text);
	return false;
}

static bool
take_option(struct survey *v, int c)
{
	struct scan_options *o = &v->options;

	switch (c) {
	case 'p':
		return read_number("pages", optarg, SCAN_PAGES_MAX, &o->pages);
	case 'd':
		return read_number("depth", optarg, SCAN_DEPTH_MAX, &o->depth);
	case 'r':
		return read_number("rate", optarg, SCAN_RATE_MAX, &o->rate);
	case 'j':
		v->json = true;
		return true;
	case 'P':
		v->propose = true;
		return true;
	case 'c':
		v->file = optarg;
		return true;
	default:
		return false;
	}
}

static bool
read_arguments(int argc, char **argv, struct survey *v)
{
	static const struct option options[] = {
	    {"pages", required_argument, NULL, 'p'},
	    {"depth", required_argument, NULL, 'd'},
	    {"rate", required_argument, NULL, 'r'},
	    {"json", no_argument, NULL, 'j'},
	    {"propose", no_argument, NULL, 'P'}, {NULL, 0, NULL, 0}};
	int c;

	while ((c = getopt_long(argc, argv, "c:", options, NULL)) != -1)
		if (!take_option(v, c))
			return false;
	if (v->json && v->propose) {
		(void)fputs(
		    "consentctl scan: --json or --propose, not both\n", stderr);
		return false;
	}
	if (optind + 1 != argc) {
		(void)fputs("consentctl scan: name one URL, such as "
			    "https://www.example.org/\n",
		    stderr);
		return false;
	}
	v->options.url = argv[optind];
	return true;
}

/* The policy that nothing is named by. */
static int
load_empty(struct survey *v, struct findings *findings)
{
	struct settings *settings = NULL;
	int rc =
	    settings_parse("scan", span_of(empty_policy), findings, &settings);

	if (rc == CONSENT_OK)
		rc = policy_load(settings_root(settings),
		    &(struct loader_options){NULL}, findings, &v->empty);
	settings_free(settings);
	v->options.policy = v->empty;
	return rc;
}

static int
load(struct survey *v)
{
	struct findings findings;
	int rc;

	findings_init(&findings);
	if (v->file == NULL) {
		rc = load_empty(v, &findings);
	} else {
		rc = ctl_load(v->file, &findings, &v->loaded);
		v->options.policy = v->loaded.policy;
		v->options.sites = v->loaded.sites;
		v->options.n_sites = v->loaded.n_sites;
	}
	if (rc != CONSENT_OK)
		findings_print(&findings, stderr);
	findings_fini(&findings);
	return rc == CONSENT_OK	      ? CTL_YES
	       : rc == CONSENT_EINVAL ? CTL_NO
				      : CTL_FAILED;
}

static void
print_bounds(const struct survey *v, const struct scan_result *result)
{
	(void)fprintf(stderr, "%u page%s asked for", result->pages,
	    result->pages == 1 ? "" : "s");
	if (result->failed > 0)
		(void)fprintf(
		    stderr, ", %u of them could not be read", result->failed);
	(void)fputs("\n", stderr);
	if (result->refused > 0)
		(void)fprintf(stderr, "%u left out, as robots.txt asks\n",
		    result->refused);
	if (result->left > 0)
		(void)fprintf(stderr,
		    "%zu links were not followed: --pages %u, --depth %u\n",
		    result->left, v->options.pages, v->options.depth);
}

static int
print(const struct survey *v, const struct scan_result *result)
{
	json_t *seen = json_loads(result->seen, 0, NULL);
	int rc = CTL_YES;

	if (seen == NULL)
		return CTL_FAILED;
	if (v->propose) {
		rc = ctl_seen_propose(seen);
	} else if (v->json) {
		(void)json_object_set_new(
		    seen, "pages", json_integer(result->pages));
		(void)json_object_set_new(
		    seen, "failed", json_integer(result->failed));
		(void)json_object_set_new(
		    seen, "refused", json_integer(result->refused));
		(void)json_object_set_new(
		    seen, "left", json_integer((json_int_t)result->left));
		(void)json_dumpf(seen, stdout, JSON_INDENT(2));
		(void)putchar('\n');
	} else {
		ctl_seen_print(seen);
	}
	json_decref(seen);
	return rc;
}

static int
scan(struct survey *v)
{
	struct scan_result result;
	int rc = scan_run(&v->options, &result), code = CTL_FAILED;

	wipe_progress(v);
	if (rc != CONSENT_OK) {
		(void)fprintf(stderr, "consentctl scan: %s: %s\n",
		    v->options.url, result.error);
	} else {
		print_bounds(v, &result);
		code = print(v, &result);
	}
	free(result.seen);
	return code;
}

int
ctl_scan(int argc, char **argv)
{
	struct survey v = {.options = {.pages = SCAN_PAGES,
			       .depth = SCAN_DEPTH,
			       .on_trouble = on_trouble}};
	int rc;

	if (!read_arguments(argc, argv, &v))
		return CTL_FAILED;
	/* what goes wrong with a certificate only the log tells */
	if (!span_starts_nocase(span_of(v.options.url), SPAN("https:")))
		log_set_level(LOG_LEVEL_ERROR);
	v.is_watched = isatty(STDERR_FILENO) == 1;
	v.options.ctx = &v;
	if (v.is_watched)
		v.options.on_progress = on_progress;
	rc = load(&v);
	if (rc == CTL_YES)
		rc = scan(&v);
	ctl_unload(&v.loaded);
	policy_free(v.empty);
	return rc;
}
