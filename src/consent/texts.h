#ifndef CONSENT_CONSENT_TEXTS_H
#define CONSENT_CONSENT_TEXTS_H

/*
 * The texts of one language: a file conf/notices/TAG.conf, built in or from
 * the operator's folder. What a file leaves out is taken from the texts given
 * as its base, and said so in the findings. Owns its strings; immutable.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/findings.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "consent/wording.h"

enum text_id {
	TEXT_NOTICE_LABEL,
	TEXT_NOTICE_TITLE,
	TEXT_NOTICE_TEXT,
	TEXT_NOTICE_WITHDRAW,
	TEXT_NOTICE_CHANGED,
	TEXT_ACCEPT,
	TEXT_REJECT,
	TEXT_CHOOSE,
	TEXT_POLICY_LINK,
	TEXT_CONTROL,
	TEXT_EMBED,
	TEXT_EMBED_ONCE,
	TEXT_EMBED_TITLE,
	TEXT_EMBED_ASK,
	TEXT_EMBED_HINT,
	TEXT_EMBED_SHOWN,
	TEXT_PAGE_TITLE,
	TEXT_PAGE_INTRO,
	TEXT_CONTROLLER,
	TEXT_CONTACT,
	TEXT_STATE_TITLE,
	TEXT_STATE_UNDECIDED,
	TEXT_STATE_ACCEPT,
	TEXT_STATE_REJECT,
	TEXT_STATE_CHOOSE,
	TEXT_STATE_WITHDRAW,
	TEXT_STATE_CHANGED,
	TEXT_STATE_SINCE,
	TEXT_STATE_MONTH,
	TEXT_STATE_UNTIL,
	TEXT_STATE_VERSION,
	TEXT_GPC_HONOURED,
	TEXT_GPC_OVERRIDDEN,
	TEXT_PURPOSES_TITLE,
	TEXT_ALWAYS_ON,
	TEXT_ALLOW,
	TEXT_SERVICES,
	TEXT_SERVICE,
	TEXT_PROVIDER,
	TEXT_RECIPIENTS,
	TEXT_PURPOSE,
	TEXT_PRIVACY,
	TEXT_COOKIE,
	TEXT_LIFETIME,
	TEXT_CATEGORY,
	TEXT_GROUND,
	TEXT_GROUND_TRANSMISSION,
	TEXT_GROUND_REQUESTED,
	TEXT_THIS_SITE,
	TEXT_OWN_CHOICE,
	TEXT_OWN_SWEPT,
	TEXT_OWN_VARIANT,
	TEXT_OWN_LANGUAGE,
	TEXT_SAVE,
	TEXT_WITHDRAW,
	TEXT_WITHDRAW_HINT,
	TEXT_SAVED,
	TEXT_UNRECORDED,
	TEXT_FAILED_TITLE,
	TEXT_FAILED_PATH,
	TEXT_FAILED_FORM,
	TEXT_FAILED_SITE,
	TEXT_FAILED_AGAIN,
	TEXT_FAILED_EMBED,
	TEXT_FAILED_LIMIT,
	TEXT_FAILED_RECORD,
	TEXT_FAILED_RECEIPT,
	TEXT_RECEIPT,
	TEXT_LANGUAGE,
	TEXT_BACK,
	TEXT_COOKIES_TITLE,
	TEXT_COOKIES_INTRO,
	TEXT_COOKIES_UNKNOWN,
	TEXT_COUNT
};

struct text_category {
	const char *name;
	const char *purpose;
};

struct policy_facts;
struct texts;

/* Where texts come from. */
struct texts_source {
	const char *directory;	  /* looked at first; or NULL */
	const struct texts *base; /* for what is left out; NULL: nothing may */
};

/*
 * Reads the texts of a language. CONSENT_ENOENT: there is no such file;
 * CONSENT_EINVAL: findings says why; CONSENT_ENOMEM.
 */
int texts_new(const char *language, const struct texts_source *source,
    struct findings *findings, struct texts **out) CONSENT_CHECKED;

/* Frees; NULL is nothing. */
void texts_free(struct texts *t);

/* The language's tag, and its name in itself. */
const char *texts_language(const struct texts *t);
const char *texts_name(const struct texts *t);

/* The text of that id. */
const char *texts_get(const struct texts *t, enum text_id id);

/* The key of that id in the file; static. */
const char *texts_key(enum text_id id);

/* Name and purpose of a category; one that has none is named by its id. */
struct text_category texts_category(const struct texts *t, const char *id);

/* A phrase of the policy in this language, or as it was written. */
const char *texts_phrase(const struct texts *t, const char *phrase);

/* The same for a lifetime, such as "13 months", which may be put in out. */
const char *texts_lifetime(
    const struct texts *t, const char *phrase, char out[WORDING_TEXT]);

/* Whether a category has no text in this language. */
bool texts_lacks(const struct texts *t, const char *id);

/* Warns of phrases that the operator's file translates and no policy says. */
void texts_check(const struct texts *t, const struct policy_facts *facts,
    struct findings *findings);

/* How dates and numbers are written. */
const struct wording *texts_wording(const struct texts *t);

#endif
