#ifndef CONSENT_CENSUS_SCAN_H
#define CONSENT_CENSUS_SCAN_H

/*
 * Looks at a site from outside: follows its links within bounds, as robots.txt
 * lets it, and collects what a policy does not name by the same page walker
 * and the same tables as the daemon (proxy/inventory), so that both find the
 * same. One request at a time; keeps no cookie; reads the pages of one origin
 * and nothing else. It blocks.
 */

#include <stddef.h>
#include <stdint.h>

#include <libconsent/span.h>
#include <libconsent/status.h>
#include <libconsent/url.h>

struct policy;

enum {
	SCAN_PAGES = 50, /* defaults */
	SCAN_DEPTH = 5,
	SCAN_RATE = 2,		/* requests a second; none on loopback */
	SCAN_PAGES_MAX = 10000, /* bounds of what may be asked for */
	SCAN_DEPTH_MAX = 100,
	SCAN_RATE_MAX = 1000,
	SCAN_PAGE_BYTES = 8 << 20, /* longest page */
	SCAN_SITES = 64,
	SCAN_ERROR = 3072
};

struct scan_options {
	const char *url;
	const struct policy *policy;
	const char *const *sites; /* origins of the site besides the URL's */
	size_t n_sites;
	unsigned pages, depth;
	unsigned rate; /* 0: SCAN_RATE, or any on loopback */
	/* before each request: how many were made, how many wait; or NULL */
	void (*on_progress)(
	    void *ctx, unsigned done, size_t waiting, struct span url);
	/* something that could not be read; or NULL */
	void (*on_trouble)(void *ctx, struct span url, const char *why);
	void *ctx;
};

struct scan_result {
	char *seen;	  /* JSON as of inventory_list; to be freed */
	unsigned pages;	  /* requests for pages */
	unsigned failed;  /* of them, without a page */
	unsigned refused; /* links that robots.txt does not let us follow */
	size_t left;	  /* links that were not followed for the bounds */
	char error[SCAN_ERROR]; /* why nothing could be read */
};

/*
 * Scans. CONSENT_OK once a page was read, whatever happened to others;
 * CONSENT_EINVAL: no such URL, or it leads to another site; CONSENT_EDENIED:
 * robots.txt refuses it; CONSENT_ENOENT: no page there; CONSENT_EIO,
 * CONSENT_EBUSY: no answer; CONSENT_ELIMIT: redirects in a circle;
 * CONSENT_ENOMEM. Then result->error says why.
 */
int scan_run(const struct scan_options *options,
    struct scan_result *result) CONSENT_CHECKED;

#endif
