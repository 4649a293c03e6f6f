#include "http/head_edit.h"

#include "http/head_parse.h"

#include <string.h>

/* A cursor into memory that is known to be large enough. */
static char *
put(char *at, struct span s)
{
	if (s.n > 0)
		memcpy(at, s.p, s.n);
	return at + s.n;
}

/*
 * Finds n bytes at the end of the arena. They are not taken until the caller
 * adds to h->used. CONSENT_ELIMIT, CONSENT_ENOMEM.
 */
static int
arena_room(struct head *h, size_t n, char **room)
{
	int rc = head_open(h);

	if (rc != CONSENT_OK)
		return rc;
	if (n > h->limits.bytes + HEAD_SPARE_BYTES - h->used)
		return CONSENT_ELIMIT;
	*room = h->arena + h->used;
	return CONSENT_OK;
}

int
head_start_request(struct head *h, struct span method, struct span target)
{
	char *room;
	int rc;

	if (!head_is_token(method) || !head_is_visible(target))
		return CONSENT_EINVAL;
	rc = arena_room(h, method.n + target.n, &room);
	if (rc != CONSENT_OK)
		return rc;
	put(put(room, method), target);
	h->used += method.n + target.n;
	h->method = (struct span){room, method.n};
	h->target = (struct span){room + method.n, target.n};
	h->status = 0;
	h->reason = (struct span){NULL, 0};
	return CONSENT_OK;
}

int
head_start_response(struct head *h, unsigned status, struct span reason)
{
	char *room;
	int rc;

	if (status < 100 || status > 999 || !head_is_value(reason))
		return CONSENT_EINVAL;
	if (reason.n == 0)
		reason = head_reason(status);
	rc = arena_room(h, reason.n, &room);
	if (rc != CONSENT_OK)
		return rc;
	put(room, reason);
	h->used += reason.n;
	h->status = status;
	h->reason = (struct span){room, reason.n};
	h->method = h->target = (struct span){NULL, 0};
	return CONSENT_OK;
}

/* Spells a field in the arena; nothing is taken when it fails. */
static int
spell_field(struct head *h, struct head_field *out)
{
	struct span value = span_trim(out->value);
	size_t n = out->name.n + value.n + 4;
	char *room;
	int rc;

	if (!head_is_token(out->name) || !head_is_value(value))
		return CONSENT_EINVAL;
	rc = arena_room(h, n, &room);
	if (rc != CONSENT_OK)
		return rc;
	put(put(put(put(room, out->name), SPAN(": ")), value), SPAN("\r\n"));
	h->used += n;
	out->value = (struct span){room + out->name.n + 2, value.n};
	out->name = (struct span){room, out->name.n};
	out->line = (struct span){room, n};
	out->live = true;
	return CONSENT_OK;
}

int
head_add(struct head *h, struct span name, struct span value)
{
	struct head_field field = {.name = name, .value = value};
	int rc;

	if (h->count == h->limits.fields + HEAD_SPARE_FIELDS)
		return CONSENT_ELIMIT;
	rc = spell_field(h, &field);
	if (rc == CONSENT_OK)
		h->fields[h->count++] = field;
	return rc;
}

int
head_replace(struct head *h, size_t index, struct span value)
{
	struct head_field field = {
	    .name = h->fields[index].name, .value = value};
	int rc = spell_field(h, &field);

	if (rc == CONSENT_OK)
		h->fields[index] = field;
	return rc;
}

int
head_set(struct head *h, struct span name, struct span value)
{
	size_t first = head_find(h, name, 0), i;
	int rc;

	if (first == HEAD_NONE)
		return head_add(h, name, value);
	rc = head_replace(h, first, value);
	if (rc != CONSENT_OK)
		return rc;
	i = head_find(h, name, first + 1);
	for (; i != HEAD_NONE; i = head_find(h, name, i + 1))
		head_drop(h, i);
	return CONSENT_OK;
}

void
head_drop(struct head *h, size_t index)
{
	h->fields[index].live = false;
}

void
head_drop_all(struct head *h, struct span name)
{
	size_t i = head_find(h, name, 0);

	for (; i != HEAD_NONE; i = head_find(h, name, i + 1))
		head_drop(h, i);
}

/* A message without these is another message: they are never listed away. */
static bool
is_end_to_end(struct span name)
{
	static const struct span names[] = {SPAN_INIT("Host"),
	    SPAN_INIT("Content-Length"), SPAN_INIT("Content-Type"),
	    SPAN_INIT("Content-Encoding")};
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (span_equal_nocase(name, names[i]))
			return true;
	return false;
}

static void
drop_listed(struct head *h, struct span list)
{
	while (list.p != NULL) {
		struct span name = span_trim(span_cut(&list, ','));

		if (name.n > 0 && !is_end_to_end(name))
			head_drop_all(h, name);
	}
}

void
head_drop_hops(struct head *h)
{
	static const struct span hops[] = {SPAN_INIT("Connection"),
	    SPAN_INIT("Keep-Alive"), SPAN_INIT("Proxy-Authenticate"),
	    SPAN_INIT("Proxy-Authorization"), SPAN_INIT("Proxy-Connection"),
	    SPAN_INIT("TE"), SPAN_INIT("Trailer"),
	    SPAN_INIT("Transfer-Encoding"), SPAN_INIT("Upgrade")};
	struct span first = SPAN("Connection");
	size_t i;

	for (i = 0; i < h->count; i++)
		if (h->fields[i].live &&
		    span_equal_nocase(h->fields[i].name, first))
			drop_listed(h, h->fields[i].value);
	for (i = 0; i < sizeof hops / sizeof hops[0]; i++)
		head_drop_all(h, hops[i]);
}

static size_t
start_length(const struct head *h)
{
	if (h->status != 0)
		return sizeof "HTTP/1.1 200 \r\n" - 1 + h->reason.n;
	return h->method.n + h->target.n + sizeof "  HTTP/1.1\r\n" - 1;
}

static char *
put_start(char *at, const struct head *h)
{
	char code[3] = {(char)('0' + h->status / 100 % 10),
	    (char)('0' + h->status / 10 % 10), (char)('0' + h->status % 10)};

	if (h->status == 0) {
		at = put(put(at, h->method), SPAN(" "));
		return put(put(at, h->target), SPAN(" HTTP/1.1\r\n"));
	}
	at = put(put(at, SPAN("HTTP/1.1 ")), (struct span){code, 3});
	return put(put(put(at, SPAN(" ")), h->reason), SPAN("\r\n"));
}

static size_t
fields_length(const struct head *h)
{
	size_t i, n = 2;

	for (i = 0; i < h->count; i++)
		if (h->fields[i].live)
			n += h->fields[i].line.n;
	return n;
}

/* Lines that are neighbours in the arena go over in one copy. */
static char *
put_fields(char *at, const struct head *h)
{
	struct span run = {NULL, 0};
	size_t i;

	for (i = 0; i < h->count; i++) {
		struct span line = h->fields[i].line;

		if (!h->fields[i].live)
			continue;
		if (run.n == 0 || line.p != run.p + run.n) {
			at = put(at, run);
			run = line;
		} else {
			run.n += line.n;
		}
	}
	return put(put(at, run), SPAN("\r\n"));
}

int
head_write(const struct head *h, struct buf *out)
{
	size_t n = start_length(h) + fields_length(h);
	char *room;
	int rc;

	if (h->status == 0 && h->method.n == 0)
		return CONSENT_EINVAL;
	rc = buf_reserve(out, n, &room);
	if (rc != CONSENT_OK)
		return rc;
	put_fields(put_start(room, h), h);
	out->n += n;
	return CONSENT_OK;
}

int
head_write_fields(const struct head *h, struct buf *out)
{
	size_t n = fields_length(h);
	char *room;
	int rc = buf_reserve(out, n, &room);

	if (rc != CONSENT_OK)
		return rc;
	put_fields(room, h);
	out->n += n;
	return CONSENT_OK;
}
