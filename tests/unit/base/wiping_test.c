#include "base/wiping.h"

#include "base/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* That nothing is left of a key tests/proxy/secrets_test.py sees. */
static void
it_begins_before_all_else_or_not_at_all(void **state)
{
	unsigned char hash[DIGEST_BYTES];
	const struct span parts[] = {SPAN("a"), SPAN("bc")};
	char hex[DIGEST_HEX];

	(void)state;
	assert_int_equal(wiping_start(), CONSENT_OK);
	assert_int_equal(digest_sha256_parts(parts, 2, hash), CONSENT_OK);
	digest_hex(hash, sizeof hash, hex);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223"
				 "b00361a396177a9cb410ff61f20015ad");
}

static void
it_is_told_when_it_is_too_late(void **state)
{
	unsigned char hash[DIGEST_BYTES];
	pid_t pid = fork();
	int status;

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) /* here nothing of OpenSSL was called yet */
		_exit(digest_sha256(SPAN(""), hash) != CONSENT_OK ||
		      wiping_start() != CONSENT_EIO);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_is_told_when_it_is_too_late),
	    cmocka_unit_test(it_begins_before_all_else_or_not_at_all),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
