#include <libconsent/buf.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const char *__asan_default_options(void);

/* Asked by the sanitizer: its allocator, too, is to say no and go on. */
const char *
__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

/* Whether b holds exactly this text. */
static bool
holds(const struct buf *b, const char *text)
{
	return span_equal(buf_span(b), span_of(text));
}

static void
an_empty_buffer_owns_nothing(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 8);
	assert_null(b.p);
	assert_int_equal(buf_span(&b).n, 0);
	assert_int_equal(buf_append(&b, SPAN("")), CONSENT_OK);
	assert_int_equal(buf_append(&b, (struct span){NULL, 0}), CONSENT_OK);
	assert_null(b.p);
	buf_fini(&b);
}

static void
nothing_grows_past_its_ceiling(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 5);
	assert_int_equal(buf_append(&b, SPAN("123456")), CONSENT_ELIMIT);
	assert_int_equal(b.n, 0);
	assert_int_equal(buf_append(&b, SPAN("1234")), CONSENT_OK);
	assert_int_equal(buf_append(&b, SPAN("56")), CONSENT_ELIMIT);
	assert_true(holds(&b, "1234"));
	assert_int_equal(buf_append_byte(&b, '5'), CONSENT_OK);
	assert_int_equal(buf_append_byte(&b, '6'), CONSENT_ELIMIT);
	assert_true(holds(&b, "12345"));
	assert_int_equal(buf_append(&b, SPAN("")), CONSENT_OK);
	buf_fini(&b);
}

static void
a_huge_length_does_not_wrap_around(void **state)
{
	struct buf b;
	char *room = NULL;

	(void)state;
	buf_init(&b, 100);
	assert_int_equal(buf_append(&b, SPAN("ab")), CONSENT_OK);
	assert_int_equal(buf_reserve(&b, SIZE_MAX, &room), CONSENT_ELIMIT);
	assert_int_equal(buf_reserve(&b, SIZE_MAX - 1, &room), CONSENT_ELIMIT);
	assert_null(room);
	assert_true(holds(&b, "ab"));
	buf_fini(&b);
}

static void
no_memory_changes_nothing(void **state)
{
	struct buf b;
	char *room = NULL;

	(void)state;
	buf_init(&b, SIZE_MAX);
	assert_int_equal(buf_append(&b, SPAN("ab")), CONSENT_OK);
	assert_int_equal(buf_reserve(&b, PTRDIFF_MAX, &room), CONSENT_ENOMEM);
	assert_null(room);
	assert_true(holds(&b, "ab"));
	assert_int_equal(buf_append(&b, SPAN("cd")), CONSENT_OK);
	assert_true(holds(&b, "abcd"));
	buf_fini(&b);
}

static void
room_is_written_by_the_caller(void **state)
{
	struct buf b;
	char *room;

	(void)state;
	buf_init(&b, 4096);
	assert_int_equal(buf_append(&b, SPAN("head ")), CONSENT_OK);
	assert_int_equal(buf_reserve(&b, 4091, &room), CONSENT_OK);
	assert_ptr_equal(room, b.p + 5);
	assert_true(holds(&b, "head "));
	memset(room, 'x', 4091);
	b.n += 4091;
	assert_int_equal(b.n, 4096);
	assert_true(span_starts(buf_span(&b), SPAN("head xxx")));
	assert_int_equal(buf_reserve(&b, 0, &room), CONSENT_OK);
	assert_int_equal(buf_reserve(&b, 1, &room), CONSENT_ELIMIT);
	buf_fini(&b);
}

static void
content_survives_growth(void **state)
{
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, 10000);
	for (i = 0; i < 10000; i++)
		assert_int_equal(
		    buf_append_byte(&b, (char)(i % 251)), CONSENT_OK);
	assert_int_equal(b.n, 10000);
	for (i = 0; i < 10000; i++)
		assert_int_equal(b.p[i], (char)(i % 251));
	buf_fini(&b);
}

static void
text_is_formatted_whole_or_not_at_all(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 8);
	assert_int_equal(buf_printf(&b, "%s=%d", "a", 12), CONSENT_OK);
	assert_true(holds(&b, "a=12"));
	assert_int_equal(buf_printf(&b, "%05d", 7), CONSENT_ELIMIT);
	assert_true(holds(&b, "a=12"));
	/* to the very ceiling: the NUL behind does not count */
	assert_int_equal(buf_printf(&b, "%04d", 7), CONSENT_OK);
	assert_true(holds(&b, "a=120007"));
	assert_int_equal(buf_printf(&b, "%s", ""), CONSENT_OK);
	assert_int_equal(buf_printf(&b, "!"), CONSENT_ELIMIT);
	assert_true(holds(&b, "a=120007"));
	buf_fini(&b);
}

static void
text_is_formatted_where_room_must_grow(void **state)
{
	struct buf b;
	size_t n;

	(void)state;
	/* around the first allocation, where the NUL is one too many */
	for (n = 254; n <= 258; n++) {
		buf_init(&b, n);
		assert_int_equal(buf_append_byte(&b, '>'), CONSENT_OK);
		assert_int_equal(
		    buf_printf(&b, "%0*d", (int)n - 1, 1), CONSENT_OK);
		assert_int_equal(b.n, n);
		assert_int_equal(b.p[n - 1], '1');
		assert_true(b.cap > b.n);
		assert_int_equal(b.p[n], '\0');
		buf_fini(&b);
	}
}

static void
drained_bytes_leave_the_front(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 16);
	assert_int_equal(buf_append(&b, SPAN("abcdef")), CONSENT_OK);
	buf_drain(&b, 0);
	assert_true(holds(&b, "abcdef"));
	buf_drain(&b, 4);
	assert_true(holds(&b, "ef"));
	assert_int_equal(buf_append(&b, SPAN("0123456789abcd")), CONSENT_OK);
	assert_int_equal(buf_append_byte(&b, '!'), CONSENT_ELIMIT);
	buf_drain(&b, 99);
	assert_true(holds(&b, ""));
	assert_int_equal(buf_append_byte(&b, '!'), CONSENT_OK);
	buf_fini(&b);
}

static void
taken_bytes_end_in_a_nul(void **state)
{
	char bytes[256], *text;
	struct buf b;

	(void)state;
	buf_init(&b, 256);
	text = buf_take(&b);
	assert_string_equal(text, "");
	free(text);
	/* exactly what was allocated: the NUL needs more */
	memset(bytes, 'x', sizeof bytes);
	assert_int_equal(
	    buf_append(&b, (struct span){bytes, sizeof bytes}), CONSENT_OK);
	assert_int_equal(b.cap, b.n);
	text = buf_take(&b);
	assert_int_equal(strlen(text), 256);
	free(text);
	assert_null(b.p);
	assert_int_equal(b.n, 0);
	assert_int_equal(b.max, 256);
	assert_int_equal(buf_append(&b, SPAN("again")), CONSENT_OK);
	assert_true(holds(&b, "again"));
	buf_fini(&b);
}

static void
clearing_keeps_memory_and_freeing_the_ceiling(void **state)
{
	struct buf b;
	char *before;

	(void)state;
	buf_init(&b, 3);
	assert_int_equal(buf_append(&b, SPAN("abc")), CONSENT_OK);
	before = b.p;
	buf_clear(&b);
	assert_true(holds(&b, ""));
	assert_int_equal(buf_append(&b, SPAN("xyz")), CONSENT_OK);
	assert_ptr_equal(b.p, before);
	buf_fini(&b);
	assert_null(b.p);
	assert_int_equal(buf_append(&b, SPAN("1234")), CONSENT_ELIMIT);
	buf_fini(&b);
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_empty_buffer_owns_nothing),
	    cmocka_unit_test(nothing_grows_past_its_ceiling),
	    cmocka_unit_test(a_huge_length_does_not_wrap_around),
	    cmocka_unit_test(no_memory_changes_nothing),
	    cmocka_unit_test(room_is_written_by_the_caller),
	    cmocka_unit_test(content_survives_growth),
	    cmocka_unit_test(text_is_formatted_whole_or_not_at_all),
	    cmocka_unit_test(text_is_formatted_where_room_must_grow),
	    cmocka_unit_test(drained_bytes_leave_the_front),
	    cmocka_unit_test(taken_bytes_end_in_a_nul),
	    cmocka_unit_test(clearing_keeps_memory_and_freeing_the_ceiling),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
