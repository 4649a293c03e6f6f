#include "lists/csv.h"

void
csv_init(struct csv *c,
    int (*on_record)(void *ctx, const struct csv_record *record), void *ctx)
{
	*c = (struct csv){.line = 1,
	    .first = 1,
	    .is_empty = true,
	    .on_record = on_record,
	    .ctx = ctx};
	buf_init(&c->text, CSV_BYTES);
}

void
csv_fini(struct csv *c)
{
	buf_fini(&c->text);
}

static int
put(struct csv *c, char byte)
{
	int rc = buf_append_byte(&c->text, byte);

	if (rc != CONSENT_ELIMIT)
		return rc;
	c->is_broken = true;
	return CONSENT_OK;
}

static void
end_field(struct csv *c)
{
	if (c->n == CSV_FIELDS)
		c->is_broken = true;
	else
		c->ends[c->n++] = c->text.n;
	c->state = CSV_START;
}

/* Empty lines are no records. */
static int
end_record(struct csv *c)
{
	struct csv_record record = {.line = c->first};
	size_t i, from = 0;
	int rc = CONSENT_OK;

	if (!c->is_empty) {
		end_field(c);
		record.n = c->n;
		record.is_broken = c->is_broken;
		for (i = 0; i < c->n; i++) {
			record.fields[i] = span_sub(
			    buf_span(&c->text), from, c->ends[i] - from);
			from = c->ends[i];
		}
		rc = c->on_record(c->ctx, &record);
	}
	buf_clear(&c->text);
	c->n = 0;
	c->is_broken = false;
	c->is_ending = false;
	c->is_empty = true;
	c->first = c->line + 1; /* the LF is counted behind this */
	return rc;
}

/* A byte outside of quotes. */
static int
take_plain(struct csv *c, char byte)
{
	if (byte == '\n')
		return end_record(c);
	if (byte == '\r' || c->is_ending) { /* alone it ends nothing */
		c->is_broken |= c->is_ending;
		c->is_ending = byte == '\r';
	}
	if (byte == '\r')
		return CONSENT_OK;
	c->is_empty = false;
	if (byte == ',') {
		end_field(c);
		return CONSENT_OK;
	}
	if (c->state == CSV_START && byte == '"') {
		c->state = CSV_QUOTED;
		return CONSENT_OK;
	}
	c->state = CSV_PLAIN;
	return put(c, byte);
}

static int
take(struct csv *c, char byte)
{
	if (c->state == CSV_QUOTED) {
		if (byte != '"')
			return put(c, byte);
		c->state = CSV_QUOTE;
		return CONSENT_OK;
	}
	if (c->state == CSV_QUOTE) {
		if (byte == '"') {
			c->state = CSV_QUOTED;
			return put(c, byte);
		}
		if (byte != ',' && byte != '\n' && byte != '\r')
			c->is_broken = true;
		c->state = CSV_PLAIN;
	}
	return take_plain(c, byte);
}

int
csv_feed(struct csv *c, struct span piece)
{
	size_t i;
	int rc = CONSENT_OK;

	for (i = 0; i < piece.n && rc == CONSENT_OK; i++) {
		rc = take(c, piece.p[i]);
		c->line += piece.p[i] == '\n';
	}
	return rc;
}

int
csv_end(struct csv *c)
{
	if (c->state == CSV_QUOTED)
		c->is_broken = true;
	return end_record(c);
}
