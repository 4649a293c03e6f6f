#include "html/attribute.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Checks that a tag reads as "name|attribute=value|...". */
static void
check_walk(struct span tag, struct span want)
{
	struct attribute_cursor c = attribute_begin(tag);
	struct attribute a;
	struct buf out;

	buf_init(&out, 1024);
	assert_int_equal(buf_append(&out, attribute_tag_name(tag)), 0);
	while (attribute_next(&c, &a))
		assert_int_equal(buf_printf(&out, "|%.*s=%.*s",
				     SPAN_ARG(a.name), SPAN_ARG(a.value)),
		    0);
	if (!span_equal(buf_span(&out), want))
		fail_msg(
		    "%.*s reads %.*s", SPAN_ARG(tag), SPAN_ARG(buf_span(&out)));
	buf_fini(&out);
}

static void
walks_awkward_spellings(void **state)
{
	const struct span rows[][2] = {
	    {SPAN("<a>"), SPAN("a")},
	    {SPAN("</a b=c>"), SPAN("a|b=c")},
	    {SPAN("<script/src=x/y>"), SPAN("script|src=x/y")},
	    {SPAN("<a href = 'x > y' b>"), SPAN("a|href=x > y|b=")},
	    {SPAN("<a b=\"c\"d='e'/>"), SPAN("a|b=c|d=e")},
	    {SPAN("<a\tb\n=\fc\rd>"), SPAN("a|b=c|d=")},
	    {SPAN("<a =b=c>"), SPAN("a|=b=c")},
	    {SPAN("<a b= >"), SPAN("a|b=")},
	    {SPAN("<a / / b//c/>"), SPAN("a|b=|c=")},
	    {SPAN("<a b=c\"d'e>"), SPAN("a|b=c\"d'e")},
	    {SPAN("<a b='' b=2>"), SPAN("a|b=|b=2")},
	    {SPAN("<a b\"c>"), SPAN("a|b\"c=")},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check_walk(rows[i][0], rows[i][1]);
}

static void
the_first_of_a_name_counts(void **state)
{
	struct attribute a;

	(void)state;
	assert_true(
	    attribute_find(SPAN("<img SRC=one src=two>"), SPAN("src"), &a));
	assert_true(span_equal(a.value, SPAN("one")));
	assert_true(span_equal(a.raw, SPAN("SRC=one")));
	assert_false(attribute_find(SPAN("<img srcset=x>"), SPAN("src"), &a));
}

static void
values_are_decoded(void **state)
{
	struct attribute a;
	struct buf out;

	(void)state;
	buf_init(&out, 64);
	assert_true(attribute_find(
	    SPAN("<a b='&#116;r&lt\r\n&copy=\0'>"), SPAN("b"), &a));
	assert_int_equal(attribute_decode(&a, &out), 0);
	assert_true(
	    span_equal(buf_span(&out), SPAN("tr<\n&copy=\xEF\xBF\xBD")));
	buf_fini(&out);
}

static void
check_edit(struct span tag, struct span want)
{
	const struct attribute_change changes[] = {
	    {SPAN("gone"), {NULL, 0}},
	    {SPAN("set"), SPAN("a\"&b")},
	};
	struct buf out;

	buf_init(&out, 256);
	assert_int_equal(attribute_edit(tag, changes, 2, &out), 0);
	if (!span_equal(buf_span(&out), want))
		fail_msg("%.*s becomes %.*s", SPAN_ARG(tag),
		    SPAN_ARG(buf_span(&out)));
	buf_fini(&out);
}

static void
edits_leave_the_rest_alone(void **state)
{
	(void)state;
	check_edit(SPAN("<a x='1' SET=2 y>"),
	    SPAN("<a x='1' set=\"a&quot;&amp;b\" y>"));
	check_edit(SPAN("<a GONE=1 set=2 gone='x' z set=3>"),
	    SPAN("<a  set=\"a&quot;&amp;b\"  z >"));
	check_edit(SPAN("<a>"), SPAN("<a set=\"a&quot;&amp;b\">"));
	check_edit(SPAN("<a/gone>"), SPAN("<a set=\"a&quot;&amp;b\"/ >"));
	check_edit(SPAN("<a b/>"), SPAN("<a set=\"a&quot;&amp;b\" b/>"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(walks_awkward_spellings),
	    cmocka_unit_test(the_first_of_a_name_counts),
	    cmocka_unit_test(values_are_decoded),
	    cmocka_unit_test(edits_leave_the_rest_alone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
