#ifndef CONSENT_CONSENT_LOOK_RULES_H
#define CONSENT_CONSENT_LOOK_RULES_H

/*
 * What an operator may say about the notice's look, and what follows from it:
 * a palette for each theme, whose contrasts can be told before anybody sees
 * them, and the custom properties at the end of the sheet. Values are read by
 * narrow grammars, so that nothing else than a value gets into the sheet.
 * There is one colour for all buttons: none can be made less visible.
 */

#include <stdbool.h>

#include <libconsent/buf.h>
#include <libconsent/look.h>

#include "consent/colour.h"

enum look_theme {
	LOOK_LIGHT,
	LOOK_DARK,
	LOOK_THEMES
};

enum look_role {
	LOOK_GROUND,	/* behind all */
	LOOK_RAISED,	/* behind what stands out */
	LOOK_INK,	/* text, and what shows the focus */
	LOOK_SOFT,	/* text of less weight */
	LOOK_LINE,	/* between things */
	LOOK_EDGE,	/* around controls */
	LOOK_STRONG,	/* links and buttons: the accent */
	LOOK_ON_STRONG, /* labels on buttons */
	LOOK_GOOD,	/* behind news */
	LOOK_NOTE,	/* behind remarks */
	LOOK_ROLES
};

struct palette {
	struct colour colours[LOOK_ROLES];
};

/* Two colours that meet, and what they must have at least. */
struct look_pair {
	enum look_role front, back;
	unsigned floor; /* hundredths */
};

/* The name of a role, as in its custom property; static. */
const char *look_role_name(enum look_role role);

/*
 * The palette of a theme: the sheet's own, with the given colours and what is
 * mixed from them. CONSENT_EINVAL: one of them is no colour.
 */
int look_palette(const struct notice_look *look, enum look_theme theme,
    struct palette *out) CONSENT_CHECKED;

/*
 * The first pair from *at on that has less contrast than it must, with *at
 * moved behind it; NULL: there is none. Start with *at at 0.
 */
const struct look_pair *look_next_weak(const struct palette *p, size_t *at);

/* The contrast of a pair in hundredths. */
unsigned look_contrast(const struct palette *p, const struct look_pair *pair);

/* Whether it is a list of at most 8 families: letters, digits, - and blanks. */
bool look_is_font(struct span font);

/* Whether it is a plain path of the site: "/assets/logo.svg". */
bool look_is_logo(struct span logo);

/* Appends what the sheet ends with. CONSENT_EINVAL, _ENOMEM, _ELIMIT. */
int look_write(const struct notice_look *look, struct buf *out) CONSENT_CHECKED;

#endif
