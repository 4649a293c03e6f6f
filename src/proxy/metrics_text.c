#include "proxy/metrics_text.h"

#include "net/tls_expiry.h"
#include "proxy/metrics.h"
#include "proxy/ready.h"
#include "proxy/setup.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

/* How the numbers of a family become samples. */
enum kind {
	KIND_COUNTER,	/* a sum */
	KIND_GAUGE,	/* a sum of what the processes have now */
	KIND_MOST,	/* the largest of the slots: one process sets it */
	KIND_TIME,	/* the same in milliseconds since 1970 */
	KIND_HISTOGRAM, /* METRICS_TIMING numbers a value of the label */
};

/* Where the values of a label come from, besides the fixed sets. */
enum {
	BY_NOTHING = NAMES_SETS,
	BY_CATEGORY,
	BY_VENDOR,
	BY_FAULT
};

struct family {
	const char *name, *help;
	enum kind kind;
	unsigned first; /* its first number */
	unsigned label, second;
};

#define PLAIN BY_NOTHING, BY_NOTHING

static const struct family families[] = {
    {"consentd_requests_total",
	"Requests that have ended, by method and class of status.",
	KIND_COUNTER, METRIC_REQUESTS, NAMES_OF_METHODS, NAMES_OF_STATUSES},
    {"consentd_requests_open", "Requests that have not ended.", KIND_GAUGE,
	METRIC_LIVE, PLAIN},
    {"consentd_request_body_bytes_total",
	"Bytes of bodies that clients have sent.", KIND_COUNTER,
	METRIC_REQUEST_BYTES, PLAIN},
    {"consentd_response_body_bytes_total",
	"Bytes of bodies that clients were sent.", KIND_COUNTER,
	METRIC_RESPONSE_BYTES, PLAIN},
    {"consentd_request_duration_seconds",
	"Time of requests: whole, until the origin's head came (origin), "
	"waiting for a connection to the origin (queue).",
	KIND_HISTOGRAM, METRIC_TIME_REQUEST, NAMES_OF_PHASES, BY_NOTHING},
    {"consentd_requests_failed_total",
	"Requests that did not get a whole answer of the site.", KIND_COUNTER,
	METRIC_FAILED, NAMES_OF_FAILURES, BY_NOTHING},
    {"consentd_requests_malformed_total",
	"Requests that were refused because of their form.", KIND_COUNTER,
	METRIC_MALFORMED, BY_FAULT, BY_NOTHING},
    {"consentd_connections_accepted_total", "Connections of clients.",
	KIND_COUNTER, METRIC_ACCEPTED, PLAIN},
    {"consentd_connections_open", "Connections of clients now.", KIND_GAUGE,
	METRIC_OPEN, PLAIN},
    {"consentd_connections_refused_total",
	"Connections that were closed before a request.", KIND_COUNTER,
	METRIC_REFUSED, NAMES_OF_REFUSALS, BY_NOTHING},
    {"consentd_upstream_connections_opened_total", "Connections to the origin.",
	KIND_COUNTER, METRIC_UPSTREAM_OPENED, PLAIN},
    {"consentd_upstream_connections_reused_total",
	"Requests on a connection to the origin that had served others.",
	KIND_COUNTER, METRIC_UPSTREAM_REUSED, PLAIN},
    {"consentd_upstream_connections_failed_total",
	"Attempts to connect to the origin that failed.", KIND_COUNTER,
	METRIC_UPSTREAM_FAILED, PLAIN},
    {"consentd_upstream_connections_silent_total",
	"Connections to the origin that broke, or ran into a timeout, before "
	"a byte of an answer.",
	KIND_COUNTER, METRIC_UPSTREAM_SILENT, PLAIN},
    {"consentd_upstream_requests_refused_total",
	"Requests that found no place in the queue, or waited too long in it.",
	KIND_COUNTER, METRIC_UPSTREAM_REFUSED, PLAIN},
    {"consentd_upstream_requests_retried_total",
	"Requests that were sent once more on a new connection.", KIND_COUNTER,
	METRIC_UPSTREAM_RETRIED, PLAIN},
    {"consentd_upstream_connections_open", "Connections to the origin now.",
	KIND_GAUGE, METRIC_UPSTREAM_OPEN, PLAIN},
    {"consentd_upstream_connections_idle", "Of these, the idle ones.",
	KIND_GAUGE, METRIC_UPSTREAM_IDLE, PLAIN},
    {"consentd_upstream_requests_waiting",
	"Requests that wait for a connection to the origin.", KIND_GAUGE,
	METRIC_UPSTREAM_WAITING, PLAIN},
    {"consentd_upstream_addresses",
	"Addresses of the origin, as known to the worker that knows most.",
	KIND_MOST, METRIC_UPSTREAM_KNOWN, PLAIN},
    {"consentd_upstream_addresses_resting",
	"Of these, the ones that rest since they failed, in the worker where "
	"most do.",
	KIND_MOST, METRIC_UPSTREAM_RESTING, PLAIN},
    {"consentd_pages_screened_total", "Pages that were rewritten.",
	KIND_COUNTER, METRIC_PAGES, PLAIN},
    {"consentd_pages_cut_total",
	"Pages that were withheld because they could not be screened.",
	KIND_COUNTER, METRIC_PAGES_CUT, NAMES_OF_CUTS, BY_NOTHING},
    {"consentd_memo_pages_total",
	"Pages that the memo may remember, by what it did for them.",
	KIND_COUNTER, METRIC_MEMO, NAMES_OF_MEMOS, BY_NOTHING},
    {"consentd_memo_kept_total", "Pages that the memo took.", KIND_COUNTER,
	METRIC_MEMO_KEPT, PLAIN},
    {"consentd_memo_evicted_total",
	"Pages that went from the memo to make room for others.", KIND_COUNTER,
	METRIC_MEMO_EVICTED, PLAIN},
    {"consentd_memo_pages", "Pages that the memos remember now.", KIND_GAUGE,
	METRIC_MEMO_PAGES, PLAIN},
    {"consentd_memo_bytes", "Bytes that the memos hold for pages.", KIND_GAUGE,
	METRIC_MEMO_BYTES, PLAIN},
    {"consentd_resources_removed_total",
	"Things that were taken out of pages and of heads of messages.",
	KIND_COUNTER, METRIC_REMOVED, BY_CATEGORY, BY_NOTHING},
    {"consentd_resources_reported_total",
	"Things of a category in report mode that would have been.",
	KIND_COUNTER, METRIC_REPORTED, BY_CATEGORY, BY_NOTHING},
    {"consentd_requests_withheld_total",
	"Requests to the site that its origin was not asked, for they track.",
	KIND_COUNTER, METRIC_WITHHELD, BY_CATEGORY, BY_NOTHING},
    {"consentd_cookies_withheld_total",
	"Cookies that were held back from the origin (request) or the client "
	"(response).",
	KIND_COUNTER, METRIC_COOKIES, NAMES_OF_DIRECTIONS, BY_NOTHING},
    {"consentd_cookie_expiries_total",
	"Expiries of cookies that consent does not cover. sent: lines; "
	"confirmed, unconfirmed: names that the browser then left out or still "
	"sent; left: names that no line can say.",
	KIND_COUNTER, METRIC_EXPIRIES, NAMES_OF_EXPIRIES, BY_NOTHING},
    {"consentd_vendor_resources_removed_total",
	"Of the things that were taken out, those of a vendor that the policy "
	"names.",
	KIND_COUNTER, METRIC_VENDOR_REMOVED, BY_VENDOR, BY_NOTHING},
    {"consentd_vendor_resources_reported_total",
	"The same of those in report mode that would have been.", KIND_COUNTER,
	METRIC_VENDOR_REPORTED, BY_VENDOR, BY_NOTHING},
    {"consentd_vendor_cookies_withheld_total",
	"Of the cookies that were held back, those of a vendor.", KIND_COUNTER,
	METRIC_VENDOR_COOKIES, BY_VENDOR, BY_NOTHING},
    {"consentd_csp_reports_total",
	"Reports of browsers on our Content-Security-Policy; leaked: loads "
	"that are withheld and that it only told of.",
	KIND_COUNTER, METRIC_CSP_REPORTS, NAMES_OF_REPORTS, BY_NOTHING},
    {"consentd_inventory_rows",
	"Names of cookies and hosts that were seen and no rule names, in the "
	"worker that has seen most; see consentctl inventory.",
	KIND_MOST, METRIC_INVENTORY, NAMES_OF_FINDS, BY_NOTHING},
    {"consentd_tokens_total",
	"Consent cookies that were checked; several: requests that had more "
	"than one.",
	KIND_COUNTER, METRIC_TOKENS, NAMES_OF_TOKENS, BY_NOTHING},
    {"consentd_choices_total", "Choices that visitors made.", KIND_COUNTER,
	METRIC_CHOICES, NAMES_OF_ACTIONS, NAMES_OF_RESULTS},
    {"consentd_choices_waiting", "Choices that wait for the notary.",
	KIND_GAUGE, METRIC_CHOICES_WAITING, PLAIN},
    {"consentd_choice_duration_seconds",
	"Time until a choice was durable, seen from the worker.",
	KIND_HISTOGRAM, METRIC_TIME_CHOICE, PLAIN},
    {"consentd_ledger_commit_duration_seconds",
	"Time of a commit of the consent log, its fdatasync included.",
	KIND_HISTOGRAM, METRIC_TIME_COMMIT, PLAIN},
    {"consentd_ledger_commits_failed_total",
	"Commits of the consent log that failed.", KIND_COUNTER,
	METRIC_COMMITS_FAILED, PLAIN},
    {"consentd_ledger_entries", "Entries of the consent log.", KIND_MOST,
	METRIC_LEDGER_ENTRIES, PLAIN},
    {"consentd_ledger_commit_timestamp_seconds",
	"When the consent log was last made durable.", KIND_TIME,
	METRIC_LEDGER_COMMIT_AT, PLAIN},
    {"consentd_ledger_published_entries",
	"Entries that the newest checkpoint of the consent log covers.",
	KIND_MOST, METRIC_LEDGER_PUBLISHED, PLAIN},
    {"consentd_ledger_checkpoint_timestamp_seconds",
	"When the newest checkpoint of the consent log was signed.", KIND_TIME,
	METRIC_LEDGER_PUBLISH_AT, PLAIN},
    {"consentd_reloads_total", "Reloads of the configuration.", KIND_COUNTER,
	METRIC_RELOADS, NAMES_OF_RELOADS, BY_NOTHING},
    {"consentd_config_loaded_timestamp_seconds",
	"When the configuration in force was loaded.", KIND_TIME,
	METRIC_LOADED_AT, PLAIN},
    {"consentd_process_restarts_total",
	"Processes that were started again after they died.", KIND_COUNTER,
	METRIC_RESTARTS, NAMES_OF_ROLES, BY_NOTHING},
    {"consentd_workers_wanted", "Workers that the configuration asks for.",
	KIND_MOST, METRIC_WORKERS_WANTED, PLAIN},
    {"consentd_workers_well", "Of these, the ones that run and turn.",
	KIND_MOST, METRIC_WORKERS_WELL, PLAIN},
    {"consentd_start_timestamp_seconds", "When the daemon was started.",
	KIND_TIME, METRIC_STARTED_AT, PLAIN},
};

/* Only where there are certificates. */
static const struct family expiries = {
    "consentd_certificate_expiry_timestamp_seconds",
    "When the first certificate in a file ends.", KIND_TIME, 0, PLAIN};

/* What a text is made from; the first failure latches. */
struct text {
	const struct metrics *m;
	struct buf *out;
	int rc;
	bool headed; /* there was a certificate */
};

static void
put(struct text *t, const char *s)
{
	if (t->rc == CONSENT_OK)
		t->rc = buf_append(t->out, span_of(s));
}

/* In quotes, as a value of a label. */
static void
put_quoted(struct text *t, const char *s)
{
	put(t, "\"");
	for (; *s != '\0' && t->rc == CONSENT_OK; s++) {
		if (*s == '\\' || *s == '"')
			t->rc = buf_append_byte(t->out, '\\');
		if (t->rc != CONSENT_OK)
			return;
		if ((unsigned char)*s < 0x20)
			put(t, "?");
		else
			t->rc = buf_append_byte(t->out, *s);
	}
	put(t, "\"");
}

static void
put_number(struct text *t, uint64_t n)
{
	if (t->rc == CONSENT_OK)
		t->rc = buf_printf(t->out, "%" PRIu64, n);
}

static void
put_seconds(struct text *t, uint64_t ms)
{
	if (t->rc == CONSENT_OK)
		t->rc = buf_printf(
		    t->out, "%" PRIu64 ".%03" PRIu64, ms / 1000, ms % 1000);
}

static void
put_family(struct text *t, const struct family *f)
{
	const char *type = f->kind == KIND_COUNTER     ? "counter"
			   : f->kind == KIND_HISTOGRAM ? "histogram"
						       : "gauge";

	put(t, "# HELP ");
	put(t, f->name);
	put(t, " ");
	put(t, f->help);
	put(t, "\n# TYPE ");
	put(t, f->name);
	put(t, " ");
	put(t, type);
	put(t, "\n");
}

/* ---- labels ----------------------------------------------------------- */

/* The set that the values of a label were named in; NAMES_GIVEN: none. */
static enum names_given
named_set(unsigned label)
{
	if (label == BY_CATEGORY)
		return NAMES_GIVEN_CATEGORIES;
	return label == BY_VENDOR ? NAMES_GIVEN_VENDORS : NAMES_GIVEN;
}

/* How many values a label has; one where there is no label. */
static unsigned
count_values(unsigned label)
{
	if (label == BY_NOTHING)
		return 1;
	if (named_set(label) != NAMES_GIVEN)
		return names_room(named_set(label)) + 1;
	if (label == BY_FAULT)
		return FAULT_COUNT;
	return (unsigned)names_of((enum names_set)label)->n;
}

/* The value in memory of the caller's; false where there is none. */
static bool
name_value(
    const struct text *t, unsigned label, unsigned i, char value[NAMES_TEXT])
{
	enum names_given set = named_set(label);
	const char *fixed = "";

	if (set != NAMES_GIVEN && i < names_room(set)) {
		metrics_name_of(t->m, set, i, value);
		return value[0] != '\0';
	}
	if (set != NAMES_GIVEN || (label == BY_FAULT && i == FAULT_NONE))
		fixed = "other";
	else if (label == BY_FAULT)
		fixed = fault_row((enum fault)i)->reason;
	else if (label != BY_NOTHING)
		fixed = names_of((enum names_set)label)->values[i];
	(void)snprintf(value, NAMES_TEXT, "%s", fixed); /* cut if need be */
	return true;
}

static const char *
name_label(unsigned label)
{
	if (label == BY_CATEGORY)
		return "category";
	if (label == BY_VENDOR)
		return "vendor";
	return label == BY_FAULT ? "reason"
				 : names_of((enum names_set)label)->label;
}

/* One sample's labels: each a name and a value. */
struct labels {
	unsigned n;
	const char *names[3];
	char values[3][NAMES_TEXT];
};

static bool
add_label(
    const struct text *t, struct labels *labels, unsigned label, unsigned i)
{
	if (label == BY_NOTHING)
		return true;
	labels->names[labels->n] = name_label(label);
	return name_value(t, label, i, labels->values[labels->n++]);
}

static void
put_labels(struct text *t, const struct labels *labels)
{
	unsigned i;

	for (i = 0; i < labels->n; i++) {
		put(t, i == 0 ? "{" : ",");
		put(t, labels->names[i]);
		put(t, "=");
		put_quoted(t, labels->values[i]);
	}
	put(t, labels->n > 0 ? "} " : " ");
}

/* ---- samples ---------------------------------------------------------- */

static void
put_sample(struct text *t, const struct family *f, const struct labels *labels,
    unsigned what)
{
	put(t, f->name);
	put_labels(t, labels);
	if (f->kind == KIND_TIME)
		put_seconds(t, metrics_most(t->m, what));
	else if (f->kind == KIND_MOST)
		put_number(t, metrics_most(t->m, what));
	else
		put_number(t, metrics_sum(t->m, what));
	put(t, "\n");
}

/* Buckets count what they and all before them hold. */
static void
put_histogram(struct text *t, const struct family *f,
    const struct labels *labels, unsigned what)
{
	struct labels with = *labels;
	char *bound = with.values[with.n];
	uint64_t sum = 0;
	unsigned i;

	with.names[with.n++] = "le";
	for (i = 0; i < NAMES_BUCKETS; i++) {
		int64_t ms = names_bound(i);

		sum += metrics_sum(t->m, what + i);
		if (ms == INT64_MAX)
			(void)snprintf(bound, NAMES_TEXT, "+Inf");
		else
			(void)snprintf(
			    bound, NAMES_TEXT, "%g", (double)ms / 1000);
		put(t, f->name);
		put(t, "_bucket");
		put_labels(t, &with);
		put_number(t, sum);
		put(t, "\n");
	}
	put(t, f->name);
	put(t, "_sum");
	put_labels(t, labels);
	put_seconds(t, metrics_sum(t->m, what + NAMES_BUCKETS));
	put(t, "\n");
	put(t, f->name);
	put(t, "_count");
	put_labels(t, labels);
	put_number(t, sum);
	put(t, "\n");
}

static void
put_samples(struct text *t, const struct family *f)
{
	unsigned n = count_values(f->label), m = count_values(f->second), i, k;
	unsigned step = f->kind == KIND_HISTOGRAM ? METRICS_TIMING : 1;

	put_family(t, f);
	for (i = 0; i < n; i++)
		for (k = 0; k < m; k++) {
			struct labels labels = {0};
			unsigned what = f->first + (i * m + k) * step;

			if (!add_label(t, &labels, f->label, i) ||
			    !add_label(t, &labels, f->second, k))
				continue;
			if (f->kind == KIND_HISTOGRAM)
				put_histogram(t, f, &labels, what);
			else
				put_sample(t, f, &labels, what);
		}
}

/* What is a word rather than a number stands in labels. */
static void
put_facts(struct text *t, const struct metrics_facts *facts)
{
	put(t, "# HELP consentd_build_info The version of the software.\n"
	       "# TYPE consentd_build_info gauge\n"
	       "consentd_build_info{version=");
	put_quoted(t, facts->version);
	put(t, "} 1\n"
	       "# HELP consentd_policy_info The policy in force.\n"
	       "# TYPE consentd_policy_info gauge\n"
	       "consentd_policy_info{version=");
	put_quoted(t, facts->policy_version);
	put(t, ",hash=");
	put_quoted(t, facts->policy_hash);
	put(t, "} 1\n");
}

static void
put_ready(struct text *t, int64_t now)
{
	struct ready ready;
	size_t i;

	ready_judge(t->m, now, &ready);
	put(t, "# HELP consentd_ready Whether /readyz says so, by check.\n"
	       "# TYPE consentd_ready gauge\n");
	for (i = 0; i < READY_CHECKS; i++) {
		put(t, "consentd_ready{check=");
		put_quoted(t, ready.checks[i].name);
		put(t, ready.checks[i].reason == NULL ? "} 1\n" : "} 0\n");
	}
}

/* Where: the number of a listener in the configuration, or "upstream". */
static void
put_expiries(
    struct text *t, const char *where, const struct tls_expiry *list, size_t n)
{
	uint64_t number = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (list[i].kind != TLS_EXPIRY_CERTIFICATE)
			continue;
		if (!t->headed)
			put_family(t, &expiries);
		t->headed = true;
		put(t, expiries.name);
		put(t, "{listener=");
		put_quoted(t, where);
		put(t, ",number=\"");
		put_number(t, ++number);
		put(t, "\",file=");
		put_quoted(t, list[i].file);
		put(t, "} ");
		put_seconds(t, (uint64_t)list[i].until);
		put(t, "\n");
	}
}

static void
put_certificates(struct text *t, const struct proxy_setup *setup)
{
	struct tls_expiry list[TLS_EXPIRIES];
	char where[NAMES_TEXT];
	size_t i;

	if (setup == NULL)
		return;
	for (i = 0; i < setup->n_listeners; i++) {
		if (setup->listeners[i].tls == NULL)
			continue;
		(void)snprintf(where, sizeof where, "%zu", i + 1);
		put_expiries(t, where, list,
		    tls_server_expiries(setup->listeners[i].tls, list));
	}
	if (setup->upstream_tls != NULL)
		put_expiries(t, "upstream", list,
		    tls_client_expiries(setup->upstream_tls, list));
}

int
metrics_text(
    const struct metrics *m, const struct metrics_facts *facts, struct buf *out)
{
	struct text t = {.m = m, .out = out};
	size_t i;

	put_facts(&t, facts);
	put_ready(&t, facts->now);
	put_certificates(&t, facts->setup);
	for (i = 0; i < sizeof families / sizeof families[0]; i++)
		put_samples(&t, &families[i]);
	return t.rc;
}
