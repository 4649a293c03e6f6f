#include "html/doctype.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static bool
same(struct span have, const char *want)
{
	if (want == NULL)
		return have.p == NULL;
	return have.p != NULL && span_equal(have, span_of(want));
}

static void
reads_names_and_identifiers(void **state)
{
	const struct {
		const char *raw, *name, *public_id, *system_id;
		bool quirks;
	} rows[] = {
	    {"<!DOCTYPE html>", "html", NULL, NULL, false},
	    {"<!doctype\thtml >", "html", NULL, NULL, false},
	    {"<!DOCTYPEhtml>", "html", NULL, NULL, false},
	    {"<!DOCTYPE>", NULL, NULL, NULL, true},
	    {"<!DOCTYPE html", "html", NULL, NULL, true},
	    {"<!DOCTYPE a PUBLIC \"b\" 'c'>", "a", "b", "c", false},
	    {"<!DOCTYPE a public'b''c' x>", "a", "b", "c", false},
	    {"<!DOCTYPE a PUBLIC 'b'>", "a", "b", NULL, false},
	    {"<!DOCTYPE a PUBLIC b>", "a", NULL, NULL, true},
	    {"<!DOCTYPE a PUBLIC 'b' c>", "a", "b", NULL, true},
	    {"<!DOCTYPE a PUBLIC 'b>", "a", "b", NULL, true},
	    {"<!DOCTYPE a SYSTEM ''>", "a", NULL, "", false},
	    {"<!DOCTYPE a SYSTEM 'b'", "a", NULL, "b", true},
	    {"<!DOCTYPE a SYSTEM 'b'x", "a", NULL, "b", false},
	    {"<!DOCTYPE a nonsense>", "a", NULL, NULL, true},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct doctype d = doctype_read(span_of(rows[i].raw));

		if (!same(d.name, rows[i].name) ||
		    !same(d.public_id, rows[i].public_id) ||
		    !same(d.system_id, rows[i].system_id) ||
		    d.force_quirks != rows[i].quirks)
			fail_msg("%s", rows[i].raw);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_names_and_identifiers),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
