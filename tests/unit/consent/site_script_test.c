#include "consent/site_script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "consent/script.h"

#define STATE "{\"a\":\"<&'\"}"
#define TAG                                                                    \
	"<script data-base=\"/prefix/\" "                                      \
	"data-state=\"{&quot;a&quot;:&quot;&lt;&amp;&#39;&quot;}\">"

/* What stands between tag and end in the element of a script. */
static struct span
text_of(enum guard_form form, const char *tag, const char *end)
{
	static struct buf out;
	struct site_script *script = NULL;
	struct span element;

	buf_fini(&out);
	buf_init(&out, 4096);
	assert_int_equal(site_script_new("/prefix", &script), CONSENT_OK);
	assert_int_equal(
	    site_script_write(script, form, SPAN(STATE), &out), CONSENT_OK);
	site_script_free(script);
	element = buf_span(&out);
	assert_true(span_starts(element, span_of(tag)));
	assert_true(span_ends(element, span_of(end)));
	element = span_sub(element, strlen(tag), element.n);
	return span_sub(element, 0, element.n - strlen(end));
}

static void
it_is_small_and_named_by_its_hash(void **state)
{
	struct site_script *script = NULL;
	struct span text = text_of(GUARD_HTML, TAG, "</script>");
	char hash[CSP_HASH];

	(void)state;
	assert_true(text.n > 0 && text.n < 2048);
	assert_int_equal(script_hash(text, hash), CONSENT_OK);
	/* the same text below every prefix */
	assert_int_equal(site_script_new("/.consent", &script), CONSENT_OK);
	assert_string_equal(site_script_hash(script), hash);
	site_script_free(script);
}

/* Whatever the page is, its parser finds just the script. */
static void
nothing_in_it_is_read_as_markup(void **state)
{
	static const char *const markup[] = {"<!--", "</", "<script", "]]>"};
	struct span text = text_of(GUARD_HTML, TAG, "</script>");
	char *html = strndup(text.p, text.n);
	size_t i;

	(void)state;
	assert_non_null(html);
	for (i = 0; i < sizeof markup / sizeof markup[0]; i++)
		assert_true(span_search(text, span_of(markup[i])) == text.n);
	for (i = 0; i < text.n; i++)
		if (text.p[i] != '\n')
			assert_in_range(text.p[i], ' ', '~');
	text = text_of(GUARD_XML, TAG "<![CDATA[", "]]></script>");
	assert_true(span_equal(text, span_of(html)));
	free(html);
}

static void
what_does_not_fit_is_refused(void **state)
{
	struct site_script *script = NULL;
	char prefix[8192];
	struct buf out;

	(void)state;
	memset(prefix, 'x', sizeof prefix);
	prefix[0] = '/';
	prefix[sizeof prefix - 1] = '\0';
	assert_int_equal(site_script_new(prefix, &script), CONSENT_ELIMIT);
	assert_null(script);
	assert_int_equal(site_script_new("/.consent", &script), CONSENT_OK);
	buf_init(&out, 64);
	assert_int_equal(
	    site_script_write(script, GUARD_HTML, SPAN("{}"), &out),
	    CONSENT_ELIMIT);
	/* without it nothing is written */
	buf_clear(&out);
	assert_int_equal(
	    site_script_write(NULL, GUARD_HTML, SPAN("{}"), &out), CONSENT_OK);
	assert_int_equal(out.n, 0);
	site_script_free(script);
	buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_is_small_and_named_by_its_hash),
	    cmocka_unit_test(nothing_in_it_is_read_as_markup),
	    cmocka_unit_test(what_does_not_fit_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
