#include "lists/adblock_pattern.h"

#include "base/ascii.h"

#include <libconsent/buf.h>
#include <libconsent/url.h>

#include <string.h>

/* How a path ends: anywhere, behind a separator, or with the address. */
enum ending {
	ENDS_ANYWHERE,
	ENDS_SEPARATED,
	ENDS_THERE
};

static bool
is_address(struct span host)
{
	size_t i;

	for (i = 0; i < host.n; i++)
		if (!ascii_is(host.p[i], ASCII_DIGIT) && host.p[i] != '.')
			return false;
	return true;
}

/* Whether everything below host belongs to others: "co.uk", "github.io". */
static bool
is_suffix(struct span host)
{
	char below[256] = "x.";
	struct span name = {below, host.n + 2};

	if (span_find(host, '.') == host.n)
		return true;
	if (is_address(host) || name.n > sizeof below)
		return false;
	memcpy(below + 2, host.p, host.n);
	return span_equal(url_registrable_domain(name), name);
}

static enum skip
host_judge(struct span host)
{
	enum skip why = SKIP_NOT;
	struct buf canonical;

	if (host.n == 0)
		return SKIP_HOST_WILD;
	if (host.p[host.n - 1] == '.')
		return SKIP_HOST_OPEN;
	buf_init(&canonical, URL_SCRATCH);
	if (host.p[0] == '.' || host.p[0] == '[' || host.n > 253 ||
	    span_search(host, SPAN("..")) < host.n ||
	    url_host_canonical(host, &canonical) != CONSENT_OK)
		why = SKIP_HOST_BAD;
	else if (is_suffix(buf_span(&canonical)))
		why = SKIP_TOO_WIDE;
	buf_fini(&canonical);
	return why;
}

static bool
is_end_of_host(char c)
{
	return c == '/' || c == '^' || c == '*' || c == '|' || c == ':' ||
	       c == '?' || c == '#';
}

/* What stands behind a host: all of it, or a path that is left in *rest. */
static enum skip
behind_host(struct span *rest, bool *is_all)
{
	struct span tail = span_sub(*rest, 1, rest->n);
	size_t stars = 0;

	*is_all = false;
	if (rest->n == 0)
		return SKIP_HOST_OPEN;
	while (stars < tail.n && tail.p[stars] == '*')
		stars++;
	switch (rest->p[0]) {
	case '/':
		return SKIP_NOT;
	case ':':
		return SKIP_PORT;
	case '*':
		return stars == tail.n ? SKIP_HOST_OPEN : SKIP_HOST_WILD;
	case '^':
		*is_all = stars == tail.n;
		/* "^" is the slash; a second separator is a riddle */
		if (tail.n > 0 && (tail.p[0] == '/' || tail.p[0] == '^'))
			return SKIP_SEPARATOR;
		return tail.n > 0 && tail.p[0] == '|' ? SKIP_ANCHOR : SKIP_NOT;
	default:
		return SKIP_ANCHOR;
	}
}

/* The text of a path, runs of "*" as one, with how it ends taken off. */
static enum skip
path_text(
    struct span tail, char text[PATTERN_PATH], size_t *n, enum ending *ending)
{
	size_t i;

	*ending = ENDS_ANYWHERE;
	if (span_ends(tail, SPAN("|")))
		*ending = ENDS_THERE;
	else if (span_ends(tail, SPAN("^")))
		*ending = ENDS_SEPARATED;
	if (*ending != ENDS_ANYWHERE)
		tail.n--;
	text[0] = '/';
	*n = 1;
	for (i = 0; i < tail.n; i++) {
		if (tail.p[i] == '^' || tail.p[i] == '|' || tail.p[i] == '#')
			return SKIP_SEPARATOR;
		if (tail.p[i] == '*' && text[*n - 1] == '*')
			continue;
		if (*n == PATTERN_PATH - 2 * PATTERN_STARS - 4)
			return SKIP_TOO_LONG;
		text[(*n)++] = tail.p[i];
	}
	if (*ending == ENDS_ANYWHERE && text[*n - 1] == '*')
		--*n;
	/* a glob of the path alone would take any query, too */
	if (*ending == ENDS_THERE && memchr(text, '?', *n) == NULL)
		return SKIP_ANCHOR;
	return SKIP_NOT;
}

/* Adds a glob: text, with "*?*" in the place of the star at `at`, and end. */
static void
add_path(
    struct adblock_pattern *out, struct span text, size_t at, const char *end)
{
	char *path = out->paths[out->n];
	size_t n = at < text.n ? at : text.n;

	memcpy(path, text.p, n);
	if (at < text.n) {
		memcpy(path + n, "*?*", 3);
		memcpy(path + n + 3, text.p + at + 1, text.n - at - 1);
		n = text.n + 2;
	}
	memcpy(path + n, end, strlen(end));
	out->length[out->n++] = n + strlen(end);
}

/* The globs for what stands in the path, or in the query. */
static void
add_paths(struct adblock_pattern *out, struct span text, size_t at,
    enum ending ending)
{
	bool in_query = at < text.n || span_find(text, '?') < text.n;

	if (ending == ENDS_ANYWHERE) {
		add_path(out, text, at, "*");
		return;
	}
	add_path(out, text, at, "");
	if (ending == ENDS_SEPARATED)
		add_path(out, text, at, in_query ? "&*" : "/*");
}

/*
 * A glob without "?" is compared with the path alone, but a "*" of a filter
 * goes on into the query: so there is one more for each "*" that may.
 */
static enum skip
write_paths(struct adblock_pattern *out, struct span text, enum ending ending)
{
	size_t i, stars = 0;

	for (i = 0; i < text.n; i++)
		stars += text.p[i] == '*';
	if (stars > PATTERN_STARS)
		return SKIP_SEPARATOR;
	add_paths(out, text, text.n, ending);
	if (span_find(text, '?') < text.n)
		return SKIP_NOT;
	for (i = 0; i < text.n; i++)
		if (text.p[i] == '*')
			add_paths(out, text, i, ending);
	return SKIP_NOT;
}

enum skip
adblock_pattern_read(struct span pattern, struct adblock_pattern *out)
{
	char text[PATTERN_PATH];
	struct span rest;
	enum ending ending;
	enum skip why;
	size_t n;
	bool is_all;

	out->n = 0;
	if (!span_starts(pattern, SPAN("||")))
		return span_starts(pattern, SPAN("|")) ? SKIP_ANCHOR
						       : SKIP_NO_HOST;
	rest = span_sub(pattern, 2, pattern.n);
	for (n = 0; n < rest.n && !is_end_of_host(rest.p[n]); n++)
		continue;
	out->host = span_sub(rest, 0, n);
	rest = span_sub(rest, n, rest.n);
	why = host_judge(out->host);
	if (why == SKIP_NOT)
		why = behind_host(&rest, &is_all);
	if (why != SKIP_NOT || is_all)
		return why;
	why = path_text(span_sub(rest, 1, rest.n), text, &n, &ending);
	if (why != SKIP_NOT)
		return why;
	if (n == 1 && ending == ENDS_ANYWHERE) /* "||host/" */
		return SKIP_NOT;
	return write_paths(out, (struct span){text, n}, ending);
}

struct span
adblock_pattern_path(const struct adblock_pattern *out, size_t i)
{
	return (struct span){out->paths[i], out->length[i]};
}
