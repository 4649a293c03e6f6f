#include "fixture.h"

#include "audit/stock.h"

static int
take(struct stock *s, char stray[STOCK_PATH])
{
	int rc, dir = open(".", O_RDONLY | O_DIRECTORY);

	assert_true(dir >= 0);
	memset(s, 0, sizeof *s);
	rc = stock_take(dir, s, stray);
	(void)close(dir);
	return rc;
}

/* Makes an empty file, and the folders above it. */
static void
touch(const char *path)
{
	char folder[STOCK_PATH];
	size_t i;

	for (i = 0; path[i] != '\0'; i++) {
		if (path[i] == '/') {
			memcpy(folder, path, i);
			folder[i] = '\0';
			(void)mkdir(folder, 0700); /* it may be there */
		}
	}
	fixture_write(path, SPAN(""));
}

static void
files_are_listed_in_order(void **state)
{
	static const struct tile wanted[] = {{TILE_ENTRIES, 0, 256},
	    {TILE_ENTRIES, 1234067, 256}, {0, 0, 5}, {0, 0, 70}, {0, 0, 256},
	    {0, 1234, 1}, {4, 1, 255}};
	struct tile tile = {0, 0, 6};
	char stray[STOCK_PATH] = "", path[TILE_PATH];
	struct stock s;
	size_t i;

	(void)state;
	assert_int_equal(take(&s, stray), CONSENT_OK);
	assert_int_equal(s.n, 0);
	assert_int_equal(stock_find(&s, &tile), 0);
	for (i = sizeof wanted / sizeof wanted[0]; i-- > 0;) {
		tile_path(&wanted[i], path);
		touch(path);
	}
	touch("tile/0/.000.tmp"); /* of a writer that was killed */
	assert_int_equal(take(&s, stray), CONSENT_OK);
	assert_int_equal(s.n, sizeof wanted / sizeof wanted[0]);
	for (i = 0; i < s.n; i++) {
		assert_int_equal(s.at[i].level, wanted[i].level);
		assert_int_equal(s.at[i].index, wanted[i].index);
		assert_int_equal(s.at[i].width, wanted[i].width);
	}
	assert_int_equal(stock_find(&s, &tile), 3);
	tile = (struct tile){0, 1, 1};
	assert_int_equal(stock_find(&s, &tile), s.n);
	stock_fini(&s);
}

static void
strangers_are_named(void **state)
{
	static const char *const bad[] = {"tile/x", "tile/5/000", "tile/00/000",
	    "tile/0/00", "tile/0/0000", "tile/0/x000/001", "tile/0/x001/x002",
	    "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01",
	    "tile/0/000.q/1", "tile/0/000.p/1/2", "tile/0/000~",
	    "tile/0/x999/x999/x999/x999/x999/000", "tile/\x1b[2J",
	    "tile/0/1/2/3/4/5/6/7/8/9"};
	char stray[STOCK_PATH];
	struct stock s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		touch(bad[i]);
		stray[0] = '\0';
		assert_int_equal(take(&s, stray), CONSENT_EINVAL);
		if (bad[i][5] == '\x1b')
			assert_string_equal(stray, "tile/?[2J");
		else
			assert_true(
			    span_starts(span_of(bad[i]), span_of(stray)));
		stock_fini(&s);
		assert_int_equal(
		    nftw("tile", fixture_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
	}
	assert_int_equal(mkdir("tile", 0700), 0);
	assert_int_equal(mkdir("tile/0", 0700), 0);
	assert_int_equal(symlink("/etc/passwd", "tile/0/000"), 0);
	assert_int_equal(take(&s, stray), CONSENT_EINVAL);
	assert_string_equal(stray, "tile/0/000");
	stock_fini(&s);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(files_are_listed_in_order),
	    TEST(strangers_are_named),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
