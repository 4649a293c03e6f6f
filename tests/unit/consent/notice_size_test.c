#include <libconsent/notice.h>

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "base/embedded.h"
#include "fixture.h"

/*
 * What a first visit costs: 14 KB as gzip and 40 KB as it is for notice, sheet
 * and script together, of which the script may take 2 KB and 4 KB.
 */
enum {
	PACKED = 12 * 1024,
	PLAIN = 36 * 1024
};

/* The size of text as gzip has it: 12 bytes more than zlib's own frame. */
static size_t
packed(struct span text)
{
	uLongf n = compressBound(text.n);
	Bytef *out = malloc(n);

	assert_non_null(out);
	assert_int_equal(
	    compress2(out, &n, (const Bytef *)text.p, text.n, 6), Z_OK);
	free(out);
	return n + 12;
}

/* The demonstration's policy: seven services, thirteen cookies. */
static struct policy *
demo_policy(void)
{
	const struct embedded_file *file = embedded_find(embedded_policies,
	    embedded_policies_count, SPAN("policy-demo.conf"));
	struct span text;
	struct policy *policy;
	char *copy;

	assert_non_null(file);
	text = embedded_span(file);
	copy = calloc(1, text.n + 1);
	assert_non_null(copy);
	memcpy(copy, text.p, text.n);
	policy = fixture_policy(copy);
	free(copy);
	return policy;
}

static void
notice_and_sheet_are_small(void **state)
{
	struct notice_options options = {.site = "https://library.example",
	    .controller = "Averon International Hospital"};
	struct policy *policy = demo_policy();
	struct notice_set *set = NULL;
	struct findings findings;
	size_t i;

	(void)state;
	findings_init(&findings);
	assert_int_equal(
	    notice_set_new(policy, &options, &findings, &set), CONSENT_OK);
	for (i = 0; i < notice_count(set); i++) {
		const struct notice_facts *f = notice_facts(notice_at(set, i));
		struct span banner = notice_insert(notice_at(set, i), 0).banner;
		size_t plain = banner.n + f->css.n;
		size_t small = packed(banner) + packed(f->css);

		print_message(
		    "# %s: %zu bytes, %zu as gzip\n", f->lang, plain, small);
		assert_true(plain < PLAIN);
		assert_true(small < PACKED);
	}
	notice_set_free(set);
	findings_fini(&findings);
	policy_free(policy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(notice_and_sheet_are_small),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
