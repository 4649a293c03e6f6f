#ifndef CONSENT_PROXY_METRICS_NAMES_H
#define CONSENT_PROXY_METRICS_NAMES_H

/*
 * The fixed values of labels: bounded sets, whatever a policy or a visitor
 * says. Each set ends in a value for all that is not in it. No state.
 */

#include <stddef.h>
#include <stdint.h>

#include <libconsent/span.h>

enum {
	NAMES_TEXT = 64 /* longest value, its NUL included */
};

enum names_method {
	NAMES_GET,
	NAMES_HEAD,
	NAMES_POST,
	NAMES_METHOD_OTHER,
	NAMES_METHODS
};

enum {
	NAMES_STATUSES = 6 /* status / 100; 0: the client left before */
};

enum names_direction {
	NAMES_TO_ORIGIN,
	NAMES_TO_CLIENT,
	NAMES_DIRECTIONS
};

enum names_expiry {
	NAMES_EXPIRY_SENT,	  /* Set-Cookie lines */
	NAMES_EXPIRY_CONFIRMED,	  /* names that are not sent any more */
	NAMES_EXPIRY_UNCONFIRMED, /* names that still are */
	NAMES_EXPIRY_LEFT,	  /* names that no line can say */
	NAMES_EXPIRIES
};

enum names_token {
	NAMES_TOKEN_VALID,
	NAMES_TOKEN_INVALID,
	NAMES_TOKEN_SEVERAL,
	NAMES_TOKENS
};

enum {
	NAMES_ACTIONS = 5 /* in the order of enum record_action */
};

enum names_result {
	NAMES_RECORDED,
	NAMES_LIMITED,	 /* too many from one address */
	NAMES_REFUSED,	 /* the notary did not take it */
	NAMES_UNRECORDED /* the log could not be written */
};

enum names_cut {
	NAMES_CUT_LIMIT,  /* a ceiling, or markup that cannot be placed */
	NAMES_CUT_CODING, /* a coding or charset that cannot be read */
	NAMES_CUT_MEMORY,
	NAMES_CUT_OTHER,
	NAMES_CUTS
};

/* What the memo did for a page that it may remember. */
enum names_memo {
	NAMES_MEMO_HIT,	      /* it answered */
	NAMES_MEMO_MISS,      /* it did not know it */
	NAMES_MEMO_DIFFERENT, /* the origin's bytes were others */
	NAMES_MEMO_PAUSED,    /* the origin paused where output was held */
	NAMES_MEMOS
};

enum names_report {
	NAMES_REPORT_BLOCKED, /* the wall held a load back */
	NAMES_REPORT_LEAKED,  /* it only told: the load is withheld */
	NAMES_REPORT_UNNAMED, /* a load that passes elsewhere */
	NAMES_REPORT_IGNORED, /* no load of a URL, or no report of ours */
	NAMES_REPORT_MALFORMED,
	NAMES_REPORT_LIMITED,
	NAMES_REPORTS
};

/* What could not be withheld: kinds of incidents. */
enum names_incident {
	NAMES_INCIDENT_REDIRECTED,
	NAMES_INCIDENT_LEAKED,
	NAMES_INCIDENT_CUT,
	NAMES_INCIDENT_UNJUDGED,
	NAMES_INCIDENTS
};

/* What who looks at a page has agreed to. */
enum names_consent {
	NAMES_CONSENT_ALL,
	NAMES_CONSENT_SOME,
	NAMES_CONSENT_NONE,	  /* answered, and no to all */
	NAMES_CONSENT_UNANSWERED, /* never answered */
	NAMES_CONSENT_AGAIN,	  /* answered what is no longer enough */
	NAMES_CONSENT_SIGNAL,	  /* not answered, and a signal says no */
	NAMES_CONSENTS
};

enum names_reload {
	NAMES_RELOAD_OK,
	NAMES_RELOAD_REFUSED,
	NAMES_RELOADS
};

enum names_role {
	NAMES_WORKER,
	NAMES_NOTARY,
	NAMES_ADMIN,
	NAMES_ROLES
};

enum {
	NAMES_FINDS = 5 /* in the order of enum inventory_kind */
};

enum names_phase {
	NAMES_WHOLE,  /* from the first byte to the end of the answer */
	NAMES_ORIGIN, /* from the request's sending to the answer's head */
	NAMES_QUEUE,  /* waiting for a connection to the origin */
	NAMES_PHASES
};

enum {
	NAMES_RESULTS = NAMES_UNRECORDED + 1,
	NAMES_BUCKETS = 15,  /* of a histogram, the one for all included */
	NAMES_FAILURES = 21, /* "malformed" and "other" included */
	NAMES_REFUSALS = 7   /* "other" included */
};

enum {
	NAMES_CATEGORIES = 24, /* names of categories; the rest is "other" */
	NAMES_VENDORS = 64     /* the same of vendors */
};

/* The sets whose names a policy gives. */
enum names_given {
	NAMES_GIVEN_CATEGORIES,
	NAMES_GIVEN_VENDORS,
	NAMES_GIVEN
};

/* A label and its values. */
struct names {
	const char *label;
	const char *const *values;
	size_t n;
};

enum names_set {
	NAMES_OF_METHODS,
	NAMES_OF_STATUSES,
	NAMES_OF_FAILURES,
	NAMES_OF_REFUSALS,
	NAMES_OF_CUTS,
	NAMES_OF_DIRECTIONS,
	NAMES_OF_EXPIRIES,
	NAMES_OF_TOKENS,
	NAMES_OF_ACTIONS,
	NAMES_OF_RESULTS,
	NAMES_OF_MEMOS,
	NAMES_OF_REPORTS,
	NAMES_OF_INCIDENTS,
	NAMES_OF_CONSENTS,
	NAMES_OF_RELOADS,
	NAMES_OF_ROLES,
	NAMES_OF_PHASES,
	NAMES_OF_FINDS,
	NAMES_SETS
};

/* How many names such a set takes, which is the number of "other". */
unsigned names_room(enum names_given set);

/* The values of a set, by their numbers; static. */
const struct names *names_of(enum names_set set);

/* The number of a value in its set, or of the set's last one. */
unsigned names_find(enum names_set set, struct span value);

/*
 * The longest time that belongs into a bucket, in milliseconds; INT64_MAX for
 * the last one.
 */
int64_t names_bound(unsigned bucket);

#endif
