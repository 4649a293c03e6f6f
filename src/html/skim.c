#include "html/skim.h"

#include <string.h>

#include "base/ascii.h"
#include "html/element.h"
#include "html/tokenizer.h"

bool
skim_may_be_code(char c)
{
	return (unsigned char)c <= ' ' || ascii_lower(c) == 'j' || c == '&';
}

/* Behind a name in lower case; names in capitals are for others. */
static const char *
skip_name(const char *p, const char *end)
{
	while (
	    p < end && (ascii_is(*p, ASCII_LOWER | ASCII_DIGIT) || *p == '-'))
		p++;
	return p;
}

static bool
ends_name(char c)
{
	return c == '>' || c == '/' || ascii_is(c, ASCII_SPACE);
}

/*
 * Behind an attribute's value, p being behind its '='. NULL where the window
 * ends, or where it is none that is spelled as most are.
 */
static const char *
skip_value(const char *p, const char *end, bool is_link)
{
	char quote;

	if (p == end)
		return NULL;
	quote = *p;
	if (quote == '"' || quote == '\'') {
		if (++p == end || (is_link && skim_may_be_code(*p)))
			return NULL;
		p = memchr(p, quote, (size_t)(end - p));
		return p == NULL ? NULL : p + 1;
	}
	if (is_link || quote == '>' || ascii_is(quote, ASCII_SPACE))
		return NULL;
	while (p < end && *p != '>' && !ascii_is(*p, ASCII_SPACE))
		p++;
	return p;
}

/* Behind the tag, p being behind its name. NULL when it wants a look. */
static const char *
skip_attributes(const char *p, const char *end, struct skim_wish wish)
{
	for (;;) {
		uint32_t letter;

		while (p < end && ascii_is(*p, ASCII_SPACE))
			p++;
		if (p < end && *p == '>')
			return p + 1;
		if (end - p >= 2 && p[0] == '/' && p[1] == '>')
			return p + 2;
		if (p == end || !ascii_is(*p, ASCII_TCHAR))
			return NULL;
		letter = tokenizer_letter(*p);
		if ((wish.letters & letter) != 0)
			return NULL;
		while (p < end && ascii_is(*p, ASCII_TCHAR))
			p++;
		if (p < end && *p == '=')
			p = skip_value(p + 1, end, (wish.links & letter) != 0);
		if (p == NULL)
			return NULL;
	}
}

static bool
is_link(struct span name)
{
	return name.n == 1 && name.p[0] == 'a';
}

/* Behind a start tag, p being at its name. NULL when it wants a look. */
static const char *
skip_start_tag(
    const char *p, const char *end, skim_wishes *wishes, bool *in_link)
{
	const char *behind = skip_name(p, end);
	struct span name = {p, (size_t)(behind - p)};
	struct skim_wish wish;

	if (behind == end || !ends_name(*behind) || !element_is_plain(name))
		return NULL;
	wish = wishes(name);
	if (wish.letters == UINT32_MAX)
		return NULL;
	behind = skip_attributes(behind, end, wish);
	if (behind != NULL && is_link(name))
		*in_link = true;
	return behind;
}

/* Behind an end tag without attributes, p being at its name; or NULL. */
static const char *
skip_end_tag(const char *p, const char *end, bool *in_link)
{
	const char *behind = skip_name(p, end);

	if (behind == end || *behind != '>')
		return NULL;
	if (is_link((struct span){p, (size_t)(behind - p)}))
		*in_link = false;
	return behind + 1;
}

/* Behind what begins with the '<' at p; NULL when it wants a look. */
static const char *
skip_markup(const char *p, const char *end, skim_wishes *wishes, bool *in_link)
{
	if (end - p < 3)
		return NULL;
	if (ascii_is(p[1], ASCII_LOWER))
		return skip_start_tag(p + 1, end, wishes, in_link);
	if (p[1] == '/' && ascii_is(p[2], ASCII_LOWER))
		return skip_end_tag(p + 2, end, in_link);
	return NULL;
}

size_t
skim(struct span text, skim_wishes *wishes, bool *in_link)
{
	const char *p = text.p, *end = text.p + text.n;

	while (p < end) {
		const char *tag = memchr(p, '<', (size_t)(end - p));

		if (tag == NULL)
			return text.n;
		p = skip_markup(tag, end, wishes, in_link);
		if (p == NULL)
			return (size_t)(tag - text.p);
	}
	return text.n;
}
