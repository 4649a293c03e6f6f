#include "cmd/ctl_import.h"

#include "base/clock.h"
#include "cmd/ctl.h"
#include "cmd/ctl_import_report.h"
#include "cmd/ctl_json.h"
#include "cmd/ctl_load.h"
#include "lists/adblock.h"
#include "lists/cookie_rows.h"
#include "lists/listing_write.h"

#include <libconsent/findings.h>
#include <libconsent/policy.h>
#include <libconsent/settings_limits.h>
#include <libconsent/url.h>

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	IMPORT_SITES = 64,
	IMPORT_PIECE = 65536,
	IMPORT_BYTES = 256 << 20 /* of a list: more is none */
};

struct import {
	const char *format, *file, *output, *config;
	bool json, any_type;
	const char *exceptions, *category;
	struct cookie_rows_settings rows;
	struct span sites[IMPORT_SITES];
	size_t n_sites;
	struct buf hosts; /* of the configuration's sites */
	struct ctl_loaded loaded;
	struct listing listing;
};

/* A reader of one format. */
struct reader {
	void *self;
	int (*feed)(void *self, struct span piece);
	int (*end)(void *self);
	const char *not_this; /* what CONSENT_EINVAL says */
};

static int
complain(const char *what, const char *why)
{
	(void)fprintf(stderr, "consentctl: import: %s: %s\n", what, why);
	return CTL_FAILED;
}

/* "ID", or for cookies "NAME=ID": which category takes what. */
static int
read_category(struct import *m, const char *text)
{
	struct span name = span_of(text);
	size_t equals = span_find(name, '=');

	if (equals == name.n) {
		m->category = text;
		return CTL_YES;
	}
	if (m->rows.n_map == COOKIE_ROWS_MAP)
		return complain("--category", "too many of them");
	m->rows.map[m->rows.n_map++] = (struct cookie_rows_map){
	    span_sub(name, 0, equals), text + equals + 1};
	return CTL_YES;
}

static int
read_options(struct import *m, int argc, char **argv)
{
	static const struct option options[] = {
	    {"json", no_argument, NULL, 'j'},
	    {"site", required_argument, NULL, 's'},
	    {"category", required_argument, NULL, 'k'},
	    {"exceptions", required_argument, NULL, 'e'},
	    {"any-type", no_argument, NULL, 'a'}, {NULL, 0, NULL, 0}};
	int c, rc = CTL_YES;

	while (rc == CTL_YES &&
	       (c = getopt_long(argc, argv, "o:c:", options, NULL)) != -1) {
		if (c == 'j')
			m->json = true;
		else if (c == 'a')
			m->any_type = true;
		else if (c == 'o')
			m->output = optarg;
		else if (c == 'c')
			m->config = optarg;
		else if (c == 'e')
			m->exceptions = optarg;
		else if (c == 'k')
			rc = read_category(m, optarg);
		else if (c == 's' && m->n_sites < IMPORT_SITES)
			m->sites[m->n_sites++] = span_of(optarg);
		else
			rc = CTL_FAILED;
	}
	if (rc != CTL_YES)
		return rc;
	if (argc - optind != 2)
		return complain("usage",
		    "import adblock|cookie-database FILE|-; see --help");
	m->format = argv[optind];
	m->file = argv[optind + 1];
	if (m->json && m->output == NULL)
		return complain("--json",
		    "tells what was left out; the rules need -o FILE");
	return CTL_YES;
}

/* The host of each site that the configuration names. */
static int
take_sites(struct import *m)
{
	struct buf scratch;
	struct url url;
	size_t i;
	int rc = CONSENT_OK;

	buf_init(&scratch, URL_SCRATCH);
	/* room at once: the spans must not move */
	if (m->loaded.n_sites > 0)
		rc = buf_reserve(
		    &m->hosts, m->loaded.n_sites * 256, &(char *){NULL});
	for (i = 0; i < m->loaded.n_sites && rc == CONSENT_OK; i++) {
		size_t from = m->hosts.n;

		buf_clear(&scratch);
		if (url_parse(span_of(m->loaded.sites[i]), NULL, &scratch,
			&url) != CONSENT_OK ||
		    url.host.n > 256 || m->n_sites == IMPORT_SITES)
			continue;
		rc = buf_append(&m->hosts, url.host);
		m->sites[m->n_sites++] =
		    span_sub(buf_span(&m->hosts), from, m->hosts.n);
	}
	buf_fini(&scratch);
	return rc == CONSENT_OK ? CTL_YES : complain("-c", status_text(rc));
}

static int
load_config(struct import *m)
{
	struct findings findings;
	int rc;

	if (m->config == NULL)
		return CTL_YES;
	findings_init(&findings);
	rc = ctl_load(m->config, &findings, &m->loaded);
	if (rc != CONSENT_OK)
		findings_print(&findings, stderr);
	findings_fini(&findings);
	if (rc != CONSENT_OK)
		return CTL_FAILED;
	m->rows.policy = m->loaded.policy;
	m->rows.output = m->output;
	return take_sites(m);
}

/* Whether the policy has a category, and of which kind. */
static int
check_category(const struct import *m, const char *id, bool required)
{
	const struct policy *policy = m->loaded.policy;
	int found;

	if (policy == NULL || id == NULL)
		return CTL_YES;
	found = policy_category(policy, span_of(id));
	if (found < 0)
		return complain(id, "the policy has no such category");
	if (policy_facts(policy)->categories[found].required != required)
		return complain(id,
		    required ? "is no required category: exceptions need one"
			     : "is required: no list may put things there");
	return CTL_YES;
}

/* Which categories take what, where the call does not say it. */
static int
settle_categories(struct import *m)
{
	static const char *const own[] = {"Analytics", "Marketing"};
	static const char *const ids[] = {"analytics", "marketing"};
	size_t i;
	int rc = check_category(m, m->exceptions, true);

	for (i = 0; i < 2 && m->rows.n_map < COOKIE_ROWS_MAP; i++)
		m->rows.map[m->rows.n_map++] =
		    (struct cookie_rows_map){span_of(own[i]),
			m->category != NULL ? m->category : ids[i]};
	if (m->category == NULL)
		m->category = "analytics";
	if (strcmp(m->format, "adblock") == 0)
		return rc != CTL_YES ? rc
				     : check_category(m, m->category, false);
	for (i = 0; i < m->rows.n_map && rc == CTL_YES; i++)
		rc = check_category(m, m->rows.map[i].to, false);
	return rc;
}

static int
feed_adblock(void *self, struct span piece)
{
	return adblock_feed(self, piece);
}

static int
end_adblock(void *self)
{
	return adblock_end(self);
}

static int
feed_rows(void *self, struct span piece)
{
	return cookie_rows_feed(self, piece);
}

static int
end_rows(void *self)
{
	return cookie_rows_end(self);
}

static int
read_pieces(int fd, const struct reader *reader)
{
	static char piece[IMPORT_PIECE];
	size_t all = 0;
	int rc = CONSENT_OK;

	while (rc == CONSENT_OK) {
		ssize_t n = read(fd, piece, sizeof piece);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return CONSENT_EIO;
		if (n == 0)
			return reader->end(reader->self);
		all += (size_t)n;
		if (all > IMPORT_BYTES)
			return CONSENT_ELIMIT;
		rc =
		    reader->feed(reader->self, (struct span){piece, (size_t)n});
	}
	return rc;
}

static int
read_file(const struct import *m, const struct reader *reader)
{
	bool is_stdin = strcmp(m->file, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(m->file, O_RDONLY | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return complain(m->file, strerror(errno));
	rc = read_pieces(fd, reader);
	if (rc == CONSENT_EIO)
		(void)complain(m->file, strerror(errno));
	else if (rc == CONSENT_EINVAL)
		(void)complain(m->file, reader->not_this);
	else if (rc != CONSENT_OK)
		(void)complain(m->file, status_text(rc));
	if (!is_stdin)
		(void)close(fd); /* only read from */
	return rc == CONSENT_OK ? CTL_YES : CTL_FAILED;
}

static int
import_adblock(struct import *m)
{
	const struct adblock_settings settings = {.category = m->category,
	    .exceptions = m->exceptions,
	    .sites = m->sites,
	    .n_sites = m->n_sites,
	    .any_type = m->any_type};
	struct adblock *a;
	int rc = adblock_new(&settings, &m->listing, &a);

	if (rc != CONSENT_OK)
		return complain(m->file, status_text(rc));
	rc = read_file(m, &(struct reader){a, feed_adblock, end_adblock, ""});
	adblock_free(a);
	return rc;
}

static int
import_rows(struct import *m)
{
	struct cookie_rows *r;
	int rc = cookie_rows_new(&m->rows, &m->listing, &r);

	if (rc != CONSENT_OK)
		return complain(m->file, status_text(rc));
	rc = read_file(m, &(struct reader){r, feed_rows, end_rows,
			      "its first line must name the columns "
			      "\"Category\" and \"Cookie / Data Key name\""});
	cookie_rows_free(r);
	return rc;
}

static int
write_all(int fd, struct span text)
{
	while (text.n > 0) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno != EINTR)
			return CONSENT_EIO;
		if (n > 0)
			text = span_sub(text, (size_t)n, text.n);
	}
	return CONSENT_OK;
}

/* A reload must not find half a file: it is written beside, then renamed. */
static int
write_file(const char *path, struct span text)
{
	char beside[4096];
	int n = snprintf(beside, sizeof beside, "%s.new", path), fd;

	if (n < 0 || (size_t)n >= sizeof beside)
		return complain(path, strerror(ENAMETOOLONG));
	fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
	    0644);
	if (fd < 0)
		return complain(beside, strerror(errno));
	if (write_all(fd, text) != CONSENT_OK || fsync(fd) != 0 ||
	    rename(beside, path) != 0) {
		(void)complain(path, strerror(errno));
		(void)unlink(beside);
		(void)close(fd);
		return CTL_FAILED;
	}
	(void)close(fd); /* what it held is on the disk */
	return CTL_YES;
}

static int
write_rules(struct import *m, bool is_hosts)
{
	char date[CLOCK_TEXT];
	struct listing_source source = {m->format, m->file, date};
	struct buf text;
	int rc;

	clock_format(clock_now(), date);
	date[10] = '\0'; /* the day */
	buf_init(&text, SETTINGS_BYTES);
	rc = is_hosts ? listing_write_hosts(&m->listing, &source, &text)
		      : listing_write_cookies(&m->listing, &source, &text);
	if (rc == CONSENT_ELIMIT)
		rc = complain(m->file, "its rules are more than 4 MiB, which "
				       "no settings file may have");
	else if (rc != CONSENT_OK)
		rc = complain(m->file, status_text(rc));
	else if (m->output != NULL)
		rc = write_file(m->output, buf_span(&text));
	else
		rc = fwrite(text.p, 1, text.n, stdout) == text.n ? CTL_YES
								 : CTL_FAILED;
	buf_fini(&text);
	return rc;
}

/* Tells what became of the list; rc says whether the rules were written. */
static int
report(const struct import *m, int rc)
{
	if (m->json)
		return ctl_json_print(
		    import_report_json(&m->listing, m->format, m->file), rc);
	import_report_print(
	    &m->listing, m->file, m->output == NULL ? stderr : stdout);
	return rc;
}

static int
run(struct import *m)
{
	bool is_hosts = strcmp(m->format, "adblock") == 0;
	int rc;

	if (!is_hosts && strcmp(m->format, "cookie-database") != 0)
		return complain(m->format,
		    "is no format: they are adblock and cookie-database");
	rc = load_config(m);
	if (rc == CTL_YES)
		rc = settle_categories(m);
	if (rc == CTL_YES)
		rc = is_hosts ? import_adblock(m) : import_rows(m);
	if (rc != CTL_YES)
		return rc;
	if (m->listing.n > 0)
		rc = write_rules(m, is_hosts);
	else
		rc = CTL_NO;
	return rc == CTL_FAILED ? rc : report(m, rc);
}

int
ctl_import(int argc, char **argv)
{
	struct import *m = calloc(1, sizeof *m);
	int rc = m == NULL ? complain("import", status_text(CONSENT_ENOMEM))
			   : read_options(m, argc, argv);

	if (rc == CTL_YES) {
		buf_init(&m->hosts, IMPORT_SITES * 256);
		if (listing_init(&m->listing) == CONSENT_OK)
			rc = run(m);
		else
			rc = complain(m->file, status_text(CONSENT_ENOMEM));
		listing_fini(&m->listing);
		buf_fini(&m->hosts);
		ctl_unload(&m->loaded);
	}
	free(m);
	return rc;
}
