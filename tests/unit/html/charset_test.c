#include "html/charset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum {
	ASCII = CHARSET_ASCII_COMPATIBLE,
	WIDE_LE = CHARSET_UTF16LE,
	WIDE_BE = CHARSET_UTF16BE,
	NOT = CHARSET_UNREADABLE,
	BOM = CHARSET_BASIS_BOM,
	HEADER = CHARSET_BASIS_HEADER,
	META = CHARSET_BASIS_META,
	DEFAULT = CHARSET_BASIS_DEFAULT
};

struct row {
	struct span first;
	int charset;
	int basis;
};

static void
check(struct span label, struct row row)
{
	enum charset_basis basis;
	int charset = (int)charset_sniff(label, row.first, &basis);

	if (charset != row.charset || (int)basis != row.basis)
		fail_msg(
		    "%.*s: %d by %d", SPAN_ARG(row.first), charset, (int)basis);
}

static void
a_byte_order_mark_wins(void **state)
{
	(void)state;
	check(
	    SPAN("utf-16"), (struct row){SPAN("\xEF\xBB\xBF<p>"), ASCII, BOM});
	check(SPAN("utf-8"), (struct row){SPAN("\xFF\xFE<"), WIDE_LE, BOM});
	check(SPAN("utf-8"), (struct row){SPAN("\xFE\xFF"), WIDE_BE, BOM});
	check(SPAN(""), (struct row){SPAN("\xEF\xBB"), ASCII, DEFAULT});
}

static void
the_header_wins_over_the_page(void **state)
{
	struct span page = SPAN("<meta charset=iso-2022-jp>");

	(void)state;
	check(SPAN("utf-8"), (struct row){page, ASCII, HEADER});
	check(SPAN(" UTF8\t"), (struct row){page, ASCII, HEADER});
	check(SPAN("utf-16le"), (struct row){page, WIDE_LE, HEADER});
	check(SPAN("unicodeFFFE"), (struct row){page, WIDE_BE, HEADER});
	check(SPAN("iso-2022-jp"), (struct row){page, NOT, HEADER});
	check(SPAN("hz-gb-2312"), (struct row){page, NOT, HEADER});
	check(SPAN("utf-7"), (struct row){page, NOT, HEADER});
	/* one that no browser knows is as good as none */
	check(SPAN("nonsense"), (struct row){page, NOT, META});
	check(SPAN("nonsense"), (struct row){SPAN("<p>"), ASCII, DEFAULT});
	check(SPAN("'utf-8'"), (struct row){SPAN("<p>"), ASCII, DEFAULT});
	check(SPAN("'utf-16'"), (struct row){SPAN("<p>"), NOT, HEADER});
	check(SPAN("ebcdic-us"), (struct row){SPAN("<p>"), NOT, HEADER});
	check(SPAN("IBM037"), (struct row){SPAN("<p>"), NOT, HEADER});
	check(SPAN("ibm866"), (struct row){SPAN("<p>"), ASCII, HEADER});
	check(SPAN("utf-32le"), (struct row){SPAN("<p>"), NOT, HEADER});
	check(SPAN(""), (struct row){page, NOT, META});
}

static void
the_prescan_follows_the_standard(void **state)
{
	const struct row rows[] = {
	    {SPAN("<meta charset=utf-8>"), ASCII, META},
	    {SPAN("<META CHARSET = 'ISO-2022-JP' >"), NOT, META},
	    {SPAN("<meta/charset=csiso2022jp>"), NOT, META},
	    /* too short, or not a meta element */
	    {SPAN("<meta charset=iso-2022-jp"), ASCII, DEFAULT},
	    {SPAN("<metacharset=iso-2022-jp>"), ASCII, DEFAULT},
	    {SPAN("<meta x charset=iso-2022-jp>"), NOT, META},
	    /* UTF-16 cannot be what was just read */
	    {SPAN("<meta charset=utf-16>"), ASCII, META},
	    {SPAN("<meta charset=x-user-defined>"), ASCII, META},
	    /* an unknown label is skipped, the next counts */
	    {SPAN("<meta charset=utf-7><meta charset=iso-2022-kr>"), NOT, META},
	    {SPAN("<meta charset=none>"), ASCII, DEFAULT},
	    /* the first of a name counts */
	    {SPAN("<meta charset=utf-8 charset=iso-2022-jp>"), ASCII, META},
	    /* content needs the pragma */
	    {SPAN("<meta content='text/html; charset=iso-2022-jp'>"), ASCII,
		DEFAULT},
	    {SPAN("<meta http-equiv=Content-Type "
		  "content='text/html; charset=iso-2022-jp'>"),
		NOT, META},
	    {SPAN("<meta content='x;charset=iso-2022-jp' "
		  "http-equiv=content-type>"),
		NOT, META},
	    {SPAN("<meta http-equiv=refresh content='charset=iso-2022-jp'>"),
		ASCII, DEFAULT},
	    /* charset over content, whatever the order */
	    {SPAN("<meta http-equiv=content-type content='charset=utf-8' "
		  "charset=iso-2022-jp>"),
		NOT, META},
	    /* inside of other things */
	    {SPAN("<!-- <meta charset=iso-2022-jp> -->"), ASCII, DEFAULT},
	    {SPAN("<!--><meta charset=iso-2022-jp>"), NOT, META},
	    {SPAN("<p title='<meta charset=iso-2022-jp>'>"), ASCII, DEFAULT},
	    {SPAN("</p title='<meta charset=iso-2022-jp>'>"), ASCII, DEFAULT},
	    {SPAN("<!x <meta charset=iso-2022-jp>"), ASCII, DEFAULT},
	    {SPAN("<?x <meta charset=iso-2022-jp>"), ASCII, DEFAULT},
	    {SPAN("</ <meta charset=iso-2022-jp>"), ASCII, DEFAULT},
	    {SPAN("<\0<meta charset=iso-2022-jp>"), NOT, META},
	    {SPAN("< <meta charset=iso-2022-jp>"), NOT, META},
	    {SPAN("<script><meta charset=iso-2022-jp>"), NOT, META},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check(SPAN(""), rows[i]);
}

static void
xml_declarations_count_last(void **state)
{
	const struct row rows[] = {
	    {SPAN("<?xml version='1.0' encoding='iso-2022-jp'?>"), NOT, META},
	    {SPAN("<?xml encoding = \"utf-16\"?>"), ASCII, META},
	    {SPAN("<?xml encoding='iso-2022-jp'?><meta charset=utf-8>"), ASCII,
		META},
	    {SPAN("<?xml encoding='iso-2022-jp"), ASCII, DEFAULT},
	    {SPAN("<?xml encoding='iso-2022-jp>"), ASCII, DEFAULT},
	    {SPAN("<?xml encoding='iso -2022-jp'?>"), ASCII, DEFAULT},
	    {SPAN("<?xml?>encoding='iso-2022-jp'"), ASCII, DEFAULT},
	    {SPAN(" <?xml encoding='iso-2022-jp'?>"), ASCII, DEFAULT},
	    {SPAN("<\0?\0x\0m\0"), WIDE_LE, META},
	    {SPAN("\0<\0?\0x\0m"), WIDE_BE, META},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check(SPAN(""), rows[i]);
}

static void
only_the_first_kilobyte_counts(void **state)
{
	char page[CHARSET_SNIFF_BYTES + 64];
	struct span meta = SPAN("<meta charset=iso-2022-jp>");
	size_t i;

	(void)state;
	for (i = 0; i < sizeof page; i++)
		page[i] = ' ';
	for (i = 0; i < meta.n; i++)
		page[CHARSET_SNIFF_BYTES - meta.n + i] = meta.p[i];
	check(SPAN(""), (struct row){{page, sizeof page}, NOT, META});
	check(SPAN(""), (struct row){{page + 1, sizeof page - 1}, NOT, META});
	page[CHARSET_SNIFF_BYTES - meta.n] = ' ';
	for (i = 0; i < meta.n; i++)
		page[CHARSET_SNIFF_BYTES - meta.n + 1 + i] = meta.p[i];
	check(SPAN(""), (struct row){{page, sizeof page}, ASCII, DEFAULT});
}

static void
xml_has_rules_of_its_own(void **state)
{
	const struct {
		struct span label, first;
		enum charset charset;
	} rows[] = {
	    {SPAN(""), SPAN("<a>"), CHARSET_ASCII_COMPATIBLE},
	    {SPAN(""), SPAN("<meta charset=iso-2022-jp>"),
		CHARSET_ASCII_COMPATIBLE},
	    {SPAN(""), SPAN("<?xml encoding='iso-2022-jp'?>"),
		CHARSET_UNREADABLE},
	    {SPAN(""), SPAN("<?xml encoding='ibm037'?>"), CHARSET_UNREADABLE},
	    {SPAN("utf-8"), SPAN("<?xml encoding='ibm037'?>"),
		CHARSET_ASCII_COMPATIBLE},
	    {SPAN("utf-16"), SPAN("<a>"), CHARSET_UTF16LE},
	    {SPAN("utf-16"), SPAN("\xEF\xBB\xBF<a>"), CHARSET_ASCII_COMPATIBLE},
	    {SPAN(""), SPAN("\xFE\xFF\0<"), CHARSET_UTF16BE},
	    {SPAN(""), SPAN("<\0?\0x\0"), CHARSET_UTF16LE},
	    {SPAN("utf-7"), SPAN("<a>"), CHARSET_UNREADABLE},
	    {SPAN("bogus"), SPAN("<?xml encoding=\"latin1\"?>"),
		CHARSET_ASCII_COMPATIBLE},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (charset_sniff_xml(rows[i].label, rows[i].first) !=
		    rows[i].charset)
			fail_msg("%.*s", SPAN_ARG(rows[i].first));
}

static bool
escapes(struct span text, size_t step)
{
	bool escaped = false;

	for (; text.n > 0; text = span_sub(text, step, text.n))
		if (charset_escapes(&escaped, span_sub(text, 0, step)))
			return true;
	return false;
}

static void
escapes_are_found_however_cut(void **state)
{
	size_t step;

	(void)state;
	for (step = 1; step < 8; step++) {
		assert_true(escapes(SPAN("<p>\x1B$B<>"), step));
		assert_true(escapes(SPAN("<p>abc\x1B(J<>"), step));
		assert_true(escapes(SPAN("\x1B\x1B("), step));
		assert_false(escapes(SPAN("<p>\x1B[1m$(x)\x1B"), step));
		assert_false(escapes(SPAN("\x1B $"), step));
		assert_false(escapes(SPAN(""), step));
	}
}

static void
labels_are_found_whole(void **state)
{
	const struct span good[] = {SPAN("866"), SPAN("x-x-big5"),
	    SPAN("Shift_JIS"), SPAN("GB18030"), SPAN("cseucpkdfmtjapanese"),
	    SPAN("\f iso_8859-1:1987 \n"), SPAN("windows-1252"),
	    SPAN("euc-kr")};
	const struct span bad[] = {SPAN(""), SPAN("utf"), SPAN("utf-88"),
	    SPAN("utf-8\0"), SPAN("utf 8"), SPAN("cseucpkdfmtjapanesee"),
	    SPAN("utf-32")};
	enum charset found;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof good / sizeof good[0]; i++) {
		found = CHARSET_UNREADABLE;
		assert_true(charset_find(good[i], &found));
		assert_int_equal(found, CHARSET_ASCII_COMPATIBLE);
	}
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(charset_find(bad[i], &found));
}

static void
labels_are_cut_out_of_content(void **state)
{
	const struct span rows[][2] = {
	    {SPAN("text/html; charset=utf-8"), SPAN("utf-8")},
	    {SPAN("CHARSET = 'a b' c"), SPAN("a b")},
	    {SPAN("charset=\"x"), SPAN("")},
	    {SPAN("charset x charset=y;z"), SPAN("y")},
	    {SPAN("charsetcharset=y z"), SPAN("y")},
	    {SPAN("charset="), SPAN("")},
	    {SPAN("charset"), SPAN("")},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_true(
		    span_equal(charset_in_content(rows[i][0]), rows[i][1]));
}

static void
only_an_element_names_the_charset(void **state)
{
	const struct span rows[][2] = {
	    {SPAN("<meta charset=windows-1251>"), SPAN("windows-1251")},
	    {SPAN("<title>T</title><script>1</script><meta charset=' GBK '>"),
		SPAN("GBK")},
	    {SPAN("<meta http-equiv=content-type content='x;charset=big5'>"),
		SPAN("big5")},
	    {SPAN("<meta charset='\n\fShift_JIS\r\n'>"), SPAN("Shift_JIS")},
	    {SPAN("<meta charset='\nx-user-defined'>"), SPAN("windows-1252")},
	    {SPAN("<meta charset=iso_8859-1:1987>"), SPAN("iso_8859-1:1987")},
	    {SPAN("<meta charset=utf-16le>"), SPAN("utf-8")},
	    {SPAN("<meta charset=x-user-defined>"), SPAN("windows-1252")},
	    {SPAN("<meta charset=unheard-of>"), SPAN("")},
	    {SPAN("<!--<meta charset=gbk>--><p>"), SPAN("")},
	    {SPAN(""), SPAN("")},
	    /* the sniffing finds these, a parser does not, or another */
	    {SPAN("<script>'<meta charset=gbk>'</script>"), SPAN("")},
	    {SPAN("<STYLE><meta charset=gbk></style><meta charset=big5>"),
		SPAN("")},
	    {SPAN("<noscript><meta charset=gbk></noscript>"), SPAN("")},
	    {SPAN("<title><meta charset=gbk>"), SPAN("")},
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (!span_equal(charset_named(rows[i][0]), rows[i][1]))
			fail_msg("named otherwise: %s", rows[i][0].p);
	(void)state;
}

static void
a_declaration_names_its_label(void **state)
{
	(void)state;
	assert_true(
	    span_equal(charset_declared(SPAN(
			   "<?xml version='1.0' encoding = \"Shift_JIS\"?>")),
		SPAN("Shift_JIS")));
	assert_true(span_equal(
	    charset_declared(SPAN("<?xml encoding='none such'?>")), SPAN("")));
	assert_int_equal(
	    charset_declared(SPAN(" <?xml encoding='gbk'?>")).n, 0);
	assert_int_equal(
	    charset_declared(SPAN("<p title=\"encoding='gbk'\">")).n, 0);
	assert_int_equal(charset_declared(SPAN("")).n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_byte_order_mark_wins),
	    cmocka_unit_test(the_header_wins_over_the_page),
	    cmocka_unit_test(the_prescan_follows_the_standard),
	    cmocka_unit_test(xml_declarations_count_last),
	    cmocka_unit_test(only_the_first_kilobyte_counts),
	    cmocka_unit_test(xml_has_rules_of_its_own),
	    cmocka_unit_test(escapes_are_found_however_cut),
	    cmocka_unit_test(labels_are_found_whole),
	    cmocka_unit_test(labels_are_cut_out_of_content),
	    cmocka_unit_test(only_an_element_names_the_charset),
	    cmocka_unit_test(a_declaration_names_its_label),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
