#include "audit/tile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* The examples of c2sp.org/tlog-tiles. */
static void
paths_are_those_of_the_specification(void **state)
{
	static const struct {
		struct tile tile;
		const char *path;
	} known[] = {
	    {{0, 0, 256}, "tile/0/000"},
	    {{0, 1234067, 256}, "tile/0/x001/x234/067"},
	    {{2, 0, 1}, "tile/2/000.p/1"},
	    {{TILE_ENTRIES, 273, 112}, "tile/entries/273.p/112"},
	    {{TILE_ENTRIES, 1000, 256}, "tile/entries/x001/000"},
	    {{4, 999999999999, 255}, "tile/4/x999/x999/x999/999.p/255"},
	};
	char path[TILE_PATH];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof known / sizeof known[0]; i++) {
		tile_path(&known[i].tile, path);
		assert_string_equal(path, known[i].path);
	}
}

/* A tree of 70,000, as the specification counts it. */
static void
widths_are_those_of_the_specification(void **state)
{
	(void)state;
	assert_int_equal(tile_width(0, 0, 70000), 256);
	assert_int_equal(tile_width(0, 272, 70000), 256);
	assert_int_equal(tile_width(0, 273, 70000), 112);
	assert_int_equal(tile_width(0, 274, 70000), 0);
	assert_int_equal(tile_width(TILE_ENTRIES, 273, 70000), 112);
	assert_int_equal(tile_width(1, 0, 70000), 256);
	assert_int_equal(tile_width(1, 1, 70000), 17);
	assert_int_equal(tile_width(2, 0, 70000), 1);
	assert_int_equal(tile_width(3, 0, 70000), 0);
	assert_int_equal(tile_width(0, 0, 256), 256);
	assert_int_equal(tile_width(1, 0, 256), 1);
	assert_int_equal(tile_width(0, 0, 0), 0);
	assert_int_equal(tile_width(0, UINT64_MAX, UINT64_MAX), 0);
}

/* What became full, in a row. */
struct full {
	struct tile tiles[16];
	struct merkle_hash roots[16];
	size_t n;
};

static int
on_full(void *ctx, const struct tile *tile, struct span hashes)
{
	struct merkle_hash row[TILE_WIDTH];
	struct full *full = ctx;

	assert_int_equal(hashes.n, sizeof row);
	memcpy(row, hashes.p, sizeof row);
	full->tiles[full->n] = *tile;
	assert_int_equal(
	    tile_hash(row, TILE_WIDTH, &full->roots[full->n++]), CONSENT_OK);
	return CONSENT_OK;
}

static struct merkle_hash
leaf_at(uint64_t i)
{
	struct merkle_hash hash;
	struct span text = {(const char *)&i, sizeof i};

	assert_int_equal(merkle_leaf(text, &hash), CONSENT_OK);
	return hash;
}

/* MTH of leaves from to to - 1, word for word as RFC 6962 2.1 has it. */
static struct merkle_hash
hash_of(uint64_t from, uint64_t to)
{
	struct merkle_hash left, right, both;
	uint64_t k = 1;

	if (to - from == 1)
		return leaf_at(from);
	while (k * 2 < to - from)
		k *= 2;
	left = hash_of(from, from + k);
	right = hash_of(from + k, to);
	assert_int_equal(merkle_node(&left, &right, &both), CONSENT_OK);
	return both;
}

static void
an_edge_grows_like_the_tree(void **state)
{
	static const uint64_t looks[] = {
	    1, 2, 3, 255, 256, 257, 511, 512, 767, 1000, 1024, 1300};
	static struct tile_edge edge; /* too large for the stack's warning */
	struct full full = {.n = 0};
	struct merkle_hash root, want;
	size_t at = 0;
	uint64_t i;

	(void)state;
	memset(&edge, 0, sizeof edge);
	edge.on_full = on_full;
	edge.ctx = &full;
	assert_int_equal(tile_root(&edge, &root), CONSENT_OK);
	assert_int_equal(merkle_empty(&want), CONSENT_OK);
	assert_memory_equal(&root, &want, sizeof root);
	for (i = 0; i < 1300; i++) {
		struct merkle_hash leaf = leaf_at(i);

		assert_int_equal(tile_add(&edge, &leaf), CONSENT_OK);
		if (edge.n != looks[at])
			continue;
		at++;
		assert_int_equal(tile_root(&edge, &root), CONSENT_OK);
		want = hash_of(0, edge.n);
		assert_memory_equal(&root, &want, sizeof root);
	}
	assert_int_equal(at, sizeof looks / sizeof looks[0]);
	assert_int_equal(full.n, 5);
	for (i = 0; i < full.n; i++) {
		assert_int_equal(full.tiles[i].level, 0);
		assert_int_equal(full.tiles[i].index, i);
		want = hash_of(i * 256, (i + 1) * 256);
		assert_memory_equal(&full.roots[i], &want, sizeof want);
	}
	assert_int_equal(edge.rows[1].width, 5);
}

/* Level by level, without the 2^16 leaves that it would take. */
static void
a_full_row_goes_on_above(void **state)
{
	static struct tile_edge edge;
	struct full full = {.n = 0};
	struct merkle_hash leaf = leaf_at(0);
	int level;

	(void)state;
	memset(&edge, 0, sizeof edge);
	edge.on_full = on_full;
	edge.ctx = &full;
	for (level = 0; level < TILE_LEVELS - 1; level++)
		edge.rows[level].width = TILE_WIDTH - 1;
	assert_int_equal(tile_add(&edge, &leaf), CONSENT_OK);
	assert_int_equal(full.n, TILE_LEVELS - 1);
	for (level = 0; level < TILE_LEVELS - 1; level++) {
		assert_int_equal(full.tiles[level].level, level);
		assert_int_equal(edge.rows[level].index, 1);
		assert_int_equal(edge.rows[level].width, 0);
	}
	assert_int_equal(edge.rows[TILE_LEVELS - 1].width, 1);
	for (level = 0; level < TILE_LEVELS; level++)
		edge.rows[level].width = TILE_WIDTH - 1;
	assert_int_equal(tile_add(&edge, &leaf), CONSENT_ELIMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(paths_are_those_of_the_specification),
	    cmocka_unit_test(widths_are_those_of_the_specification),
	    cmocka_unit_test(an_edge_grows_like_the_tree),
	    cmocka_unit_test(a_full_row_goes_on_above),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
