#include <libconsent/cookie.h>

void
cookie_walk_init(struct cookie_walk *walk, struct span field)
{
	walk->rest = field;
	if (field.n == 0)
		walk->rest.p = NULL;
}

bool
cookie_next(struct cookie_walk *walk, struct cookie_pair *out)
{
	struct span rest = walk->rest, pair;
	size_t end, equals;

	if (rest.p == NULL)
		return false;
	end = span_find(rest, ';');
	pair = span_sub(rest, 0, end);
	out->bytes = span_sub(rest, 0, end + 1);
	walk->rest = span_sub(rest, end + 1, rest.n);
	if (walk->rest.n == 0)
		walk->rest.p = NULL;
	equals = span_find(pair, '=');
	if (equals == pair.n) {
		out->name = span_sub(pair, 0, 0);
		out->value = span_trim(pair);
	} else {
		out->name = span_trim(span_sub(pair, 0, equals));
		out->value = span_trim(span_sub(pair, equals + 1, pair.n));
	}
	return true;
}

static bool
is_empty(const struct cookie_pair *pair)
{
	return pair->name.n == 0 && pair->value.n == 0;
}

/* Appends what follows up to the first pair that goes, as it came. */
static int
keep_rest(struct cookie_walk *walk, const struct cookie_choice *choice,
    struct buf *scratch)
{
	struct cookie_pair pair;
	int rc = CONSENT_OK;

	while (rc == CONSENT_OK && cookie_next(walk, &pair))
		if (is_empty(&pair) || choice->keep(choice->ctx, &pair))
			rc = buf_append(scratch, pair.bytes);
	return rc;
}

/* The field without what only separated or led to pairs that went. */
static struct span
tidy(struct span field)
{
	while (field.n > 0 &&
	       (field.p[0] == ' ' || field.p[0] == '\t' || field.p[0] == ';'))
		field = span_sub(field, 1, field.n);
	while (field.n > 0 &&
	       (field.p[field.n - 1] == ' ' || field.p[field.n - 1] == '\t' ||
		   field.p[field.n - 1] == ';'))
		field.n--;
	return field;
}

int
cookie_filter(struct span field, const struct cookie_choice *choice,
    struct buf *scratch, struct span *out)
{
	struct cookie_walk walk;
	struct cookie_pair pair;
	size_t kept = 0;
	int rc;

	buf_clear(scratch);
	cookie_walk_init(&walk, field);
	while (cookie_next(&walk, &pair)) {
		if (is_empty(&pair) || choice->keep(choice->ctx, &pair)) {
			kept += pair.bytes.n;
			continue;
		}
		rc = buf_append(scratch, span_sub(field, 0, kept));
		if (rc == CONSENT_OK)
			rc = keep_rest(&walk, choice, scratch);
		if (rc == CONSENT_OK)
			*out = tidy(buf_span(scratch));
		return rc;
	}
	*out = field;
	return CONSENT_OK;
}
