#include "html/xml_names.h"

void
xml_names_init(struct xml_names *names)
{
	buf_init(&names->text, XML_NAMES_BYTES);
	names->depth = names->n_bindings = 0;
}

void
xml_names_fini(struct xml_names *names)
{
	buf_fini(&names->text);
}

int
xml_name_split(struct span name, struct xml_name *out)
{
	size_t colon = span_find(name, ':');
	struct span none = span_sub(name, 0, 0);

	if (colon == name.n) {
		*out = (struct xml_name){none, name};
		return name.n > 0 ? CONSENT_OK : CONSENT_ELIMIT;
	}
	out->prefix = span_sub(name, 0, colon);
	out->local = span_sub(name, colon + 1, name.n);
	if (out->prefix.n == 0 || out->local.n == 0 ||
	    span_find(out->local, ':') < out->local.n)
		return CONSENT_ELIMIT;
	return CONSENT_OK;
}

int
xml_names_open(struct xml_names *names, struct span name)
{
	size_t at = names->text.n;
	int rc;

	if (names->depth == XML_DEPTH_MAX)
		return CONSENT_ELIMIT;
	rc = buf_append(&names->text, name);
	if (rc != CONSENT_OK)
		return rc;
	names->elements[names->depth] = (uint32_t)at;
	names->ends[names->depth] = (uint32_t)names->text.n;
	names->depth++;
	return CONSENT_OK;
}

static enum xml_space
space_of(struct span uri)
{
	static const struct {
		const char *uri;
		enum xml_space space;
	} known[] = {
	    {"", XML_NONE},
	    {"http://www.w3.org/1999/xhtml", XML_HTML},
	    {"http://www.w3.org/2000/svg", XML_SVG},
	    {"http://www.w3.org/1998/Math/MathML", XML_MATHML},
	    {"http://www.w3.org/1999/xlink", XML_XLINK},
	    {"http://www.w3.org/XML/1998/namespace", XML_XML},
	    {"http://www.w3.org/1999/XSL/Transform", XML_XSLT},
	};
	size_t i;

	for (i = 0; i < sizeof known / sizeof known[0]; i++)
		if (span_equal(uri, span_of(known[i].uri)))
			return known[i].space;
	return XML_OTHER;
}

int
xml_names_bind(struct xml_names *names, struct span prefix, struct span uri)
{
	struct xml_binding *b = &names->bindings[names->n_bindings];
	size_t at = names->text.n;
	int rc;

	if (names->n_bindings == XML_BINDINGS_MAX)
		return CONSENT_ELIMIT;
	rc = buf_append(&names->text, prefix);
	if (rc != CONSENT_OK)
		return rc;
	*b = (struct xml_binding){(uint32_t)at, (uint32_t)prefix.n,
	    (uint32_t)names->depth, space_of(uri)};
	names->n_bindings++;
	return CONSENT_OK;
}

enum xml_space
xml_names_space(const struct xml_names *names, struct span prefix)
{
	struct span text = buf_span(&names->text);
	size_t i;

	if (span_equal(prefix, SPAN("xml")))
		return XML_XML;
	for (i = names->n_bindings; i-- > 0;) {
		const struct xml_binding *b = &names->bindings[i];

		if (span_equal(prefix, span_sub(text, b->at, b->n)))
			return b->space;
	}
	if (prefix.n == 0)
		return XML_NONE;
	/* unbound: an error, but to be sure the one that everybody means */
	return span_equal(prefix, SPAN("xlink")) ? XML_XLINK : XML_OTHER;
}

int
xml_names_close(struct xml_names *names, struct span name)
{
	size_t at, end;

	if (names->depth == 0)
		return CONSENT_ELIMIT;
	at = names->elements[names->depth - 1];
	end = names->ends[names->depth - 1];
	if (!span_equal(name, span_sub(buf_span(&names->text), at, end - at)))
		return CONSENT_ELIMIT;
	while (names->n_bindings > 0 &&
	       names->bindings[names->n_bindings - 1].depth == names->depth)
		names->n_bindings--;
	names->text.n = at;
	names->depth--;
	return CONSENT_OK;
}

bool
xml_names_has(const struct xml_names *names, struct span local)
{
	struct span text = buf_span(&names->text);
	struct xml_name name;
	size_t i;

	for (i = 0; i < names->depth; i++)
		if (xml_name_split(span_sub(text, names->elements[i],
				       names->ends[i] - names->elements[i]),
			&name) == CONSENT_OK &&
		    span_equal(name.local, local))
			return true;
	return false;
}
