#include "consent/look_rules.h"

#include <string.h>

#include "base/ascii.h"

enum {
	FAMILIES = 8,
	FAMILY_BYTES = 64,
	TEXT_FLOOR = 450,    /* WCAG 2.2, 1.4.3 */
	CONTROL_FLOOR = 300, /* 1.4.11 */
	ALL = 100	     /* percent */
};

static const char *const names[LOOK_ROLES] = {"ground", "raised", "ink", "soft",
    "line", "edge", "strong", "on-strong", "good", "note"};

/* Those of conf/notices/notice.css: a test holds the two together. */
static const char *const own[LOOK_THEMES][LOOK_ROLES] = {
    {"#ffffff", "#f3f6f8", "#14202a", "#303b45", "#ccd5dc", "#687682",
	"#053f50", "#ffffff", "#e4f3ea", "#fdf3d8"},
    {"#111a21", "#1b2730", "#eef3f6", "#b6c3cd", "#33434f", "#8698a5",
	"#86d3e8", "#06222c", "#17382a", "#3d3213"},
};

static const struct look_pair pairs[] = {
    {LOOK_INK, LOOK_GROUND, TEXT_FLOOR},
    {LOOK_INK, LOOK_RAISED, TEXT_FLOOR},
    {LOOK_INK, LOOK_GOOD, TEXT_FLOOR},
    {LOOK_INK, LOOK_NOTE, TEXT_FLOOR},
    {LOOK_SOFT, LOOK_GROUND, TEXT_FLOOR},
    {LOOK_SOFT, LOOK_RAISED, TEXT_FLOOR},
    {LOOK_STRONG, LOOK_GROUND, TEXT_FLOOR},
    {LOOK_STRONG, LOOK_RAISED, TEXT_FLOOR},
    {LOOK_ON_STRONG, LOOK_STRONG, TEXT_FLOOR},
    {LOOK_EDGE, LOOK_GROUND, CONTROL_FLOOR},
    {LOOK_EDGE, LOOK_RAISED, CONTROL_FLOOR},
};

const char *
look_role_name(enum look_role role)
{
	return names[role];
}

unsigned
look_contrast(const struct palette *p, const struct look_pair *pair)
{
	return colour_contrast(p->colours[pair->front], p->colours[pair->back]);
}

const struct look_pair *
look_next_weak(const struct palette *p, size_t *at)
{
	while (*at < sizeof pairs / sizeof pairs[0]) {
		const struct look_pair *pair = &pairs[(*at)++];

		if (look_contrast(p, pair) < pair->floor)
			return pair;
	}
	return NULL;
}

/* Whether a colour is told well enough from both grounds. */
static bool
is_clear(const struct palette *p, struct colour c, unsigned floor)
{
	return colour_contrast(c, p->colours[LOOK_GROUND]) >= floor &&
	       colour_contrast(c, p->colours[LOOK_RAISED]) >= floor;
}

/* from, nearer to the ink by as little as makes it clear, at least percent. */
static struct colour
toward_ink(const struct palette *p, struct colour from, unsigned percent,
    unsigned floor)
{
	struct colour ink = p->colours[LOOK_INK], mixed;

	do
		mixed = colour_mix(from, ink, percent);
	while (!is_clear(p, mixed, floor) && percent++ < ALL);
	return mixed;
}

/* What lies between the ground and the ink, mixed from these two. */
static void
mix_neutrals(struct palette *p)
{
	struct colour ground = p->colours[LOOK_GROUND];
	struct colour ink = p->colours[LOOK_INK];

	p->colours[LOOK_RAISED] = colour_mix(ground, ink, 5);
	p->colours[LOOK_GOOD] = p->colours[LOOK_RAISED];
	p->colours[LOOK_NOTE] = p->colours[LOOK_RAISED];
	p->colours[LOOK_LINE] = colour_mix(ground, ink, 20);
	p->colours[LOOK_EDGE] = toward_ink(p, ground, 55, CONTROL_FLOOR);
	p->colours[LOOK_SOFT] = toward_ink(p, ground, 75, TEXT_FLOOR);
}

/* Labels are black or white, whichever is told better from the accent. */
static void
set_accent(struct palette *p, struct colour accent)
{
	static const struct colour white = {255, 255, 255}, black = {0, 0, 0};

	p->colours[LOOK_STRONG] = accent;
	p->colours[LOOK_ON_STRONG] =
	    colour_contrast(accent, white) >= colour_contrast(accent, black)
		? white
		: black;
}

/* Reads a colour that may be left out; *given says whether it was not. */
static int
read_colour(const char *text, struct colour *out, bool *given)
{
	*given = text != NULL;
	return *given ? colour_parse(span_of(text), out) : CONSENT_OK;
}

int
look_palette(
    const struct notice_look *look, enum look_theme theme, struct palette *out)
{
	const struct notice_colours *c = &look->light;
	struct palette p;
	struct colour accent;
	bool has_ground, has_ink, has_accent, has_other = false;
	int rc = CONSENT_OK;
	size_t i;

	for (i = 0; rc == CONSENT_OK && i < LOOK_ROLES; i++)
		rc = colour_parse(span_of(own[theme][i]), &p.colours[i]);
	if (theme == LOOK_DARK)
		c = &look->dark;
	if (rc == CONSENT_OK)
		rc = read_colour(
		    c->ground, &p.colours[LOOK_GROUND], &has_ground);
	if (rc == CONSENT_OK)
		rc = read_colour(c->ink, &p.colours[LOOK_INK], &has_ink);
	if (rc == CONSENT_OK)
		rc = read_colour(c->accent, &accent, &has_accent);
	/* the light theme's accent does for both, made clear on the dark */
	if (rc == CONSENT_OK && !has_accent && theme == LOOK_DARK)
		rc = read_colour(look->light.accent, &accent, &has_other);
	if (rc != CONSENT_OK)
		return rc;
	if (has_ground || has_ink)
		mix_neutrals(&p);
	if (has_accent)
		set_accent(&p, accent);
	else if (has_other)
		set_accent(&p, toward_ink(&p, accent, 0, TEXT_FLOOR));
	*out = p;
	return CONSENT_OK;
}

static bool
is_family(struct span name)
{
	size_t i;

	if (name.n == 0 || name.n > FAMILY_BYTES ||
	    !ascii_is(name.p[0], ASCII_ALPHA))
		return false;
	for (i = 0; i < name.n; i++) {
		if (!ascii_is(name.p[i], ASCII_ALNUM) && name.p[i] != ' ' &&
		    name.p[i] != '-')
			return false;
	}
	return true;
}

bool
look_is_font(struct span font)
{
	size_t n = 0;

	while (font.p != NULL) {
		if (++n > FAMILIES ||
		    !is_family(span_trim(span_cut(&font, ','))))
			return false;
	}
	return n > 0;
}

bool
look_is_logo(struct span logo)
{
	size_t i;

	for (i = 0; i < logo.n; i++) {
		if (!ascii_is(logo.p[i], ASCII_ALNUM) &&
		    strchr("/-._~", logo.p[i]) == NULL)
			return false;
	}
	return span_starts(logo, SPAN("/")) && !span_starts(logo, SPAN("//")) &&
	       span_search(logo, SPAN("..")) == logo.n;
}

/* Names are quoted, but for those that CSS gives a meaning. */
static int
write_family(struct span name, struct buf *out)
{
	static const char *const generic[] = {"serif", "sans-serif",
	    "monospace", "cursive", "fantasy", "system-ui", "ui-serif",
	    "ui-sans-serif", "ui-monospace", "ui-rounded"};
	size_t i;

	for (i = 0; i < sizeof generic / sizeof generic[0]; i++) {
		if (span_equal_nocase(name, span_of(generic[i])))
			return buf_append(out, span_of(generic[i]));
	}
	return buf_printf(out, "\"%.*s\"", SPAN_ARG(name));
}

static int
write_font(struct span font, struct buf *out)
{
	int rc = buf_append(out, SPAN("\t--consent-font: "));
	bool first = true;

	if (!look_is_font(font))
		return CONSENT_EINVAL;
	while (rc == CONSENT_OK && font.p != NULL) {
		if (!first)
			rc = buf_append(out, SPAN(", "));
		first = false;
		if (rc == CONSENT_OK)
			rc = write_family(span_trim(span_cut(&font, ',')), out);
	}
	return rc == CONSENT_OK ? buf_append(out, SPAN(";\n")) : rc;
}

/* Those colours that are not as the sheet has them. */
static int
write_palette(
    const struct notice_look *look, enum look_theme theme, struct buf *out)
{
	struct palette p;
	int rc = look_palette(look, theme, &p);
	size_t i;

	for (i = 0; rc == CONSENT_OK && i < LOOK_ROLES; i++) {
		char text[COLOUR_TEXT];

		colour_format(p.colours[i], text);
		if (strcmp(text, own[theme][i]) != 0)
			rc = buf_printf(
			    out, "\t--consent-%s: %s;\n", names[i], text);
	}
	return rc;
}

#define WHERE "#consent-notice, #consent-control, .consent-root, .consent-page"

int
look_write(const struct notice_look *look, struct buf *out)
{
	int rc = buf_append(out, SPAN("\n" WHERE " {\n"));

	if (rc == CONSENT_OK)
		rc = write_palette(look, LOOK_LIGHT, out);
	if (rc == CONSENT_OK && look->radius != NOTICE_RADIUS)
		rc = buf_printf(
		    out, "\t--consent-radius: %upx;\n", look->radius);
	if (rc == CONSENT_OK && look->font != NULL)
		rc = write_font(span_of(look->font), out);
	if (rc == CONSENT_OK)
		rc = buf_append(
		    out, SPAN("}\n@media (prefers-color-scheme: dark) {\n" WHERE
			      " {\n"));
	if (rc == CONSENT_OK)
		rc = write_palette(look, LOOK_DARK, out);
	return rc == CONSENT_OK ? buf_append(out, SPAN("}\n}\n")) : rc;
}
