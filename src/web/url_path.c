#include "web/url_parts.h"

void
room_put(struct room *room, char c)
{
	if (room->n < room->max)
		room->p[room->n++] = c;
}

void
room_escape(struct room *room, char c)
{
	static const char digits[] = "0123456789ABCDEF";

	room_put(room, '%');
	room_put(room, digits[(unsigned char)c >> 4]);
	room_put(room, digits[(unsigned char)c & 15]);
}

/* The percent-encode sets of 1.3 as bits: path set, special-query set. */
enum {
	P = 1, /* escaped in a path */
	Q = 2  /* escaped in a query */
};

static const unsigned char escaped[128] = {
    [' '] = P | Q,
    ['"'] = P | Q,
    ['#'] = P | Q,
    ['\''] = Q,
    ['<'] = P | Q,
    ['>'] = P | Q,
    ['?'] = P,
    ['^'] = P,
    ['`'] = P,
    ['{'] = P,
    ['}'] = P,
};

static bool
is_escaped(char c, unsigned set)
{
	unsigned char byte = (unsigned char)c;

	return byte < 0x20 || byte > 0x7E || (escaped[byte] & set) != 0;
}

/* How many dots a segment is (1 or 2), "%2e" counted as one; 0: it is none. */
static unsigned
dots(struct span segment)
{
	unsigned n = 0;

	while (segment.n > 0) {
		size_t step = 1;

		if (span_starts_nocase(segment, SPAN("%2e")))
			step = 3;
		else if (segment.p[0] != '.')
			return 0;
		if (++n > 2)
			return 0;
		segment = span_sub(segment, step, segment.n);
	}
	return n;
}

static bool
is_slash(char c)
{
	return c == '/' || c == '\\';
}

/* The length of the segment at the start of path. */
static size_t
segment_length(struct span path)
{
	size_t n = 0;

	while (n < path.n && !is_slash(path.p[n]))
		n++;
	return n;
}

bool
url_path_is_clean(struct span path)
{
	size_t i;

	if (path.n == 0 || path.p[0] != '/')
		return false;
	for (i = 0; i < path.n; i++) {
		char c = path.p[i];

		if (is_escaped(c, P) || c == '\\')
			return false;
		/* a dot segment begins right behind a slash */
		if (c == '/' && i + 1 < path.n &&
		    (path.p[i + 1] == '.' || path.p[i + 1] == '%') &&
		    dots(span_sub(path, i + 1,
			segment_length(span_sub(path, i + 1, path.n)))) > 0)
			return false;
	}
	return true;
}

/* Forgets the last segment: "/a/b/" becomes "/a/", "/" stays. */
static void
drop_segment(struct room *room, size_t start)
{
	if (room->n > start + 1)
		room->n--;
	while (room->n > start + 1 && room->p[room->n - 1] != '/')
		room->n--;
}

void
url_path_write(struct span base, struct span path, struct room *room)
{
	size_t start = room->n, i, n;
	unsigned up;

	for (i = 0; i < base.n; i++)
		room_put(room, base.p[i]);
	if (base.n == 0)
		room_put(room, '/');
	if (base.n == 0 && path.n > 0 && is_slash(path.p[0]))
		path = span_sub(path, 1, path.n);
	for (;;) {
		n = segment_length(path);
		up = dots(span_sub(path, 0, n));
		if (up == 2)
			drop_segment(room, start);
		for (i = 0; up == 0 && i < n; i++) {
			if (is_escaped(path.p[i], P))
				room_escape(room, path.p[i]);
			else
				room_put(room, path.p[i]);
		}
		if (n == path.n)
			return;
		if (up == 0)
			room_put(room, '/');
		path = span_sub(path, n + 1, path.n);
	}
}

bool
url_query_is_clean(struct span query)
{
	size_t i;

	for (i = 0; i < query.n; i++)
		if (is_escaped(query.p[i], Q))
			return false;
	return true;
}

void
url_query_write(struct span query, struct room *room)
{
	size_t i;

	for (i = 0; i < query.n; i++) {
		if (is_escaped(query.p[i], Q))
			room_escape(room, query.p[i]);
		else
			room_put(room, query.p[i]);
	}
}
