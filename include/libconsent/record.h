#ifndef CONSENT_CONSENT_RECORD_H
#define CONSENT_CONSENT_RECORD_H

/*
 * One decision of one visitor: what was chosen, under which policy and notice.
 * A plain value of fixed size without pointers: it crosses process borders as
 * bytes, becomes a ledger entry and, as far as the visitor keeps it, a token.
 */

#include <stdbool.h>
#include <stdint.h>

#include <libconsent/policy.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

CONSENT_BEGIN

enum {
	RECORD_ID = 23,	   /* 128 bits in base64url and NUL */
	RECORD_HASH = 65,  /* SHA-256 in hex and NUL */
	RECORD_NAME = 33,  /* a category id and NUL */
	RECORD_LANG = 36,  /* a language tag and NUL */
	RECORD_SITE = 256, /* an origin and NUL */
	RECORD_VERSION = 64,
	RECORD_HOST = 254 /* a host and NUL */
};

enum record_action {
	RECORD_ACCEPT,
	RECORD_REJECT,
	RECORD_CHOOSE,
	RECORD_WITHDRAW,
	RECORD_EMBED /* one embed, this once: decides nothing, has no token */
};

enum record_via {
	RECORD_VIA_NOTICE,
	RECORD_VIA_PREFERENCES,
	RECORD_VIA_API
};

/* A category that was decided, as it was named and meant at that time. */
struct record_category {
	char id[RECORD_NAME];
	char rev[POLICY_REV];
	bool granted;
};

struct record {
	char id[RECORD_ID];  /* of the attempt; repeats keep it */
	char sub[RECORD_ID]; /* pseudonym of the visitor, or "" */
	enum record_action action;
	unsigned n_categories;
	struct record_category categories[POLICY_CATEGORIES]; /* not required */
	char policy[RECORD_HASH];
	char notice[RECORD_HASH];
	char lang[RECORD_LANG];
	char site[RECORD_SITE];	 /* the origin it was made on */
	char embed[RECORD_HOST]; /* RECORD_EMBED: the host that a rule names */
	bool gpc;		 /* Sec-GPC: 1 came with it */
	enum record_via via;
	int64_t time;	 /* ms; set where it is logged or issued */
	int64_t expires; /* ms; set where the token is made */
	uint64_t seq;	 /* the entry's number, once logged */
};

/* "accept", "reject", "choose", "withdraw" or "embed"; static. */
const char *record_action_name(enum record_action action);

/* The action of that name. CONSENT_EINVAL. */
int record_action_of(struct span name, enum record_action *out) CONSENT_CHECKED;

/* "notice", "preferences" or "api"; static. */
const char *record_via_name(enum record_via via);

/*
 * Fills the categories of r from a policy: every category that is not
 * required, granted when its bit is in granted. Bits of required ones are
 * ignored. Sets the policy hash too.
 */
void record_decide(
    struct record *r, const struct policy *policy, category_set granted);

/*
 * Whether an action decides about categories: all but RECORD_EMBED, so that
 * no token and no form of a choice has another.
 */
bool record_decides(enum record_action action);

/* Whether any category is granted. */
bool record_grants(const struct record *r);

/*
 * What r grants under a policy that may be newer: a category counts when it
 * was granted with the revision that is in force now.
 */
category_set record_granted(
    const struct record *r, const struct policy *policy);

/* The categories that r decided (granted or denied) at today's revision. */
category_set record_decided(
    const struct record *r, const struct policy *policy);

CONSENT_END

#endif
