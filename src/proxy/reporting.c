#include "proxy/reporting.h"

#include "http/head.h"
#include "http/head_edit.h"
#include "proxy/judge.h"
#include "web/structured.h"

#include <jansson.h>
#include <stdlib.h>

/* The fields of one response that is looked at. */
struct reporting {
	struct judge judge;
	struct head *head;
	struct buf all, kept; /* of the field at hand */
	json_t *gone;	      /* groups that lost all their endpoints */
};

/* ---- Reporting-Endpoints ---------------------------------------------- */

static int
keep_member(struct buf *kept, const struct structured *member)
{
	int rc = kept->n > 0 ? buf_append(kept, SPAN(", ")) : CONSENT_OK;

	return rc == CONSENT_OK ? buf_append(kept, member->whole) : rc;
}

/* Whether a member names an endpoint that is withheld. */
static int
takes_member(struct reporting *r, const struct structured *member, bool *takes)
{
	struct span url;
	struct buf text;
	int rc;

	*takes = false;
	buf_init(&text, JUDGE_BYTES);
	rc = structured_string(member->value, &text, &url);
	if (rc == CONSENT_OK)
		*takes = judge_takes_url(&r->judge, url);
	buf_fini(&text);
	return rc == CONSENT_EINVAL ? CONSENT_OK : rc; /* no endpoint */
}

static int
filter_endpoints(struct reporting *r, bool *dropped)
{
	struct span rest = buf_span(&r->all);
	struct structured member;
	bool takes;
	int rc;

	while ((rc = structured_dictionary(&rest, &member)) == CONSENT_OK) {
		rc = takes_member(r, &member, &takes);
		if (rc == CONSENT_OK && takes)
			*dropped = true;
		else if (rc == CONSENT_OK)
			rc = keep_member(&r->kept, &member);
		if (rc != CONSENT_OK)
			break;
	}
	return rc == CONSENT_ENOENT ? CONSENT_OK : rc;
}

/* ---- Report-To -------------------------------------------------------- */

/* Takes withheld endpoints out of a group; whether any was. */
static bool
filter_group(struct reporting *r, json_t *group)
{
	json_t *endpoints = json_object_get(group, "endpoints");
	size_t i = 0;
	bool any = false;

	while (i < json_array_size(endpoints)) {
		const char *url = json_string_value(
		    json_object_get(json_array_get(endpoints, i), "url"));

		if (url == NULL || !judge_takes_url(&r->judge, span_of(url))) {
			i++;
			continue;
		}
		(void)json_array_remove(endpoints, i); /* i is in it */
		any = true;
	}
	return any;
}

/* The name of a group; "default" where it says none. */
static const char *
group_name(const json_t *group)
{
	const char *name = json_string_value(json_object_get(group, "group"));

	return name == NULL ? "default" : name;
}

static int
keep_group(struct buf *kept, const json_t *group)
{
	char *text = json_dumps(group, JSON_COMPACT | JSON_ENSURE_ASCII);
	int rc = text == NULL ? CONSENT_ENOMEM : CONSENT_OK;

	if (rc == CONSENT_OK && kept->n > 0)
		rc = buf_append(kept, SPAN(", "));
	if (rc == CONSENT_OK)
		rc = buf_append(kept, span_of(text));
	free(text);
	return rc;
}

static int
filter_groups(struct reporting *r, json_t *groups, bool *dropped)
{
	int rc = CONSENT_OK;
	size_t i;

	for (i = 0; i < json_array_size(groups) && rc == CONSENT_OK; i++) {
		json_t *group = json_array_get(groups, i);
		bool any = filter_group(r, group);

		*dropped |= any;
		if (!any ||
		    json_array_size(json_object_get(group, "endpoints")) > 0)
			rc = keep_group(&r->kept, group);
		else if (json_array_append_new(
			     r->gone, json_string(group_name(group))) != 0)
			rc = CONSENT_ENOMEM;
	}
	return rc;
}

/* The field is the inside of a JSON array (Reporting API, first edition). */
static int
filter_report_to(struct reporting *r, bool *dropped)
{
	struct buf text;
	json_error_t error;
	json_t *groups = NULL;
	int rc;

	buf_init(&text, r->all.n + 2);
	rc = buf_append_byte(&text, '[');
	if (rc == CONSENT_OK)
		rc = buf_append(&text, buf_span(&r->all));
	if (rc == CONSENT_OK)
		rc = buf_append_byte(&text, ']');
	if (rc == CONSENT_OK) {
		groups = json_loadb(text.p, text.n, 0, &error);
		rc = groups == NULL ? CONSENT_EINVAL
				    : filter_groups(r, groups, dropped);
	}
	json_decref(groups);
	buf_fini(&text);
	return rc;
}

/* ---- NEL -------------------------------------------------------------- */

static bool
is_gone(const struct reporting *r, const char *group)
{
	size_t i;

	for (i = 0; i < json_array_size(r->gone); i++)
		if (span_equal(span_of(group),
			span_of(json_string_value(json_array_get(r->gone, i)))))
			return true;
	return false;
}

/* Network errors are told to a group: without it, to nobody. */
static int
filter_nel(struct reporting *r, bool *dropped)
{
	json_error_t error;
	json_t *nel = json_loadb(r->all.p, r->all.n, 0, &error);
	const char *group =
	    json_string_value(json_object_get(nel, "report_to"));

	if (group != NULL && is_gone(r, group))
		*dropped = true;
	json_decref(nel);
	return nel == NULL ? CONSENT_EINVAL : CONSENT_OK;
}

/* ---- all -------------------------------------------------------------- */

/* Screens one field by its filter; what cannot be read goes. */
static int
screen_field(struct reporting *r, struct span name,
    int (*filter)(struct reporting *r, bool *dropped))
{
	bool dropped = false;
	int rc;

	buf_clear(&r->all);
	buf_clear(&r->kept);
	rc = judge_join(r->head, name, &r->all);
	if (rc == CONSENT_ENOENT)
		return CONSENT_OK;
	if (rc == CONSENT_OK)
		rc = filter(r, &dropped);
	if (rc == CONSENT_EINVAL) {
		head_drop_all(r->head, name);
		return CONSENT_OK;
	}
	if (rc == CONSENT_OK && dropped)
		rc = judge_put(r->head, name, buf_span(&r->kept));
	return rc;
}

static bool
has_any(const struct head *h)
{
	return head_find(h, SPAN("Reporting-Endpoints"), 0) != HEAD_NONE ||
	       head_find(h, SPAN("Report-To"), 0) != HEAD_NONE ||
	       head_find(h, SPAN("NEL"), 0) != HEAD_NONE;
}

int
reporting_screen(struct head *h, const struct visit *v, bool *varies)
{
	struct reporting r = {.head = h};
	int rc;

	if (!has_any(h))
		return CONSENT_OK;
	r.gone = json_array();
	rc = r.gone == NULL ? CONSENT_ENOMEM : CONSENT_OK;
	judge_init(&r.judge, v);
	buf_init(&r.all, JUDGE_BYTES);
	buf_init(&r.kept, JUDGE_BYTES);
	if (rc == CONSENT_OK)
		rc = screen_field(
		    &r, SPAN("Reporting-Endpoints"), filter_endpoints);
	if (rc == CONSENT_OK)
		rc = screen_field(&r, SPAN("Report-To"), filter_report_to);
	if (rc == CONSENT_OK)
		rc = screen_field(&r, SPAN("NEL"), filter_nel);
	buf_fini(&r.all);
	buf_fini(&r.kept);
	json_decref(r.gone);
	judge_fini(&r.judge, varies);
	return rc;
}
