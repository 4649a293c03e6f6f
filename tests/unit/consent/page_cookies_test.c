#include "paging.h"

#define TABLE "<div class=\"t\"><h3>C</h3></div>"
#define EMPTY "<consent-cookies></consent-cookies>"
#define FULL                                                                   \
	"<consent-cookies data-consent-filled=\"\">" TABLE "</"                \
	"consent-cookies>"

static void
the_table_goes_where_the_page_wants_it(void **state)
{
	(void)state;
	table = TABLE;
	check_inside(EMPTY, FULL);
	check_inside("<p>a" EMPTY "b" EMPTY, "<p>a" FULL "b" FULL);
	/* what the page has for who does not fill it stays behind the table */
	check_inside("<CONSENT-COOKIES id=c>x</CONSENT-COOKIES>",
	    "<CONSENT-COOKIES data-consent-filled=\"\" id=c>" TABLE
	    "x</CONSENT-COOKIES>");
	check_inside("<table><tr><td>" EMPTY "</td></tr></table>",
	    "<table><tr><td>" FULL "</td></tr></table>");
}

/* Whatever was chosen: it tells, it does not ask. */
static void
the_table_is_there_with_everything_granted(void **state)
{
	(void)state;
	table = TABLE;
	grant(~(category_set)0);
	assert_true(gate_grants_all(&gate));
	check_inside(EMPTY, FULL);
	check_inside("<consent-cookies onclick='myTracker(1)'>",
	    "<consent-cookies data-consent-filled=\"\" "
	    "onclick='myTracker(1)'>" TABLE);
}

/* The element is no way past the judge. */
static void
what_it_carries_is_judged(void **state)
{
	(void)state;
	table = TABLE;
	check_inside("<consent-cookies onclick=\"myTracker(1)\">"
		     "</consent-cookies>",
	    "<consent-cookies data-consent-filled=\"\" >" TABLE
	    "</consent-cookies>");
	assert_int_equal(counts.withheld, 1);
	check_inside("<consent-cookies><script src=//stats.example/x></script>"
		     "</consent-cookies>",
	    FULL);
}

static void
elsewhere_the_page_stays_as_it_is(void **state)
{
	static const char *const same[] = {
	    "<!-- " EMPTY " -->",
	    "<script>var a = '" EMPTY "';</script>",
	    "<style>/*" EMPTY "*/</style>",
	    "<textarea>" EMPTY "</textarea>",
	    "<template>" EMPTY "</template>",
	    "<noscript>" EMPTY "</noscript>",
	    "<svg>" EMPTY "</svg>",
	    "<svg><desc><p>" EMPTY "</p></desc></svg>",
	    "<math><mtext>" EMPTY "</mtext></math>",
	    "<select>" EMPTY "</select>",
	    "<iframe srcdoc=\"" EMPTY "\"></iframe>",
	    "<consent-cookie></consent-cookie>",
	    "<consent-cookies-list></consent-cookies-list>",
	    "<p title='" EMPTY "'>",
	    FULL,
	};
	size_t i;

	(void)state;
	table = TABLE;
	for (i = 0; i < sizeof same / sizeof same[0]; i++)
		check_stays(same[i]);
	/* and everywhere without a table to give */
	table = "";
	check_stays(EMPTY);
}

static void
xhtml_gets_it_too(void **state)
{
	static const char page[] =
	    "<html xmlns=\"http://www.w3.org/1999/xhtml\"><body>%s</body>"
	    "</html>";
	static const char *const tags[] = {"<consent-cookies/>", EMPTY,
	    "<consent-cookies class=\"a\">b<i/></consent-cookies>"};
	char in[512], out[512];
	size_t i;

	(void)state;
	kind = PAGE_XML;
	table = TABLE;
	(void)snprintf(out, sizeof out, page, TABLE);
	for (i = 0; i < sizeof tags / sizeof tags[0]; i++) {
		(void)snprintf(in, sizeof in, page, tags[i]);
		check(in, out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_table_goes_where_the_page_wants_it),
	    TEST(the_table_is_there_with_everything_granted),
	    TEST(what_it_carries_is_judged),
	    TEST(elsewhere_the_page_stays_as_it_is),
	    TEST(xhtml_gets_it_too),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
