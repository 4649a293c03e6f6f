#include "web/structured.h"

#include "fuzz.h"

#include <stdlib.h>

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* Whether a part is empty or lies in the text. */
static bool
is_in(struct span text, struct span part)
{
	return part.n == 0 ||
	       (part.p >= text.p && part.p + part.n <= text.p + text.n);
}

static void
check_member(struct span text, const struct structured *m, struct buf *out)
{
	struct span string;

	must(m->whole.n > 0 && is_in(text, m->whole));
	must(is_in(m->whole, m->key) && is_in(m->whole, m->value) &&
	     is_in(m->whole, m->parameters));
	buf_clear(out);
	if (structured_string(m->value, out, &string) == CONSENT_OK)
		must(string.n + 2 <= m->value.n);
}

static void
check_inner(struct span value, struct buf *out)
{
	struct span rest = structured_open(value);
	struct structured member;
	size_t left = rest.n + 1;

	while (structured_inner(&rest, &member) == CONSENT_OK) {
		check_member(value, &member, out);
		must(rest.n < left);
		left = rest.n;
	}
}

/* A walk ends, and each part that it tells lies in the text before it. */
static void
walk(struct span text, int (*next)(struct span *, struct structured *),
    struct buf *out)
{
	struct span rest = text;
	struct structured member;
	size_t left = rest.n + 1;
	int rc;

	while ((rc = next(&rest, &member)) == CONSENT_OK) {
		check_member(text, &member, out);
		must(rest.n < left);
		left = rest.n;
		if (structured_is_inner(member.value))
			check_inner(member.value, out);
	}
	must(rc == CONSENT_ENOENT || rc == CONSENT_EINVAL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span text = {(const char *)data, n};
	struct buf out;

	buf_init(&out, n + 1);
	walk(text, structured_dictionary, &out);
	walk(text, structured_list, &out);
	buf_fini(&out);
	return 0;
}
