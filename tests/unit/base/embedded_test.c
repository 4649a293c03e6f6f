#include "base/embedded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct embedded_file files[] = {
    {"a.conf", "one", 3}, {"a", "", 0}, {NULL, NULL, 0}};

static void
finds_by_the_whole_name(void **state)
{
	const struct embedded_file *found;

	(void)state;
	found = embedded_find(files, 2, SPAN("a.conf"));
	assert_ptr_equal(found, &files[0]);
	assert_true(span_equal(embedded_span(found), SPAN("one")));
	assert_ptr_equal(embedded_find(files, 2, SPAN("a")), &files[1]);
	assert_null(embedded_find(files, 2, SPAN("a.con")));
	assert_null(embedded_find(files, 2, SPAN("")));
	assert_null(embedded_find(files, 0, SPAN("a")));
}

static void
table_is_well_formed(const struct embedded_file *table, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		assert_non_null(table[i].name);
		assert_true(table[i].n > 0);
		assert_int_equal(table[i].bytes[table[i].n], 0);
		assert_ptr_equal(
		    embedded_find(table, count, span_of(table[i].name)),
		    &table[i]);
	}
	assert_null(table[count].name);
}

static void
build_made_the_tables(void **state)
{
	(void)state;
	table_is_well_formed(embedded_vendors, embedded_vendors_count);
	table_is_well_formed(embedded_notices, embedded_notices_count);
	table_is_well_formed(embedded_policies, embedded_policies_count);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_by_the_whole_name),
	    cmocka_unit_test(build_made_the_tables),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
