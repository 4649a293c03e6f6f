#ifndef CONSENT_POLICY_DIFFERENCE_H
#define CONSENT_POLICY_DIFFERENCE_H

/*
 * What changes between two policies: not in their text, but in what becomes of
 * the things that they name. Each pattern of a rule in either of them is asked
 * about in both, as if it were a name of its own; so a rule that moved and
 * decides the same is no change. Borrows from both policies, which must
 * outlive it. Never does I/O.
 */

#include <stdbool.h>
#include <stddef.h>

#include <libconsent/policy.h>
#include <libconsent/status.h>

#include "policy/arena.h"

/* What becomes of a thing under one of the policies. */
struct difference_side {
	const char *category; /* its id, or NULL: nothing holds it back */
	bool required;	      /* of a category that is always granted */
	enum policy_mode mode;
	enum policy_action action;
	const struct policy_rule *rule; /* that decides, or NULL */
	const char *vendor;		/* id of the rule's, or NULL */
};

struct difference_thing {
	const struct policy_rule *subject; /* whose pattern it is */
	int method; /* number of the one that is meant, or -1: any */
	struct difference_side before, after;
};

struct difference_vendor {
	const char *id;
	const struct policy_vendor *before, *after; /* NULL: not there */
	const char *from, *to; /* ids of their categories, or NULL */
	enum policy_mode old_mode, new_mode;
};

/* Something with a value; NULL: not there. */
struct difference_row {
	const char *what;
	const char *before, *after;
};

enum difference_fate {
	DIFFERENCE_KEPT,    /* answers stand */
	DIFFERENCE_NEW,	    /* the category asks for the first time */
	DIFFERENCE_CHANGED, /* a material fact changed */
	DIFFERENCE_GONE	    /* nothing is asked any more */
};

/* What becomes of the answers about one category. */
struct difference_answer {
	const char *category;
	enum difference_fate fate;
	struct difference_row *reasons; /* a fact that changed: its kind and
					   name with a tab between them */
	size_t n_reasons;
};

struct difference {
	struct arena arena; /* of the text and the lists */
	const struct policy *old, *new;
	struct difference_thing *things; /* by kind, then by name */
	size_t n_things;
	struct difference_vendor *vendors; /* added, removed, moved */
	size_t n_vendors;
	struct difference_row *switches; /* of the whole, of a category */
	size_t n_switches;
	struct difference_row *words; /* what visitors read about a thing */
	size_t n_words;
	struct difference_answer answers[2 * POLICY_CATEGORIES];
	size_t n_answers;
};

/*
 * Compares old with new. The caller frees d with difference_fini, also after
 * a failure. CONSENT_ENOMEM, and what url_parse returns for a pattern that is
 * no URL.
 */
int difference_init(struct difference *d, const struct policy *old,
    const struct policy *new) CONSENT_CHECKED;

/* Whether anything but the wording changed. */
bool difference_has_meaning(const struct difference *d);

/* Whether the meaning changed and the version did not. */
bool difference_hides(const struct difference *d);

/* Whether anybody who answered is asked again. */
bool difference_asks(const struct difference *d);

/* Frees d. */
void difference_fini(struct difference *d);

#endif
