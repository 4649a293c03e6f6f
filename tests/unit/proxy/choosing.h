#ifndef CONSENT_UNIT_PROXY_CHOOSING_H
#define CONSENT_UNIT_PROXY_CHOOSING_H

/*
 * Forms posted to the choice endpoint, and the notary's answers to them. Each
 * test is a program of one file, so the one stage stands here.
 */

#include "stage.h"

enum {
	ANALYTICS = 1u << 1 /* the category that needs consent */
};

#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"
#define SAME "Sec-Fetch-Site: same-origin\r\n"
#define JSON "Accept: application/json\r\n"

static struct stage s;

/* For cmocka: a stage before each test. */
static inline int
setup(void **state)
{
	(void)state;
	stage_open(&s);
	return 0;
}

/* For cmocka: and none after it. */
static inline int
teardown(void **state)
{
	(void)state;
	stage_close(&s);
	return 0;
}

/* Posts a form from the site itself; fields are more lines of the head. */
static inline enum call_result
post(const char *fields, const char *form)
{
	char head[8192];
	int n = snprintf(head, sizeof head, FORM SAME "%s", fields);

	assert_true(n > 0 && (size_t)n < sizeof head);
	return stage_ask(&s, "POST /.consent/choice", head, form);
}

/* Posts a form that is refused: the status. */
static inline unsigned
refused(const char *fields, const char *form)
{
	assert_int_equal(post(fields, form), CALL_READY);
	assert_int_equal(s.answer.rc, CONSENT_OK);
	assert_int_equal(ballot_pending(s.home.ballot), 0);
	assert_null(stage_value(&s, "Set-Cookie").p);
	assert_true(stage_has(&s, "Cache-Control: no-store"));
	return s.answer.head.status;
}

/* Posts a form and answers for the notary: the status. */
static inline unsigned
chosen(const char *fields, const char *form, int status)
{
	assert_int_equal(post(fields, form), CALL_WAIT);
	stage_reply(&s, status);
	assert_int_equal(s.answer.rc, CONSENT_OK);
	assert_true(stage_has(&s, "Cache-Control: no-store"));
	return s.answer.head.status;
}

/* A Cookie line, with a NUL, of a visitor who granted these. */
static inline const char *
cookie_of(category_set granted)
{
	static char text[4096];
	struct buf line = {.p = text, .cap = sizeof text, .max = sizeof text};

	stage_cookie(&s, granted, &line);
	assert_int_equal(buf_append_byte(&line, '\0'), CONSENT_OK);
	return text;
}

/* Number of Set-Cookie lines of the answer that begin like this. */
static inline size_t
count_set_cookies(const char *begins)
{
	const struct head *h = &s.answer.head;
	size_t i = head_find(h, SPAN("Set-Cookie"), 0), n = 0;

	for (; i != HEAD_NONE; i = head_find(h, SPAN("Set-Cookie"), i + 1))
		if (span_starts(h->fields[i].value, span_of(begins)))
			n++;
	return n;
}

/* Whether the answer takes the visitor's token away. */
static inline bool
deletes_token(void)
{
	return stage_has(&s, "Set-Cookie: __Host-consent=; Path=/; Max-Age=0; "
			     "Secure; HttpOnly; SameSite=Lax");
}

#endif
