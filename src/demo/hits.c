#include "demo/hits.h"

#include <libconsent/status.h>

#include <event2/buffer.h>

#include <inttypes.h>
#include <string.h>

static const struct {
	const char *id; /* first segment of its paths at the collector */
	const char *name;
} vendors[HITS_VENDORS] = {
    [HITS_PULSE] = {"pulse", "Pulse Analytics"},
    [HITS_TAGHARBOR] = {"tagharbor", "TagHarbor"},
    [HITS_METRIKABAY] = {"metrikabay", "Metrika Bay"},
    [HITS_SOCIALPIXEL] = {"socialpixel", "Social Pixel"},
    [HITS_HEATLENS] = {"heatlens", "Heatlens"},
    [HITS_REPLAYLIGHT] = {"replaylight", "Replaylight"},
    [HITS_FOOTFALL] = {"footfall", "Footfall"},
};

void
hits_reset(struct hits *hits)
{
	memset(hits, 0, sizeof *hits);
}

static uint64_t
vendor_total(const struct hits *hits, size_t vendor)
{
	uint64_t total = 0;
	size_t kind;

	for (kind = 0; kind < HITS_KINDS; kind++)
		total += hits->count[vendor][kind];
	return total;
}

static int
vendor_json(const struct hits *hits, size_t vendor, struct evbuffer *out)
{
	const uint64_t *n = hits->count[vendor];

	return evbuffer_add_printf(out,
	    "%s\"%s\":{\"name\":\"%s\",\"total\":%" PRIu64
	    ",\"scripts\":%" PRIu64 ",\"beacons\":%" PRIu64
	    ",\"images\":%" PRIu64 ",\"frames\":%" PRIu64 "}",
	    vendor == 0 ? "" : ",", vendors[vendor].id, vendors[vendor].name,
	    vendor_total(hits, vendor), n[HITS_SCRIPT], n[HITS_BEACON],
	    n[HITS_IMAGE], n[HITS_FRAME]);
}

int
hits_json(const struct hits *hits, struct evbuffer *out)
{
	uint64_t total = hits->other;
	size_t i;

	for (i = 0; i < HITS_VENDORS; i++)
		total += vendor_total(hits, i);
	if (evbuffer_add_printf(out,
		"{\"total\":%" PRIu64 ",\"connections\":%" PRIu64
		",\"other\":%" PRIu64 ",\"vendors\":{",
		total, hits->connections, hits->other) < 0)
		return CONSENT_ENOMEM;
	for (i = 0; i < HITS_VENDORS; i++)
		if (vendor_json(hits, i, out) < 0)
			return CONSENT_ENOMEM;
	return evbuffer_add_printf(out, "}}\n") < 0 ? CONSENT_ENOMEM : 0;
}
