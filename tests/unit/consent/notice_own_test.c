#include <libconsent/notice.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "consent/texts.h"
#include "fixture.h"

static struct policy *policy;
static struct findings findings;
static struct notice_options options;

static int
setup(void **state)
{
	(void)state;
	policy = fixture_usual();
	options = (struct notice_options){.site = "https://www.library.example",
	    .controller = "Clinic & <Sons>"};
	findings_init(&findings);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	policy_free(policy);
	findings_fini(&findings);
	return 0;
}

static bool
has(struct span text, const char *needle)
{
	return span_search(text, span_of(needle)) < text.n;
}

/* Whether a warning says so, with that line; 0: any. */
static bool
is_warned(unsigned line, const char *text)
{
	size_t i;

	for (i = 0; i < findings.n; i++) {
		const struct finding *f = &findings.items[i];

		if (f->level == FINDING_WARNING &&
		    (line == 0 || f->place.line == line) &&
		    f->place.file != NULL && strstr(f->text, text) != NULL)
			return true;
	}
	return false;
}

/* The line of a category of the policy, which is never 0. */
static unsigned
line_of(const char *id)
{
	int found = policy_category(policy, span_of(id));

	assert_true(found >= 0);
	return policy_facts(policy)->categories[found].line;
}

static void
own_texts_come_first_and_english_fills_in(void **state)
{
	static const char text[] =
	    "name = \"Eigen\"; texts : { accept = \"Ja <x>\"; };\n"
	    "categories = ( { id = \"analytics\"; name = \"Tellen\";"
	    " purpose = \"Telt\"; } );\n"
	    "phrases = ( { text = \"Tells visitors apart\"; means = \"A\"; },\n"
	    " { text = \"Nobody says this\"; means = \"B\"; } );";
	static const char *const languages[] = {"nl"};
	char folder[] = "/tmp/notice_test.XXXXXX", path[64];
	struct notice_set *other = NULL;
	const struct notice_facts *facts;
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof path, "%s/nl.conf", folder);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	options.languages = languages;
	options.n_languages = 1;
	options.directory = folder;
	assert_int_equal(
	    notice_set_new(policy, &options, &findings, &other), CONSENT_OK);
	assert_int_equal(findings.errors, 0);
	/* texts, two categories of three, and one of two phrases */
	assert_int_equal(findings.warnings, TEXT_COUNT - 1 + 3);
	/* where the operator has named it, not where a text could stand */
	assert_true(is_warned(
	    line_of("essential"), "category \"essential\" has no text in: nl"));
	assert_true(is_warned(
	    line_of("marketing"), "category \"marketing\" has no text in: nl"));
	assert_true(is_warned(4, "no policy says \"Nobody says this\""));
	facts = notice_facts(notice_at(other, 0));
	assert_true(has(facts->banner, "Ja &lt;x&gt;"));
	assert_true(has(facts->banner, "Reject all"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
	notice_set_free(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		own_texts_come_first_and_english_fills_in, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
