#include <string.h>

#include "html/attribute.h"
#include "html/rewriting.h"
#include "html/xml_names.h"

/* What a handler sees of a tag. */

struct span
rewriter_tag_name(const struct rewriter_tag *tag)
{
	return (struct span){tag->name, tag->name_n};
}

/* Whether the tree holds the value as it is spelled. */
static bool
is_plain(struct span value)
{
	return value.n == 0 || (memchr(value.p, '&', value.n) == NULL &&
				   memchr(value.p, '\r', value.n) == NULL &&
				   memchr(value.p, 0, value.n) == NULL);
}

int
rewriter_tag_attribute(const struct rewriter_tag *tag, struct span name,
    struct buf *scratch, struct span *value)
{
	size_t start = scratch->n;
	struct attribute a;
	int rc;

	if (!attribute_find(tag->raw, name, &a))
		return CONSENT_ENOENT;
	if (is_plain(a.value)) {
		*value = a.value;
		return CONSENT_OK;
	}
	rc = attribute_decode(&a, scratch);
	if (rc == CONSENT_OK)
		*value = span_sub(buf_span(scratch), start, scratch->n);
	return rc;
}

struct span
rewriter_tag_raw(const struct rewriter_tag *tag)
{
	return tag->raw;
}

struct span
rewriter_tag_at(const struct rewriter_tag *tag)
{
	return tag->at.n > 0 ? tag->at : tag->raw;
}

enum rewriter_space
rewriter_tag_space(const struct rewriter_tag *tag)
{
	return tag->space;
}

bool
rewriter_tag_may_have(const struct rewriter_tag *tag, uint32_t letters)
{
	return tag->letters == 0 || (tag->letters & letters) != 0;
}

unsigned
rewriter_tag_around(const struct rewriter_tag *tag)
{
	static const struct {
		unsigned context, rewriter;
	} rows[] = {
	    {CONTEXT_APART, REWRITER_APART},
	    {CONTEXT_IN_SELECT, REWRITER_IN_SELECT},
	    {CONTEXT_IN_FOREIGN, REWRITER_IN_FOREIGN},
	    {CONTEXT_IN_LINK, REWRITER_IN_LINK},
	};
	unsigned around = tag->options->around, here;
	size_t i;

	if (tag->names != NULL && xml_names_has(tag->names, SPAN("template")))
		around |= REWRITER_APART;
	here = tag->context != NULL ? context_around(tag->context) : 0;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if ((here & rows[i].context) != 0)
			around |= rows[i].rewriter;
	return around;
}

struct rewriter_options
rewriter_tag_nested(const struct rewriter_tag *tag, enum rewriter_start start)
{
	struct rewriter_options options = *tag->options;

	options.start = start;
	options.nesting++;
	options.around = start == REWRITER_PAGE ? 0 : rewriter_tag_around(tag);
	return options;
}
