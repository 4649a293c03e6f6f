#include "paging.h"

/* Every attribute and element that fetches, beside the plain ones. */

static void
r01_style_attributes_lose_their_urls(void **state)
{
	(void)state;
	check_inside("<b style=\"background:url(//stats.example/p)\">x</b>",
	    "<b style=\"background:url(about:invalid)\">x</b>");
	check_inside("<b style='background:URL( \"//stats.example/p\" );a:b'>",
	    "<b style=\"background:URL( &quot;about:invalid&quot; );a:b\">");
	check_inside("<b style=background:\\75rl(//stats.example)>",
	    "<b style=\"background:\\75rl(about:invalid)\">");
	check_inside("<b style='background:url&#40;/collect)'>",
	    "<b style=\"background:url(about:invalid)\">");
	check_inside("<svg><g style='fill:url(//stats.example#a)'/></svg>",
	    "<svg><g style=\"fill:url(about:invalid)\"/></svg>");
	check_inside("<math><mi style='a:url(//ads.example)'>x</mi></math>",
	    "<math><mi style=\"a:url(about:invalid)\">x</mi></math>");
	assert_int_equal(counts.withheld, 1);
	check_stays("<b style='background:url(/own.png)'>x</b>");
	check_stays("<b style=\"content:'url(//stats.example)'\">x</b>");
	check_stays("<b data-style='a:url(//stats.example)'>x</b>");
}

static void
r01_style_elements_lose_their_urls(void **state)
{
	(void)state;
	check_inside("<style>@import '//stats.example/a.css';a{b:c}</style>",
	    "<style>@import 'about:invalid';a{b:c}</style>");
	check_inside("<style type=TEXT/CSS>a{b:url(//stats.example/a)}\r\n"
		     "c{d:url(e) url( //ads.example/b )}</style>",
	    "<style type=TEXT/CSS>a{b:url(about:invalid)}\r\n"
	    "c{d:url(e) url( about:invalid )}</style>");
	check_inside("<style><!-- a{b:url(//stats.example)} --></style>",
	    "<style><!-- a{b:url(about:invalid)} --></style>");
	check_inside("<svg><style>a{b:url(//stats.example)}</style></svg>",
	    "<svg><style>a{b:url(about:invalid)}</style></svg>");
	check_inside("<svg><style><![CDATA[a>b{c:url(//stats.example?a&b)"
		     "url('&lt;')}]]></style></svg>",
	    "<svg><style>a>b{c:url(about:invalid)url('&amp;lt;')}</style>"
	    "</svg>");
	check_inside("<noscript><style>a{b:url(//stats.example)}</style>"
		     "</noscript>",
	    "<noscript><style>a{b:url(about:invalid)}</style></noscript>");
	check_stays("<style>/* url(//stats.example) */a{b:url(c)}</style>");
	check_stays("<style type=text/less>a{b:url(//stats.example)}</style>");
	check_stays("<style>a[href='//stats.example']{b:c}</style>");
	check_stays("<svg><style><![CDATA[a{b:url(c)}]]></style></svg>");
}

static void
r01_style_sheets_in_urls_are_looked_into(void **state)
{
	(void)state;
	check_inside("<style>@import \"data:text/css,a{b:url(/collect)}\";"
		     "a{b:url(/c)}</style>",
	    "<style>@import \"about:invalid\";a{b:url(/c)}</style>");
	check_inside("<style>@import/**/url( 'data:,@import \"data:,"
		     "@import%2520%2522/collect%2522\"' ) screen;</style>",
	    "<style>@import/**/url( 'about:invalid' ) screen;</style>");
	check_inside("<style>@import url(data:text/css;base64,"
		     "QGltcG9ydCAiL2NvbGxlY3QiOw==);</style>",
	    "<style>@import url(about:invalid);</style>");
	check_stays("<style>@import 'data:text/css,a{b:url(/c)}';</style>");
	/* of a picture nothing is loaded */
	check_stays("<style>a{b:url('data:text/css,a{b:url(/collect)}')}"
		    "</style>");
}

static void
a_fragment_of_the_page_itself_stays(void **state)
{
	static const char page[] =
	    "<body><svg><g fill='url(#a)' style='clip-path:url(#b)'/></svg>";
	char based[128];

	(void)state;
	(void)snprintf(
	    based, sizeof based, "<base href=//stats.example/>%s", page);
	check(based, page);
}

static void
r01_svg_is_looked_at_whole(void **state)
{
	(void)state;
	check_inside("<svg><use xlink:href='//stats.example#a'/></svg>",
	    "<svg><use /></svg>");
	check_inside("<svg><feImage href=//stats.example/p /></svg>",
	    "<svg><feImage  /></svg>");
	check_inside("<svg><pattern href=//stats.example/p /></svg>",
	    "<svg><pattern  /></svg>");
	check_inside("<svg><path d='M0 0' fill='url(//stats.example#a) red' "
		     "Clip-Path=\"URL('//ads.example#b')\"/></svg>",
	    "<svg><path d='M0 0' fill=\"url(about:invalid) red\" "
	    "Clip-Path=\"URL('about:invalid')\"/></svg>");
	check_inside("<svg><rect filter=url(//stats.example#a) "
		     "mask=url(//stats.example#b) marker-end=url(/collect#c) "
		     "cursor=url(/collect),auto stroke=url(#d) /></svg>",
	    "<svg><rect filter=\"url(about:invalid)\" "
	    "mask=\"url(about:invalid)\" marker-end=\"url(about:invalid)\" "
	    "cursor=\"url(about:invalid),auto\" stroke=url(#d) /></svg>");
	check_inside("<svg><image><set attributeName=href "
		     "to=//stats.example/p /></image></svg>",
	    "<svg><image><set attributeName=href  /></image></svg>");
	check_inside("<svg><animate attributeName='xlink:href' "
		     "values='/a;//stats.example/p;/b'/></svg>",
	    "<svg><animate attributeName='xlink:href' /></svg>");
	check_inside("<svg><animate attributeName=fill from=red "
		     "to='url(//stats.example#a)'/></svg>",
	    "<svg><animate attributeName=fill from=red "
	    "to=\"url(about:invalid)\"/></svg>");
	/* without content there is nothing to be held */
	check_inside(
	    "<svg><script onload=myTracker() /><style fill=url(/collect)"
	    " /></svg>",
	    "<svg><script  /><style fill=\"url(about:invalid)\" /></svg>");
	check_stays("<svg><a href=//stats.example/><text>x</text></a></svg>");
	check_stays("<svg><text title='url(//stats.example)'>x</text></svg>");
	check_stays(
	    "<svg><animate attributeName=x to=//stats.example /></svg>");
}

static void
r01_code_in_attributes_goes_by_its_text(void **state)
{
	(void)state;
	check_inside("<b onclick=\"myTracker('x')\">x</b>", "<b >x</b>");
	check_inside(
	    "<b a=1 ONMOUSEOVER=myTracker() c>x</b>", "<b a=1  c>x</b>");
	check_inside("<b onclick='myTracker&lpar;1)'>x</b>", "<b >x</b>");
	check_inside(
	    "<svg><g onload='myTracker()'/></svg>", "<svg><g /></svg>");
	check("<body onload='myTracker()'>x", "<body >x");
	check_inside("<a href='javascript:myTracker()'>x</a>", "<a >x</a>");
	check_inside(
	    "<a href=' Java\tScript:my%54racker()'>x</a>", "<a >x</a>");
	check_inside("<a href=&#106;avascript:myTracker()>x</a>", "<a >x</a>");
	check_inside("<area href=javascript:myTracker()>", "<area >");
	check_inside("<iframe src='javascript:myTracker()'></iframe>", "");
	check_inside(
	    "<form action=javascript:myTracker()>x</form>", "<form >x</form>");
	check_inside("<button formaction=javascript:myTracker()>x</button>",
	    "<button >x</button>");
	check_inside("<svg><a xlink:href=javascript:myTracker()>x</a></svg>",
	    "<svg><a >x</a></svg>");
	check_inside("<math><mi href=javascript:myTracker()>x</mi></math>",
	    "<math><mi >x</mi></math>");
	check_stays("<b onclick='go()'>x</b>");
	check_stays("<a href='javascript:go()'>x</a>");
	check_stays("<b no=myTracker() data-onclick=myTracker()>x</b>");
	check_stays("<a href='https://stats.example/'>x</a>");
	check_stays("<a href='/search?q=javascript:myTracker()'>x</a>");
}

#define SVG "<svg xmlns=\"http://www.w3.org/2000/svg\">"

static void
r01_urls_that_bring_their_text_are_looked_into(void **state)
{
	(void)state;
	check_inside("<iframe src=\"data:text/html,<img "
		     "src='https://stats.example/p'>\"></iframe>",
	    "");
	check_inside("<iframe src=\"data:text/html;base64,"
		     "PGltZyBzcmM9Ly9zdGF0cy5leGFtcGxlPg==\"></iframe>",
	    "");
	check_inside("<object data='data:image/svg+xml," SVG
		     "<script>myTracker()</script></svg>'></object>",
	    "<object ></object>");
	/* XML is read as such, prefixes, entities and all */
	check_inside("<iframe src='data:application/xhtml+xml,<h:p "
		     "xmlns:h=\"http://www.w3.org/1999/xhtml\"><h:title>"
		     "<h:img src=\"//stats.example/p\"/></h:title></h:p>'>"
		     "</iframe>",
	    "");
	check_inside("<iframe src='data:text/xml," SVG "<image href=\"/collect"
		     "\"/></svg>'></iframe>",
	    "");
	check_inside("<iframe src='data:text/xml,<a><b></a>'></iframe>", "");
	check_stays("<iframe src='data:text/xml,<a>/collect</a>'></iframe>");
	check_stays(
	    "<iframe src='data:image/svg+xml," SVG "<image href=\"/a\"/>"
	    "</svg>'></iframe>");
	/* "<img src=/collect>" in UTF-16, by its type and by its mark */
	check_inside("<iframe src='data:text/html;charset=utf-16le,%3C%00i%00m"
		     "%00g%00 %00s%00r%00c%00=%00/%00c%00o%00l%00l%00e%00c%00"
		     "t%00%3E%00'></iframe>",
	    "");
	check_inside("<iframe src='data:text/html,%FE%FF%00%3C%00i%00m%00g%00 "
		     "%00s%00r%00c%00=%00/%00c%00o%00l%00l%00e%00c%00t%00%3E'>"
		     "</iframe>",
	    "");
	check_inside("<iframe src='data:text/html;charset=iso-2022-jp,x'>"
		     "</iframe>",
	    "");
	check_inside("<iframe src='data:text/ht\tml;\nbase64,\rPGltZyBzcmM9Ly9z"
		     "dGF0cy5leGFtcGxlPg=='></iframe>",
	    "");
	check_inside("<iframe src='java\nscript:my\nTracker()'></iframe>", "");
	check_inside("<embed src='data:text/html;charset=utf-8,%3Cscript%3E"
		     "myTra\"+\"cker()%3C/script%3E'>",
	    "");
	check_inside("<link rel=stylesheet href=\"data:text/css,@import 'https:"
		     "//ads.example/'\">",
	    "");
	check_inside("<script src='data:text/javascript,x=\"myTra\"+\"cker()\"'"
		     "></script>",
	    "");
	check_inside("<iframe srcdoc='<iframe src=\"data:text/html,<img src="
		     "/collect>\"></iframe>x'></iframe>",
	    "<iframe srcdoc=\"x\"></iframe>");
	assert_int_equal(counts.withheld, 1);
	check_stays("<iframe src='data:text/html,<p>myTracker()'></iframe>");
	check_stays(
	    "<iframe src='data:text/plain,<img src=/collect>'></iframe>");
	check_stays("<img src='data:image/svg+xml,<svg><script>myTracker()"
		    "</script></svg>'>");
	check_stays("<link rel=icon href='data:image/png;base64,AAAA'>");
	check_stays("<iframe src=about:blank></iframe>");
	check_stays("<iframe src='data:no comma'></iframe>");
}

static void
forms_to_a_tracker_are_reported(void **state)
{
	(void)state;
	check_stays("<form action=//stats.example/f><button "
		    "formaction=/collect>x</button></form>");
	assert_int_equal(counts.withheld, 0);
	assert_int_equal(counts.reported, 2);
	assert_int_equal(counts.rows[0].answer, GATE_REPORT);
	assert_string_equal(counts.rows[0].rule->host, "stats.example");
	check_stays("<form action=/own><input formaction=/else></form>");
	assert_int_equal(counts.reported, 0);
}

static void
r01_refreshes_go(void **state)
{
	static const char *const gone[] = {
	    "0;url=//stats.example/", "  5 ; URL = '//stats.example/' trailing",
	    "1.5,&quot;//stats.example/&quot;", "0 //stats.example/",
	    ".;url=//stats.example/", "0; url='//stats.example/a",
	    "0; url='//a'.stats.example/'",	 /* by Chromium */
	    "0; url='//stats.example'.own.com'", /* by the standard */
	};
	static const char *const kept[] = {"5", "0;url=/own",
	    "x;url=//stats.ex"
	    "ample/",
	    "0x;url=//stats.example/", "5;", "0;ur=//stats.example/",
	    "0; url='/a'//stats.example", "0; url='/a'//stats.example'"};
	char html[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof gone / sizeof gone[0]; i++) {
		(void)snprintf(html, sizeof html,
		    "<meta http-equiv=Refresh content=\"%s\">", gone[i]);
		check_inside(html, "");
	}
	for (i = 0; i < sizeof kept / sizeof kept[0]; i++) {
		(void)snprintf(html, sizeof html,
		    "<meta http-equiv=refresh content=\"%s\">", kept[i]);
		check_stays(html);
	}
	check_inside("<meta http-equiv=refresh content=\"0;url=data:text/html,"
		     "<img src=//stats.example/p>\">",
	    "");
	check_stays(
	    "<meta http-equiv=refresh content='0;url=data:text/html,<p>'>");
	check_stays("<meta name=refresh content='0;url=//stats.example/'>");
	check_stays("<meta property=og:image content=//stats.example/p>");
}

static void
r01_media_and_plugins_go(void **state)
{
	(void)state;
	check_inside(
	    "<audio src=//stats.example/a></audio>", "<audio ></audio>");
	check_inside("<video><source src=//stats.example/a><track "
		     "src=//stats.example/b></video>",
	    "<video></video>");
	check_inside("<picture><source srcset='/a 1x,//stats.example/b 2x'>"
		     "<img src=/c></picture>",
	    "<picture><img src=/c></picture>");
	check_inside("<object><param name=Movie value=//stats.example/a>"
		     "<param name=x value=//stats.example/b></object>",
	    "<object><param name=x value=//stats.example/b></object>");
	check_inside("<object archive='/a //stats.example/b' "
		     "codebase=//stats.example/></object>",
	    "<object  ></object>");
	check_inside("<embed code=//stats.example/a>", "");
	check_inside(
	    "<applet code=//stats.example/a></applet>", "<applet ></applet>");
	check_inside("<bgsound src=//stats.example/a>", "");
	check_inside(
	    "<portal src=//stats.example/a></portal>", "<portal ></portal>");
	check_inside(
	    "<model src=//stats.example/a></model>", "<model ></model>");
	check("<frameset><frame src=//stats.example/a></frameset>",
	    "<frameset><frame ></frameset>");
	check("<body background=//stats.example/a>x", "<body >x");
	check_inside("<table><colgroup background=//stats.example/a><col "
		     "background=//stats.example/b><col background=/c></table>",
	    "<table><colgroup ><col ><col background=/c></table>");
	check("<html manifest=/collect><body>x", "<html ><body>x");
	check_inside("<img src=/a lowsrc=//stats.example/b "
		     "dynsrc=//stats.example/c>",
	    "<img src=/a  >");
	check_stays("<img src=/a longdesc=//stats.example/b>");
	check_stays("<blockquote cite=//stats.example/>x</blockquote>");
}

static void
r01_pings_and_attributions_go(void **state)
{
	(void)state;
	check_inside("<a href=/x ping='/own //stats.example/p'>x</a>",
	    "<a href=/x >x</a>");
	check_inside(
	    "<area href=/x ping=//stats.example/p>", "<area href=/x >");
	check_inside("<a href=/x attributionsrc=//stats.example/p>x</a>",
	    "<a href=/x >x</a>");
	check_inside("<img src=/x attributionsrc='/own //ads.example/p'>",
	    "<img src=/x >");
	check_inside("<script src=/x attributionsrc=//ads.example/></script>",
	    "<script src=/x ></script>");
	check_stays("<a href=/x attributionsrc>x</a>");
}

static void
links_of_every_fetching_rel_go(void **state)
{
	static const char *const rels[] = {"stylesheet",
	    "'alternate "
	    "stylesheet'",
	    "preload", "modulepreload", "prefetch", "preconnect",
	    "dns-prefetch", "prerender", "'shortcut icon'", "icon",
	    "apple-touch-icon", "mask-icon", "manifest", "import", "search",
	    "compression-dictionary"};
	static const char *const kept[] = {
	    "canonical", "alternate", "next", "author", "license", "me"};
	char html[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rels / sizeof rels[0]; i++) {
		(void)snprintf(html, sizeof html,
		    "<link rel=%s href=//stats.example/a>", rels[i]);
		check_inside(html, "");
	}
	for (i = 0; i < sizeof kept / sizeof kept[0]; i++) {
		(void)snprintf(html, sizeof html,
		    "<link rel=%s href=//stats.example/a>", kept[i]);
		check_stays(html);
	}
}

static void
r01_templates_and_shadow_roots_are_markup(void **state)
{
	(void)state;
	check_inside("<template><img src=//stats.example/p>x</template>",
	    "<template>x</template>");
	check_inside("<div><template shadowrootmode=open><script "
		     "src=//stats.example/a></script><slot></slot></template>"
		     "</div>",
	    "<div><template shadowrootmode=open><slot></slot></template>"
	    "</div>");
	check_inside("<template><template><style>a{b:url(/collect)}</style>"
		     "</template></template>",
	    "<template><template><style>a{b:url(about:invalid)}</style>"
	    "</template></template>");
	check("<head><noscript><img src=//stats.example/p><link rel=stylesheet "
	      "href=/own></noscript></head><body>",
	    "<head><noscript><link rel=stylesheet href=/own></noscript></head>"
	    "<body>");
}

static void
r01_srcdoc_and_its_frame_are_edited_at_once(void **state)
{
	(void)state;
	check_inside("<iframe onload=myTracker() srcdoc='<img src=/collect>a' "
		     "style='a:url(/collect)'></iframe>",
	    "<iframe  srcdoc=\"a\" style=\"a:url(about:invalid)\"></iframe>");
	check_inside("<iframe srcdoc=\"<iframe srcdoc='<script>myTracker()"
		     "</script>b'></iframe>\"></iframe>",
	    "<iframe srcdoc=\"<iframe srcdoc=&quot;b&quot;></iframe>\">"
	    "</iframe>");
}

static void
r01_parked_trackers_go(void **state)
{
	(void)state;
	check_inside("<script type=rocketlazyloadscript "
		     "data-rocket-src=//stats.example/x></script>",
	    "");
	check_inside(
	    "<script type=rocketlazyloadscript>myTracker()</script>", "");
	check_inside("<script type=text/rocketscript "
		     "data-rocketsrc=/a data-src=//stats.example/></script>",
	    "");
	check_inside("<script type=litespeed/javascript "
		     "data-src=//stats.example/x></script>",
	    "");
	check_inside(
	    "<script type=nitropack/inlinescript>myTracker()</script>", "");
	check_inside(
	    "<script type=text/partytown src=//stats.example/></script>", "");
	check_inside(
	    "<script type='7c0ffee-text/javascript'>myTracker()</script>", "");
	check_inside(
	    "<script type=text/psajs orig_index=0>myTracker()</script>", "");
	check_inside("<script nitro-src=//stats.example/></script>", "");
	check_inside("<iframe src=about:blank data-lazy-src=//stats.example/>"
		     "</iframe>",
	    "");
	check_inside("<img src=data:, data-src=//stats.example/p>", "");
	check_inside("<img src=/a data-lazy-srcset='//stats.example/p 2x'>",
	    "<img src=/a >");
	check_inside("<img nitro-lazy-src=//stats.example/p>", "");
	/* the browser runs it all the same */
	check_inside("<script data-src=/a>myTracker()</script>", "");
	check_stays("<script type=rocketlazyloadscript "
		    "data-rocket-src=/own.js></script>");
	check_stays("<div data-src=//stats.example/>x</div>");
	check_stays("<img src=/a data-src=/b data-lazy-srcset='/c 2x'>");
}

static void
duplicates_and_spellings_are_a_browsers(void **state)
{
	(void)state;
	/* the first counts; what stands behind it must not come to count */
	check_stays("<img src=/a src=//stats.example/p>");
	check_inside("<b onclick=myTracker() onclick=go()>x</b>", "<b  >x</b>");
	check_stays("<b onclick=go() onclick=myTracker()>x</b>");
	check_stays("<b style='a:b' style='a:url(/collect)'>x</b>");
	check_inside("<img/src=//stats.example/p/alt=x>", "");
	check_inside("<img src\n=\n'//stats.example/p'>", "");
	check_inside("<img src='\t//sta\nts.ex\rample/p'>", "");
	check_inside("<img src='https:\\\\stats.example\\p'>", "");
	check_inside("<img src=https://u:p@stats.example:8443/p>", "");
	check_inside("<img src=https://%73tats.example/p>", "");
	check_inside("<img src=HTTPS://STATS.EXAMPLE./p>", "");
	check_inside(
	    "<img src=https&colon;&sol;&sol;stats&period;example>", "");
	check_inside("<IMG SRC=//\xEF\xBD\x93tats.example/p>", "");
}

static void
trackers_side_by_side_all_go(void **state)
{
	(void)state;
	check_inside("<script src=//stats.example/a></script><script>"
		     "myTracker()</script><img src=//stats.example/b><img "
		     "src=//stats.example/c><noscript><img src=/collect>"
		     "</noscript><script src=//ads.example/></script>",
	    "<noscript></noscript>");
	assert_int_equal(counts.withheld, 6);
	/* what is left joins to no tag */
	check_inside("<<script>myTracker()</script>img src=//stats.example/>",
	    "<</>img src=//stats.example/>");
	check_inside("<<img src=//stats.example/>script src=//stats.example/>",
	    "<</>script src=//stats.example/>");
}

static void
r01_foreign_scripts_may_be_maps(void **state)
{
	(void)state;
	check_inside("<svg><script type=importmap><![CDATA[{\"imports\":{\"a\":"
		     "\"/collect?a&b\",\"c\":\"/d<&\"}}]]></script></svg>",
	    "<svg><script type=importmap>{\"imports\":{\"a\":\"about:invalid\""
	    ",\"c\":\"/d&lt;&amp;\"}}</script></svg>");
}

#define XHTML(body)                                                            \
	"<html xmlns=\"http://www.w3.org/1999/xhtml\"><body>" body             \
	"</body></html>"

static void
r01_documents_of_xml_are_judged_alike(void **state)
{
	(void)state;
	kind = PAGE_XML;
	check(XHTML("<p style='a:url(/collect)' onclick='myTracker()'>x</p>"),
	    XHTML("<p style=\"a:url(about:invalid)\">x</p>"));
	check(XHTML("<style>a&gt;b{c:url(/collect)}<![CDATA[d{e:'<&'}]]>"
		    "</style>"),
	    XHTML("<style>a&gt;b{c:url(about:invalid)}d{e:'&lt;&amp;'}"
		  "</style>"));
	check(XHTML("<svg xmlns=\"http://www.w3.org/2000/svg\"><style>"
		    "a{b:url('/collect')c:'&amp;'}</style></svg>"),
	    XHTML("<svg xmlns=\"http://www.w3.org/2000/svg\"><style>"
		  "a{b:url('about:invalid')c:'&amp;'}</style></svg>"));
	check(XHTML("<iframe src='/collect'></iframe><img src='/own'/>"),
	    XHTML("<img src='/own'/>"));
}

/* What a program in the document writes is nowhere fetched, so not judged. */
static void
r01_programs_of_documents_go(void **state)
{
	static const char *const gone[] = {"#s", "/a/b.html#s", "b.html#",
	    "https://www.library.example:443/a/./b.html", " #s"};
	static const char *const kept[] = {
	    "/a/b.xsl#s", "/a/b.html?c#s", "//www.example/a/b.html#s"};
	char xml[256];
	size_t i;

	(void)state;
	kind = PAGE_XML;
	for (i = 0; i < sizeof gone / sizeof gone[0]; i++) {
		(void)snprintf(xml, sizeof xml,
		    "<?xml-stylesheet type='text/xsl' href='%s'?><a/>",
		    gone[i]);
		check(xml, "<a/>");
		assert_int_equal(counts.withheld, 1);
	}
	for (i = 0; i < sizeof kept / sizeof kept[0]; i++) {
		(void)snprintf(xml, sizeof xml,
		    "<?xml-stylesheet href='%s' type='text/xml'?><a/>",
		    kept[i]);
		check(xml, xml);
	}
	check("<?xml-stylesheet type='text/css' href='#s'?><a/>",
	    "<?xml-stylesheet type='text/css' href='#s'?><a/>");
	grant(ANALYTICS | MARKETING);
	check("<?xml-stylesheet type='text/xsl' href='#s'?><a/>",
	    "<?xml-stylesheet type='text/xsl' href='#s'?><a/>");
}

/* A picture ends foreign content for what follows it, gone or not. */
static void
what_goes_still_ends_foreign_content(void **state)
{
	(void)state;
	check_inside("<svg><g><img src=//stats.example/p><script>x='<img "
		     "src=//stats.example/p>'</script>",
	    "<svg><g></g></svg><script>x='<img src=//stats.example/p>'"
	    "</script>");
	check_inside("<svg><svg><foreignObject><math><mi><math><img "
		     "src=//stats.example/p>y",
	    "<svg><svg><foreignObject><math><mi><math></math>y");
	check_inside("<math><meta http-equiv=refresh "
		     "content='0;url=//stats.example/'>y",
	    "<math></math>y");
	check_inside(
	    "<svg><<embed src=//stats.example/p>y", "<svg><</></svg>y");
}

static void
what_only_mentions_a_tracker_stays(void **state)
{
	static const char *const texts[] = {
	    "<!-- <style>a{b:url(//stats.example)}</style> -->",
	    "<title><img src=//stats.example/p></title>",
	    "<textarea><b onclick=myTracker()></textarea>",
	    "<xmp><script>myTracker()</script></xmp>",
	    "<pre>&lt;script src=//stats.example/&gt;</pre>",
	    "<code>background:url(//stats.example/p)</code>",
	    "<p>See https://stats.example/ and myTracker(</p>",
	    "<script type=application/ld+json>{\"url\":\"https://stats.example/"
	    "\"}</script>",
	    "<script>var help = 'https://stats.example/';</script>",
	    "<a href=https://stats.example/ title=myTracker()>x</a>",
	    "<input value=//stats.example/ placeholder='myTracker()'>",
	    "<noscript>Turn on scripts for stats.example</noscript>",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof texts / sizeof texts[0]; i++)
		check_stays(texts[i]);
	check("<plaintext><img src=//stats.example/p>",
	    "<plaintext><img src=//stats.example/p>");
}

static void
r06_with_consent_all_of_it_stays(void **state)
{
	static const char page[] =
	    "<!DOCTYPE html><html manifest=/collect><head>"
	    "<meta http-equiv=refresh content='0;url=//stats.example/'>"
	    "<style>@import '//ads.example/a';</style>"
	    "<script type=importmap>{\"imports\":{\"a\":\"/collect\"}}</script>"
	    "</head><body onload='myTracker()' background=/collect>"
	    "<b style='a:url(//ads.example/)' onclick=myTracker()>x</b>"
	    "<svg><style><![CDATA[a{b:url(/collect)}]]></style>"
	    "<g fill='url(/collect)'/></svg><noscript><iframe></noscript>"
	    "<img data-src=//ads.example/><form action=/collect></form>";

	(void)state;
	grant(ANALYTICS | MARKETING);
	check(page, page);
	assert_int_equal(counts.withheld + counts.reported, 0);
}

/* In a charset where a second byte may be a backslash or a brace. */
static void
r01_half_a_character_hides_no_url(void **state)
{
	(void)state;
	/* a string that ends for who reads characters */
	check_inside("<style>p{a:\"\x95\\\";b:url(//stats.example/p)}</style>",
	    "<style>p{a:\"\x95\\\";b:url(about:invalid)}</style>");
	check_inside("<style>p{a:\"\xB1\\\";b:url(//stats.example/p)}</style>",
	    "<style>p{a:\"\xB1\\\";b:url(about:invalid)}</style>");
	check_inside("<b style='a:\"\x95\\\";b:url(//stats.example/p)'>",
	    "<b style=\"a:&quot;\x95\\&quot;;b:url(about:invalid)\">");
	/* and one that does not: both are judged */
	check_inside("<style>p{a:\"\xE2\x86\x92\\\"\";"
		     "b:url(//stats.example/p)}</style>",
	    "<style>p{a:\"\xE2\x86\x92\\\"\";"
	    "b:url(about:invalid)}</style>");
	/* what is granted or innocent stays, byte for byte */
	check_inside("<style>p{a:\"\x95\\\";b:url(//friend.example/\x95\\)}"
		     "</style>",
	    "<style>p{a:\"\x95\\\";b:url(//friend.example/\x95\\)}</style>");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(r01_style_attributes_lose_their_urls),
	    TEST(r01_style_elements_lose_their_urls),
	    TEST(r01_style_sheets_in_urls_are_looked_into),
	    TEST(a_fragment_of_the_page_itself_stays),
	    TEST(r01_svg_is_looked_at_whole),
	    TEST(r01_code_in_attributes_goes_by_its_text),
	    TEST(r01_urls_that_bring_their_text_are_looked_into),
	    TEST(forms_to_a_tracker_are_reported),
	    TEST(r01_refreshes_go),
	    TEST(r01_media_and_plugins_go),
	    TEST(r01_pings_and_attributions_go),
	    TEST(links_of_every_fetching_rel_go),
	    TEST(r01_templates_and_shadow_roots_are_markup),
	    TEST(r01_srcdoc_and_its_frame_are_edited_at_once),
	    TEST(r01_parked_trackers_go),
	    TEST(duplicates_and_spellings_are_a_browsers),
	    TEST(trackers_side_by_side_all_go),
	    TEST(what_goes_still_ends_foreign_content),
	    TEST(r01_foreign_scripts_may_be_maps),
	    TEST(r01_documents_of_xml_are_judged_alike),
	    TEST(r01_programs_of_documents_go),
	    TEST(what_only_mentions_a_tracker_stays),
	    TEST(r06_with_consent_all_of_it_stays),
	    cmocka_unit_test_setup_teardown(
		r01_half_a_character_hides_no_url, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
