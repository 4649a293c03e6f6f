#include "proxy/sweep_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
what_was_written_is_read(void **state)
{
	struct sweep_state out = {.n = 0}, in;
	char text[SWEEP_TEXT], again[SWEEP_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < SWEEP_ENTRIES; i++) {
		sweep_state_write(&out, text);
		assert_int_equal(strlen(text), i * SWEEP_ENTRY);
		assert_true(sweep_state_read(span_of(text), &in));
		assert_int_equal(in.n, i);
		sweep_state_write(&in, again);
		assert_string_equal(text, again);
		out.entries[out.n++] =
		    (struct sweep_entry){.name = 0xFFFFFF - (uint32_t)i * 9999,
			.place = 4095 - (unsigned)i * 99,
			.tried = 255 - (unsigned)i,
			.passes = (unsigned)i % 8,
			.pending = i % 2 == 0};
	}
	sweep_state_write(&out, text);
	assert_true(sweep_state_read(span_of(text), &in));
	for (i = 0; i < SWEEP_ENTRIES; i++) {
		assert_int_equal(in.entries[i].name, out.entries[i].name);
		assert_int_equal(in.entries[i].place, out.entries[i].place);
		assert_int_equal(in.entries[i].tried, out.entries[i].tried);
		assert_int_equal(in.entries[i].passes, out.entries[i].passes);
		assert_int_equal(in.entries[i].pending, out.entries[i].pending);
	}
}

static void
what_nobody_wrote_is_nothing(void **state)
{
	static const char *const bad[] = {"A", "AAAAAAA", "AAAAAAAAA",
	    "AAAAAAA=", "AAAA AAA", "AAAAAAA\xC3", "AAAAAAA+", "AAAAAAA/"};
	char text[SWEEP_TEXT + SWEEP_ENTRY];
	struct sweep_state in;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		in.n = 1;
		assert_false(sweep_state_read(span_of(bad[i]), &in));
		assert_int_equal(in.n, 0);
	}
	memset(text, 'A', sizeof text);
	assert_true(sweep_state_read((struct span){text, SWEEP_TEXT - 1}, &in));
	assert_int_equal(in.n, SWEEP_ENTRIES);
	assert_false(sweep_state_read(
	    (struct span){text, SWEEP_TEXT - 1 + SWEEP_ENTRY}, &in));
	assert_int_equal(in.n, 0);
	/* a NUL is no letter of the alphabet */
	text[3] = '\0';
	assert_false(sweep_state_read((struct span){text, SWEEP_ENTRY}, &in));
}

static void
a_folder_covers_what_is_below(void **state)
{
	static const struct {
		const char *seen, *path;
		bool covers;
	} cases[] = {
	    {"/", "/", true},
	    {"/", "/a/b/c", true},
	    {"/index.html", "/other.html", true},
	    {"/a/b.html", "/a/c.html", true},
	    {"/a/b.html", "/a/", true},
	    {"/a/b.html", "/a/c/d/e.html", true},
	    {"/a/b.html", "/", false},
	    {"/a/b.html", "/a", false},
	    {"/a/b.html", "/ab/c.html", false},
	    {"/a/b/c.html", "/a/c.html", false},
	    {"", "/a", true},
	    {"*", "/a/b", true},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(
		    sweep_covers(sweep_place(span_of(cases[i].seen)),
			span_of(cases[i].path)),
		    cases[i].covers);
}

/* Names that a site has together are told apart. */
static void
names_are_told_apart(void **state)
{
	static uint32_t seen[2000];
	char name[32];
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof seen / sizeof seen[0]; i++) {
		(void)snprintf(name, sizeof name, "_ga_%zX", i * 77);
		seen[i] = sweep_hash(span_of(name));
		assert_true(seen[i] <= 0xFFFFFF);
		for (k = 0; k < i && i < 180; k++)
			assert_int_not_equal(seen[k], seen[i]);
	}
	assert_int_not_equal(sweep_hash(SPAN("_ga")), sweep_hash(SPAN("_GA")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_written_is_read),
	    cmocka_unit_test(what_nobody_wrote_is_nothing),
	    cmocka_unit_test(a_folder_covers_what_is_below),
	    cmocka_unit_test(names_are_told_apart),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
