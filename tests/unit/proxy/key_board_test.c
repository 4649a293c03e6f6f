#include "proxy/key_board.h"

#include <libconsent/buf.h>
#include <libconsent/token.h>

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define SITE "https://library.example"
#define SECRET SPAN("0123456789abcdef0123456789abcdef")
#define OTHER SPAN("fedcba9876543210fedcba9876543210")

static const char *const sites[] = {SITE};
static const struct token_options options = {
    .sites = sites, .n_sites = 1, .lifetime_days = 185};

static struct key_board *board;
static struct seal_ring *parents, *workers;
static struct token_checker *checker;
static struct buf token;

/* The parent has one key; the worker's ring, like one that is old, none. */
static int
setup(void **state)
{
	struct record r = {.action = RECORD_REJECT,
	    .n_categories = 1,
	    .categories = {{"analytics", "0a1b2c3d", false}},
	    .site = SITE,
	    .time = 1};

	(void)state;
	board = key_board_new();
	assert_non_null(board);
	assert_int_equal(seal_ring_new(SEAL_HS256, &parents), CONSENT_OK);
	assert_int_equal(seal_ring_new(SEAL_ES256, &workers), CONSENT_OK);
	assert_int_equal(seal_ring_add(parents, "k1", SECRET), CONSENT_OK);
	assert_int_equal(
	    token_checker_new(workers, &options, &checker), CONSENT_OK);
	r.time = INT64_C(1000) * time(NULL);
	buf_init(&token, SEAL_TOKEN_MAX);
	assert_int_equal(token_mint(parents, &options, &r, &token), CONSENT_OK);
	key_board_join(board, workers, checker);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	key_board_join(NULL, NULL, NULL);
	token_checker_free(checker);
	seal_ring_free(parents);
	seal_ring_free(workers);
	key_board_free(board);
	buf_fini(&token);
	return 0;
}

static int
count(void)
{
	struct record r;

	key_board_follow();
	return token_checker_read(checker, buf_span(&token), &r);
}

static void
key_that_comes_counts_at_once(void **state)
{
	(void)state;
	assert_int_equal(count(), CONSENT_EDENIED);
	assert_int_equal(key_board_write(board, parents), CONSENT_OK);
	assert_int_equal(count(), CONSENT_OK);
}

static void
key_that_goes_takes_what_the_cache_had(void **state)
{
	(void)state;
	assert_int_equal(key_board_write(board, parents), CONSENT_OK);
	assert_int_equal(count(), CONSENT_OK);
	assert_int_equal(count(), CONSENT_OK);
	assert_int_equal(token_checker_checks(checker), 1);
	assert_int_equal(seal_ring_add(parents, "k2", OTHER), CONSENT_OK);
	assert_int_equal(key_board_write(board, parents), CONSENT_OK);
	assert_int_equal(count(), CONSENT_OK); /* by the older of two */
	assert_int_equal(token_checker_checks(checker), 2);
	seal_ring_clear(parents, SEAL_HS256);
	assert_int_equal(seal_ring_add(parents, "k2", OTHER), CONSENT_OK);
	assert_int_equal(key_board_write(board, parents), CONSENT_OK);
	assert_int_equal(count(), CONSENT_EDENIED);
	assert_int_equal(seal_ring_count(workers), 1);
}

static void
no_keys_are_no_keys(void **state)
{
	(void)state;
	assert_int_equal(key_board_write(board, parents), CONSENT_OK);
	assert_int_equal(count(), CONSENT_OK);
	seal_ring_clear(parents, SEAL_ES256);
	assert_int_equal(key_board_write(board, parents), CONSENT_OK);
	assert_int_equal(count(), CONSENT_EDENIED);
	assert_int_equal(seal_ring_algorithm(workers), SEAL_ES256);
}

/* What a child tries; its exit code is 0 where it could not. */
static int
in_a_child(int (*tries)(void))
{
	const struct sigaction plain = {.sa_handler = SIG_DFL};
	pid_t pid = fork();
	int status;

	if (pid == 0) { /* cmocka would go on where a signal comes */
		(void)sigaction(SIGSEGV, &plain, NULL);
		_exit(tries());
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* All pages that it has of the board, made open to be written. */
static int
open_pages(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512];
	int n = 0, opened = 0;

	while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
		struct span rest = span_of(line);
		uint64_t at;

		if (strstr(line, "/memfd:keys") == NULL ||
		    span_to_u64(span_cut(&rest, '-'), 16, UINTPTR_MAX, &at) !=
			CONSENT_OK)
			continue;
		n++;
		opened += mprotect((void *)(uintptr_t)at, 1,
			      PROT_READ | PROT_WRITE) == 0;
	}
	return n != 1 || opened != 0;
}

static int
write_board(void)
{
	return key_board_write(board, parents); /* ends by a signal */
}

static int
follow_board(void)
{
	return count() != CONSENT_OK;
}

static void
child_reads_and_cannot_write(void **state)
{
	(void)state;
	assert_int_equal(key_board_write(board, parents), CONSENT_OK);
	assert_int_equal(in_a_child(follow_board), 0);
	assert_int_equal(in_a_child(open_pages), 0);
	assert_int_equal(WTERMSIG(in_a_child(write_board)), SIGSEGV);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		key_that_comes_counts_at_once, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		key_that_goes_takes_what_the_cache_had, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		no_keys_are_no_keys, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		child_reads_and_cannot_write, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
