#ifndef CONSENT_POLICY_LOAD_H
#define CONSENT_POLICY_LOAD_H

/*
 * What the parts of the loader share: the policy that is being filled, how
 * single values are read and judged, and which patterns were seen. Every
 * mistake goes into findings and reading goes on.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libconsent/buf.h>
#include <libconsent/loader.h>
#include <libconsent/policy.h>
#include <libconsent/setting.h>
#include <libconsent/span.h>
#include <libconsent/status.h>

#include "policy/parts.h"

struct settings;

/* A node of a tree that is open. */
struct load_node {
	const struct setting *s;
};

/* A tree that is closed at the end. */
struct load_open {
	struct settings *settings;
};

struct load {
	struct policy *p;
	struct findings *findings;
	const struct loader_options *options;
	const char *file; /* last file name, as copied */
	/* where each rule stands, until its file is closed with l */
	struct load_node *where;
	struct load_open *files; /* of vendors; LOADER_VENDORS of them */
	size_t n_files;
	uint32_t *seen;	    /* rule + 1, by its pattern; grows with the rules */
	size_t seen_mask;   /* its slots, less one */
	size_t inline_text; /* bytes so far */
	bool no_memory;	    /* give up: findings cannot tell it */
};

/* The name of a file, copied as above; the last one is known. */
const char *load_file(struct load *l, const char *name);

/* Copies text into the policy; NULL and no_memory where that fails. */
const char *load_copy(struct load *l, struct span text);

/*
 * The string s, copied: not empty, at most LOADER_TEXT bytes, UTF-8 without
 * control bytes. NULL when it is none, which is reported; s may be NULL.
 */
const char *load_string(struct load *l, const struct setting *s);

/* The same for a member of a group; NULL without a word where it is absent. */
const char *load_text(
    struct load *l, const struct setting *group, const char *key);

/*
 * Which of words (NULL at the end) a member is: its index; -1 where it is
 * absent, -2 where it is something else, which is reported.
 */
int load_word(struct load *l, const struct setting *group, const char *key,
    const char *const *words);

/*
 * What a group's `action` says shall stand where something was withheld;
 * other where it says nothing.
 */
enum policy_action load_action(
    struct load *l, const struct setting *group, enum policy_action other);

/*
 * The category that the string s names, or -1, which is reported with the
 * nearest id.
 */
int load_category(struct load *l, const struct setting *s);

/* One string, or a list of them joined by "; "; their number to *n. */
const char *load_purpose(
    struct load *l, const struct setting *group, unsigned *n);

/* The ground of a group; reported when it is none of the known. */
enum policy_ground load_ground(struct load *l, const struct setting *group);

/*
 * Adds a rule with its place. One for a pattern that has a rule already is an
 * error; where one of the two is a vendor's, the first stays.
 */
void load_rule(
    struct load *l, struct policy_rule rule, const struct setting *s);

/* The setting that the pattern of a rule stands in, to be underlined. */
struct place load_place(const struct load *l, size_t index);

/*
 * Says what an essential thing must have where it lacks a ground or a
 * purpose. what names it in the message.
 */
void load_check_essential(struct load *l, const struct policy_rule *rule,
    const struct setting *s, const char *what);

#endif
