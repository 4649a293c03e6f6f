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

/* No tag of that name is to be passed over. */
static const struct skim_wish look = {UINT32_MAX, 0};

/* A name in lower case; one in capitals is for others. */
struct name {
	struct span text;
	uint64_t word; /* its bytes; of a longer one the last SKIM_WORD */
};

static struct name
take_name(const char *p, const char *end)
{
	struct name name = {{p, 0}, 0};

	for (;
	     p < end && (ascii_is(*p, ASCII_LOWER | ASCII_DIGIT) || *p == '-');
	     p++)
		name.word = name.word << 8 | (unsigned char)*p;
	name.text.n = (size_t)(p - name.text.p);
	return name;
}

static const char *
behind_name(const struct name *name)
{
	return name->text.p + name->text.n;
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
is_link(const struct name *name)
{
	return name->word == 'a' && name->text.n == 1;
}

static struct skim_wish
ask(const struct skim *s, struct span name)
{
	return element_is_plain(name) ? s->wishes(name) : look;
}

/* What is wished for of an element; most tags have a name that was seen. */
static struct skim_wish
wish_of(struct skim *s, const struct name *name)
{
	const uint64_t golden = 0x9e3779b97f4a7c15;
	struct skim_known *known =
	    &s->known[name->word * golden >> 32 & (SKIM_KNOWN - 1)];

	if (name->text.n > SKIM_WORD)
		return ask(s, name->text);
	if (known->word != name->word)
		*known = (struct skim_known){name->word, ask(s, name->text)};
	return known->wish;
}

/* Behind a start tag, p being at its name. NULL when it wants a look. */
static const char *
skip_start_tag(struct skim *s, const char *p, const char *end, bool *in_link)
{
	struct name name = take_name(p, end);
	const char *behind = behind_name(&name);
	struct skim_wish wish;

	if (behind == end || !ends_name(*behind))
		return NULL;
	wish = wish_of(s, &name);
	if (wish.letters == look.letters)
		return NULL;
	behind = skip_attributes(behind, end, wish);
	if (behind != NULL && is_link(&name))
		*in_link = true;
	return behind;
}

/* Behind an end tag without attributes, p being at its name; or NULL. */
static const char *
skip_end_tag(const char *p, const char *end, bool *in_link)
{
	struct name name = take_name(p, end);
	const char *behind = behind_name(&name);

	if (behind == end || *behind != '>')
		return NULL;
	if (is_link(&name))
		*in_link = false;
	return behind + 1;
}

/* Behind what begins with the '<' at p; NULL when it wants a look. */
static const char *
skip_markup(struct skim *s, const char *p, const char *end, bool *in_link)
{
	if (end - p < 3)
		return NULL;
	if (ascii_is(p[1], ASCII_LOWER))
		return skip_start_tag(s, p + 1, end, in_link);
	if (p[1] == '/' && ascii_is(p[2], ASCII_LOWER))
		return skip_end_tag(p + 2, end, in_link);
	return NULL;
}

void
skim_begin(struct skim *s, skim_wishes *wishes)
{
	*s = (struct skim){.wishes = wishes};
}

size_t
skim(struct skim *s, struct span text, bool *in_link)
{
	const char *p = text.p, *end = text.p + text.n;

	while (p < end) {
		const char *tag = memchr(p, '<', (size_t)(end - p));

		if (tag == NULL)
			return text.n;
		p = skip_markup(s, tag, end, in_link);
		if (p == NULL)
			return (size_t)(tag - text.p);
	}
	return text.n;
}
