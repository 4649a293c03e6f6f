#ifndef CONSENT_UNIT_CONSENT_HOSTING_H
#define CONSENT_UNIT_CONSENT_HOSTING_H

/*
 * What a host is made of, in a folder of its own: the policy that is usual in
 * fixture.h, inside of a consentd.conf, and keys.
 */

#include "fixture.h"

#include <libconsent/seal.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOSTING_SITE "https://library.example"

static struct {
	char folder[32], policy[64], keys[64];
} hosting = {.folder = "/tmp/consent-host-XXXXXX"};

/* Writes a consentd.conf with the text of a policy. */
static inline int
hosting_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	if (file == NULL)
		return -1;
	(void)fprintf(file, "listen = \"127.0.0.1:0\"; policy : {%s};", text);
	return fclose(file);
}

/* Before all tests. */
static inline int
hosting_begin(void **state)
{
	struct seal_ring *ring = NULL;
	struct seal_error error;

	(void)state;
	if (mkdtemp(hosting.folder) == NULL)
		return -1;
	(void)snprintf(
	    hosting.policy, sizeof hosting.policy, "%s/p.conf", hosting.folder);
	(void)snprintf(
	    hosting.keys, sizeof hosting.keys, "%s/keys", hosting.folder);
	if (seal_ring_open(hosting.keys, SEAL_HS256, SEAL_CREATE_IF_EMPTY,
		&ring, &error) != CONSENT_OK)
		return -1;
	seal_ring_free(ring);
	return hosting_write(
	    hosting.policy, FIXTURE_POLICY("listed", "enforce", "meta-pixel"));
}

/* Removes what nftw comes to. */
static inline int
hosting_remove(
    const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

/* Behind all tests. */
static inline int
hosting_end(void **state)
{
	(void)state;
	return nftw(hosting.folder, hosting_remove, 8, FTW_DEPTH | FTW_PHYS);
}

#endif
