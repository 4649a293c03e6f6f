#ifndef CONSENT_CONSENT_NOTICE_H
#define CONSENT_CONSENT_NOTICE_H

/*
 * What visitors see: the notice on each page, the small control that stays
 * after a choice, the preferences page, the cookie table, and their style.
 * Rendered from the policy and the texts of a language (conf/notices), without
 * script and without inline style. Everything is escaped here.
 *
 * The notice and the control are the same bytes for every visitor of one
 * site, language and policy: they carry no state and no return path; the
 * endpoint goes back to the Referer. What was shown is kept as a bundle: the
 * texts, the rendered notice (its own hash and the site's origin left out) and
 * the style; its hash goes into each record.
 *
 * Forms post to PREFIX/choice: action=accept|reject|choose|withdraw,
 * category=ID..., notice=HASH, lang=TAG, via=notice|preferences, and from the
 * preferences page return=/path.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/buf.h>
#include <libconsent/gate.h>
#include <libconsent/look.h>
#include <libconsent/notice_cookie.h>
#include <libconsent/policy.h>
#include <libconsent/record.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

CONSENT_BEGIN

struct findings;
struct notice;
struct notice_set;

enum {
	NOTICE_LANGUAGES = 64,
	NOTICE_PAGE_MAX = 1 << 20 /* a ceiling for a page that serves */
};

/*
 * What the record of a choice says beside what is shown (ISO/IEC TS 27560):
 * kept with the notice. Texts may be NULL.
 */
struct notice_terms {
	const char *address;	  /* of who is responsible */
	const char *jurisdiction; /* whose law it is made for */
	unsigned lifetime_days;	  /* of a choice */
	unsigned retain_days;	  /* of its record; 0: for ever */
};

/* Borrowed for the call. */
struct notice_options {
	const char *const *languages; /* the first is the fallback */
	size_t n_languages;	      /* 0: all that are built in */
	const char *directory;	      /* files here come before built-in ones */
	const char *site;	      /* the first public origin */
	const char *const *sites;     /* all of them, no slash behind */
	size_t n_sites;		      /* 0: the first alone */
	const char *prefix;	      /* NULL: "/.consent" */
	const char *policy_url; /* the site's cookie policy; NULL: our table */
	const char *controller; /* who is responsible; NULL: the site's host */
	const char *contact;	/* mailto: or https: URL of theirs, or NULL */
	const struct notice_look *look;	     /* NULL: the sheet's own */
	const struct notice_cookie *cookies; /* ours: told with the others */
	size_t n_cookies;
	const struct notice_terms *terms; /* NULL: not recorded */
};

/*
 * Renders the notices of a policy, which must outlive the set. CONSENT_EINVAL:
 * findings says why; CONSENT_ENOMEM.
 */
int notice_set_new(const struct policy *policy,
    const struct notice_options *options, struct findings *findings,
    struct notice_set **out) CONSENT_CHECKED;

/* Frees; NULL is nothing. */
void notice_set_free(struct notice_set *set);

/* Number of languages, and the notice of language i. */
size_t notice_count(const struct notice_set *set);
const struct notice *notice_at(const struct notice_set *set, size_t i);

/* What may say which language is wanted; empty: nothing does. */
struct notice_wish {
	struct span explicit_tag; /* asked for: a lang field or parameter */
	struct span accept;	  /* Accept-Language */
	struct span page;	  /* the lang of the page itself */
};

/*
 * The notice that suits best: the tag asked for, then the page's own
 * language, then Accept-Language, then the first of the set. Never NULL.
 */
const struct notice *notice_pick(
    const struct notice_set *set, const struct notice_wish *wish);

/* The notice that serves a language, or NULL. */
const struct notice *notice_in(
    const struct notice_set *set, struct span language);

/* The facts of one notice; they live as long as the set. */
struct notice_facts {
	const char *lang;
	const char *hash;    /* of bundle: 64 hex digits */
	struct span bundle;  /* JSON: what was shown */
	struct span banner;  /* asks; its URLs are paths */
	struct span control; /* once decided; the same */
	struct span box;     /* for embeds, "{vendor}" in it; the same */
	struct span table;   /* of cookies, for a page of the site's own */
	struct span css;     /* PREFIX/notice.css */
	const char *css_url; /* the same with its hash in the query */
};

/* The facts of n. */
const struct notice_facts *notice_facts(const struct notice *n);

/*
 * What goes in after <body>, while asking and once decided; and in the place
 * of embeds (page_options.box).
 */
struct notice_insert {
	struct span banner, control, box;
};

/*
 * The same with URLs that name the origin of one of the options' sites: no
 * base element makes them another's. For an index past the last, with paths.
 */
struct notice_insert notice_insert(const struct notice *n, size_t site);

enum notice_message {
	NOTICE_MESSAGE_NONE,
	NOTICE_MESSAGE_SAVED,	  /* the choice was recorded */
	NOTICE_MESSAGE_UNRECORDED /* it holds but could not be recorded */
};

/* The visitor that a preferences page is for. */
struct notice_visitor {
	const struct gate *gate;
	const struct record *record; /* of a valid token, or NULL */
	struct span return_path;     /* "/path", or empty */
	enum notice_message message;
	uint64_t entry; /* with _SAVED: the number of its entry and 1; or 0 */
};

/* Appends the preferences page, a whole document. _ENOMEM, _ELIMIT. */
int notice_preferences(const struct notice *n,
    const struct notice_visitor *visitor, struct buf *out) CONSENT_CHECKED;

/* Why a choice was not taken, or an embed not shown, as far as it matters to a
 * visitor. */
enum notice_failure {
	NOTICE_FAILURE_PATH,	  /* there is nothing at this address */
	NOTICE_FAILURE_FORM,	  /* it could not be read */
	NOTICE_FAILURE_SITE,	  /* it was made elsewhere */
	NOTICE_FAILURE_AGAIN,	  /* what was shown is not in force any more */
	NOTICE_FAILURE_EMBED,	  /* it is nothing that is shown once */
	NOTICE_FAILURE_LIMIT,	  /* too many came from one address */
	NOTICE_FAILURE_RECORD,	  /* no record: nothing was changed */
	NOTICE_FAILURE_RECEIPT,	  /* it cannot be made now */
	NOTICE_FAILURE_UNRECORDED /* no record, but what takes away holds */
};

/*
 * Appends the page that says so, a whole document that leads back to a
 * "/path"; empty: to the site's start. _ENOMEM, _ELIMIT.
 */
int notice_failed(const struct notice *n, enum notice_failure why,
    struct span return_path, struct buf *out) CONSENT_CHECKED;

/*
 * Appends the cookie table, a whole document that leads back to a "/path";
 * empty: to the site's start. CONSENT_ENOMEM, CONSENT_ELIMIT.
 */
int notice_cookies(const struct notice *n, struct span return_path,
    struct buf *out) CONSENT_CHECKED;

/* Appends the cookie table as JSON. CONSENT_ENOMEM, CONSENT_ELIMIT. */
int notice_cookies_json(
    const struct notice *n, struct buf *out) CONSENT_CHECKED;

CONSENT_END

#endif
