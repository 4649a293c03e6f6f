#include "proxy/notary_wire.h"

#include <libconsent/page.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* A request as a worker sends it. */
static struct wire_request
good_request(void)
{
	struct wire_request q;

	memset(&q, 0, sizeof q);
	q.magic = WIRE_REQUEST;
	q.version = WIRE_VERSION;
	q.record.action = RECORD_CHOOSE;
	q.record.via = RECORD_VIA_API;
	q.record.gpc = true;
	q.record.n_categories = 1;
	memcpy(q.record.categories[0].id, "analytics", 10);
	memcpy(q.record.categories[0].rev, "0123abcd", POLICY_REV);
	q.record.categories[0].granted = true;
	memset(q.record.id, 'A', RECORD_ID - 1);
	memset(q.record.notice, 'a', RECORD_HASH - 1);
	memset(q.record.policy, 'b', RECORD_HASH - 1);
	memcpy(q.record.lang, "en", 3);
	memcpy(q.record.site, "https://site.example", 21);
	return q;
}

static struct wire_reply
good_reply(void)
{
	struct wire_reply reply;

	memset(&reply, 0, sizeof reply);
	reply.magic = WIRE_REPLY;
	reply.version = WIRE_VERSION;
	memset(reply.id, 'A', RECORD_ID - 1);
	reply.n = SEAL_TOKEN_MAX;
	memset(reply.token, 't', SEAL_TOKEN_MAX);
	return reply;
}

static int
check(const struct wire_request *q)
{
	struct wire_request out = {.magic = 7};
	int rc = wire_check(q, sizeof *q, &out);

	if (rc == CONSENT_OK)
		assert_memory_equal(&out, q, sizeof out);
	else
		assert_int_equal(out.magic, 7); /* not written */
	return rc;
}

static int
check_reply(const struct wire_reply *reply)
{
	struct wire_reply out = {.magic = 7};
	int rc = wire_check_reply(reply, sizeof *reply, &out);

	if (rc == CONSENT_OK)
		assert_memory_equal(&out, reply, sizeof out);
	else
		assert_int_equal(out.magic, 7);
	return rc;
}

static void
whole_packets_are_read(void **state)
{
	struct wire_request q = good_request();
	struct wire_reply reply = good_reply();

	(void)state;
	assert_int_equal(check(&q), CONSENT_OK);
	assert_int_equal(check_reply(&reply), CONSENT_OK);
	reply.n = 0;
	reply.status = CONSENT_EIO;
	assert_int_equal(check_reply(&reply), CONSENT_OK);
}

static void
packets_of_another_size_are_not(void **state)
{
	static char
	    bytes[sizeof(struct wire_request) + sizeof(struct wire_reply)];
	struct wire_request q = good_request(), out;
	struct wire_reply reply = good_reply(), reply_out;
	size_t n;

	(void)state;
	memcpy(bytes, &q, sizeof q);
	for (n = 0; n < sizeof bytes; n++)
		assert_int_equal(wire_check(bytes, n, &out),
		    n == sizeof q ? CONSENT_OK : CONSENT_EINVAL);
	memcpy(bytes, &reply, sizeof reply);
	for (n = 0; n < sizeof bytes; n++)
		assert_int_equal(wire_check_reply(bytes, n, &reply_out),
		    n == sizeof reply ? CONSENT_OK : CONSENT_EINVAL);
}

static void
questions_are_read_strictly(void **state)
{
	struct wire_question good, q, out;
	size_t n;

	(void)state;
	memset(&good, 0, sizeof good);
	good.magic = WIRE_QUESTION;
	good.version = WIRE_VERSION;
	good.seq = 7;
	memset(good.id, 'A', RECORD_ID - 1);
	assert_int_equal(
	    wire_check_question(&good, sizeof good, &out), CONSENT_OK);
	assert_memory_equal(&out, &good, sizeof out);
	for (n = 0; n < sizeof good; n++)
		assert_int_equal(
		    wire_check_question(&good, n, &out), CONSENT_EINVAL);
	q = good;
	q.magic = WIRE_REQUEST;
	assert_int_equal(
	    wire_check_question(&q, sizeof q, &out), CONSENT_EINVAL);
	q = good;
	q.version++;
	assert_int_equal(
	    wire_check_question(&q, sizeof q, &out), CONSENT_EINVAL);
	q = good;
	q.id[RECORD_ID - 1] = 'A'; /* without an end */
	assert_int_equal(
	    wire_check_question(&q, sizeof q, &out), CONSENT_EINVAL);
	q = good;
	memset(q.entry, 'A', sizeof q.entry);
	assert_int_equal(
	    wire_check_question(&q, sizeof q, &out), CONSENT_EINVAL);
}

static void
receipts_are_read_strictly(void **state)
{
	struct wire_receipt head = {
	    .magic = WIRE_RECEIPT, .version = WIRE_VERSION, .n = 2};
	char bytes[sizeof head + 3] = {0};
	struct wire_receipt out;
	struct span text;
	size_t n;

	(void)state;
	memcpy(bytes, &head, sizeof head);
	memcpy(bytes + sizeof head, "{}", 2);
	for (n = 0; n < sizeof bytes; n++)
		assert_int_equal(wire_check_receipt(bytes, n, &out, &text),
		    n == sizeof head + 2 ? CONSENT_OK : CONSENT_EINVAL);
	assert_int_equal(
	    wire_check_receipt(bytes, sizeof head + 2, &out, &text),
	    CONSENT_OK);
	assert_true(span_equal(text, SPAN("{}")));
	head.status = 1;
	memcpy(bytes, &head, sizeof head);
	assert_int_equal(
	    wire_check_receipt(bytes, sizeof head + 2, &out, &text),
	    CONSENT_EINVAL);
}

static struct wire_sum
good_sum(void)
{
	struct wire_sum sum;

	memset(&sum, 0, sizeof sum);
	sum.magic = WIRE_SUM;
	sum.version = WIRE_VERSION;
	sum.kind = WIRE_REMOVED;
	sum.state = PAGE_DENIED;
	sum.count = 7;
	memcpy(sum.text, "host a.example", 15);
	memcpy(sum.category, "analytics", 10);
	return sum;
}

static int
check_sum(const struct wire_sum *sum)
{
	struct wire_sum out;

	return wire_check_sum(sum, sizeof *sum, &out);
}

static void
sums_are_checked(void **state)
{
	struct wire_sum sum = good_sum(), out;

	(void)state;
	assert_int_equal(check_sum(&sum), CONSENT_OK);
	assert_int_equal(
	    wire_check_sum(&sum, sizeof sum - 1, &out), CONSENT_EINVAL);
	sum.kind = WIRE_SUM_KINDS;
	assert_int_equal(check_sum(&sum), CONSENT_EINVAL);
	sum = good_sum();
	sum.state = PAGE_GRANTED + 1;
	assert_int_equal(check_sum(&sum), CONSENT_EINVAL);
	sum = good_sum();
	sum.count = 0;
	assert_int_equal(check_sum(&sum), CONSENT_EINVAL);
	sum.count = (uint64_t)1 << 40; /* no worker counts that in a second */
	assert_int_equal(check_sum(&sum), CONSENT_EINVAL);
	sum = good_sum();
	sum.text[3] = '\n';
	assert_int_equal(check_sum(&sum), CONSENT_EINVAL);
	memset(sum.text, 'x', sizeof sum.text);
	assert_int_equal(check_sum(&sum), CONSENT_EINVAL);
	sum = good_sum();
	sum.category[0] = 'A';
	assert_int_equal(check_sum(&sum), CONSENT_EINVAL);
	sum.category[0] = '\0'; /* what was removed has one */
	assert_int_equal(check_sum(&sum), CONSENT_EINVAL);
	sum.kind = WIRE_CUT;
	assert_int_equal(check_sum(&sum), CONSENT_OK);
	sum.magic = WIRE_REQUEST;
	assert_int_equal(check_sum(&sum), CONSENT_EINVAL);
}

/* Puts one value into a good request at an offset and checks it. */
static int
check_with(size_t at, const void *value, size_t n)
{
	struct wire_request q = good_request();

	memcpy((char *)&q + at, value, n);
	return check(&q);
}

#define AT(member) offsetof(struct wire_request, member)

static void
foreign_versions_are_refused(void **state)
{
	static const uint32_t other[] = {
	    0, WIRE_REPLY, WIRE_HELLO, WIRE_VERSION + 1, UINT32_MAX};
	struct wire_reply reply;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof other / sizeof other[0]; i++) {
		assert_int_equal(
		    check_with(AT(magic), &other[i], 4), CONSENT_EINVAL);
		assert_int_equal(
		    check_with(AT(version), &other[i], 4), CONSENT_EINVAL);
		reply = good_reply();
		reply.version = other[i];
		assert_int_equal(check_reply(&reply), CONSENT_EINVAL);
	}
	reply = good_reply();
	reply.magic = WIRE_REQUEST;
	assert_int_equal(check_reply(&reply), CONSENT_EINVAL);
}

static void
values_outside_of_their_types_are_refused(void **state)
{
	static const unsigned big[] = {RECORD_EMBED + 1, 255, 1u << 31, ~0u};
	static const unsigned char two = 2;
	unsigned many = POLICY_CATEGORIES + 1;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof big / sizeof big[0]; i++) {
		assert_int_equal(
		    check_with(AT(record.action), &big[i], sizeof big[i]),
		    CONSENT_EINVAL);
		assert_int_equal(
		    check_with(AT(record.via), &big[i], sizeof big[i]),
		    CONSENT_EINVAL);
	}
	assert_int_equal(
	    check_with(AT(record.n_categories), &many, sizeof many),
	    CONSENT_EINVAL);
	many--; /* but these have no revision yet */
	assert_int_equal(
	    check_with(AT(record.n_categories), &many, sizeof many),
	    CONSENT_EINVAL);
	assert_int_equal(check_with(AT(record.gpc), &two, 1), CONSENT_EINVAL);
	assert_int_equal(check_with(AT(record.categories[0].granted), &two, 1),
	    CONSENT_EINVAL);
	/* one that does not count is never a bool of two either */
	assert_int_equal(check_with(AT(record.categories[9].granted), &two, 1),
	    CONSENT_EINVAL);
}

static void
texts_end_inside_of_their_fields(void **state)
{
	static const struct {
		size_t at, n;
	} texts[] = {
	    {AT(record.id), RECORD_ID},
	    {AT(record.sub), RECORD_ID},
	    {AT(record.policy), RECORD_HASH},
	    {AT(record.notice), RECORD_HASH},
	    {AT(record.lang), RECORD_LANG},
	    {AT(record.site), RECORD_SITE},
	    {AT(record.embed), RECORD_HOST},
	    {AT(record.categories[0].id), RECORD_NAME},
	};
	char filler[RECORD_SITE];
	struct wire_reply reply = good_reply();
	size_t i;

	(void)state;
	memset(filler, 'x', sizeof filler);
	for (i = 0; i < sizeof texts / sizeof texts[0]; i++)
		assert_int_equal(check_with(texts[i].at, filler, texts[i].n),
		    CONSENT_EINVAL);
	memset(reply.id, 'x', sizeof reply.id);
	assert_int_equal(check_reply(&reply), CONSENT_EINVAL);
}

static void
revisions_are_eight_small_hex_digits(void **state)
{
	static const char bad[][POLICY_REV] = {"", "0123abc", "0123ABCD",
	    "0123abcg", "0123 bcd",
	    {'0', '1', '2', '3', 'a', 'b', 'c', 'd', 'e'}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(check_with(AT(record.categories[0].rev),
				     bad[i], POLICY_REV),
		    CONSENT_EINVAL);
}

static void
replies_hold_what_they_say(void **state)
{
	struct wire_reply reply = good_reply();

	(void)state;
	reply.n = SEAL_TOKEN_MAX + 1;
	assert_int_equal(check_reply(&reply), CONSENT_EINVAL);
	reply.n = UINT32_MAX;
	assert_int_equal(check_reply(&reply), CONSENT_EINVAL);
	reply = good_reply();
	reply.status = 1;
	assert_int_equal(check_reply(&reply), CONSENT_EINVAL);
}

static void
no_byte_is_believed(void **state)
{
	struct wire_request q, out;
	size_t i;

	(void)state;
	/* whatever it says, what passes can be used without harm */
	for (i = 0; i < sizeof q; i++) {
		q = good_request();
		((unsigned char *)&q)[i] ^= 0xff;
		if (wire_check(&q, sizeof q, &out) != CONSENT_OK)
			continue;
		assert_true(out.record.n_categories <= POLICY_CATEGORIES);
		assert_true(strlen(out.record.site) < RECORD_SITE);
		(void)record_action_name(out.record.action);
		assert_true(record_grants(&out.record) ||
			    !out.record.categories[0].granted);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(whole_packets_are_read),
	    cmocka_unit_test(packets_of_another_size_are_not),
	    cmocka_unit_test(questions_are_read_strictly),
	    cmocka_unit_test(receipts_are_read_strictly),
	    cmocka_unit_test(sums_are_checked),
	    cmocka_unit_test(foreign_versions_are_refused),
	    cmocka_unit_test(values_outside_of_their_types_are_refused),
	    cmocka_unit_test(texts_end_inside_of_their_fields),
	    cmocka_unit_test(revisions_are_eight_small_hex_digits),
	    cmocka_unit_test(replies_hold_what_they_say),
	    cmocka_unit_test(no_byte_is_believed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
