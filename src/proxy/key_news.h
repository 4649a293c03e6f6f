#ifndef CONSENT_PROXY_KEY_NEWS_H
#define CONSENT_PROXY_KEY_NEWS_H

/*
 * What happened to keys and is not in the consent log yet. The parent notes it
 * (proxy/key_desk) before it forks the notary that finds the keys as they are
 * now; that one logs it with the first things that it does, and says so. What
 * a notary that died has not said, the next one logs, if need be again.
 */

#include <stdbool.h>
#include <stdint.h>

#include <libconsent/status.h>

struct key_news;
struct ledger;

enum {
	KEY_NEWS_ROWS = 64, /* most that wait */
	KEY_NEWS_WHY = 192  /* longest reason and its NUL */
};

/* What happened to one key; texts are borrowed. */
struct key_fact {
	const char *kid, *alg;
	const char *what; /* "made", "retired", "revoked" */
	const char *why;  /* printable ASCII, shorter than KEY_NEWS_WHY */
};

/* Nothing happened. NULL without memory. */
struct key_news *key_news_new(void);

/* In the parent: gives it up; NULL is nothing. */
void key_news_free(struct key_news *news);

/* In a child other than the notary: what is the notary's to say. */
void key_news_leave(const struct key_news *news);

/* In the parent: something more. False, and logged: too much waits. */
bool key_news_add(struct key_news *news, const struct key_fact *fact);

/*
 * In the parent: whether something was added since the last call, so that a
 * notary that runs is to be replaced.
 */
bool key_news_begins(struct key_news *news);

/* In the parent: whether a notary has logged all; *seq is the last entry. */
bool key_news_heard(struct key_news *news, uint64_t *seq);

/* In the notary: appends the entries, which want a commit. As ledger_append. */
int key_news_append(
    struct key_news *news, struct ledger *ledger) CONSENT_CHECKED;

/* In the notary: they are durable. */
void key_news_tell(struct key_news *news);

#endif
