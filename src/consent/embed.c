#include <libconsent/embed.h>

#include "base/ascii.h"
#include "consent/notice_view.h"
#include "consent/services.h"
#include "consent/ways.h"
#include "policy/slot.h"

enum {
	SIDE_LEAST = 120, /* less is no size to see something at */
	WIDTH = 640,
	HEIGHT = 360,
	EMBED_QUERY = 2 * EMBED_URL /* all that a page of ours is asked with */
};

/* ---- which ------------------------------------------------------------ */

/* Whether a policy of the browser can name the host without a doubt. */
static bool
is_plain_host(struct span host)
{
	size_t i;

	for (i = 0; i < host.n; i++)
		if (!ascii_is(host.p[i], ASCII_ALNUM) && host.p[i] != '-' &&
		    host.p[i] != '.' && host.p[i] != '_')
			return false;
	return host.n > 0;
}

/* Whether a frame may have it, and it is nothing of the site's own. */
static bool
is_elsewhere(const struct gate *gate, const struct url *url)
{
	size_t i;

	if (url->kind != URL_NETWORK || !is_plain_host(url->host) ||
	    (!span_equal(url->scheme, SPAN("https")) &&
		!span_equal(url->scheme, SPAN("http"))))
		return false;
	for (i = 0; i < gate->n_sites; i++)
		if (span_equal(gate->sites[i].host, url->host))
			return false;
	return true;
}

const struct policy_rule *
embed_rule(const struct gate *gate, const struct url *url)
{
	slot_set open =
	    slots_passing(gate->facts, gate->facts->required, gate->reported);
	const struct policy_rule *rule;

	if (gate->sensitive || !is_elsewhere(gate, url))
		return NULL;
	rule = policy_find_url(gate->policy, url, false);
	if (rule == NULL || rule->host == NULL ||
	    rule->action != POLICY_PLACEHOLDER ||
	    (open >> slot_of_rule(gate->facts, rule) & 1u) != 0)
		return NULL;
	return rule;
}

unsigned
embed_side(struct span text)
{
	uint64_t n = 0;

	if (span_to_u64(text, 10, EMBED_SIDE, &n) != CONSENT_OK)
		return 0;
	return (unsigned)n;
}

/* ---- the link to it --------------------------------------------------- */

int
embed_write_query(const struct embed *e, struct buf *out)
{
	struct markup m = {out, CONSENT_OK};
	size_t before = out->n;
	int rc;

	markup_raw(&m, "url=");
	markup_query(&m, e->url);
	rc = m.rc;
	if (rc == CONSENT_OK && out->n - before > EMBED_URL)
		rc = CONSENT_ELIMIT;
	if (rc == CONSENT_OK && e->width > 0)
		rc = buf_printf(out, "&amp;width=%u", e->width);
	if (rc == CONSENT_OK && e->height > 0)
		rc = buf_printf(out, "&amp;height=%u", e->height);
	if (rc != CONSENT_OK)
		out->n = before;
	return rc;
}

/* ---- the pages -------------------------------------------------------- */

/* Who shows it, as visitors know them. */
static const char *
vendor_name(const struct view *v, const struct embed *e)
{
	return e->rule->vendor >= 0 ? v->facts->vendors[e->rule->vendor].name
				    : e->rule->host;
}

static void
write_url(struct markup *m, const struct embed *e)
{
	markup_raw(m, "<p class=\"consent-by\"><bdi dir=\"ltr\">");
	markup_span(m, e->url);
	markup_raw(m, "</bdi></p>");
}

/* Who it comes from, and exactly what will be loaded. */
static void
write_source(struct markup *m, const struct view *v, const struct embed *e)
{
	struct markup_value vendor = {"vendor", vendor_name(v, e)};

	markup_raw(m, "<p class=\"consent-lead\">");
	view_text_with(m, v, TEXT_EMBED_ASK, &vendor);
	markup_raw(m, "</p><section class=\"consent-card\">");
	if (e->rule->vendor >= 0)
		services_write_vendor(m, v, e->rule->category, e->rule->vendor);
	write_url(m, e);
	markup_raw(m, "</section>\n");
}

static void
write_fields(struct markup *m, const struct embed *e, const char *return_path)
{
	markup_raw(m, "<input type=\"hidden\" name=\"url\" value=\"");
	markup_span(m, e->url);
	markup_raw(m, "\"><input type=\"hidden\" name=\"width\" value=\"");
	markup_number(m, e->width);
	markup_raw(m, "\"><input type=\"hidden\" name=\"height\" value=\"");
	markup_number(m, e->height);
	markup_raw(m, "\">");
	markup_hidden(m, "return", return_path);
}

/* The page asks the same in each language. */
static void
start_asking(struct markup *m, const struct view *v, const struct embed *e,
    const char *back)
{
	struct view_place here = {"/embed", NULL, back};
	struct buf query;
	int rc;

	buf_init(&query, EMBED_QUERY);
	rc = embed_write_query(e, &query);
	if (rc == CONSENT_OK)
		rc = buf_append(&query, SPAN("&amp;"));
	if (rc == CONSENT_OK)
		rc = buf_append_byte(&query, '\0');
	here.query = query.p;
	/* an address too long for a query is asked about without the switch */
	view_page_start(
	    m, v, TEXT_EMBED_TITLE, rc == CONSENT_OK ? &here : NULL);
	buf_fini(&query);
}

int
embed_ask(const struct notice *n, const struct embed *e,
    struct span return_path, struct buf *out)
{
	const struct view *v = notice_view(n);
	struct markup markup = {out, CONSENT_OK}, *m = &markup;
	char back[NOTICE_RETURN];

	notice_return(return_path, back);
	start_asking(m, v, e, back);
	write_source(m, v, e);
	view_form(m, v, "embed", "notice");
	write_fields(m, e, back);
	view_element(m, "p class=\"consent-hint\"", v, TEXT_EMBED_HINT);
	markup_raw(m, "<div class=\"consent-actions\">");
	view_button(m, v, "embed", TEXT_EMBED_ONCE);
	ways_write_back(m, v, back);
	markup_raw(m, "</div></form>\n");
	view_page_end(m, v, back);
	return m->rc;
}

/* The side of the frame: as it was meant, unless that could not be seen. */
static void
write_side(struct markup *m, const char *name, unsigned side, unsigned other)
{
	markup_raw(m, " ");
	markup_raw(m, name);
	markup_raw(m, "=\"");
	markup_number(m, side < SIDE_LEAST ? other : side);
	markup_raw(m, "\"");
}

/*
 * The frame cannot lead this window elsewhere, learns of us our origin alone,
 * and where a browser can, leaves nothing behind in it (credentialless).
 */
static void
write_frame(struct markup *m, const struct view *v, const struct embed *e)
{
	markup_raw(m, "<iframe class=\"consent-frame\"");
	markup_attribute(m, "title", vendor_name(v, e));
	markup_raw(m, " src=\"");
	markup_span(m, e->url);
	markup_raw(m, "\"");
	write_side(m, "width", e->width, WIDTH);
	write_side(m, "height", e->height, HEIGHT);
	markup_raw(m, " sandbox=\"allow-scripts allow-same-origin allow-forms "
		      "allow-popups allow-popups-to-escape-sandbox "
		      "allow-presentation\" allow=\"fullscreen\" "
		      "referrerpolicy=\"strict-origin\" credentialless>"
		      "</iframe>\n");
}

int
embed_show(const struct notice *n, const struct embed *e,
    struct span return_path, struct buf *out)
{
	const struct view *v = notice_view(n);
	struct markup markup = {out, CONSENT_OK}, *m = &markup;
	char back[NOTICE_RETURN];

	notice_return(return_path, back);
	view_page_start(m, v, TEXT_EMBED_TITLE, NULL);
	view_element(m, "p class=\"consent-status\" role=\"status\"", v,
	    TEXT_EMBED_SHOWN);
	write_frame(m, v, e);
	write_url(m, e);
	ways_write(m, v, back);
	view_page_end(m, v, back);
	return m->rc;
}
