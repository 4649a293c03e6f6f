#include <libconsent/buf.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	BUF_FIRST = 256 /* smallest allocation */
};

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){.max = max};
}

void
buf_fini(struct buf *b)
{
	free(b->p);
	buf_init(b, b->max);
}

void
buf_clear(struct buf *b)
{
	b->n = 0;
}

struct span
buf_span(const struct buf *b)
{
	return (struct span){b->p, b->n};
}

static int
buf_grow(struct buf *b, size_t want)
{
	size_t cap = b->cap < BUF_FIRST ? BUF_FIRST : b->cap;
	char *p;

	while (cap < want)
		cap = cap > SIZE_MAX / 2 ? want : cap * 2;
	p = realloc(b->p, cap);
	if (p == NULL)
		return CONSENT_ENOMEM;
	b->p = p;
	b->cap = cap;
	return CONSENT_OK;
}

int
buf_reserve(struct buf *b, size_t n, char **room)
{
	if (n > b->max - b->n)
		return CONSENT_ELIMIT;
	if (b->n + n > b->cap || b->p == NULL) {
		int rc = buf_grow(b, b->n + n);

		if (rc != CONSENT_OK)
			return rc;
	}
	*room = b->p + b->n;
	return CONSENT_OK;
}

int
buf_append(struct buf *b, struct span s)
{
	char *room;
	int rc;

	if (s.n == 0)
		return CONSENT_OK;
	rc = buf_reserve(b, s.n, &room);
	if (rc != CONSENT_OK)
		return rc;
	memcpy(room, s.p, s.n);
	b->n += s.n;
	return CONSENT_OK;
}

int
buf_append_byte(struct buf *b, char c)
{
	return buf_append(b, (struct span){&c, 1});
}

int
buf_printf(struct buf *b, const char *format, ...)
{
	va_list args, again;
	char *room;
	int n, rc;

	va_start(args, format);
	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	rc = n < 0 ? CONSENT_EINVAL : CONSENT_OK;
	if (rc == CONSENT_OK && (size_t)n > b->max - b->n)
		rc = CONSENT_ELIMIT;
	if (rc == CONSENT_OK && b->n + (size_t)n + 1 > b->cap)
		rc = buf_grow(b, b->n + (size_t)n + 1);
	if (rc == CONSENT_OK) {
		room = b->p + b->n;
		(void)vsnprintf(room, (size_t)n + 1, format, again);
		b->n += (size_t)n;
	}
	va_end(again);
	return rc;
}

void
buf_drain(struct buf *b, size_t n)
{
	if (n >= b->n) {
		b->n = 0;
		return;
	}
	memmove(b->p, b->p + n, b->n - n);
	b->n -= n;
}

char *
buf_take(struct buf *b)
{
	char *p;

	if (b->n + 1 > b->cap && buf_grow(b, b->n + 1) != CONSENT_OK)
		return NULL;
	p = b->p;
	p[b->n] = '\0';
	buf_init(b, b->max);
	return p;
}
