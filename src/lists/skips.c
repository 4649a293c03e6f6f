#include "lists/skips.h"

#include "base/utf8.h"

#include <string.h>

static const struct {
	const char *id, *why;
} reasons[SKIPS] = {
    [SKIP_COSMETIC] = {"cosmetic", "hides what is shown, which is no request"},
    [SKIP_REGEX] = {"regex", "is a regular expression"},
    [SKIP_NO_HOST] = {"no-host",
	"names no host: it is looked for in every address"},
    [SKIP_ANCHOR] = {"anchor",
	"is for one scheme, or for an address that ends there"},
    [SKIP_HOST_OPEN] = {"host-open",
	"its host has no end: it may be that of others, too"},
    [SKIP_HOST_WILD] = {"host-wildcard", "has a \"*\" in its host"},
    [SKIP_HOST_BAD] = {"host", "names what is not a host"},
    [SKIP_TOO_WIDE] = {"too-wide",
	"is everything below a public suffix or a top-level domain"},
    [SKIP_PORT] = {"port", "is for one port; a rule holds for all"},
    [SKIP_SEPARATOR] = {"separator",
	"has a \"^\", \"|\" or \"#\" inside its path, or too many \"*\""},
    [SKIP_TYPE] = {"type",
	"is for some kinds of request only (--any-type takes it for all)"},
    [SKIP_DOMAIN] = {"domain",
	"is for some sites only (--site or -c says which is yours)"},
    [SKIP_OTHER_SITE] = {"other-site", "is for other sites than yours"},
    [SKIP_OWN_SITE] = {"own-site", "would be your own site"},
    [SKIP_FIRST_PARTY] = {"first-party",
	"is only for requests of a host to itself"},
    [SKIP_OPTION] = {"option", "has an option that rules do not know"},
    [SKIP_CONDITIONAL] = {"conditional",
	"stands in a condition of another program (!#if, !#include)"},
    [SKIP_EXCEPTION] = {"exception",
	"lets something pass (--exceptions takes the safe ones)"},
    [SKIP_EXCEPTION_WIDE] = {"exception-wide",
	"lets a whole host pass, or on certain pages or for certain kinds, or "
	"what nothing holds back"},
    [SKIP_CATEGORY] = {"category",
	"its category goes to none of the policy's (--category)"},
    [SKIP_DOUBTFUL] = {"doubtful",
	"is said to be harmless, by a platform whose other cookies track"},
    [SKIP_AMBIGUOUS] = {"ambiguous",
	"has two categories, as cookies of different platforms"},
    [SKIP_SHORT] = {"short",
	"is too short: it would be cookies of others, too"},
    [SKIP_NAME] = {"name", "is not the name of a cookie"},
    [SKIP_THIRD_PARTY] = {"third-party",
	"lies at the vendor's own host, which never passes here"},
    [SKIP_KNOWN] = {"known", "has a rule in the policy"},
    [SKIP_ESSENTIAL] = {"essential",
	"is ESSENTIAL in the policy, and tracks as this list has it"},
    [SKIP_COLUMNS] = {"columns", "has not as many columns as the head"},
    [SKIP_DUPLICATE] = {"duplicate", "stands there twice"},
    [SKIP_ENCODING] = {"encoding", "is not UTF-8 text"},
    [SKIP_TOO_LONG] = {"too-long", "is longer than a rule may be"},
    [SKIP_FULL] = {"full", "is more than a policy may hold"},
};

static void
example_fill(struct skip_example *e, size_t line, struct span text)
{
	size_t n;

	e->line = line;
	text = span_sub(text, 0, SKIP_TEXT - 1);
	n = utf8_valid(text);
	if (n > 0)
		memcpy(e->text, text.p, n);
	utf8_tame(e->text, n);
	e->text[n] = '\0';
}

void
skips_add(struct skips *skips, enum skip why, size_t line, struct span text)
{
	struct skip_count *count = &skips->of[why];

	if (count->n < SKIP_EXAMPLES)
		example_fill(&count->examples[count->n], line, text);
	count->n++;
	skips->n++;
}

const char *
skip_id(enum skip why)
{
	return reasons[why].id;
}

const char *
skip_why(enum skip why)
{
	return reasons[why].why;
}
