#include "consent/preferences.h"

#include "base/clock.h"
#include "consent/category.h"
#include "consent/changes.h"

enum {
	DATE = 10, /* "2026-11-01" */
	MONTH = 7  /* "2026-11" */
};

static category_set
granted_set(const struct preferences *p)
{
	return p->gate == NULL ? 0 : p->gate->granted;
}

static bool
is_undecided(const struct preferences *p)
{
	return p->gate == NULL || p->record == NULL;
}

static enum text_id
state_text(const struct preferences *p)
{
	if (is_undecided(p))
		return TEXT_STATE_UNDECIDED;
	switch (p->record->action) {
	case RECORD_ACCEPT:
		return TEXT_STATE_ACCEPT;
	case RECORD_REJECT:
		return TEXT_STATE_REJECT;
	case RECORD_CHOOSE:
		return TEXT_STATE_CHOOSE;
	case RECORD_WITHDRAW:
	case RECORD_EMBED: /* of no token */
		break;
	}
	return TEXT_STATE_WITHDRAW;
}

/* A text with a {date} of so many characters of RFC 3339. */
static void
write_date(
    struct markup *m, const struct view *v, enum text_id id, struct span when)
{
	char text[WORDING_TEXT];
	struct markup_value date = {"date", text};

	wording_date(texts_wording(v->texts), when, text);
	markup_raw(m, "<li>");
	view_text_with(m, v, id, &date);
	markup_raw(m, "</li>");
}

/* A refusal knows no more than its month: it must lead to nobody. */
static void
write_times(struct markup *m, const struct view *v, const struct record *record)
{
	bool grants = record_grants(record);
	char when[CLOCK_TEXT];

	clock_format(record->time, when);
	write_date(m, v, grants ? TEXT_STATE_SINCE : TEXT_STATE_MONTH,
	    (struct span){when, grants ? DATE : MONTH});
	clock_format(record->expires, when);
	write_date(m, v, TEXT_STATE_UNTIL, (struct span){when, DATE});
}

/* Whether the signal denies, or was known to whoever agreed. */
static void
write_signal(
    struct markup *m, const struct view *v, const struct preferences *p)
{
	if (p->gate == NULL || !p->gate->gpc ||
	    p->gate->facts->gpc != POLICY_SIGNAL_REJECT)
		return;
	if (p->record != NULL && p->record->gpc && record_grants(p->record))
		view_element(
		    m, "p class=\"consent-note\"", v, TEXT_GPC_OVERRIDDEN);
	else
		view_element(
		    m, "p class=\"consent-note\"", v, TEXT_GPC_HONOURED);
}

static void
write_return(struct markup *m, const struct preferences *p)
{
	markup_raw(m, "<input type=\"hidden\" name=\"return\"");
	markup_attribute(m, "value", p->return_path);
	markup_raw(m, ">");
}

/* One press withdraws, as one press agreed. */
static void
write_withdrawal(
    struct markup *m, const struct view *v, const struct preferences *p)
{
	if (is_undecided(p) || !record_grants(p->record))
		return;
	view_form(m, v, "choice", "preferences");
	write_return(m, p);
	view_element(m, "p class=\"consent-hint\"", v, TEXT_WITHDRAW_HINT);
	markup_raw(m, "<div class=\"consent-actions\">");
	view_button(m, v, "withdraw", TEXT_WITHDRAW);
	markup_raw(m, "</div></form>");
}

/*
 * What the visitor may keep of their choice: where a token has a handle by
 * that, else by the number that was told once.
 */
static void
write_receipt(
    struct markup *m, const struct view *v, const struct preferences *p)
{
	bool has_handle = !is_undecided(p) && record_grants(p->record);

	if (!has_handle && p->entry == NULL)
		return;
	markup_raw(m, "<li><a download href=\"");
	view_path(m, v, v->prefix);
	markup_raw(m, "/receipt");
	if (!has_handle) {
		markup_raw(m, "?seq=");
		markup_text(m, p->entry);
	}
	markup_raw(m, "\">");
	view_text(m, v, TEXT_RECEIPT);
	markup_raw(m, "</a></li>");
}

static void
write_state(struct markup *m, const struct view *v, const struct preferences *p)
{
	markup_raw(m, "<section class=\"consent-card consent-state\" "
		      "id=\"" PREFERENCES_STATE "\">");
	view_element(m, "h2", v, TEXT_STATE_TITLE);
	view_element(m, "p class=\"consent-now\"", v, state_text(p));
	if (!is_undecided(p) && gate_asks(p->gate)) /* what, by name */
		changes_write(m, v, TEXT_STATE_CHANGED, p->gate);
	markup_raw(m, "<ul class=\"consent-facts\">");
	if (!is_undecided(p))
		write_times(m, v, p->record);
	view_element(m, "li", v, TEXT_STATE_VERSION);
	write_receipt(m, v, p);
	markup_raw(m, "</ul>");
	write_signal(m, v, p);
	write_withdrawal(m, v, p);
	markup_raw(m, "</section>\n");
}

static void
write_choices(
    struct markup *m, const struct view *v, const struct preferences *p)
{
	unsigned i;

	view_element(m, "h2", v, TEXT_PURPOSES_TITLE);
	view_form(m, v, "choice", "preferences");
	write_return(m, p);
	for (i = 0; i < v->facts->n_categories; i++)
		category_write(m, v, i, granted_set(p));
	markup_raw(m, "<div class=\"consent-actions consent-stick\">");
	view_button(m, v, "choose", TEXT_SAVE);
	view_button(m, v, "reject", TEXT_REJECT);
	view_button(m, v, "accept", TEXT_ACCEPT);
	markup_raw(m, "</div></form>\n");
}

void
preferences_write(
    struct markup *m, const struct view *v, const struct preferences *p)
{
	const struct view_place here = {"/", NULL, p->return_path};

	view_page_start(m, v, TEXT_PAGE_TITLE, &here);
	if (p->status != NULL)
		markup_element(
		    m, "p class=\"consent-status\" role=\"status\"", p->status);
	view_element(m, "p class=\"consent-lead\"", v, TEXT_PAGE_INTRO);
	write_state(m, v, p);
	write_choices(m, v, p);
	view_page_end(m, v, p->return_path);
}
