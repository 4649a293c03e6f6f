#include "html/tokenizer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <libconsent/buf.h>

/*
 * Events are written down as text: T(text) S(tag) E(tag) C(data) D(raw)
 * -(silent); adjacent texts are joined, so that all cuts read alike.
 */
struct notes {
	struct buf out;
	struct buf raw; /* the raw bytes of all events */
	bool in_text;
};

static void
note(struct notes *n, struct span s)
{
	assert_int_equal(buf_append(&n->out, s), 0);
}

static void
note_event(struct notes *n, const struct tokenizer_event *e)
{
	static const char letters[] = {[TOKENIZER_TEXT] = 'T',
	    [TOKENIZER_START_TAG] = 'S',
	    [TOKENIZER_END_TAG] = 'E',
	    [TOKENIZER_COMMENT] = 'C',
	    [TOKENIZER_DOCTYPE] = 'D',
	    [TOKENIZER_SILENT] = '-'};
	bool text = e->kind == TOKENIZER_TEXT;
	bool declared =
	    e->kind == TOKENIZER_COMMENT || e->kind == TOKENIZER_DOCTYPE;
	bool begins = text ? !n->in_text : !declared || e->begins;

	assert_int_equal(buf_append(&n->raw, e->raw), 0);
	if (!text && n->in_text)
		note(n, SPAN(")"));
	n->in_text = text;
	if (begins)
		assert_int_equal(
		    buf_printf(&n->out, "%c(", letters[e->kind]), 0);
	note(n, e->kind == TOKENIZER_COMMENT ? e->data : e->raw);
	if (!text && (!declared || e->ends))
		note(n, SPAN(")"));
}

struct source {
	struct span page;
	enum tokenizer_text text; /* at first */
	struct span name;
	bool foreign;
};

/* The size of the next piece: step, or 1 to 7 at random for step 0. */
static size_t
next_step(size_t step, uint32_t *seed)
{
	if (step > 0)
		return step;
	*seed = *seed * 1664525 + 1013904223;
	return 1 + (*seed >> 24) % 7;
}

static void
tokenize(const struct source *s, size_t step, struct notes *n)
{
	struct tokenizer t;
	struct tokenizer_event e;
	uint32_t seed = 1;
	size_t start = 0;
	size_t end = 0;
	bool last = false;

	tokenizer_init(&t);
	if (s->text != TOKENIZER_DATA)
		tokenizer_enter(&t, s->text, s->name);
	tokenizer_set_foreign(&t, s->foreign);
	while (!last) {
		end += next_step(step, &seed);
		last = end >= s->page.n;
		while (tokenizer_next(&t,
			   span_sub(s->page, start,
			       (last ? s->page.n : end) - start),
			   last, &e) == TOKENIZER_EVENT) {
			note_event(n, &e);
			start += e.raw.n;
		}
	}
	if (n->in_text)
		note(n, SPAN(")"));
}

static void
check_step(const struct source *s, size_t step, struct span want)
{
	struct notes n = {.in_text = false};

	buf_init(&n.out, 1 << 16);
	buf_init(&n.raw, 1 << 16);
	tokenize(s, step, &n);
	if (!span_equal(buf_span(&n.out), want))
		fail_msg("%.*s by %zu: %.*s", SPAN_ARG(s->page), step,
		    SPAN_ARG(buf_span(&n.out)));
	if (!span_equal(buf_span(&n.raw), s->page))
		fail_msg("%.*s by %zu: not all bytes", SPAN_ARG(s->page), step);
	buf_fini(&n.out);
	buf_fini(&n.raw);
}

static void
check(const struct source *s, struct span want)
{
	check_step(s, SIZE_MAX / 2, want);
	check_step(s, 1, want);
	check_step(s, 3, want);
	check_step(s, 0, want);
}

static void
check_data(const struct span (*rows)[2], size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		check(&(struct source){.page = rows[i][0]}, rows[i][1]);
}

#define CHECK_DATA(rows) check_data(rows, sizeof(rows) / sizeof(rows)[0])

static void
data_and_tags(void **state)
{
	const struct span rows[][2] = {
	    {SPAN(""), SPAN("")},
	    {SPAN("a<b>c"), SPAN("T(a)S(<b>)T(c)")},
	    {SPAN("a < b <3 c<"), SPAN("T(a < b <3 c<)")},
	    {SPAN("<A B=C>"), SPAN("S(<A B=C>)")},
	    {SPAN("a</b>"), SPAN("T(a)E(</b>)")},
	    {SPAN("</b c='>'/>d"), SPAN("E(</b c='>'/>)T(d)")},
	    {SPAN("a</>b"), SPAN("T(a)-(</>)T(b)")},
	    {SPAN("a</"), SPAN("T(a</)")},
	    {SPAN("</3>"), SPAN("C(3)")},
	    {SPAN("<?a>"), SPAN("C(?a)")},
	    {SPAN("a<b c"), SPAN("T(a)-(<b c)")},
	    {SPAN("a</b c='>"), SPAN("T(a)-(</b c='>)")},
	    {SPAN("<a b=\">\"c='>'d=e/f>"), SPAN("S(<a b=\">\"c='>'d=e/f>)")},
	    {SPAN("<a b=>c"), SPAN("S(<a b=>)T(c)")},
	    {SPAN("<a =\">x\">"), SPAN("S(<a =\">)T(x\">)")},
	    {SPAN("<a b='c'\"d>"), SPAN("S(<a b='c'\"d>)")},
	    {SPAN("<a/b='>'>"), SPAN("S(<a/b='>'>)")},
	    {SPAN("<a b = '>'\n/>"), SPAN("S(<a b = '>'\n/>)")},
	    {SPAN("<a<b>"), SPAN("S(<a<b>)")},
	};

	(void)state;
	CHECK_DATA(rows);
}

static void
comments_and_doctypes(void **state)
{
	const struct span rows[][2] = {
	    {SPAN("<!--a-->b"), SPAN("C(a)T(b)")},
	    {SPAN("<!---->"), SPAN("C()")},
	    {SPAN("<!-->a"), SPAN("C()T(a)")},
	    {SPAN("<!--->a"), SPAN("C()T(a)")},
	    {SPAN("<!----!>a"), SPAN("C()T(a)")},
	    {SPAN("<!--a--!-->b"), SPAN("C(a--!)T(b)")},
	    {SPAN("<!--a--!b-->"), SPAN("C(a--!b)")},
	    {SPAN("<!-----a----->"), SPAN("C(---a---)")},
	    {SPAN("<!-- <!-- a --> -->"), SPAN("C( <!-- a )T( -->)")},
	    {SPAN("<!--a<!-->b"), SPAN("C(a<!)T(b)")},
	    {SPAN("<!--a--"), SPAN("C(a)")},
	    {SPAN("<!--a--!"), SPAN("C(a)")},
	    {SPAN("<!--a-"), SPAN("C(a)")},
	    {SPAN("<!--"), SPAN("C()")},
	    {SPAN("<!-"), SPAN("C(-)")},
	    {SPAN("<!"), SPAN("C()")},
	    {SPAN("<!>a"), SPAN("C()T(a)")},
	    {SPAN("<!doc>a"), SPAN("C(doc)T(a)")},
	    {SPAN("<!DocType html>a"), SPAN("D(<!DocType html>)T(a)")},
	    {SPAN("<!doctype a '>' b>"), SPAN("D(<!doctype a '>)T(' b>)")},
	    {SPAN("<!doctype a"), SPAN("D(<!doctype a)")},
	    {SPAN("<![CDATA[x>]]>"), SPAN("C([CDATA[x)T(]]>)")},
	    {SPAN("a<!--b"), SPAN("T(a)C(b)")},
	};

	(void)state;
	CHECK_DATA(rows);
}

static void
cdata_in_foreign_content(void **state)
{
	const struct span rows[][2] = {
	    {SPAN("a<![CDATA[<b>]]>c"),
		SPAN("T(a)-(<![CDATA[)T(<b>)-(]]>)T(c)")},
	    {SPAN("<![CDATA[]]]]>"), SPAN("-(<![CDATA[)T(]])-(]]>)")},
	    {SPAN("<![CDATA[a]b]]c]] >]]>"),
		SPAN("-(<![CDATA[)T(a]b]]c]] >)-(]]>)")},
	    {SPAN("<![CDATA[]]"), SPAN("-(<![CDATA[)T(]])")},
	    {SPAN("<![cdata[a]]>"), SPAN("C([cdata[a]])")},
	    {SPAN("<![CDATA"), SPAN("C([CDATA)")},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check(&(struct source){.page = rows[i][0], .foreign = true},
		    rows[i][1]);
}

static void
raw_text_ends_with_its_tag(void **state)
{
	const struct span rows[][2] = {
	    {SPAN("<b>&amp;</title>a"), SPAN("T(<b>&amp;)E(</title>)T(a)")},
	    {SPAN("a</TiTlE\n>"), SPAN("T(a)E(</TiTlE\n>)")},
	    {SPAN("a</title/b='>'>"), SPAN("T(a)E(</title/b='>'>)")},
	    {SPAN("</titl></titlex></ title><!--</title>"),
		SPAN("T(</titl></titlex></ title><!--)E(</title>)")},
	    {SPAN("a</title"), SPAN("T(a</title)")},
	    {SPAN("a</title b"), SPAN("T(a)-(</title b)")},
	    {SPAN("<</title>"), SPAN("T(<)E(</title>)")},
	    {SPAN("</</title>"), SPAN("T(</)E(</title>)")},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct source s = {.page = rows[i][0],
		    .text = TOKENIZER_RCDATA,
		    .name = SPAN("title")};

		check(&s, rows[i][1]);
		s.text = TOKENIZER_RAWTEXT;
		check(&s, rows[i][1]);
	}
}

static void
scripts_have_escapes(void **state)
{
	const struct span rows[][2] = {
	    {SPAN("a<b</script >c"), SPAN("T(a<b)E(</script >)T(c)")},
	    /* one escape hides nothing from the end tag */
	    {SPAN("<!-- </script>"), SPAN("T(<!-- )E(</script>)")},
	    /* a script inside of it does */
	    {SPAN("<!-- <script> </script> --></script>"),
		SPAN("T(<!-- <script> </script> -->)E(</script>)")},
	    {SPAN("<!--<SCRIPT/</script/</script>"),
		SPAN("T(<!--<SCRIPT/</script/)E(</script>)")},
	    {SPAN("<!--<script></scriptx</script>-->"),
		SPAN("T(<!--<script></scriptx</script>-->)")},
	    {SPAN("<!--<scripty></script>"),
		SPAN("T(<!--<scripty>)E(</script>)")},
	    {SPAN("<!--<script>--></script>"),
		SPAN("T(<!--<script>-->)E(</script>)")},
	    {SPAN("<!--<script>-- ></script>"),
		SPAN("T(<!--<script>-- ></script>)")},
	    {SPAN("<!--<script>---></script>"),
		SPAN("T(<!--<script>--->)E(</script>)")},
	    {SPAN("<!--><script></script>"),
		SPAN("T(<!--><script>)E(</script>)")},
	    {SPAN("<!-<script></script>"), SPAN("T(<!-<script>)E(</script>)")},
	    {SPAN("<!<script></script>"), SPAN("T(<!<script>)E(</script>)")},
	    {SPAN("<!--</scr--><script></script>"),
		SPAN("T(<!--</scr--><script>)E(</script>)")},
	    {SPAN("<!--a</scriptx></script>"),
		SPAN("T(<!--a</scriptx>)E(</script>)")},
	    {SPAN("<!--<script </script "), SPAN("T(<!--<script </script )")},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check(&(struct source){.page = rows[i][0],
			  .text = TOKENIZER_SCRIPT,
			  .name = SPAN("script")},
		    rows[i][1]);
}

static void
plaintext_never_ends(void **state)
{
	const struct source s = {.page = SPAN("a</plaintext><b>"),
	    .text = TOKENIZER_PLAINTEXT,
	    .name = SPAN("plaintext")};

	(void)state;
	check(&s, SPAN("T(a</plaintext><b>)"));
}

static void
text_is_not_held_back(void **state)
{
	struct tokenizer t;
	struct tokenizer_event e;

	(void)state;
	tokenizer_init(&t);
	assert_int_equal(
	    tokenizer_next(&t, SPAN("abc<"), false, &e), TOKENIZER_EVENT);
	assert_int_equal(e.raw.n, 3);
	assert_int_equal(
	    tokenizer_next(&t, SPAN("<"), false, &e), TOKENIZER_MORE);
	assert_false(tokenizer_is_level(&t));
	assert_int_equal(
	    tokenizer_next(&t, SPAN("<!-- x"), false, &e), TOKENIZER_EVENT);
	assert_int_equal(e.kind, TOKENIZER_COMMENT);
	assert_int_equal(e.raw.n, 6);
	assert_true(e.begins);
	assert_false(e.ends);
	assert_int_equal(
	    tokenizer_next(&t, SPAN("-->"), false, &e), TOKENIZER_EVENT);
	assert_true(e.ends);
	assert_true(tokenizer_is_level(&t));
	assert_int_equal(
	    tokenizer_next(&t, SPAN(""), true, &e), TOKENIZER_DONE);
}

static void
self_closing_is_told(void **state)
{
	const struct {
		struct span tag;
		bool self_closing;
	} rows[] = {
	    {SPAN("<a/>"), true},
	    {SPAN("<a b='c'/>"), true},
	    {SPAN("<a b/>"), true},
	    {SPAN("<a b=c/>"), false},
	    {SPAN("<a / >"), false},
	    {SPAN("<a>"), false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct tokenizer t;
		struct tokenizer_event e;

		tokenizer_init(&t);
		assert_int_equal(
		    tokenizer_next(&t, rows[i].tag, true, &e), TOKENIZER_EVENT);
		assert_int_equal(e.self_closing, rows[i].self_closing);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(data_and_tags),
	    cmocka_unit_test(comments_and_doctypes),
	    cmocka_unit_test(cdata_in_foreign_content),
	    cmocka_unit_test(raw_text_ends_with_its_tag),
	    cmocka_unit_test(scripts_have_escapes),
	    cmocka_unit_test(plaintext_never_ends),
	    cmocka_unit_test(text_is_not_held_back),
	    cmocka_unit_test(self_closing_is_told),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
