#include "conf/check_look.h"

#include "conf/check_parts.h"
#include "consent/look_rules.h"

static const char *
or_null(const char *text)
{
	return text == NULL || text[0] == '\0' ? NULL : text;
}

struct notice_look
check_look_of(const struct config_look *look)
{
	return (struct notice_look){
	    .light = {or_null(look->accent), or_null(look->ground),
		or_null(look->ink)},
	    .dark = {or_null(look->accent_dark), or_null(look->ground_dark),
		or_null(look->ink_dark)},
	    .font = or_null(look->font),
	    .logo = or_null(look->logo),
	    .radius = look->radius,
	    .position = (enum notice_position)look->position,
	    .control = (enum notice_control)look->control,
	};
}

/* Reports a colour that is none; true when it may be looked at further. */
static bool
check_colour(struct check *c, const char *name, const char *text)
{
	struct colour colour;

	if (text == NULL || text[0] == '\0' ||
	    colour_parse(span_of(text), &colour) == CONSENT_OK)
		return true;
	findings_error(c->findings, check_place(c, name), FINDING_BAD_VALUE,
	    "%s must be #rgb or #rrggbb", name);
	return false;
}

/* The option that a weak pair comes from: what stands in front, if given. */
static const char *
culprit(const struct notice_colours *given, enum look_theme theme,
    const struct look_pair *pair)
{
	bool dark = theme == LOOK_DARK;

	if (pair->front == LOOK_STRONG && given->accent != NULL)
		return dark ? "notice.accent_dark" : "notice.accent";
	if (given->ink != NULL &&
	    (pair->front == LOOK_INK || given->ground == NULL))
		return dark ? "notice.ink_dark" : "notice.ink";
	if (given->ground != NULL)
		return dark ? "notice.ground_dark" : "notice.ground";
	return "notice.accent"; /* the light one, lightened */
}

static void
report_weak(struct check *c, const char *name, const struct palette *palette,
    const struct look_pair *pair)
{
	unsigned ratio = look_contrast(palette, pair);

	findings_error(c->findings, check_place(c, name), FINDING_CONFLICT,
	    "%s: the contrast of %s on %s is %u.%02u:1, less than %u.%u:1",
	    name, look_role_name(pair->front), look_role_name(pair->back),
	    ratio / 100, ratio % 100, pair->floor / 100, pair->floor / 10 % 10);
}

/* Of what comes from one option, the first is told. */
static void
check_contrast(
    struct check *c, const struct notice_look *look, enum look_theme theme)
{
	const struct notice_colours *given =
	    theme == LOOK_DARK ? &look->dark : &look->light;
	const struct look_pair *pair;
	const char *told = NULL;
	struct palette palette;
	size_t at = 0;

	if (look_palette(look, theme, &palette) != CONSENT_OK)
		return; /* reported as no colour */
	while ((pair = look_next_weak(&palette, &at)) != NULL) {
		const char *name = culprit(given, theme, pair);

		if (name != told)
			report_weak(c, name, &palette, pair);
		told = name;
	}
}

static bool
check_colours(struct check *c)
{
	const struct config_look *look = &c->config->look;
	bool good = check_colour(c, "notice.accent", look->accent);

	good &= check_colour(c, "notice.accent_dark", look->accent_dark);
	good &= check_colour(c, "notice.ground", look->ground);
	good &= check_colour(c, "notice.ground_dark", look->ground_dark);
	good &= check_colour(c, "notice.ink", look->ink);
	good &= check_colour(c, "notice.ink_dark", look->ink_dark);
	return good;
}

/* Every page keeps one way back to the choices. */
static void
check_control(struct check *c, const struct config_look *look)
{
	bool has_link = or_null(look->control_link) != NULL;

	if (look->control == NOTICE_CONTROL_NONE && !has_link)
		findings_error(c->findings, check_place(c, "notice.control"),
		    FINDING_CONFLICT,
		    "without the control every page needs a link of its own to "
		    "%s/: say in notice.control_link where it is",
		    c->config->prefix);
	if (look->control != NOTICE_CONTROL_NONE && has_link)
		findings_warn(c->findings,
		    check_place(c, "notice.control_link"), FINDING_NO_EFFECT,
		    "notice.control_link says nothing unless notice.control is "
		    "none");
}

void
check_look(struct check *c)
{
	struct notice_look look = check_look_of(&c->config->look);

	if (check_colours(c)) {
		check_contrast(c, &look, LOOK_LIGHT);
		check_contrast(c, &look, LOOK_DARK);
	}
	if (look.font != NULL && !look_is_font(span_of(look.font)))
		findings_error(c->findings, check_place(c, "notice.font"),
		    FINDING_BAD_VALUE,
		    "notice.font must be names of families of letters, digits, "
		    "- and blanks, separated by commas");
	if (look.logo != NULL && !look_is_logo(span_of(look.logo)))
		findings_error(c->findings, check_place(c, "notice.logo"),
		    FINDING_BAD_VALUE,
		    "notice.logo must be a path of the site, of letters, "
		    "digits and -._~");
	check_control(c, &c->config->look);
}
