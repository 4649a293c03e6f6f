#ifndef CONSENT_CONSENT_VIEW_H
#define CONSENT_CONSENT_VIEW_H

/*
 * What all that consent/notice renders has in common: the facts a page is made
 * from, and the pieces that each of them has. Borrows everything; no state.
 */

#include <stddef.h>

#include <libconsent/look.h>
#include <libconsent/policy.h>

#include "consent/markup.h"
#include "consent/texts.h"

enum {
	VIEW_VALUES = 8,   /* names that a text may use */
	VIEW_LANGUAGES = 4 /* most that are shown without being asked for */
};

struct own_cookies;

/* A page of ours, and the page of the site that it leads back to. */
struct view_place {
	const char *path;  /* below the prefix */
	const char *query; /* as markup, with "&amp;" behind; NULL: none */
	const char *back;  /* "/path" */
};

struct view {
	const struct policy_facts *facts;
	const struct texts *texts;
	const char *site;	/* the host, as visitors know it */
	const char *origin;	/* before each path of ours; "" */
	const char *prefix;	/* "/.consent" */
	const char *policy_url; /* of the site; NULL: our cookie table */
	const char *controller;
	const char *contact; /* or NULL */
	const char *logo;    /* path of the site, or NULL */
	enum notice_position position;
	enum notice_control control;
	const char *css_url;
	const struct own_cookies *own; /* our cookies, or NULL */
	const char *hash;	       /* of the bundle; "" while it is made */
	const struct view *siblings;   /* the views of all languages */
	size_t n_siblings;
};

/* Writes a text of the view; {controller}, {site} and {version} are filled. */
void view_text(struct markup *m, const struct view *v, enum text_id id);

/* The same with one more value, such as {date}. */
void view_text_with(struct markup *m, const struct view *v, enum text_id id,
    const struct markup_value *more);

/* Writes <name>text</name>; name is a literal and may have attributes. */
void view_element(
    struct markup *m, const char *name, const struct view *v, enum text_id id);

/* Writes  lang="..." dir="...", each after a blank. */
void view_language(struct markup *m, const struct view *v);

/* Writes a path of the site, after the view's origin. */
void view_path(struct markup *m, const struct view *v, const char *path);

/*
 * Writes the link to the cookie policy. return_path is where our table leads
 * back to; NULL: to wherever one comes from.
 */
void view_policy_link(
    struct markup *m, const struct view *v, const char *return_path);

/*
 * Writes <form ...> to "choice" or "embed" below the prefix, with the hidden
 * fields that each choice has; via is "notice" or "preferences".
 */
void view_form(
    struct markup *m, const struct view *v, const char *path, const char *via);

/* Writes a button that submits an action; class is a literal. */
void view_button(struct markup *m, const struct view *v, const char *action,
    enum text_id id);

/*
 * Writes a button for each language, every one by its own name, which leads
 * back to a page of ours (NULL: to wherever one comes from) in that language:
 * folded away where there are many, and nothing where there is one.
 */
void view_languages(
    struct markup *m, const struct view *v, const struct view_place *place);

/*
 * Writes a document's start through <main>, with title, heading and, for a
 * place, the same in other languages.
 */
void view_page_start(struct markup *m, const struct view *v, enum text_id title,
    const struct view_place *place);

/* Writes what follows: who is responsible, links, the document's end. */
void view_page_end(
    struct markup *m, const struct view *v, const char *return_path);

/* The text for a category's ground, or NULL when it has none to tell. */
const char *view_ground(const struct view *v, enum policy_ground ground);

#endif
