#include "census/propose.h"

#include "base/ascii.h"
#include "base/utf8.h"
#include "proxy/inventory.h"

#include <libconsent/policy.h>
#include <libconsent/url.h>

#include <stdlib.h>
#include <string.h>

enum {
	DAY = 10,  /* of a time, its date */
	STEM = 3,  /* least bytes before the first digit of a common name */
	LABEL = 8, /* digits of an inline script's label */
	SHOWN = 4  /* hosts that a comment names */
};

/* A row, and what becomes of it. */
struct row {
	const char *kind, *path;
	struct span name; /* as it is printed */
	struct span seen; /* a cookie's name, as it came */
	struct span key;  /* rows of one key are one rule; bytes */
	long long count;
	struct span first, last; /* dates */
	int vendor;		 /* that knows it, or -1 */
	bool is_cut;		 /* more of the name is not known */
	bool is_glob;		 /* key is but a beginning */
	bool is_done;
};

struct proposal {
	const struct propose_options *options;
	const struct policy_facts *facts; /* of the vendors */
	struct row *rows;
	size_t n;
	struct buf seen; /* what the rows' names came as */
	struct buf *out;
	int rc; /* the first failure */
};

#define SAY(p, ...)                                                            \
	((p)->rc = (p)->rc != CONSENT_OK ? (p)->rc                             \
					 : buf_printf((p)->out, __VA_ARGS__))

/* ---- rows ------------------------------------------------------------- */

static bool
is_kind(const struct row *row, const char *kind)
{
	return strcmp(row->kind, kind) == 0;
}

static bool
is_cookie(const struct row *row)
{
	return is_kind(row, "cookie") || is_kind(row, "set-cookie");
}

static bool
is_host(const struct row *row)
{
	return is_kind(row, "host") || is_kind(row, "reported");
}

/*
 * Whether all below it is others': "com", "co.uk", "github.io". A rule for it
 * would hold back much that nobody has seen.
 */
static bool
is_suffix(struct span host)
{
	char below[INVENTORY_NAME + 2] = "x.";
	struct span name = {below, host.n + 2};

	if (name.n > sizeof below)
		return true;
	memcpy(below + 2, host.p, host.n);
	return span_equal(url_registrable_domain(name), name);
}

static bool
is_address(struct span host)
{
	return host.n > 0 && ascii_is(host.p[host.n - 1], ASCII_DIGIT);
}

/* Whether it is a host as url.host has it, whole: nothing else is a rule. */
static bool
is_host_text(struct span name)
{
	size_t i;

	for (i = 0; i < name.n; i++)
		if (!ascii_is(name.p[i], ASCII_ALNUM) && name.p[i] != '-' &&
		    name.p[i] != '.' && name.p[i] != '_')
			return false;
	return name.n > 0 && name.p[0] != '.' && name.p[name.n - 1] != '.' &&
	       span_search(name, SPAN("..")) == name.n &&
	       (is_address(name) || !is_suffix(name));
}

/* Whether a rule may have it as a name, which stands for itself alone. */
static bool
is_cookie_text(struct span name)
{
	size_t i;

	for (i = 0; i < name.n; i++)
		if (name.p[i] == ' ' || name.p[i] == ';' || name.p[i] == '=' ||
		    name.p[i] == '*')
			return false;
	return name.n > 0 && name.n <= INVENTORY_NAME && utf8_is_text(name);
}

/* What a host is, to the vendors. */
static int
vendor_of_host(const struct policy *known, struct span host)
{
	const struct policy_rule *rule = policy_find_host(known, host);

	return rule == NULL ? -1 : rule->vendor;
}

/* The first word of a script's label that a vendor knows as a host. */
static int
vendor_of_label(const struct policy *known, struct span label)
{
	while (label.p != NULL) {
		struct span word = span_cut(&label, ' ');
		int vendor = span_find(word, '.') < word.n
				 ? vendor_of_host(known, word)
				 : -1;

		if (vendor >= 0)
			return vendor;
	}
	return -1;
}

static int
vendor_of(const struct policy *known, const struct row *row)
{
	const struct policy_rule *rule;

	if (is_cookie(row)) {
		rule = policy_find_cookie(known, row->seen);
		return rule == NULL ? -1 : rule->vendor;
	}
	return is_host(row) ? vendor_of_host(known, row->name)
			    : vendor_of_label(known, row->name);
}

/* A cookie's name up to its first digit, where that leaves some of it. */
static struct span
stem_of(struct span name)
{
	size_t i;

	for (i = 0; i < name.n; i++)
		if (ascii_is(name.p[i], ASCII_DIGIT))
			break;
	return i >= STEM ? span_sub(name, 0, i) : name;
}

/* The date of a time; empty where there is none. */
static struct span
date_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	struct span all = span_of(text);
	size_t i;

	for (i = 0; i < all.n && i < DAY; i++)
		if (!ascii_is(all.p[i], ASCII_DIGIT) && all.p[i] != '-')
			return SPAN("");
	return all.n < DAY ? SPAN("") : span_sub(all, 0, DAY);
}

/* The bytes that a name was spelled for (proxy/inventory_list). */
static struct span
unspell(struct proposal *p, struct span name)
{
	size_t from = p->seen.n, i = 0;

	while (i < name.n && p->rc == CONSENT_OK) {
		char byte = name.p[i++];
		uint64_t value;

		if (byte == '\\' && name.n - i > 2 && name.p[i] == 'x' &&
		    span_to_u64(span_sub(name, i + 1, 2), 16, 0xff, &value) ==
			CONSENT_OK) {
			byte = (char)value;
			i += 3;
		}
		p->rc = buf_append_byte(&p->seen, byte);
	}
	return span_sub(buf_span(&p->seen), from, p->seen.n);
}

/*
 * What stands for a cookie in a rule. A name that was cut is as long as such
 * are, and "..." is behind it; what is left of its last character goes.
 */
static void
read_cookie(struct proposal *p, struct row *row)
{
	const struct span dots = SPAN("...");

	row->seen = unspell(p, row->name);
	row->is_cut = row->seen.n == INVENTORY_NAME + dots.n &&
		      span_ends(row->seen, dots);
	if (row->is_cut)
		row->seen.n -= dots.n;
	row->key = row->seen;
	row->is_glob = row->is_cut;
	if (row->is_cut && utf8_valid(row->key) + 3 >= row->key.n)
		row->key.n = utf8_valid(row->key);
}

static void
read_row(struct proposal *p, const json_t *from)
{
	const char *kind = json_string_value(json_object_get(from, "kind"));
	const char *name = json_string_value(json_object_get(from, "name"));
	const char *path = json_string_value(json_object_get(from, "path"));
	struct row *row = &p->rows[p->n];

	if (kind == NULL || name == NULL || name[0] == '\0')
		return;
	*row = (struct row){.kind = kind, .path = path, .name = span_of(name)};
	row->count = json_integer_value(json_object_get(from, "count"));
	row->first = date_of(from, "first");
	row->last = date_of(from, "last");
	row->key = row->name;
	if (is_cookie(row))
		read_cookie(p, row);
	else if (is_host(row) && is_host_text(row->name))
		row->key = url_registrable_domain(row->name);
	row->vendor = vendor_of(p->options->known, row);
	p->n++;
}

/* Several names that go on with other digits are one rule. */
static void
join_cookies(struct proposal *p)
{
	size_t i, k;

	for (i = 0; i < p->n; i++) {
		struct row *a = &p->rows[i];
		struct span stem = stem_of(a->seen);

		if (!is_cookie(a) || stem.n == a->seen.n || a->is_cut)
			continue;
		for (k = i + 1; k < p->n; k++) {
			struct row *b = &p->rows[k];

			if (!is_cookie(b) || b->is_cut ||
			    b->vendor != a->vendor ||
			    span_equal(a->seen, b->seen) ||
			    !span_equal(stem, stem_of(b->seen)))
				continue;
			a->is_glob = b->is_glob = true;
			a->key = b->key = stem;
		}
	}
}

/* ---- text ------------------------------------------------------------- */

/* Inside of quotes: what is not plain is spelled as libconfig reads it. */
static void
say_quoted(struct proposal *p, struct span text)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		if (text.p[i] > ' ' && (unsigned char)text.p[i] < 0x7f &&
		    text.p[i] != '"' && text.p[i] != '\\')
			SAY(p, "%c", text.p[i]);
		else
			SAY(p, "\\x%02x", (unsigned)(unsigned char)text.p[i]);
}

/* In a comment: nothing ends it. */
static void
say_plain(struct proposal *p, struct span text)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		SAY(p, "%c",
		    text.p[i] >= ' ' && (unsigned char)text.p[i] < 0x7f
			? text.p[i]
			: '?');
}

static long long
add_counts(long long a, long long b)
{
	return a < 0 || b < 0 || a > INT64_MAX - b ? INT64_MAX : a + b;
}

static bool
is_same(const struct row *a, const struct row *b)
{
	bool alike = is_cookie(a) ? is_cookie(b)
		     : is_host(a) ? is_host(b)
				  : is_kind(b, a->kind);

	return alike && !b->is_done && a->is_glob == b->is_glob &&
	       span_equal(a->key, b->key);
}

/* Of two dates; one that is not known is before none. */
static bool
is_before(struct span a, struct span b)
{
	return a.n == DAY && b.n == DAY && memcmp(a.p, b.p, DAY) < 0;
}

/* Says when and how often all rows of the key of this one were seen. */
static void
say_seen(struct proposal *p, size_t at)
{
	struct row *row = &p->rows[at], all = *row;
	unsigned names = 0;
	size_t i;

	for (i = at + 1; i < p->n; i++) {
		const struct row *same = &p->rows[i];

		if (!is_same(row, same))
			continue;
		all.count = add_counts(all.count, same->count);
		if (is_before(same->first, all.first))
			all.first = same->first;
		if (is_before(all.last, same->last))
			all.last = same->last;
		if (all.path == NULL)
			all.path = same->path;
	}
	SAY(p, "  # seen %lld time%s", all.count, all.count == 1 ? "" : "s");
	if (all.first.n > 0 && all.last.n > 0)
		SAY(p, ", %.*s to %.*s", SPAN_ARG(all.first),
		    SPAN_ARG(all.last));
	if (all.path != NULL) {
		SAY(p, ", as on ");
		say_plain(p, span_of(all.path));
	}
	for (i = at; i < p->n; i++) {
		struct row *same = &p->rows[i];

		if (i != at && !is_same(row, same))
			continue;
		if (i != at)
			same->is_done = true;
		if (span_equal(
			is_cookie(same) ? same->seen : same->name, row->key) ||
		    names++ >= SHOWN)
			continue;
		SAY(p, names == 1 ? ": " : ", ");
		say_plain(p, same->name);
	}
	row->is_done = true;
	SAY(p, "%s\n", names > SHOWN ? ", ..." : "");
}

/* ---- lists ------------------------------------------------------------ */

static void
say_vendors(struct proposal *p)
{
	bool begun = false;
	size_t v, i;

	for (v = 0; v < p->facts->n_vendors; v++) {
		bool is_first = true;

		for (i = 0; i < p->n; i++) {
			struct row *row = &p->rows[i];

			if (row->vendor != (int)v)
				continue;
			if (is_first && !begun)
				SAY(p, "\n# Built in: each names its cookies, "
				       "hosts and scripts.\nvendors = (");
			if (is_first)
				SAY(p,
				    "%s\n  { name = \"%s\"; category = "
				    "\"%s\"; }",
				    begun ? "," : "", p->facts->vendors[v].id,
				    p->options->category);
			begun = true;
			is_first = false;
			row->is_done = true;
		}
	}
	if (begun)
		SAY(p, "\n);\n");
}

/* Whether a rule of the list can name it. */
static bool
fits(const struct row *row, bool cookies)
{
	if (row->is_done || cookies != is_cookie(row))
		return false;
	return cookies ? is_cookie_text(row->key)
		       : is_host(row) && is_host_text(row->name);
}

static void
say_list(struct proposal *p, bool cookies)
{
	bool begun = false;
	size_t i, k;

	for (i = 0; i < p->n; i++) {
		struct row *row = &p->rows[i];
		bool more = false;

		if (!fits(row, cookies))
			continue;
		if (!begun)
			SAY(p, "\n%s = (\n", cookies ? "cookies" : "resources");
		begun = true;
		for (k = i + 1; k < p->n && !more; k++)
			more = fits(&p->rows[k], cookies) &&
			       !is_same(row, &p->rows[k]);
		SAY(p, "  { %s = \"", cookies ? "name" : "host");
		say_quoted(p, row->key);
		SAY(p, "%s\"; category = \"%s\"; }%s", row->is_glob ? "*" : "",
		    p->options->category, more ? "," : "");
		say_seen(p, i);
	}
	if (begun)
		SAY(p, ");\n");
}

/* What no rule can be made of without the script at hand. */
static void
say_rest(struct proposal *p)
{
	bool begun = false;
	size_t i;

	for (i = 0; i < p->n; i++) {
		if (p->rows[i].is_done)
			continue;
		if (!begun)
			SAY(p, "\n# Without a rule: look these up. A rule for "
			       "a script is { inline = \"TEXT IN IT\"; }.\n");
		begun = true;
		SAY(p, "# %s \"", p->rows[i].kind);
		say_plain(p, p->rows[i].name);
		SAY(p, "\"");
		say_seen(p, i);
	}
}

static void
say_all(struct proposal *p)
{
	SAY(p, "# Proposed of what was seen and no rule names, for review.\n"
	       "# Where the policy has such a list already, its lines go "
	       "there.\n");
	say_vendors(p);
	say_list(p, true);
	say_list(p, false);
	say_rest(p);
}

/* Room for the names of all rows at once: spans into it must not move. */
static int
reserve_names(struct proposal *p, const json_t *rows)
{
	size_t i, n = 1;
	json_t *row;
	char *room;

	json_array_foreach(rows, i, row) n +=
	    json_string_length(json_object_get(row, "name"));
	buf_init(&p->seen, n);
	return buf_reserve(&p->seen, n, &room);
}

int
propose_write(
    const json_t *seen, const struct propose_options *options, struct buf *out)
{
	const json_t *rows = json_object_get(seen, "rows");
	struct proposal p = {.options = options,
	    .facts = policy_facts(options->known),
	    .out = out};
	size_t i, n = json_array_size(rows);

	if (!json_is_array(rows))
		return CONSENT_EINVAL;
	if (n > PROPOSE_ROWS)
		return CONSENT_ELIMIT;
	p.rows = calloc(n + 1, sizeof *p.rows);
	if (p.rows == NULL)
		return CONSENT_ENOMEM;
	p.rc = reserve_names(&p, rows);
	for (i = 0; i < n; i++)
		read_row(&p, json_array_get(rows, i));
	join_cookies(&p);
	if (p.n == 0)
		SAY(&p, "# nothing was seen that no rule names\n");
	else
		say_all(&p);
	free(p.rows);
	buf_fini(&p.seen);
	return p.rc;
}
