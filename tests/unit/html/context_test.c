#include "html/context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <libconsent/buf.h>

#include "base/ascii.h"
#include "html/attribute.h"

/*
 * A page is told as the context sees it: each start tag by its space (h, s,
 * m), the letter of its text mode if it has one (R raw, C RCDATA, S script,
 * P plaintext), and where head and body begin: {H H} {B B} before or after.
 * "!" ends it where a token cannot be placed, "*" at the end means that
 * something is still open, "?" doubt.
 */
struct notes {
	struct context context;
	struct buf out;
	int rc;
};

static void
note(struct notes *n, const char *text)
{
	assert_int_equal(buf_append(&n->out, span_of(text)), 0);
}

static void
note_begins(struct notes *n, unsigned begins, unsigned mask)
{
	begins &= mask;
	if ((begins & CONTEXT_HEAD_BEFORE) != 0)
		note(n, "{H");
	if ((begins & CONTEXT_HEAD_AFTER) != 0)
		note(n, "H}");
	if ((begins & CONTEXT_BODY_BEFORE) != 0)
		note(n, "{B");
	if ((begins & CONTEXT_BODY_AFTER) != 0)
		note(n, "B}");
}

static void
note_start(struct notes *n, struct tokenizer *t,
    const struct tokenizer_event *e, struct span name)
{
	static const char *const texts[] = {[TOKENIZER_DATA] = "",
	    [TOKENIZER_RCDATA] = "C",
	    [TOKENIZER_RAWTEXT] = "R",
	    [TOKENIZER_SCRIPT] = "S",
	    [TOKENIZER_PLAINTEXT] = "P"};
	static const char *const spaces[] = {"h", "s", "m"};
	struct context_tag tag = {e->raw, name, e->self_closing};
	struct context_effect effect;

	n->rc = context_start_tag(&n->context, &tag, &effect);
	if (n->rc != 0)
		return;
	note_begins(
	    n, effect.begins, CONTEXT_HEAD_BEFORE | CONTEXT_BODY_BEFORE);
	note(n, spaces[effect.space]);
	note(n, texts[effect.text]);
	note_begins(n, effect.begins, CONTEXT_HEAD_AFTER | CONTEXT_BODY_AFTER);
	if (effect.text != TOKENIZER_DATA)
		tokenizer_enter(t, effect.text, name);
}

static void
note_event(
    struct notes *n, struct tokenizer *t, const struct tokenizer_event *e)
{
	char lower[64];
	struct span name = {lower, 0};
	unsigned begins = 0;

	if (e->kind == TOKENIZER_TEXT && e->text == TOKENIZER_DATA)
		(void)context_text(&n->context, e->raw, &begins);
	if (e->kind == TOKENIZER_START_TAG || e->kind == TOKENIZER_END_TAG) {
		struct span raw = attribute_tag_name(e->raw);

		assert_true(raw.n <= sizeof lower);
		for (; name.n < raw.n; name.n++)
			lower[name.n] = ascii_lower(raw.p[name.n]);
	}
	if (e->kind == TOKENIZER_START_TAG)
		note_start(n, t, e, name);
	if (e->kind == TOKENIZER_END_TAG)
		n->rc = context_end_tag(&n->context, name, &begins);
	note_begins(n, begins, ~0u);
	if (e->kind == TOKENIZER_COMMENT &&
	    span_starts(e->raw, SPAN("<![CDATA[")) &&
	    context_cdata(&n->context) == CONTEXT_CDATA_DOUBT)
		n->rc = CONSENT_ELIMIT;
	tokenizer_set_foreign(
	    t, context_cdata(&n->context) == CONTEXT_CDATA_YES);
}

static void
note_page(struct notes *n, struct span page)
{
	struct tokenizer t;
	struct tokenizer_event e;

	tokenizer_init(&t);
	while (n->rc == 0 &&
	       tokenizer_next(&t, page, true, &e) == TOKENIZER_EVENT) {
		note_event(n, &t, &e);
		page = span_sub(page, e.raw.n, page.n);
	}
	if (n->rc == 0 && context_top(&n->context).depth > 0)
		note(n, "*");
	if (n->rc == 0 && context_is_doubtful(&n->context))
		note(n, "?");
	if (n->rc == 0)
		note_begins(n, context_finish(&n->context), ~0u);
	else
		note(n, "!");
}

struct row {
	const char *page;
	const char *want;
};

static void
check(enum context_start start, const struct row *rows, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		struct notes n = {.rc = 0};

		context_init(&n.context, start);
		buf_init(&n.out, 4096);
		note_page(&n, span_of(rows[i].page));
		if (!span_equal(buf_span(&n.out), span_of(rows[i].want)))
			fail_msg("%s: %.*s", rows[i].page,
			    SPAN_ARG(buf_span(&n.out)));
		buf_fini(&n.out);
	}
}

#define CHECK(start, rows) check(start, rows, sizeof(rows) / sizeof(rows)[0])

static void
head_and_body_begin(void **state)
{
	static const struct row rows[] = {
	    {"", ""},
	    {" <!-- a --> <!doctype html>", ""},
	    {"<html><head></head><body></body></html>", "hhH}hB}"},
	    {"<html>", "h{H{B"},
	    {"<html><head>", "hhH}{B"},
	    {"<!doctype html> <p>", "{H{Bh"},
	    {"<title>x</title> y", "{HhC{B"},
	    {"<meta><link><base><style></style><script></script><p>",
		"{HhhhhRhS{Bh"},
	    {"<head></head> <link><style></style><p>", "hH}hhR{Bh"},
	    {"<head></head><noscript></noscript>", "hH}{BhR"},
	    {"<head><noscript><p></noscript></head><body>", "hH}hRhB}"},
	    {"<html> <!-- --> \n<body>", "h{HhB}"},
	    {"x<body>", "{H{Bh"},
	    {"\n&nbsp;", "{H{B"},
	    {"<head></p></div></title></head></x> <body>", "hH}hB}"},
	    {"</head><body>", "{HhB}"},
	    {"</p></div><html>", "h{H{B"},
	    {"</br>", "{H{B"},
	    {"</body>", "{H{B"},
	    {"<head></html>", "hH}{B"},
	    {"<head><head><html><body><body>", "hH}hhhB}h"},
	    {"<head><template><p>x<body></template><body>", "hH}hhhhB}"},
	    {"<head><svg><title>", "hH}{Bss*"},
	};

	(void)state;
	CHECK(CONTEXT_PAGE, rows);
}

static void
framesets_have_no_body(void **state)
{
	static const struct row rows[] = {
	    {"<html><head></head><frameset><frame><script><noframes><p>"
	     "</noframes></frameset>",
		"hhH}hhhhR"},
	    {"<frameset><svg><title><textarea>", "{Hhhhh"},
	    {"<body><frameset><title></title>", "{HhB}hhC"},
	    {"<p><frameset>", "{H{Bh!"},
	    {"<body><svg><frameset>", "{HhB}ss*"},
	};

	(void)state;
	CHECK(CONTEXT_PAGE, rows);
}

static void
text_modes(void **state)
{
	static const struct row rows[] = {
	    {"<title><b></title><textarea><b></textarea>", "hChC"},
	    {"<style><b></style><xmp><b></xmp><iframe><b></iframe>"
	     "<noembed><b></noembed><noframes><b></noframes>"
	     "<noscript><b></noscript>",
		"hRhRhRhRhRhR"},
	    {"<script><b></script><script/><b></script><plaintext><b>",
		"hShShP"},
	    {"<table><tr><style><b></style><textarea><b></textarea>", "hhhRhC"},
	};

	(void)state;
	CHECK(CONTEXT_FRAGMENT, rows);
}

static void
foreign_content(void **state)
{
	static const struct row rows[] = {
	    {"<svg><style><g></style><title><style><b></style></title>"
	     "</svg><style><b></style>",
		"sssshRhR"},
	    {"<svg/><style><b></style>", "shR"},
	    {"<svg><g/><path></svg><style></style>", "ssshR"},
	    {"<SVG><Style><IMG></Style>", "ssh"},
	    {"<svg><style><![CDATA[</style><b>]]></style><a>", "sss*"},
	    {"<![CDATA[<style>]]><style></style>", "hR"},
	    {"<svg><desc><![CDATA[<style>]]></desc></svg>", "ss"},
	    {"<svg><desc><p><![CDATA[<style>]]></p></desc></svg>", "ssh"},
	    /* leaving it */
	    {"<svg><g><p><style></style>", "sshhR"},
	    {"<svg><font><style></style></svg>", "sss"},
	    {"<svg><font COLOR=x><style></style>", "shhR"},
	    {"<svg><g></p><style></style>", "sshR"},
	    {"<math><mi><style></style></mi><style></style></math>", "mmhRm"},
	    {"<math><mi><mglyph><style></style></mglyph>", "mmmm*"},
	    {"<math><annotation-xml><style></style><svg><p>", "mmmsh"},
	    {"<math><annotation-xml encoding='Text/HTML'><style></style>",
		"mmhR*"},
	    {"<math><annotation-xml encoding='text&#47;html'>", "m!"},
	    {"<math><annotation-xml><svg><desc><b>", "mmssh*"},
	    {"<template><svg></template><style></style>", "hshR"},
	    {"<svg><template><style></style></template></svg>", "sss"},
	};

	(void)state;
	CHECK(CONTEXT_FRAGMENT, rows);
}

static void
html_inside_integration_points(void **state)
{
	static const struct row rows[] = {
	    {"<svg><foreignObject><div><p>a<p>b</div></foreignObject>"
	     "<style></style></svg>",
		"sshhhs"},
	    /* an open p keeps the end tag from closing it */
	    {"<svg><foreignObject><p></foreignObject></svg>", "ssh*"},
	    {"<svg><desc><ul><li>a<li>b<ul><li>c</ul></ul></desc></svg>",
		"sshhhhh"},
	    {"<svg><desc><h1><h2></h2></desc></svg>", "sshh"},
	    {"<svg><desc><dl><dt><dd><dt></dl></desc></svg>", "sshhhh"},
	    {"<svg><desc><br><img></p></x></desc></svg>", "sshh"},
	    {"<svg><desc><table><tr><td><div></td></table></desc></svg>",
		"sshhhh"},
	    {"<svg><desc><select><option><option></select></desc></svg>",
		"sshhh"},
	    {"<svg><desc><script></script><style></style></desc></svg>",
		"sshShR"},
	    {"<svg><desc><svg><desc></desc></svg></desc></svg>", "ssss"},
	    /* what cannot be placed */
	    {"<svg><desc><td>", "ss!"},
	    {"<svg><desc></td>", "ss!"},
	    {"<svg><desc><b><p></b>", "sshh!"},
	    {"<svg><desc><p><span><div>", "sshh!"},
	    {"<svg><desc><a><a>", "ssh!"},
	    {"<svg><desc><p><table>", "ssh!"},
	    {"<svg><desc><div><svg></div>", "sshs!"},
	    {"<svg><desc><table><b>", "ssh!"},
	    {"<svg><desc><table><tr><td><table>", "sshhh!"},
	};

	(void)state;
	CHECK(CONTEXT_FRAGMENT, rows);
}

static void
doubt_about_outer_end_tags(void **state)
{
	static const struct row rows[] = {
	    {"<svg></div>", "s*?"},
	    {"<svg></div><style>", "s!"},
	    {"<svg></div><![CDATA[", "s!"},
	    {"<svg></div><svg>", "s!"},
	    {"<svg></div><p><style></style>", "shhR"},
	    {"<svg></div></p><style></style>", "shR"},
	    {"<svg><g></div></g></svg><style></style>", "sshR"},
	    {"<svg></div><a><b>", "shh"},
	    {"<svg></body></html><style>", "ss*"},
	    {"<template><svg></div></template><style></style>", "hshR"},
	};

	(void)state;
	CHECK(CONTEXT_FRAGMENT, rows);
}

static void
selects_are_read_two_ways(void **state)
{
	static const struct row rows[] = {
	    {"<select><option></select><style></style>", "hhhR"},
	    {"<select><style>", "h!"},
	    {"<select><script></script></select>", "hhS"},
	    {"<select><svg><path/></svg></select><svg></svg>", "hhhs"},
	    {"<select><svg><script>", "hh!"},
	    {"<select><svg><![CDATA[", "hh!"},
	    {"<select><select><style></style>", "hhhR"},
	    {"<select><input><style></style>", "hhhR"},
	    {"<select><textarea></textarea><style></style>", "hhChR"},
	    {"<select><template><style></style></template></select>", "hhhR"},
	    {"<select><iframe>", "h!"},
	    {"<template><select></template><style></style>", "hhhR"},
	};

	(void)state;
	CHECK(CONTEXT_FRAGMENT, rows);
}

static void
the_stack_is_bounded(void **state)
{
	struct context c;
	struct context_effect effect;
	const struct context_tag svg = {SPAN("<svg>"), SPAN("svg"), false};
	const struct context_tag g = {SPAN("<g>"), SPAN("g"), false};
	char name[CONTEXT_NAME_MAX + 1];
	struct context_tag longer = {SPAN("<x>"), {name, sizeof name}, false};
	size_t i;

	(void)state;
	memset(name, 'x', sizeof name);
	context_init(&c, CONTEXT_FRAGMENT);
	assert_int_equal(context_start_tag(&c, &svg, &effect), 0);
	assert_int_equal(
	    context_start_tag(&c, &longer, &effect), CONSENT_ELIMIT);
	for (i = 1; i < CONTEXT_DEPTH_MAX; i++)
		assert_int_equal(context_start_tag(&c, &g, &effect), 0);
	assert_int_equal(context_start_tag(&c, &g, &effect), CONSENT_ELIMIT);
}

static void
places_tell_elements_apart(void **state)
{
	struct context c;
	struct context_effect effect;
	const struct context_tag svg = {SPAN("<svg>"), SPAN("svg"), false};
	struct context_place first;
	unsigned begins;

	(void)state;
	context_init(&c, CONTEXT_FRAGMENT);
	assert_true(context_is_open(&c, context_top(&c)));
	assert_int_equal(context_start_tag(&c, &svg, &effect), 0);
	assert_true(effect.opens);
	first = context_top(&c);
	assert_true(context_is_open(&c, first));
	assert_int_equal(context_end_tag(&c, SPAN("svg"), &begins), 0);
	assert_false(context_is_open(&c, first));
	assert_int_equal(context_start_tag(&c, &svg, &effect), 0);
	assert_false(context_is_open(&c, first));
}

/* What is around an element behind a fragment. */
static unsigned
around(const char *html)
{
	struct notes n = {.rc = 0};

	context_init(&n.context, CONTEXT_FRAGMENT);
	buf_init(&n.out, 4096);
	note_page(&n, span_of(html));
	buf_fini(&n.out);
	assert_int_equal(n.rc, 0);
	return context_around(&n.context);
}

static void
what_is_around_is_told(void **state)
{
	(void)state;
	assert_int_equal(around("<p>"), 0);
	assert_int_equal(around("<template><p>"), CONTEXT_APART);
	assert_int_equal(around("<select>"), CONTEXT_IN_SELECT);
	assert_int_equal(around("<math><mi><p>"), CONTEXT_IN_FOREIGN);
	assert_int_equal(around("<svg><desc><select><template>"),
	    CONTEXT_APART | CONTEXT_IN_SELECT | CONTEXT_IN_FOREIGN);
	assert_int_equal(around("<svg></svg><math></math>"), 0);
	assert_int_equal(around("<svg><p>"), 0);
	assert_int_equal(around("<a><svg><a></a></svg>"), CONTEXT_IN_LINK);
	assert_int_equal(around("<a><p></a>"), 0);
	assert_int_equal(around("<svg><a></svg>"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(head_and_body_begin),
	    cmocka_unit_test(framesets_have_no_body),
	    cmocka_unit_test(text_modes),
	    cmocka_unit_test(foreign_content),
	    cmocka_unit_test(html_inside_integration_points),
	    cmocka_unit_test(doubt_about_outer_end_tags),
	    cmocka_unit_test(selects_are_read_two_ways),
	    cmocka_unit_test(the_stack_is_bounded),
	    cmocka_unit_test(places_tell_elements_apart),
	    cmocka_unit_test(what_is_around_is_told),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
