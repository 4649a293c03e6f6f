#include "consent/page_value.h"

#include "base/ascii.h"
#include "web/refresh.h"

static bool
is_blank(char c)
{
	return ascii_is(c, ASCII_SPACE);
}

/* What follows leading blanks. */
static struct span
skip_blanks(struct span text)
{
	size_t from = 0;

	while (from < text.n && is_blank(text.p[from]))
		from++;
	return span_sub(text, from, text.n);
}

struct span
page_value_word(struct span *rest)
{
	struct span word = skip_blanks(*rest);
	size_t n = 0;

	while (n < word.n && !is_blank(word.p[n]))
		n++;
	*rest = span_sub(word, n, word.n);
	return span_sub(word, 0, n);
}

bool
page_value_has(struct span text, struct span needle)
{
	size_t i;

	for (i = 0; i + needle.n <= text.n; i++) {
		if (span_starts_nocase(span_sub(text, i, needle.n), needle))
			return true;
	}
	return false;
}

/* Skips the descriptors of a candidate through its comma. */
static void
skip_descriptors(struct span *rest)
{
	unsigned depth = 0;
	size_t i;

	for (i = 0; i < rest->n; i++) {
		char c = rest->p[i];

		if (c == ',' && depth == 0)
			break;
		if (c == '(')
			depth = 1;
		else if (c == ')')
			depth = 0;
	}
	*rest = span_sub(*rest, i, rest->n);
}

static bool
next_candidate(struct span *rest, struct span *url)
{
	size_t from = 0;

	while (
	    from < rest->n && (is_blank(rest->p[from]) || rest->p[from] == ','))
		from++;
	*rest = span_sub(*rest, from, rest->n);
	*url = page_value_word(rest);
	if (url->n == 0)
		return false;
	if (url->p[url->n - 1] != ',')
		skip_descriptors(rest);
	while (url->n > 0 && url->p[url->n - 1] == ',')
		url->n--;
	return true;
}

/* The whole value, once. */
static bool
next_whole(struct span *rest, struct span *url)
{
	*url = *rest;
	*rest = (struct span){NULL, 0};
	return url->p != NULL;
}

/* Where a refresh goes by each reading; nowhere is the page itself. */
static bool
next_refresh(struct span *rest, struct span *url)
{
	while (refresh_next(rest, url))
		if (url->n > 0)
			return true;
	return false;
}

bool
page_value_next(enum page_value kind, struct span *rest, struct span *url)
{
	switch (kind) {
	case PAGE_VALUE_URL:
	case PAGE_VALUE_LINK:
	case PAGE_VALUE_ACTION:
		return next_whole(rest, url);
	case PAGE_VALUE_URLS:
		*url = page_value_word(rest);
		return url->n > 0;
	case PAGE_VALUE_SRCSET:
		return next_candidate(rest, url);
	case PAGE_VALUE_ANIMATION:
		*url = span_cut(rest, ';');
		return url->p != NULL;
	case PAGE_VALUE_REFRESH:
		return next_refresh(rest, url);
	case PAGE_VALUE_STYLE:
	case PAGE_VALUE_CODE:
	case PAGE_VALUE_DOCUMENT:
		break;
	}
	return false;
}
