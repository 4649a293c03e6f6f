#include "consent/texts.h"
#include "consent/wording.h"

#include "base/embedded.h"
#include "fixture.h"

#include <stdio.h>
#include <string.h>

/* A policy that names every vendor that is built in. */
static struct policy *
policy_of_all(void)
{
	char text[8192];
	int n = snprintf(text, sizeof text,
	    "version = \"1\"; categories = ( { id = \"essential\"; required = "
	    "true; }, { id = \"analytics\"; }, { id = \"marketing\"; }, "
	    "{ id = \"media\"; }, { id = \"functional\"; }, "
	    "{ id = \"preferences\"; } );\nvendors = (");
	size_t i;

	for (i = 0; i < embedded_vendors_count; i++) {
		struct span name = span_of(embedded_vendors[i].name);

		n += snprintf(text + n, sizeof text - (size_t)n, "%s\"%.*s\"",
		    i == 0 ? "" : ", ", (int)name.n - 5, name.p);
	}
	(void)snprintf(text + n, sizeof text - (size_t)n, " );");
	return fixture_policy(text);
}

/* Whether a purpose has a translation; that it has none is said. */
static bool
has_phrase(const struct texts *texts, const char *phrase)
{
	if (phrase == NULL || strcmp(texts_phrase(texts, phrase), phrase) != 0)
		return true;
	print_error("%s: %s\n", texts_language(texts), phrase);
	return false;
}

static bool
has_lifetime(const struct texts *texts, const char *lifetime)
{
	char out[WORDING_TEXT];

	/* "session" and "2 minutes" are French, too */
	if (lifetime == NULL || strcmp(lifetime, "session") == 0 ||
	    strstr(lifetime, "minute") != NULL ||
	    strcmp(texts_lifetime(texts, lifetime, out), lifetime) != 0)
		return true;
	print_error("%s: %s\n", texts_language(texts), lifetime);
	return false;
}

/* What a policy tells of vendors and cookies that a notice has in English. */
static size_t
count_english(const struct texts *texts, const struct policy_facts *facts)
{
	size_t n = 0, i;

	for (i = 0; i < facts->n_vendors; i++)
		n += !has_phrase(texts, facts->vendors[i].purpose);
	for (i = 0; i < facts->n_rules; i++) {
		n += !has_phrase(texts, facts->rules[i].purpose);
		n += !has_lifetime(texts, facts->rules[i].lifetime);
	}
	return n;
}

static void
c16_shipped_phrases_are_translated(void **state)
{
	struct texts_source source = {NULL, NULL};
	struct policy *shipped = policy_of_all();
	const struct policy_facts *facts = policy_facts(shipped);
	struct findings findings;
	size_t i, n = 0, english = 0;
	char tag[16];

	(void)state;
	assert_int_equal(facts->n_vendors, embedded_vendors_count);
	findings_init(&findings);
	for (i = 0; i < embedded_notices_count; i++) {
		struct span name = span_of(embedded_notices[i].name);
		struct texts *texts = NULL;

		if (!span_ends(name, SPAN(".conf")) ||
		    span_equal(name, SPAN("en.conf")))
			continue;
		(void)snprintf(
		    tag, sizeof tag, "%.*s", (int)name.n - 5, name.p);
		assert_int_equal(
		    texts_new(tag, &source, &findings, &texts), CONSENT_OK);
		english += count_english(texts, facts);
		texts_free(texts);
		n++;
	}
	assert_true(n > 30);
	assert_int_equal(english, 0);
	findings_fini(&findings);
	policy_free(shipped);
	fixture_end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(c16_shipped_phrases_are_translated),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
