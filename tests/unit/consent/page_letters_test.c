#include "paging.h"

/* A host in bytes that are no UTF-8, or that only a browser can map. */
static void
r01_a_host_that_cannot_be_told_is_withheld(void **state)
{
	(void)state;
	check_inside("<img src='//\x82\x85vil.example/'>", "");
	check_inside("<img src=//\xE2\x98\x83.example/>", "");
	check_inside("<script src=//a\x83\\ads.example/></script>", "");
	check_inside(
	    "<b style='a:url(//\xE5/)'>", "<b style=\"a:url(about:invalid)\">");
	check("<base href=//\xE5/><body><img src=x>", "<body><img src=x>");
	check_stays("<img src='\x82\x85/?\xE5'><a href=//\xE5/>x</a>");
	grant(ANALYTICS | MARKETING);
	check("<base href=//\xE5/><body><img src=//\xE5/>",
	    "<base href=//\xE5/><body><img src=//\xE5/>");
}

/* The same for URLs in attributes, styles and JSON. */
static void
r01_half_a_character_hides_no_path(void **state)
{
	(void)state;
	check_inside("<img src='/\x95\\/../collect'>", "");
	check_inside("<img src='/\xB1\\/../collect'>", "");
	check_inside("<img src='/\xE3\x81\x82\\/../collect'>", "");
	check_inside("<img src='//u\x83@www.library.example/'>", "");
	check_inside("<b style='a:url(/\x95\\\\/../collect)'>",
	    "<b style=\"a:url(about:invalid)\">");
	check_inside("<script type=importmap>{\"imports\":{\"\x95\\\":"
		     "\"//stats.example/\"}}</script>",
	    "");
	check_inside("<script type=importmap>{\"a\":\"/\x95\\\\/../collect\""
		     "}</script>",
	    "");
	check_inside("<script type=speculationrules>{\"prefetch\":[{\"urls\":["
		     "\"/\xB1\\\",\"//stats.example/\"]}]}</script>",
	    "");
	/* what is innocent each way stays */
	check_stays("<img src='/\x95\\/p.png'><img src='\x83@2x.png'>"
		    "<img src='//b\xC3\xBC"
		    "cher.example/\xC3\xA9\\x'>"
		    "<img src='//\xE6\x97\xA5\xE6\x9C\xAC"
		    ".example/\xC3\xA9\\x'>");
	check_stays("<style>p{a:url(//\xE6\x97\xA5\xE6\x9C\xAC"
		    "x.example/\xE3\x81\x82\\.png)}</style>");
	check_stays("<script type=importmap>{\"imports\":{\"\x95\\\":"
		    "\"/own.js\"}}</script>");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(r01_a_host_that_cannot_be_told_is_withheld),
	    TEST(r01_half_a_character_hides_no_path),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
