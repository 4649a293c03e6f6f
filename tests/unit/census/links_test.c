#include "census/links.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

static struct buf told;

static void
on_link(void *ctx, const struct url *to)
{
	(void)ctx;
	assert_int_equal(url_write(to, &told), CONSENT_OK);
	assert_int_equal(buf_append_byte(&told, ' '), CONSENT_OK);
}

static int
read_links(struct span page)
{
	const struct links_user user = {on_link, NULL};
	struct buf scratch;
	struct url at;
	int rc;

	buf_init(&scratch, URL_SCRATCH);
	assert_int_equal(
	    url_parse(SPAN("http://a.example/d/p?q"), NULL, &scratch, &at),
	    CONSENT_OK);
	buf_clear(&told);
	rc = links_read(page, &at, &user);
	buf_fini(&scratch);
	return rc;
}

static void
expect_links(const char *page, const char *links)
{
	assert_int_equal(read_links(span_of(page)), CONSENT_OK);
	assert_int_equal(told.n, strlen(links));
	if (told.n > 0)
		assert_memory_equal(told.p, links, told.n);
}

static void
links_of_a_page_are_told(void **state)
{
	(void)state;
	expect_links("", "");
	expect_links("<a href=x>1</a><A HREF='/y#z'>2</A><a name=n>",
	    "http://a.example/d/x http://a.example/y ");
	expect_links("<map><area href=\"?a&amp;b\"></map>"
		     "<iframe src=//b.example/></iframe>",
	    "http://a.example/d/p?a&b http://b.example/ ");
	expect_links("<base href=/e/><base href=/f/><a href=x>",
	    "http://a.example/e/x ");
	expect_links("<a href='mailto:x'><a href='javascript:x'><a href='http:"
		     "//['><a>",
	    "");
	expect_links("<!-- <a href=x> --><script>'<a href=y>'</script>"
		     "<textarea><a href=z></textarea><link href=l>",
	    "");
}

/* Cut anywhere, in a piece of memory of just that size. */
static void
any_page_can_be_read(void **state)
{
	static const char page[] =
	    "<!DOCTYPE html><base href='http://b.example/&#47;x/'><a href=\"a"
	    "&amp;b\" href=c>x</a><svg><a href=x></svg><iframe src=d srcdoc='<a"
	    " href=e>'></iframe><!--<a href=f>--><script>\"<a href=g>\"</script"
	    "><area href=\xff\xfe><template><a href=h></template><noscript><a "
	    "href=i></noscript><frameset><frame src=j>";
	uint32_t seed = 7;
	size_t from, i;

	(void)state;
	for (i = 0; i < 3000; i++) {
		size_t n = sizeof page - 1, size;
		char *cut;

		seed = seed * 1664525 + 1013904223;
		from = i < n ? 0 : (seed >> 16) % n;
		size = i < n ? i : (seed >> 4) % (n - from + 1);
		cut = malloc(size == 0 ? 1 : size);
		assert_non_null(cut);
		memcpy(cut, page + from, size);
		if (i >= n && size > 0)
			cut[(seed >> 9) % size] = (char)(seed >> 24);
		(void)!read_links((struct span){cut, size});
		free(cut);
	}
}

/* HTML 4.2.3: one that says nothing is the one that counts all the same. */
static void
the_first_base_counts_even_if_it_is_none(void **state)
{
	(void)state;
	expect_links("<base href='http://[x'><base href=/f/><a href=x>",
	    "http://a.example/d/x ");
	expect_links("<base href=data:,><base href=/f/><a href=x>",
	    "http://a.example/d/x ");
	expect_links("<base target=a><base href=/f/><a href=x>",
	    "http://a.example/f/x ");
	expect_links("<template><base href=/e/></template><base href=/f/>"
		     "<a href=x>",
	    "http://a.example/f/x ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(links_of_a_page_are_told),
	    cmocka_unit_test(the_first_base_counts_even_if_it_is_none),
	    cmocka_unit_test(any_page_can_be_read),
	};
	int failed;

	buf_init(&told, 1 << 20);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	buf_fini(&told);
	return failed;
}
