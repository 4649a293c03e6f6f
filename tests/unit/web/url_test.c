#include <libconsent/url.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct buf scratch, base_scratch, text;

static int
set_up(void **state)
{
	(void)state;
	buf_init(&scratch, URL_SCRATCH);
	buf_init(&base_scratch, URL_SCRATCH);
	buf_init(&text, URL_SCRATCH);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	buf_fini(&scratch);
	buf_fini(&base_scratch);
	buf_fini(&text);
	return 0;
}

/* What input against base becomes, as text, or "fails". */
static const char *
parsed(const char *input, const char *base)
{
	struct url url, base_url;

	if (base != NULL)
		assert_int_equal(
		    url_parse(span_of(base), NULL, &base_scratch, &base_url),
		    CONSENT_OK);
	if (url_parse(span_of(input), base == NULL ? NULL : &base_url, &scratch,
		&url) != CONSENT_OK)
		return "fails";
	buf_clear(&text);
	assert_int_equal(url_write(&url, &text), CONSENT_OK);
	assert_int_equal(buf_append_byte(&text, '\0'), CONSENT_OK);
	return text.p;
}

static void
absolute_urls(void **state)
{
	static const struct {
		const char *input, *want;
	} cases[] = {
	    {"https://example.com/a/b?c=d#e", "https://example.com/a/b?c=d"},
	    {"  HTTPS://EXAMPLE.com:443 ", "https://example.com/"},
	    {"http://example.com:8080", "http://example.com:8080/"},
	    {"http://example.com:", "http://example.com/"},
	    {"http://example.com:00080/", "http://example.com/"},
	    {"https:example.com/x", "https://example.com/x"},
	    {"https:/example.com/x", "https://example.com/x"},
	    {"https:\\\\example.com\\x\\y", "https://example.com/x/y"},
	    {"https:////example.com//x", "https://example.com//x"},
	    {"ht\ntps://exa\tmple.com/\rx", "https://example.com/x"},
	    {"https://u:p@example.com/", "https://example.com/"},
	    {"https://a@b@example.com/", "https://example.com/"},
	    {"https://example.com/a/./b/../c", "https://example.com/a/c"},
	    {"https://example.com/a/%2e%2E/c/.", "https://example.com/c/"},
	    {"https://example.com/../../x/..", "https://example.com/"},
	    {"https://example.com/.a/..b/...",
		"https://example.com/.a/..b/..."},
	    {"https://example.com/a b\"<>`{}", "https://example.com/a%20b%22%3C"
					       "%3E%60%7B%7D"},
	    {"https://example.com/\xC3\xA4?\xC3\xA4'#\xC3\xA4",
		"https://example.com/%C3%A4?%C3%A4%27"},
	    {"https://example.com?x", "https://example.com/?x"},
	    {"https://example.com#x", "https://example.com/"},
	    {"https://example.com/%zz%4", "https://example.com/%zz%4"},
	    {"wss://example.com/s", "wss://example.com/s"},
	    {"data:text/html,<b>", "data:text/html,<b>"},
	    {"java\nscript:alert(1)", "javascript:alert(1)"},
	    {"MAILTO:x@y", "mailto:x@y"},
	    {"https://", "fails"},
	    {"https://@/", "fails"},
	    {"https://:80/", "fails"},
	    {"https://example.com:65536/", "fails"},
	    {"https://example.com:8a/", "fails"},
	    {"https://exa mple.com/", "fails"},
	    {"https://exa<mple.com/", "fails"},
	    {"https://example.com%00/", "fails"},
	    {"/path", "fails"},
	    {"", "fails"},
	    {"1http://x/", "fails"},
	    {":x", "fails"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(
		    parsed(cases[i].input, NULL), cases[i].want);
}

static void
relative_urls(void **state)
{
	static const char base[] = "https://u@example.com:8443/a/b/c?q#f";
	static const struct {
		const char *input, *want;
	} cases[] = {
	    {"", "https://example.com:8443/a/b/c?q"},
	    {"#x", "https://example.com:8443/a/b/c?q"},
	    {"?x y", "https://example.com:8443/a/b/c?x%20y"},
	    {"x", "https://example.com:8443/a/b/x"},
	    {"../x", "https://example.com:8443/a/x"},
	    {"../../../x/./y?z", "https://example.com:8443/x/y?z"},
	    {".", "https://example.com:8443/a/b/"},
	    {"..", "https://example.com:8443/a/"},
	    {"/x", "https://example.com:8443/x"},
	    {"\\x\\y", "https://example.com:8443/x/y"},
	    {"//other/x", "https://other/x"},
	    {"/\\other/x", "https://other/x"},
	    {"\\/other:1", "https://other:1/"},
	    {"\t/\n/other", "https://other/"},
	    {"https:x", "https://example.com:8443/a/b/x"},
	    {"https:/x", "https://example.com:8443/x"},
	    {"https://x", "https://x/"},
	    {"https:\\\\x", "https://x/"},
	    {"http:x", "http://x/"},
	    {"http:/x", "http://x/"},
	    {"x:y", "x:y"},
	    {"x/y:z", "https://example.com:8443/a/b/x/y:z"},
	    {"about:blank", "about:blank"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(
		    parsed(cases[i].input, base), cases[i].want);
	assert_string_equal(parsed("x", "data:text/html,x"), "fails");
	assert_string_equal(parsed("#x", "about:srcdoc"), "about:srcdoc");
	assert_string_equal(parsed("x", "http://h"), "http://h/x");
}

struct host_case {
	const char *host, *want;
};

static void
check_hosts(const struct host_case *cases, size_t n)
{
	char input[256], want[256];
	size_t i;

	for (i = 0; i < n; i++) {
		(void)snprintf(
		    input, sizeof input, "https://%s/", cases[i].host);
		(void)snprintf(want, sizeof want, "https://%s/", cases[i].want);
		assert_string_equal(parsed(input, NULL),
		    strcmp(cases[i].want, "fails") == 0 ? "fails" : want);
	}
}

static void
names_are_what_a_browser_asks_for(void **state)
{
	static const struct host_case cases[] = {
	    {"EXAMPLE.Com", "example.com"},
	    {"ex%61mple.com", "example.com"},
	    {"www.%67oogle.com", "www.google.com"},
	    {"B\xC3\xBC"
	     "cher.example",
		"xn--bcher-kva.example"},
	    {"fa\xC3\x9F.de", "xn--fa-hia.de"},
	    {"fa%C3%9F.de", "xn--fa-hia.de"},
	    {"\xEF\xBC\xA7\xEF\xBC\xAFogle.com", "google.com"},
	    {"a\xC2\xAD"
	     "b.de",
		"ab.de"},
	    {"\xE4\xBE\x8B\xE3\x80\x82jp", "xn--fsq.jp"},
	    {"r3---sn_x.example", "r3---sn_x.example"},
	    {"example.com.", "example.com."},
	    {"a^b", "fails"},
	    {"a|b", "fails"},
	    {"a%b", "fails"},
	    {"%", "fails"},
	};

	(void)state;
	check_hosts(cases, sizeof cases / sizeof cases[0]);
}

static void
numbers_are_what_a_browser_asks_for(void **state)
{
	static const struct host_case cases[] = {
	    {"127.1", "127.0.0.1"},
	    {"0x7f.1", "127.0.0.1"},
	    {"017700000001", "127.0.0.1"},
	    {"2130706433", "127.0.0.1"},
	    {"0xFFFFFFFF", "255.255.255.255"},
	    {"1.2.3.4.", "1.2.3.4"},
	    {"\xEF\xBC\x91"
	     "27.0.0.1",
		"127.0.0.1"},
	    {"a.0x", "fails"},
	    {"256.1.1.1", "fails"},
	    {"1.2.3.4.5", "fails"},
	    {"4294967296", "fails"},
	    {"09.1", "fails"},
	    {"a.1", "fails"},
	    {"1..1", "fails"},
	    {"[::1]", "[::1]"},
	    {"[1:0:0:2:0:0:0:3]", "[1:0:0:2::3]"},
	    {"[2001:DB8:0:0:1:0:0:1]", "[2001:db8::1:0:0:1]"},
	    {"[::ffff:1.2.3.4]", "[::ffff:102:304]"},
	    {"[1:2:3:4:5:6:7::]", "[1:2:3:4:5:6:7:0]"},
	    {"[::]", "[::]"},
	    {"[::1", "fails"},
	    {"[::1%25eth0]", "fails"},
	    {"[x]", "fails"},
	};

	(void)state;
	check_hosts(cases, sizeof cases / sizeof cases[0]);
}

static void
plain_input_is_not_copied(void **state)
{
	struct span input = SPAN("https://cdn.example/a/b.js?v=1#x");
	struct url url;

	(void)state;
	assert_int_equal(url_parse(input, NULL, &scratch, &url), 0);
	assert_ptr_equal(url.host.p, input.p + 8);
	assert_ptr_equal(url.path.p, input.p + 19);
	assert_ptr_equal(url.query.p, input.p + 27);
	assert_int_equal(scratch.n, 0);
	assert_true(url.has_query && url.has_fragment && !url.has_userinfo);
	assert_int_equal(url.port, 443);
}

static void
sizes_are_bounded(void **state)
{
	static char long_text[URL_INPUT + 64];
	struct buf small;
	struct url url;

	(void)state;
	memset(long_text, '"', sizeof long_text);
	memcpy(long_text, "https://h/", 10);
	assert_int_equal(url_parse((struct span){long_text, URL_INPUT}, NULL,
			     &scratch, &url),
	    CONSENT_OK);
	assert_int_equal(url.path.n, 1 + 3 * (URL_INPUT - 10));
	assert_int_equal(url_parse((struct span){long_text, sizeof long_text},
			     NULL, &scratch, &url),
	    CONSENT_ELIMIT);
	memcpy(long_text, "data:,xxxx", 10);
	assert_int_equal(url_parse((struct span){long_text, sizeof long_text},
			     NULL, &scratch, &url),
	    CONSENT_OK);
	buf_init(&small, 100);
	assert_int_equal(
	    url_parse(SPAN("https://h/"), NULL, &small, &url), CONSENT_ELIMIT);
	buf_fini(&small);
}

/* Six bytes become fourteen: under the limit as written, over it as ASCII. */
static void
a_host_that_grows_too_long_is_none(void **state)
{
	char input[1024] = "http://";
	size_t i;

	(void)state;
	for (i = 0; i < 100; i++)
		memcpy(input + 7 + i * 6,
		    "a\xc3\xbc"
		    "bc.",
		    6);
	memcpy(input + 7 + i * 6, "org/", 5);
	assert_string_equal(parsed(input, NULL), "fails");
	memcpy(input + 7 + 50 * 6, "org/", 5);
	assert_string_not_equal(parsed(input, NULL), "fails");
}

static void
sites_follow_the_list(void **state)
{
	static const struct {
		const char *host, *want;
	} cases[] = {
	    {"www.example.com", "example.com"},
	    {"example.com", "example.com"},
	    {"a.b.example.co.uk", "example.co.uk"},
	    {"co.uk", "co.uk"},
	    {"a.b.github.io", "b.github.io"},
	    {"localhost", "localhost"},
	    {"x.localhost", "x.localhost"},
	    {"127.0.0.1", "127.0.0.1"},
	    {"[::1]", "[::1]"},
	    {"www.example.com.", "example.com."},
	    {"www.xn--bcher-kva.de", "xn--bcher-kva.de"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_true(
		    span_equal(url_registrable_domain(span_of(cases[i].host)),
			span_of(cases[i].want)));
}

static void
domains_allow_no_public_suffix(void **state)
{
	(void)state;
	assert_true(
	    url_domain_allows(SPAN("a.b.example.com"), SPAN("b.Example.com")));
	assert_true(
	    url_domain_allows(SPAN("a.example.com"), SPAN("example.com")));
	assert_true(url_domain_allows(SPAN("localhost"), SPAN("localhost")));
	assert_true(url_domain_allows(SPAN("co.uk"), SPAN("co.uk")));
	assert_false(url_domain_allows(SPAN("a.example.com"), SPAN("com")));
	assert_false(url_domain_allows(SPAN("a.b.co.uk"), SPAN("co.uk")));
	assert_false(
	    url_domain_allows(SPAN("example.com"), SPAN("a.example.com")));
	assert_false(
	    url_domain_allows(SPAN("badexample.com"), SPAN("example.com")));
	assert_false(url_domain_allows(SPAN("127.0.0.1"), SPAN("0.0.1")));
	assert_false(url_domain_allows(SPAN("x"), SPAN("")));
}

static void
a_host_is_below_whole_labels(void **state)
{
	(void)state;
	assert_true(url_host_is_below(SPAN("a.example"), SPAN("a.example")));
	assert_true(url_host_is_below(SPAN("b.a.example"), SPAN("A.example")));
	assert_true(url_host_is_below(SPAN("b.a.example"), SPAN("example")));
	assert_false(url_host_is_below(SPAN("ba.example"), SPAN("a.example")));
	assert_false(url_host_is_below(SPAN("example"), SPAN("a.example")));
	assert_false(url_host_is_below(SPAN("a.example"), SPAN("")));
	assert_false(url_host_is_below(SPAN(""), SPAN("")));
}

static void
targets_are_path_and_query(void **state)
{
	static const struct {
		const char *url, *target;
	} cases[] = {{"https://a.example", "/"},
	    {"https://a.example/b/../c?", "/c?"},
	    {"https://a.example/c?d=?#e", "/c?d=?"}};
	struct url url;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		buf_clear(&text);
		assert_int_equal(
		    url_parse(span_of(cases[i].url), NULL, &scratch, &url),
		    CONSENT_OK);
		assert_int_equal(url_write_target(&url, &text), CONSENT_OK);
		assert_true(
		    span_equal(buf_span(&text), span_of(cases[i].target)));
	}
}

static void
origins_compare_and_print(void **state)
{
	struct buf other;
	struct url a, b;

	(void)state;
	buf_init(&other, URL_SCRATCH);
	assert_int_equal(
	    url_parse(SPAN("https://EX.example:443/a"), NULL, &scratch, &a), 0);
	assert_int_equal(
	    url_parse(SPAN("https://ex.example/b"), NULL, &other, &b), 0);
	assert_true(url_origin_equal(&a, &b));
	assert_true(url_same_site(&a, &b));
	assert_int_equal(
	    url_parse(SPAN("http://www.ex.example/b"), NULL, &other, &b), 0);
	assert_false(url_origin_equal(&a, &b));
	assert_true(url_same_site(&a, &b));
	assert_int_equal(url_parse(SPAN("data:,x"), NULL, &other, &b), 0);
	assert_false(url_origin_equal(&b, &b));
	assert_false(url_same_site(&b, &b));
	buf_clear(&text);
	assert_int_equal(url_write_origin(&a, &text), 0);
	assert_int_equal(url_write_origin(&b, &text), 0);
	assert_true(
	    span_equal(buf_span(&text), SPAN("https://ex.examplenull")));
	buf_clear(&text);
	assert_int_equal(url_host_canonical(SPAN("B\xC3\xBC"
						 "cher.Example."),
			     &text),
	    0);
	assert_true(span_equal(buf_span(&text), SPAN("xn--bcher-kva.example")));
	assert_int_equal(
	    url_host_canonical(SPAN("https://x"), &text), CONSENT_EINVAL);
	assert_int_equal(url_host_canonical(SPAN("."), &text), CONSENT_EINVAL);
	buf_fini(&other);
}

/* What libidn2 refuses and browsers may take, by UTS 46 or a charset. */
static void
letters_that_cannot_be_told_are_told_apart(void **state)
{
	static const char *const unread[] = {"https://\xE2\x98\x83.example/",
	    "https://%E2%98%83.example/", "https://ab--\xC3\xA9.example/",
	    "//-\xEF\xBD\x85vil.example", "https://xn--\xEF\xBD\x85.example/",
	    "//\x82\x85vil.example/", "//tr\xAA.example/", "//\x95\\.example/",
	    "//a\x83[:80/", "//u@\xE5:1/"};
	static const char *const none[] = {"https://a b/", "https://%/",
	    "https://a:b\xE5/", "https:///", "//[\xE5]/"};
	static const char *const fine[] = {"/\xE5/\x95\\", "?\xE5",
	    "https://b.example/\xE5", "\xE5@\xE5", "//\xE5@b.example/",
	    "data:\xE5"};
	struct buf other;
	struct url base, url;
	size_t i;

	(void)state;
	buf_init(&other, URL_SCRATCH);
	assert_int_equal(
	    url_parse(SPAN("https://ex.example/a"), NULL, &other, &base), 0);
	for (i = 0; i < sizeof unread / sizeof unread[0]; i++)
		assert_int_equal(
		    url_parse(span_of(unread[i]), &base, &scratch, &url),
		    CONSENT_ECODING);
	for (i = 0; i < sizeof none / sizeof none[0]; i++)
		assert_int_equal(
		    url_parse(span_of(none[i]), &base, &scratch, &url),
		    CONSENT_EINVAL);
	for (i = 0; i < sizeof fine / sizeof fine[0]; i++)
		assert_int_equal(
		    url_parse(span_of(fine[i]), &base, &scratch, &url), 0);
	buf_fini(&other);
}

static void
a_site_has_all_its_schemes(void **state)
{
	static const char *const sites_of[] = {
	    "https://ex.example", "http://other.example:8080"};
	static const struct {
		const char *url;
		bool is_on_site;
	} cases[] = {{"https://ex.example/a", true},
	    {"http://ex.example/", true}, {"wss://ex.example/s", true},
	    {"https://ex.example:8080/", false},
	    {"https://www.ex.example/", false},
	    {"ws://other.example:8080", true}, {"http://other.example/", false},
	    {"data:,x", false}};
	struct buf rooms[2], room;
	struct url sites[2], url;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		buf_init(&rooms[i], URL_SCRATCH);
		assert_int_equal(
		    url_parse(span_of(sites_of[i]), NULL, &rooms[i], &sites[i]),
		    0);
	}
	buf_init(&room, URL_SCRATCH);
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(
		    url_parse(span_of(cases[i].url), NULL, &room, &url), 0);
		assert_int_equal(
		    url_is_on_site(&url, sites, 2), cases[i].is_on_site);
		assert_false(url_is_on_site(&url, sites, 0));
	}
	buf_fini(&room);
	buf_fini(&rooms[0]);
	buf_fini(&rooms[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(absolute_urls),
	    cmocka_unit_test(relative_urls),
	    cmocka_unit_test(names_are_what_a_browser_asks_for),
	    cmocka_unit_test(numbers_are_what_a_browser_asks_for),
	    cmocka_unit_test(plain_input_is_not_copied),
	    cmocka_unit_test(sizes_are_bounded),
	    cmocka_unit_test(a_host_that_grows_too_long_is_none),
	    cmocka_unit_test(sites_follow_the_list),
	    cmocka_unit_test(domains_allow_no_public_suffix),
	    cmocka_unit_test(a_host_is_below_whole_labels),
	    cmocka_unit_test(targets_are_path_and_query),
	    cmocka_unit_test(letters_that_cannot_be_told_are_told_apart),
	    cmocka_unit_test(origins_compare_and_print),
	    cmocka_unit_test(a_site_has_all_its_schemes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
