#include "proxy/naming.h"

#include "base/ascii.h"
#include "base/digest.h"
#include "http/head.h"
#include "http/head_edit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int
naming_start(struct naming_source *source)
{
	source->count = 0;
	return digest_random(source->seeds, sizeof source->seeds);
}

/* The finish of SplitMix64 (Steele, Lea, Flood 2014): one to one. */
static uint64_t
mix(uint64_t x)
{
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static bool
is_id(struct span s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!ascii_is(s.p[i], ASCII_ALNUM) &&
		    memchr("-._~+/=:@", s.p[i], 9) == NULL)
			return false;
	return s.n > 0 && s.n < NAMING_ID;
}

int
naming_take(struct naming *naming, struct naming_source *source,
    struct head *request, bool is_trusted)
{
	const struct span name = SPAN("X-Request-Id");
	size_t at = head_find(request, name, 0);

	trace_screen(request, naming->trace);
	if (is_trusted && at != HEAD_NONE &&
	    head_find(request, name, at + 1) == HEAD_NONE &&
	    is_id(request->fields[at].value)) {
		struct span id = request->fields[at].value;

		memcpy(naming->id, id.p, id.n);
		naming->id[id.n] = '\0';
		return CONSENT_OK;
	}
	source->count++;
	(void)snprintf(naming->id, sizeof naming->id,
	    "%016" PRIx64 "%016" PRIx64, mix(source->seeds[0] + source->count),
	    mix(source->seeds[1] ^ source->count)); /* it has room */
	return head_set(request, name, span_of(naming->id));
}
