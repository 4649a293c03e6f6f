#ifndef CONSENT_POLICY_POLICY_H
#define CONSENT_POLICY_POLICY_H

/*
 * A compiled consent policy: which cookie name, host, path or inline text
 * belongs to which category, and which rule says so. Immutable once built
 * (policy/loader builds it from settings); any number of readers. All text in
 * it lives as long as the policy. It never does I/O and never decides about a
 * visitor: that is consent/gate.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/abi.h>
#include <libconsent/span.h>

CONSENT_BEGIN

struct policy;
struct url;

enum {
	POLICY_CATEGORIES = 16,	       /* most categories in one policy */
	POLICY_INLINE_LIMIT = 2 << 20, /* default for inline_limit */
	POLICY_REV = 9		       /* a revision: 8 hex digits and NUL */
};

/* Bit i stands for category i of the policy. */
typedef uint32_t category_set;

enum policy_mode {
	POLICY_ENFORCE, /* withheld until consent */
	POLICY_REPORT	/* only counted; nothing is changed */
};

/* A mode of a vendor or a rule, which wins over its category's. */
enum policy_own_mode {
	POLICY_OWN_NONE, /* as the category has it */
	POLICY_OWN_ENFORCE,
	POLICY_OWN_REPORT
};

enum policy_ground {
	POLICY_GROUND_NONE,
	POLICY_GROUND_TRANSMISSION, /* sole purpose of transmission */
	POLICY_GROUND_REQUESTED	    /* needed for what the visitor asked for */
};

enum policy_signal {
	POLICY_SIGNAL_IGNORE,
	POLICY_SIGNAL_REJECT
};

enum policy_third_parties {
	POLICY_THIRD_LISTED,  /* only what a rule names is withheld */
	POLICY_THIRD_UNLISTED /* third parties that no rule allows, too */
};

/* What stands where something was withheld. */
enum policy_action {
	POLICY_REMOVE,	    /* nothing */
	POLICY_PLACEHOLDER, /* a box in place of an embed */
	POLICY_NEUTRALISE   /* the same element, inert */
};

/* What becomes of a page with more inline text than is judged. */
enum policy_past_limit {
	POLICY_PAST_CUT, /* it ends there, and that is told */
	POLICY_PAST_PASS /* that text passes unjudged, and is counted */
};

/* How far a Content-Security-Policy of ours goes (consent/csp). */
enum policy_csp {
	POLICY_CSP_OFF,
	POLICY_CSP_REPORT, /* browsers only tell what it would block */
	POLICY_CSP_ENFORCE
};

/* Bits for the methods that a rule about requests may name. */
enum policy_method {
	POLICY_GET = 1u << 0,
	POLICY_HEAD = 1u << 1,
	POLICY_POST = 1u << 2,
	POLICY_PUT = 1u << 3,
	POLICY_PATCH = 1u << 4,
	POLICY_DELETE = 1u << 5,
	POLICY_OPTIONS = 1u << 6
};

enum {
	POLICY_METHODS = 7, /* bits of enum policy_method */
	POLICY_METHOD_OTHER = 0
};

struct policy_category {
	const char *id; /* lower-case token */
	bool required;	/* essential: always granted */
	enum policy_mode mode;
	enum policy_action action; /* where nothing else is said */
	char rev[POLICY_REV];	   /* hash of its material facts */
	const char *file;	   /* where its id stands */
	unsigned line, column, length;
};

enum policy_kind {
	POLICY_COOKIE,
	POLICY_RESOURCE, /* host, host and path, or path on the site */
	POLICY_INLINE,	 /* text inside an inline script */
	POLICY_STORAGE	 /* key of web storage, or name of a database */
};

struct policy_rule {
	enum policy_kind kind;
	const char *name;  /* glob of a cookie or key, inline text, or NULL */
	const char *host;  /* resource: host in ASCII, or NULL: the site */
	const char *path;  /* resource: path glob, or NULL: every path */
	unsigned methods;  /* resource: of enum policy_method; 0: all */
	unsigned category; /* index into the categories */
	int vendor;	   /* index into the vendors, or -1 */
	enum policy_action action;
	enum policy_own_mode mode;
	enum policy_ground ground;
	bool is_listed;	      /* resource: one of a list of `hosts` */
	const char *purpose;  /* or NULL */
	const char *lifetime; /* as written, or NULL */
	const char *file;     /* where the rule stands */
	unsigned line;
};

struct policy_vendor {
	const char *id;		 /* the name used in `vendors` */
	const char *name;	 /* shown to visitors */
	const char *provider;	 /* who receives the data, or NULL */
	const char *privacy_url; /* or NULL */
	const char *purpose;	 /* or NULL; several are joined by "; " */
	unsigned n_purposes;
	unsigned category;
	enum policy_ground ground;
	enum policy_own_mode mode; /* of its rules, too */
	const char *const *stubs;  /* script globals that pages call: "gtag" */
	size_t n_stubs;
};

/* The facts of a policy that hold for all visitors; borrowed, read-only. */
struct policy_facts {
	const char *version; /* shown to visitors */
	const char *hash;    /* SHA-256 of text, 64 hex digits */
	struct span text;    /* the whole effective policy, canonical JSON */
	unsigned n_categories;
	const struct policy_category *categories;
	size_t n_vendors;
	const struct policy_vendor *vendors;
	size_t n_rules;
	size_t n_named; /* of these, the first; behind them stand lists */
	const struct policy_rule *rules; /* in the order of the files */
	unsigned unknown_cookie; /* category of cookies that no rule names */
	category_set required;	 /* the categories that are always granted */
	category_set reported;	 /* the categories in report mode */
	category_set enforced;	 /* with a rule that is enforced all the same */
	enum policy_third_parties third_parties;
	enum policy_csp csp;
	enum policy_signal gpc, dnt;
	size_t inline_limit; /* bytes of an inline text that are judged */
	enum policy_past_limit past_limit;
	bool guard; /* pages get a script that holds theirs back */
};

/* The facts of p. */
const struct policy_facts *policy_facts(const struct policy *p);

/* Index of the category with this id, or -1. */
int policy_category(const struct policy *p, struct span id);

/*
 * The most specific rule for a cookie name (RFC 6265bis: bytes, case counts;
 * exact before glob, longer literal text before shorter), or NULL. The cost
 * does not grow with the number of rules.
 */
const struct policy_rule *policy_find_cookie(
    const struct policy *p, struct span name);

/*
 * The most specific rule for an absolute URL, or NULL: the longest host
 * suffix first, then the longest literal path text. is_site says that the
 * URL's origin is one of the site's own, where rules without a host apply.
 */
const struct policy_rule *policy_find_url(
    const struct policy *p, const struct url *url, bool is_site);

/* What is asked of a site: by whom does not matter here. */
struct policy_request {
	const struct url *url;
	bool is_site;	 /* as for policy_find_url */
	unsigned method; /* one of enum policy_method, or 0: another */
};

/*
 * The same for a request: rules that name its method count, too, and win over
 * equally specific ones without. policy_find_url asks for a GET.
 */
const struct policy_rule *policy_find_request(
    const struct policy *p, const struct policy_request *request);

/* The rule that names all of a host, in the form of url.host, or NULL. */
const struct policy_rule *policy_find_host(
    const struct policy *p, struct span host);

/* The bit of a method's name (case counts), or POLICY_METHOD_OTHER. */
unsigned policy_method_of(struct span name);

/*
 * The rule whose text is found in the whole text of an inline script, or
 * NULL; where several match, an essential one yields to one that is not, and
 * then the longest text wins. One pass, whatever the number of rules.
 */
const struct policy_rule *policy_find_inline(
    const struct policy *p, struct span text);

/*
 * The rule of a required category whose text is found beside that, or NULL:
 * the script does essential work, too.
 */
const struct policy_rule *policy_find_inline_essential(
    const struct policy *p, struct span text);

/*
 * Whether a path of the site is sensitive: only essential things there. As it
 * is, or with each run of slashes as one, which many servers answer alike.
 */
bool policy_is_sensitive(const struct policy *p, struct span path);

/* Frees p; NULL is nothing. */
void policy_free(struct policy *p);

CONSENT_END

#endif
