
#include "settings/scan.h"

#include <libconsent/buf.h>
#include <libconsent/settings.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];

static int
folder_make(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof folder, "/tmp/settings_test.XXXXXX");
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static const char *
path_of(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void
file_write(const char *name, const char *text)
{
	FILE *f = fopen(path_of(name), "we");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int
folder_remove(void **state)
{
	static const char *const names[] = {"top.conf", "a.conf", "b.conf"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		(void)unlink(path_of(names[i]));
	return rmdir(folder);
}

/* The findings of f as a file of lines would show them, without the folder. */
static const char *
shown(const struct findings *f)
{
	static char text[4096];
	size_t i, n = 0;

	text[0] = '\0';
	for (i = 0; i < f->n; i++) {
		const char *file = f->items[i].place.file;
		const char *base = strrchr(file, '/');

		n += (size_t)snprintf(text + n, sizeof text - n, "%s:%u: %s\n",
		    base == NULL ? file : base + 1, f->items[i].place.line,
		    f->items[i].text);
	}
	return text;
}

static void
reads_a_tree(void **state)
{
	static const char text[] = "# first\n"
				   "listen = ( \"a\", { b = \"c\"; } );\n"
				   "n = 7; big = 5000000000L;\n"
				   "yes = TRUE; part = 1.5;\n"
				   "group : { list = [ 1, 2 ]; };\n";
	struct settings *s = NULL;
	struct findings f;
	const struct setting *root, *list, *b;
	int64_t n;
	bool truth;

	(void)state;
	findings_init(&f);
	assert_int_equal(
	    settings_parse("x.conf", span_of(text), &f, &s), CONSENT_OK);
	root = settings_root(s);
	assert_int_equal(setting_type(root), SETTING_GROUP);
	list = setting_member(root, "listen");
	assert_int_equal(setting_type(list), SETTING_LIST);
	assert_int_equal(setting_count(list), 2);
	assert_string_equal(setting_string(setting_at(list, 0)), "a");
	b = setting_member(setting_at(list, 1), "b");
	assert_string_equal(setting_string(b), "c");
	assert_string_equal(setting_name(b), "b");
	assert_int_equal(setting_place(b).line, 2);
	assert_string_equal(setting_place(b).file, "x.conf");
	assert_null(setting_at(list, 2));
	assert_null(setting_member(list, "b"));
	assert_null(setting_string(list));
	assert_int_equal(setting_int(setting_member(root, "n"), &n), 0);
	assert_int_equal(n, 7);
	assert_int_equal(setting_int(setting_member(root, "big"), &n), 0);
	assert_true(n == 5000000000);
	assert_int_equal(setting_bool(setting_member(root, "yes"), &truth), 0);
	assert_true(truth);
	assert_int_equal(
	    setting_type(setting_member(root, "part")), SETTING_FLOAT);
	assert_int_equal(
	    setting_int(setting_member(root, "part"), &n), CONSENT_EINVAL);
	assert_int_equal(
	    setting_int(setting_member(root, "yes"), &n), CONSENT_EINVAL);
	settings_free(s);
	findings_fini(&f);
}

static void
follows_includes_from_the_top_folder(void **state)
{
	struct settings *s = NULL;
	struct findings f;
	const struct setting *root, *deep;

	(void)state;
	file_write("top.conf", "a = 1;\npolicy : {\n@include \"a.conf\"\n"
			       "  z = 1;\n};\nlast = 2;\n");
	file_write("a.conf", "x = 1;\n  @include \"b.conf\"\ny = 2;");
	file_write("b.conf", "/* one\n two */ deep = 3;\n");
	findings_init(&f);
	assert_int_equal(settings_load(path_of("top.conf"), &f, &s), 0);
	root = settings_root(s);
	deep = setting_member(setting_member(root, "policy"), "deep");
	assert_non_null(deep);
	assert_string_equal(setting_place(deep).file, path_of("b.conf"));
	assert_int_equal(setting_place(deep).line, 2);
	deep = setting_member(setting_member(root, "policy"), "y");
	assert_string_equal(setting_place(deep).file, path_of("a.conf"));
	assert_int_equal(setting_place(deep).line, 3);
	deep = setting_member(setting_member(root, "policy"), "z");
	assert_int_equal(setting_place(deep).line, 4);
	assert_int_equal(setting_place(setting_member(root, "last")).line, 6);
	settings_free(s);
	findings_fini(&f);
}

static void
names_the_first_error_of_each_file(void **state)
{
	struct settings *s = NULL;
	struct findings f;

	(void)state;
	file_write("top.conf", "a = (1,\n 2,\n);\nb = yes;\n"
			       "policy : {\n@include \"a.conf\"\n};\n");
	file_write("a.conf", "x = 1;\n_ga = 2;\n");
	findings_init(&f);
	assert_int_equal(
	    settings_load(path_of("top.conf"), &f, &s), CONSENT_EINVAL);
	assert_null(s);
	assert_string_equal(shown(&f),
	    "top.conf:3: the last member takes no comma behind it\n"
	    "a.conf:2: a setting's name must begin with a letter\n");
	findings_fini(&f);
}

static void
refuses_bad_includes(void **state)
{
	struct settings *s = NULL;
	struct findings f;
	char want[512];

	(void)state;
	file_write("top.conf", "@include \"gone.conf\"\n@include \"a.conf\"\n");
	file_write("a.conf", "x = 1;\n@include \"top.conf\"\n@include \".\"\n");
	findings_init(&f);
	assert_int_equal(
	    settings_load(path_of("top.conf"), &f, &s), CONSENT_EINVAL);
	(void)snprintf(want, sizeof want,
	    "top.conf:1: cannot read \"%s/gone.conf\": No such file or "
	    "directory\n"
	    "a.conf:2: \"%s/top.conf\" includes itself\n"
	    "a.conf:3: cannot read \"%s/.\": it is a folder\n",
	    folder, folder, folder);
	assert_string_equal(shown(&f), want);
	findings_fini(&f);
	assert_int_equal(
	    settings_load(path_of("none.conf"), &f, &s), CONSENT_EIO);
	assert_int_equal(f.errors, 1);
	findings_fini(&f);
	assert_int_equal(settings_load(folder, &f, &s), CONSENT_EIO);
	findings_fini(&f);
}

static void
says_what_is_wrong(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
	    {"a = 99999999999;",
		"x:1: this integer is too large: write an L behind it\n"},
	    {"\na = 2147483648; b = -2147483648;",
		"x:2: this integer is too large: write an L behind it\n"},
	    {"a = 0xFFFFFFFF;",
		"x:1: this integer is too large: write an L behind it\n"},
	    {"a = 99999999999999999999L;",
		"x:1: this integer is too large for 64 bits\n"},
	    {"a = on;", "x:1: write true, or \"on\" where text is meant\n"},
	    {"a = yes;", "x:1: write true instead of yes\n"},
	    {"a = ;", "x:1: a value is missing before this ;\n"},
	    {"a = 5s;", "x:1: text needs quotes: \"5s\"\n"},
	    {"a = /b/c;", "x:1: text needs quotes: \"/b/c\"\n"},
	    {"a = \"b;\nc = \"d\";",
		"x:1: this string goes on in the next line: has it lost its "
		"closing quote?\n"},
	    {"a = ( No );", "x:1: write false instead of No\n"},
	    {"a = essential;", "x:1: text needs quotes: \"essential\"\n"},
	    {"a = {\n b = 1;\n", "x:1: this { is never closed\n"},
	    {"a = (\n{ b = 1; )\n;",
		"x:2: this ) stands where the { of line 2 ends\n"},
	    {"a = \"open;\n", "x:1: this string has no closing quote\n"},
	    {"a = 1;\n/* open\nb = 2;",
		"x:2: this comment has no end: write */ where it ends\n"},
	    {"\"a\" = 1;", "x:1: a setting's name takes no quotes\n"},
	    {"1a = 1;", "x:1: a setting's name must begin with a letter\n"},
	    {"a = 1;\na = 2;\n",
		"x:2: this name has been set in this group before\n"},
	    {"a = 1;\n\xFF", "x:2: this line is not UTF-8\n"},
	    {"\xEF\xBB\xBF"
	     "a = 1;",
		"x:1: begins with a byte order mark: save it as UTF-8 "
		"without one\n"},
	    {"@include \"y\"\n", "x:1: nothing can be included here\n"},
	    {"a = \"\\x00\";", "x:1: \\x00 cannot stand in a string\n"},
	    {"a = = 1;", "x:1: syntax error here or on the line before\n"},
	    {"a = 1; @include \"y\"\n",
		"x:1: write @include \"file\" at the beginning of a line\n"},
	};
	struct settings *s = NULL;
	struct findings f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		findings_init(&f);
		assert_int_equal(
		    settings_parse("x", span_of(cases[i].text), &f, &s),
		    CONSENT_EINVAL);
		assert_null(s);
		assert_string_equal(shown(&f), cases[i].want);
		findings_fini(&f);
	}
}

static void
takes_what_is_odd_but_right(void **state)
{
	static const char *const good[] = {
	    "",
	    "a = \"x // y /* z\"; // \" ( {\n# ( \" \nb = ( );",
	    "a = \"1\" \"2\"; b : { c = 1, d = 2 }",
	    "a = -2147483648; b = 0x7FFFFFFF; c = 007; d = 1e3; e = 1.5;",
	    "a = \"line\nline\"; b = [ ]; c = True; *d = 1;",
	    "a = ( ( 1, \"x\" ), { y = ( ); } );\r\nb = 1;\r\n",
	};
	struct settings *s;
	struct findings f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof good / sizeof good[0]; i++) {
		findings_init(&f);
		s = NULL;
		assert_int_equal(
		    settings_parse("x", span_of(good[i]), &f, &s), CONSENT_OK);
		assert_string_equal(shown(&f), "");
		settings_free(s);
		findings_fini(&f);
	}
}

static void
survives_deep_nesting(void **state)
{
	static char text[20000];
	struct settings *s = NULL;
	struct findings f;

	(void)state;
	memcpy(text, "a=", 2);
	memset(text + 2, '(', sizeof text - 3);
	findings_init(&f);
	assert_int_equal(
	    settings_parse("x", span_of(text), &f, &s), CONSENT_EINVAL);
	assert_string_equal(
	    shown(&f), "x:1: more than 64 brackets within each other\n");
	findings_fini(&f);
}

/* The text at the place of a node, as it stands in its line. */
static const char *
marked(struct place place)
{
	static char text[128];

	assert_true(place.column > 0);
	assert_true(place.column - 1 + place.length <= place.text.n);
	(void)snprintf(text, sizeof text, "%u:%u:%.*s", place.line,
	    place.column, (int)place.length, place.text.p + place.column - 1);
	return text;
}

/* libconfig compares each name of a group with all: a file must not be slow. */
static void
groups_have_so_many_settings(void **state)
{
	struct findings f;
	struct settings *s = NULL;
	struct buf text;
	unsigned i;

	(void)state;
	findings_init(&f);
	buf_init(&text, 1 << 20);
	for (i = 0; i < SCAN_NAMES; i++) /* those of a group are its own */
		assert_int_equal(
		    buf_printf(&text, "k%u : { a = 1; b = 2; }\n", i),
		    CONSENT_OK);
	assert_int_equal(
	    settings_parse("x", buf_span(&text), &f, &s), CONSENT_OK);
	settings_free(s);
	assert_int_equal(buf_append(&text, SPAN("k = 1;")), CONSENT_OK);
	assert_int_equal(
	    settings_parse("x", buf_span(&text), &f, &s), CONSENT_EINVAL);
	assert_string_equal(
	    shown(&f), "x:4097: more than 4096 settings in one group\n");
	findings_fini(&f);
	buf_fini(&text);
}

static void
knows_columns(void **state)
{
	static const char text[] =
	    "/* a { */ first = 7; # b = \"c\";\n"
	    "\tsecond : \"x\\\"y\"\n\t\t\"z\";\n"
	    "list = ( \"a\", { b = -1; c : [ 0x1F, 2 ] }, 1.5e3 )\n"
	    "// x = 1\n"
	    "group :\n{ deep = ( ( true ), ( ) );\n} last = FALSE;";
	struct settings *s = NULL;
	struct findings f;
	const struct setting *root, *list, *deep;

	(void)state;
	findings_init(&f);
	assert_int_equal(
	    settings_parse("x.conf", span_of(text), &f, &s), CONSENT_OK);
	root = settings_root(s);
	assert_int_equal(setting_place(root).column, 0);
	assert_string_equal(
	    marked(setting_place(setting_member(root, "first"))), "1:19:7");
	assert_string_equal(
	    marked(setting_name_place(setting_member(root, "first"))),
	    "1:11:first");
	/* what goes on in the next line is left out */
	assert_string_equal(
	    marked(setting_place(setting_member(root, "second"))),
	    "2:11:\"x\\\"y\"");
	list = setting_member(root, "list");
	assert_string_equal(marked(setting_place(list)), "4:1:list");
	assert_string_equal(
	    marked(setting_place(setting_at(list, 0))), "4:10:\"a\"");
	assert_string_equal(marked(setting_place(setting_at(list, 1))),
	    "4:15:{ b = -1; c : [ 0x1F, 2 ] }");
	assert_string_equal(marked(setting_name_place(setting_at(list, 1))),
	    "4:15:{ b = -1; c : [ 0x1F, 2 ] }");
	assert_string_equal(
	    marked(setting_place(setting_member(setting_at(list, 1), "b"))),
	    "4:21:-1");
	assert_string_equal(marked(setting_place(setting_at(
				setting_member(setting_at(list, 1), "c"), 1))),
	    "4:37:2");
	assert_string_equal(
	    marked(setting_place(setting_at(list, 2))), "4:44:1.5e3");
	assert_string_equal(
	    marked(setting_place(setting_member(root, "group"))), "6:1:group");
	deep = setting_member(setting_member(root, "group"), "deep");
	assert_string_equal(
	    marked(setting_place(setting_at(setting_at(deep, 0), 0))),
	    "7:14:true");
	assert_string_equal(
	    marked(setting_place(setting_at(deep, 1))), "7:22:( )");
	assert_string_equal(
	    marked(setting_place(setting_member(root, "last"))), "8:10:FALSE");
	settings_free(s);
	findings_fini(&f);
}

static void
knows_columns_of_includes(void **state)
{
	struct settings *s = NULL;
	struct findings f;
	const struct setting *root;

	(void)state;
	file_write("top.conf", "a = 1;\n  @include \"a.conf\" b = 2;\nc = 3;");
	file_write("a.conf", "  d = 4;\n\n   e = 5;");
	findings_init(&f);
	assert_int_equal(
	    settings_load(path_of("top.conf"), &f, &s), CONSENT_OK);
	root = settings_root(s);
	assert_string_equal(
	    marked(setting_place(setting_member(root, "a"))), "1:5:1");
	assert_string_equal(
	    marked(setting_place(setting_member(root, "b"))), "2:25:2");
	assert_string_equal(
	    marked(setting_place(setting_member(root, "c"))), "3:5:3");
	assert_string_equal(
	    marked(setting_place(setting_member(root, "d"))), "1:7:4");
	assert_string_equal(
	    marked(setting_place(setting_member(root, "e"))), "3:8:5");
	settings_free(s);
	findings_fini(&f);
}

static void
marks_what_is_wrong(void **state)
{
	static const struct {
		const char *text, *marked;
	} cases[] = {
	    {"a = 1;\n\tb = yes;\n", "2:6:yes"},
	    {"a = 99999999999;\n", "1:5:99999999999"},
	    {"a = \"x\\x00y\";\n", "1:7:\\x00"},
	    {"a = \"open;\nb = 1;\n", "1:5:\"open;"},
	    {"\"a\" = 1;\n", "1:1:\"a\""},
	    {"a = ( 1, 2;\n", "1:5:("},
	    {"a = ( { b = 1; ) };\n", "1:16:)"},
	    {"a = 1; /* open\n", "1:8:/*"},
	    {"a = 1;\n@include \"b\"\n", "2:1:@include \"b\""},
	};
	struct settings *s = NULL;
	struct findings f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		findings_init(&f);
		assert_int_equal(
		    settings_parse("x.conf", span_of(cases[i].text), &f, &s),
		    CONSENT_EINVAL);
		assert_int_equal(f.n, 1);
		assert_string_equal(marked(f.items[0].place), cases[i].marked);
		findings_fini(&f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_a_tree),
	    cmocka_unit_test(groups_have_so_many_settings),
	    cmocka_unit_test(knows_columns),
	    cmocka_unit_test(knows_columns_of_includes),
	    cmocka_unit_test(marks_what_is_wrong),
	    cmocka_unit_test(follows_includes_from_the_top_folder),
	    cmocka_unit_test(names_the_first_error_of_each_file),
	    cmocka_unit_test(refuses_bad_includes),
	    cmocka_unit_test(says_what_is_wrong),
	    cmocka_unit_test(takes_what_is_odd_but_right),
	    cmocka_unit_test(survives_deep_nesting),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
