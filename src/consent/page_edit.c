#include "consent/page_edit.h"

void
page_edits_init(struct page_edits *e, size_t max)
{
	buf_init(&e->bytes, max);
	e->n = 0;
}

void
page_edits_fini(struct page_edits *e)
{
	buf_fini(&e->bytes);
}

void
page_edits_clear(struct page_edits *e)
{
	buf_clear(&e->bytes);
	e->n = 0;
}

static struct span
bytes_at(const struct page_edits *e, size_t at, size_t n)
{
	/* an empty value must not read as none */
	return n == 0 ? SPAN("") : span_sub(buf_span(&e->bytes), at, n);
}

/* The change for a name that was copied last, new or the one before. */
static int
find(struct page_edits *e, size_t name, size_t n, struct page_edit **out)
{
	struct span wanted = bytes_at(e, name, n);
	size_t i;

	for (i = 0; i < e->n; i++) {
		struct page_edit *edit = &e->list[i];

		if (span_equal_nocase(
			wanted, bytes_at(e, edit->name, edit->name_n)))
			break;
	}
	if (i == ATTRIBUTE_CHANGES_MAX)
		return CONSENT_ELIMIT;
	if (i == e->n)
		e->n++;
	*out = &e->list[i];
	**out = (struct page_edit){.name = name, .name_n = n};
	return CONSENT_OK;
}

int
page_edits_remove(struct page_edits *e, struct span name)
{
	size_t at = e->bytes.n;
	struct page_edit *edit;
	int rc = buf_append(&e->bytes, name);

	if (rc == CONSENT_OK)
		rc = find(e, at, name.n, &edit);
	if (rc == CONSENT_OK)
		edit->removes = true;
	return rc;
}

/* Sets the attribute whose name begins with prefix. */
static int
set(struct page_edits *e, struct span prefix, struct span name,
    struct span value)
{
	size_t at = e->bytes.n, from;
	struct page_edit *edit;
	int rc = buf_append(&e->bytes, prefix);

	if (rc == CONSENT_OK)
		rc = buf_append(&e->bytes, name);
	from = e->bytes.n;
	if (rc == CONSENT_OK)
		rc = buf_append(&e->bytes, value);
	if (rc == CONSENT_OK)
		rc = find(e, at, prefix.n + name.n, &edit);
	if (rc != CONSENT_OK)
		return rc;
	edit->value = from;
	edit->value_n = value.n;
	return CONSENT_OK;
}

int
page_edits_set(struct page_edits *e, struct span name, struct span value)
{
	return set(e, SPAN(""), name, value);
}

int
page_edits_park(struct page_edits *e, struct span name, struct span value)
{
	int rc = set(e, SPAN("data-consent-"), name, value);

	return rc == CONSENT_OK ? page_edits_remove(e, name) : rc;
}

int
page_edits_apply(const struct page_edits *e, struct span tag, struct buf *out)
{
	struct attribute_change changes[ATTRIBUTE_CHANGES_MAX];
	size_t i;

	for (i = 0; i < e->n; i++) {
		const struct page_edit *edit = &e->list[i];

		changes[i] = (struct attribute_change){
		    .name = bytes_at(e, edit->name, edit->name_n)};
		if (!edit->removes)
			changes[i].value =
			    bytes_at(e, edit->value, edit->value_n);
	}
	return attribute_edit(tag, changes, e->n, out);
}
