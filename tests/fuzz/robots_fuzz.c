#include "census/robots.h"

#include "fuzz.h"

#include <libconsent/buf.h>

#include <stdlib.h>

enum {
	TEXT = ROBOTS_BYTES
};

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* What the rules say of a path, read with something before them. */
static bool
ask(struct span before, struct span text, struct span path)
{
	static struct robots robots; /* too large for a frame */
	struct buf all;
	bool answer;

	buf_init(&all, TEXT);
	must(buf_append(&all, before) == CONSENT_OK);
	must(buf_append(&all, text) == CONSENT_OK);
	robots_read(&robots, buf_span(&all), SPAN("consentctl"));
	answer = robots_allow(&robots, path);
	must(robots_allow(&robots, path) == answer);
	buf_fini(&all);
	return answer;
}

/*
 * The first line is a path, the rest a robots.txt. A group for somebody else
 * changes nothing, and one for us that refuses all is never weaker than what
 * is there.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span text = {(const char *)data, n};
	struct span path = span_cut(&text, '\n');
	bool answer;

	if (n > TEXT / 2 || text.p == NULL)
		return 0;
	answer = ask(SPAN(""), text, path);
	if (!span_starts(text, SPAN("\xef\xbb\xbf")))
		must(ask(SPAN("User-agent: other\r\nAllow: /\rDisallow: /\n"),
			 text, path) == answer);
	/* rules for our own name: those for all do not count beside them */
	if (path.n > 0 && path.p[0] == '/')
		must(!ask(SPAN("User-agent: ConsentCtl\nDisallow: /\n"
			       "User-agent: other\nAllow: /\n"),
		    SPAN(""), path));
	return 0;
}
