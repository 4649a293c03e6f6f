#include <libconsent/notice.h>

#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "html/xml.h"

static struct policy *policy;
static struct notice_set *set;
static struct findings findings;
static struct notice_options options;

static int
setup(void **state)
{
	(void)state;
	policy = fixture_usual();
	options =
	    (struct notice_options){.site = "https://www.library.example"};
	findings_init(&findings);
	assert_int_equal(
	    notice_set_new(policy, &options, &findings, &set), CONSENT_OK);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	notice_set_free(set);
	policy_free(policy);
	findings_fini(&findings);
	return 0;
}

static bool
has(struct span text, const char *needle)
{
	return span_search(text, span_of(needle)) < text.n;
}

/* A set with this look, in place of the usual one. */
static const struct notice *
with_look(const struct notice_look *look)
{
	notice_set_free(set);
	set = NULL;
	options.look = look;
	assert_int_equal(
	    notice_set_new(policy, &options, &findings, &set), CONSENT_OK);
	return notice_at(set, 0);
}

static void
look_is_in_the_sheet_and_never_inline(void **state)
{
	struct notice_look look = {.light = {"#884400", NULL, NULL},
	    .logo = "/assets/logo.svg",
	    .radius = 4,
	    .position = NOTICE_TOP,
	    .control = NOTICE_CONTROL_END};
	char before[128];
	const struct notice_facts *f;

	(void)state;
	(void)snprintf(before, sizeof before, "%s",
	    notice_facts(notice_at(set, 0))->css_url);
	f = notice_facts(with_look(&look));
	assert_string_not_equal(f->css_url, before);
	assert_true(has(f->css, "--consent-strong: #884400;"));
	assert_true(has(f->css, "--consent-radius: 4px;"));
	assert_true(has(f->bundle, "--consent-strong: #884400;"));
	assert_false(has(f->banner, "style="));
	assert_true(has(f->banner, " data-at=\"top\""));
	assert_true(has(f->control, " data-at=\"end\""));
	assert_true(has(f->banner, "<img class=\"consent-logo\" alt=\"\" "
				   "src=\"/assets/logo.svg\"/>"));
	assert_true(xml_fits(f->banner));
	assert_true(has(notice_insert(notice_at(set, 0), 0).banner,
	    "src=\"https://www.library.example/assets/logo.svg\""));
	look.logo = "//evil.example/x";
	notice_set_free(set);
	set = NULL;
	assert_int_equal(
	    notice_set_new(policy, &options, &findings, &set), CONSENT_EINVAL);
}

/* Boxes of embeds are dressed by the same sheet. */
static void
r17_without_a_control_the_sheet_stays(void **state)
{
	struct notice_look look = {
	    .radius = NOTICE_RADIUS, .control = NOTICE_CONTROL_NONE};
	const struct notice_facts *f = notice_facts(with_look(&look));

	(void)state;
	assert_false(has(f->control, "<a"));
	assert_true(has(f->control, "/.consent/notice.css?v="));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(look_is_in_the_sheet_and_never_inline),
	    TEST(r17_without_a_control_the_sheet_stays),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
