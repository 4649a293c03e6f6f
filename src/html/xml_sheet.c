#include "html/xml_sheet.h"

#include "base/ascii.h"
#include "html/attribute.h"
#include "html/xml_element.h"
#include "html/xml_tag.h"

#include <string.h>

/* The form of a style sheet's instruction: a link's, or a script's. */
static int
put_sheet_form(struct xml *x, const struct rewriter_tag *parsed)
{
	struct span type = SPAN(""), href, name;
	struct buf scratch;
	int rc;

	buf_init(&scratch, x->options.tag_max);
	buf_clear(&x->edit);
	rc = rewriter_tag_attribute(parsed, SPAN("type"), &scratch, &type);
	if (rc != CONSENT_OK && rc != CONSENT_ENOENT)
		goto out;
	/* XSLT is a program that makes the page */
	name = span_search(type, SPAN("css")) < type.n || type.n == 0
		   ? SPAN("<link rel=\"stylesheet\" href=\"")
		   : SPAN("<script src=\"");
	rc = buf_append(&x->edit, name);
	if (rc != CONSENT_OK)
		goto out;
	buf_clear(&scratch);
	rc = rewriter_tag_attribute(parsed, SPAN("href"), &scratch, &href);
	if (rc == CONSENT_OK)
		rc = xml_escape(href, &x->edit);
	if (rc == CONSENT_OK)
		rc = buf_append(&x->edit, SPAN("\">"));
out:
	buf_fini(&scratch);
	return rc;
}

/*
 * Asks about a style sheet as if it were an element of HTML. CONSENT_ENOENT:
 * it names none.
 */
static int
ask_sheet(struct xml *x, struct span data, enum rewriter_verdict *verdict)
{
	struct xml_scope scope = {&x->names, &x->entities};
	struct rewriter_tag tag = {
	    .options = &x->options, .space = REWRITER_HTML};
	struct span name;
	int rc;

	buf_clear(&x->text);
	buf_clear(&x->form);
	rc = buf_printf(&x->text, "<x%.*s/>", SPAN_ARG(data));
	if (rc == CONSENT_OK)
		rc = xml_tag_read(&scope, buf_span(&x->text), &tag, &x->form);
	if (rc == CONSENT_OK)
		rc = xml_names_close(&x->names, SPAN("x"));
	if (rc == CONSENT_OK)
		rc = put_sheet_form(x, &tag);
	if (rc != CONSENT_OK)
		return rc;
	buf_clear(&x->form);
	rc = buf_append(&x->form, buf_span(&x->edit));
	if (rc != CONSENT_OK)
		return rc;
	tag.raw = buf_span(&x->form);
	tag.at = data;
	name = attribute_tag_name(tag.raw);
	tag.name_n = name.n;
	memcpy(tag.name, name.p, name.n);
	buf_clear(&x->edit);
	*verdict = x->handler.start_tag(x->ctx, &tag, &x->edit);
	return CONSENT_OK;
}

int
xml_instruction(struct xml *x, struct span raw)
{
	struct span target = span_sub(raw, 2, raw.n - 4), data;
	enum rewriter_verdict verdict = REWRITER_KEEP;
	size_t n = 0;
	int rc;

	while (n < target.n && !ascii_is(target.p[n], ASCII_SPACE))
		n++;
	data = span_sub(target, n, target.n);
	target = span_sub(target, 0, n);
	if (span_equal_nocase(target, SPAN("xml")) && x->part != PART_START)
		return CONSENT_ELIMIT;
	if (!span_equal(target, SPAN("xml-stylesheet")) || x->way != WAY_KEEP ||
	    x->handler.start_tag == NULL)
		return xml_pass(x, raw);
	rc = ask_sheet(x, data, &verdict);
	if (rc == CONSENT_ENOENT)
		return xml_pass(x, raw);
	if (rc != CONSENT_OK || verdict == REWRITER_FAIL)
		return rc == CONSENT_OK ? CONSENT_ELIMIT : rc;
	if (verdict == REWRITER_KEEP || verdict == REWRITER_HOLD)
		return xml_pass(x, raw);
	return output_drop(&x->out);
}
