#include "proxy/metrics_names.h"

static const char *const methods[NAMES_METHODS] = {
    [NAMES_GET] = "GET",
    [NAMES_HEAD] = "HEAD",
    [NAMES_POST] = "POST",
    [NAMES_METHOD_OTHER] = "other",
};

static const char *const statuses[NAMES_STATUSES] = {
    "none", "1xx", "2xx", "3xx", "4xx", "5xx"};

/* What exchanges end with (exchange_refuse), but for faults of messages. */
static const char *const failures[NAMES_FAILURES] = {
    "client-gone",
    "request-slow",
    "request-cut",
    "method",
    "expectation",
    "host",
    "max-forwards",
    "head-room",
    "memory",
    "origin-connect",
    "origin-busy",
    "origin-queue",
    "origin-send",
    "origin-silent",
    "origin-broke",
    "page-cut",
    "upgrade",
    "tunnel",
    "overload",
    "malformed", /* the client's message or the origin's */
    "other",
};

/* Why connections of clients are closed before they ask. */
static const char *const refusals[NAMES_REFUSALS] = {
    "address-limit",
    "untrusted",
    "proxy-header",
    "tls",
    "slow",
    "closed",
    "other",
};

static const char *const cuts[NAMES_CUTS] = {
    [NAMES_CUT_LIMIT] = "limit",
    [NAMES_CUT_CODING] = "coding",
    [NAMES_CUT_MEMORY] = "memory",
    [NAMES_CUT_OTHER] = "other",
};

static const char *const memos[NAMES_MEMOS] = {
    [NAMES_MEMO_HIT] = "hit",
    [NAMES_MEMO_MISS] = "miss",
    [NAMES_MEMO_DIFFERENT] = "different",
    [NAMES_MEMO_PAUSED] = "paused",
};

static const char *const directions[NAMES_DIRECTIONS] = {
    [NAMES_TO_ORIGIN] = "request",
    [NAMES_TO_CLIENT] = "response",
};
static const char *const expiries[NAMES_EXPIRIES] = {
    "sent", "confirmed", "unconfirmed", "left"};

static const char *const tokens[NAMES_TOKENS] = {
    [NAMES_TOKEN_VALID] = "valid",
    [NAMES_TOKEN_INVALID] = "invalid",
    [NAMES_TOKEN_SEVERAL] = "several",
};

static const char *const actions[NAMES_ACTIONS] = {
    "accept", "reject", "choose", "withdraw", "embed"};

static const char *const results[NAMES_RESULTS] = {
    [NAMES_RECORDED] = "recorded",
    [NAMES_LIMITED] = "limited",
    [NAMES_REFUSED] = "refused",
    [NAMES_UNRECORDED] = "unrecorded",
};

static const char *const reports[NAMES_REPORTS] = {
    [NAMES_REPORT_BLOCKED] = "blocked",
    [NAMES_REPORT_LEAKED] = "leaked",
    [NAMES_REPORT_UNNAMED] = "unnamed",
    [NAMES_REPORT_IGNORED] = "ignored",
    [NAMES_REPORT_MALFORMED] = "malformed",
    [NAMES_REPORT_LIMITED] = "limited",
};

static const char *const incidents[NAMES_INCIDENTS] = {
    [NAMES_INCIDENT_REDIRECTED] = "redirected",
    [NAMES_INCIDENT_LEAKED] = "leaked",
    [NAMES_INCIDENT_CUT] = "cut",
    [NAMES_INCIDENT_UNJUDGED] = "unjudged",
};

static const char *const consents[NAMES_CONSENTS] = {
    [NAMES_CONSENT_ALL] = "all",
    [NAMES_CONSENT_SOME] = "some",
    [NAMES_CONSENT_NONE] = "none",
    [NAMES_CONSENT_UNANSWERED] = "unanswered",
    [NAMES_CONSENT_AGAIN] = "again",
    [NAMES_CONSENT_SIGNAL] = "signal",
};

static const char *const reloads[NAMES_RELOADS] = {
    [NAMES_RELOAD_OK] = "ok",
    [NAMES_RELOAD_REFUSED] = "refused",
};

static const char *const roles[NAMES_ROLES] = {
    [NAMES_WORKER] = "worker",
    [NAMES_NOTARY] = "notary",
    [NAMES_ADMIN] = "admin",
};

static const char *const phases[NAMES_PHASES] = {
    [NAMES_WHOLE] = "whole",
    [NAMES_ORIGIN] = "origin",
    [NAMES_QUEUE] = "queue",
};

static const char *const finds[NAMES_FINDS] = {
    "set-cookie", "cookie", "host", "reported", "inline"};

static const struct names sets[NAMES_SETS] = {
    [NAMES_OF_METHODS] = {"method", methods, NAMES_METHODS},
    [NAMES_OF_STATUSES] = {"status", statuses, NAMES_STATUSES},
    [NAMES_OF_FAILURES] = {"reason", failures, NAMES_FAILURES},
    [NAMES_OF_REFUSALS] = {"reason", refusals, NAMES_REFUSALS},
    [NAMES_OF_CUTS] = {"reason", cuts, NAMES_CUTS},
    [NAMES_OF_DIRECTIONS] = {"direction", directions, NAMES_DIRECTIONS},
    [NAMES_OF_EXPIRIES] = {"result", expiries, NAMES_EXPIRIES},
    [NAMES_OF_TOKENS] = {"result", tokens, NAMES_TOKENS},
    [NAMES_OF_ACTIONS] = {"action", actions, NAMES_ACTIONS},
    [NAMES_OF_RESULTS] = {"result", results, NAMES_RESULTS},
    [NAMES_OF_MEMOS] = {"result", memos, NAMES_MEMOS},
    [NAMES_OF_REPORTS] = {"result", reports, NAMES_REPORTS},
    [NAMES_OF_INCIDENTS] = {"kind", incidents, NAMES_INCIDENTS},
    [NAMES_OF_CONSENTS] = {"consent", consents, NAMES_CONSENTS},
    [NAMES_OF_RELOADS] = {"result", reloads, NAMES_RELOADS},
    [NAMES_OF_ROLES] = {"role", roles, NAMES_ROLES},
    [NAMES_OF_PHASES] = {"phase", phases, NAMES_PHASES},
    [NAMES_OF_FINDS] = {"kind", finds, NAMES_FINDS},
};

const struct names *
names_of(enum names_set set)
{
	return &sets[set];
}

unsigned
names_find(enum names_set set, struct span value)
{
	const struct names *names = &sets[set];
	unsigned i = 0;

	while (
	    i + 1 < names->n && !span_equal(value, span_of(names->values[i])))
		i++;
	return i;
}

int64_t
names_bound(unsigned bucket)
{
	static const int64_t bounds[NAMES_BUCKETS - 1] = {1, 5, 10, 25, 50, 100,
	    250, 500, 1000, 2500, 5000, 10000, 30000, 60000};

	return bucket < NAMES_BUCKETS - 1 ? bounds[bucket] : INT64_MAX;
}

unsigned
names_room(enum names_given set)
{
	return set == NAMES_GIVEN_VENDORS ? NAMES_VENDORS : NAMES_CATEGORIES;
}
