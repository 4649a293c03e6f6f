#include "report/diff.h"

#include <libconsent/buf.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The difference as text: a mark, the line, a newline. */
static void
expect(const char *before, const char *after, const char *wanted)
{
	static const char marks[] = {' ', '-', '+'};
	struct diff d;
	struct buf out;
	size_t i;

	buf_init(&out, 1 << 16);
	assert_int_equal(
	    diff_texts(span_of(before), span_of(after), &d), CONSENT_OK);
	for (i = 0; i < d.n; i++)
		assert_int_equal(
		    buf_printf(&out, "%c%.*s\n", marks[d.lines[i].kind],
			SPAN_ARG(d.lines[i].text)),
		    CONSENT_OK);
	assert_true(span_equal(buf_span(&out), span_of(wanted)));
	diff_fini(&d);
	buf_fini(&out);
}

static void
lines_are_kept_removed_and_added(void **state)
{
	(void)state;
	expect("", "", "");
	expect("a\n", "a\n", " a\n");
	expect("", "a\nb\n", "+a\n+b\n");
	expect("a\nb\n", "", "-a\n-b\n");
	expect("a\nb\nc\n", "a\nx\nc\n", " a\n-b\n+x\n c\n");
	expect("a\nb\nc\nd\n", "b\nd\ne\n", "-a\n b\n-c\n d\n+e\n");
	expect("a\na\n", "a\na\na\n", " a\n a\n+a\n");
	expect("a", "b", "-a\n+b\n");
}

static void
numbers_of_lines_are_told(void **state)
{
	struct diff d;

	(void)state;
	assert_int_equal(
	    diff_texts(SPAN("a\nb\nc\n"), SPAN("a\nc\nd\ne\n"), &d),
	    CONSENT_OK);
	assert_int_equal(d.removed, 1);
	assert_int_equal(d.added, 2);
	diff_fini(&d);
}

/* No table of a million million cells, and no line that gets lost. */
static void
large_texts_are_compared_in_one_piece(void **state)
{
	enum {
		N = 3000
	};
	char *before = calloc(N, 2), *after = calloc(N, 2);
	struct diff d;
	size_t i;

	(void)state;
	assert_true(before != NULL && after != NULL);
	for (i = 0; i < N; i++) {
		memcpy(before + 2 * i, "a\n", 2);
		memcpy(after + 2 * i, "b\n", 2);
	}
	assert_int_equal(diff_texts((struct span){before, 2 * N},
			     (struct span){after, 2 * N}, &d),
	    CONSENT_OK);
	assert_int_equal(d.removed, N);
	assert_int_equal(d.added, N);
	diff_fini(&d);
	free(before);
	free(after);
}

int
main(void)
{
	const struct CMUnitTest cases[] = {
	    cmocka_unit_test(lines_are_kept_removed_and_added),
	    cmocka_unit_test(numbers_of_lines_are_told),
	    cmocka_unit_test(large_texts_are_compared_in_one_piece),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(cases, NULL, NULL);
}
