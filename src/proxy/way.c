#include "proxy/way.h"

#include "http/head.h"
#include "proxy/home.h"
#include "proxy/prefix.h"
#include "proxy/visit.h"
#include "web/mime.h"

#include <libconsent/url.h>

#include <string.h>

/* The public origin of the site that the request is for. */
static struct span
own_site(const struct call *call)
{
	return span_of(call->home->setup->sites[call->visit->site]);
}

/* Whether a field is there, and each of its lines says "same-origin". */
static bool
says_same_origin(const struct head *request)
{
	struct span name = SPAN("Sec-Fetch-Site");
	size_t i = head_find(request, name, 0);
	bool says = i != HEAD_NONE;

	for (; i != HEAD_NONE; i = head_find(request, name, i + 1))
		if (!span_equal(request->fields[i].value, SPAN("same-origin")))
			says = false;
	return says;
}

/* Whether each Origin line, if there is one, is the site. */
static bool
has_own_origins(const struct call *call)
{
	const struct head *request = call->request;
	size_t i = head_find(request, SPAN("Origin"), 0);

	for (; i != HEAD_NONE; i = head_find(request, SPAN("Origin"), i + 1))
		if (!span_equal_nocase(
			request->fields[i].value, own_site(call)))
			return false;
	return true;
}

bool
way_is_own(const struct call *call)
{
	const struct head *request = call->request;

	if (says_same_origin(request))
		return true;
	if (head_value(request, SPAN("Origin")).p != NULL)
		return has_own_origins(call);
	return head_value(request, SPAN("Sec-Fetch-Site")).p == NULL;
}

/* Whether a browser reads s as a path on the site it is sent from. */
static bool
is_local_path(struct span s)
{
	size_t i;

	if (s.n == 0 || s.n >= WAY_BACK || s.p[0] != '/' ||
	    (s.n > 1 && s.p[1] == '/'))
		return false;
	for (i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '\\')
			return false;
	return true;
}

/* The path in the Referer when that is a page of the site's own. */
static struct span
referer_path(const struct call *call)
{
	const struct proxy_setup *setup = call->home->setup;
	struct span referer = head_value(call->request, SPAN("Referer"));
	struct span site = own_site(call), path;

	if (!span_starts_nocase(referer, site))
		return SPAN("");
	path = span_sub(referer, site.n, referer.n);
	if (is_local_path(path) && !prefix_owns(setup, path))
		return path;
	return SPAN("");
}

/*
 * Whether a visitor can be sent to a local path: of our own addresses only to
 * those that show a page, never to the one that the form was posted to. The
 * browser takes dot segments out before it asks.
 */
static bool
leads_to_page(const struct call *call, struct span wanted)
{
	const struct proxy_setup *setup = call->home->setup;
	struct span path, rest;
	struct buf scratch;
	struct url url;
	bool leads = false;

	buf_init(&scratch, URL_SCRATCH);
	if (url_parse(wanted, &setup->site_urls[call->visit->site], &scratch,
		&url) == CONSENT_OK) {
		path = url.path;
		rest = prefix_rest(setup, path);
		leads = !prefix_owns(setup, path) ||
			span_equal(rest, SPAN("/")) ||
			span_equal(rest, SPAN("/cookies")) ||
			span_equal(rest, SPAN("/embed"));
	}
	buf_fini(&scratch);
	return leads;
}

struct span
way_back(const struct call *call, struct span wanted, char text[WAY_BACK])
{
	bool fits = is_local_path(wanted) && leads_to_page(call, wanted);
	struct span path = fits ? wanted : referer_path(call);

	if (path.n > 0)
		memcpy(text, path.p, path.n);
	text[path.n] = '\0';
	return (struct span){text, path.n};
}

static bool
is_form(const struct head *request)
{
	struct mime mime;

	return mime_parse(head_value(request, SPAN("Content-Type")), &mime) ==
		   CONSENT_OK &&
	       mime_is(&mime, SPAN("application/x-www-form-urlencoded"));
}

enum refusal
way_check(const struct call *call)
{
	if (!way_is_own(call))
		return REFUSAL_ORIGIN;
	return is_form(call->request) ? REFUSAL_NONE : REFUSAL_TYPE;
}
