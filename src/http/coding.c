#include "http/coding.h"

#include "http/head_edit.h"
#include "web/weight.h"

#include <stdio.h>

enum {
	WEIGHT_UNSAID = -1,	/* the client did not name it */
	ACCEPT_LENGTH_MAX = 128 /* of the field that is written */
};

static const struct {
	const char *name;
	enum coding coding;
} names[] = {
    {"gzip", CODING_GZIP},
    {"x-gzip", CODING_GZIP},
    {"deflate", CODING_DEFLATE},
    {"br", CODING_BR},
    {"zstd", CODING_ZSTD},
    {"identity", CODING_IDENTITY},
};

enum coding
coding_named(struct span name)
{
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (span_equal_nocase(name, span_of(names[i].name)))
			return names[i].coding;
	return CODING_UNKNOWN;
}

struct span
coding_name(enum coding coding)
{
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].coding == coding)
			return span_of(names[i].name);
	return SPAN("");
}

/* What a client accepts, in thousandths, or WEIGHT_UNSAID. */
struct weights {
	int of[CODING_UNKNOWN]; /* by enum coding */
	int rest;		/* "*" */
};

/*
 * One member: a coding and perhaps a weight. What is malformed counts as not
 * accepted, which is always safe.
 */
static void
read_member(struct weights *w, struct span member)
{
	struct span name = span_trim(span_cut(&member, ';'));
	struct span weight = span_trim(member);
	enum coding coding = coding_named(name);
	int value = WEIGHT_ONE;

	if (member.p != NULL)
		value = span_starts_nocase(weight, SPAN("q="))
			    ? weight_parse(span_sub(weight, 2, weight.n))
			    : 0;
	if (value < 0)
		value = 0;
	if (span_equal(name, SPAN("*")))
		w->rest = value;
	else if (coding != CODING_UNKNOWN)
		w->of[coding] = value;
}

static void
read_weights(struct weights *w, const struct head *h, struct span name)
{
	size_t i = head_find(h, name, 0);

	for (; i != HEAD_NONE; i = head_find(h, name, i + 1)) {
		struct span list = h->fields[i].value;

		while (list.p != NULL)
			read_member(w, span_trim(span_cut(&list, ',')));
	}
}

/* Adds "gzip" or "gzip;q=0.5" to the list, unless it is not to be named. */
static int
put_weight(struct buf *list, enum coding coding, int weight)
{
	int rc = list->n > 0 ? buf_append(list, SPAN(", ")) : CONSENT_OK;

	if (rc == CONSENT_OK)
		rc = buf_append(list, coding_name(coding));
	return rc != CONSENT_OK || weight == WEIGHT_ONE
		   ? rc
		   : buf_printf(list, ";q=0.%03d", weight);
}

/* The weight of a coding: its own, or that of "*". */
static int
weight_of(const struct weights *w, enum coding coding)
{
	return w->of[coding] != WEIGHT_UNSAID ? w->of[coding] : w->rest;
}

/*
 * Writes the list. identity is named when the client weighed it, or when
 * nothing else is left.
 */
static int
put_list(struct buf *list, const struct weights *w)
{
	static const enum coding read[] = {
	    CODING_GZIP, CODING_DEFLATE, CODING_BR, CODING_ZSTD};
	int identity = weight_of(w, CODING_IDENTITY), rc = CONSENT_OK;
	size_t i;

	for (i = 0; i < sizeof read / sizeof read[0]; i++)
		if (rc == CONSENT_OK && weight_of(w, read[i]) > 0)
			rc = put_weight(list, read[i], weight_of(w, read[i]));
	if (rc == CONSENT_OK && list->n == 0)
		rc = put_weight(list, CODING_IDENTITY, WEIGHT_ONE);
	else if (rc == CONSENT_OK && identity != WEIGHT_UNSAID)
		rc = put_weight(list, CODING_IDENTITY, identity);
	return rc;
}

int
coding_narrow_accept(struct head *h)
{
	struct span name = SPAN("Accept-Encoding");
	struct weights w = {.rest = WEIGHT_UNSAID};
	struct buf list;
	size_t i;
	int rc;

	for (i = 0; i < sizeof w.of / sizeof w.of[0]; i++)
		w.of[i] = WEIGHT_UNSAID;
	buf_init(&list, ACCEPT_LENGTH_MAX);
	read_weights(&w, h, name);
	rc = put_list(&list, &w);
	if (rc == CONSENT_OK)
		rc = head_set(h, name, buf_span(&list));
	buf_fini(&list);
	return rc;
}
