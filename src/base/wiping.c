#include "base/wiping.h"

#include <malloc.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

/* The allocator's, but for what it is told of the caller. */
static void *
take(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return malloc(n);
}

static void
give_back(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	if (p == NULL)
		return;
	explicit_bzero(p, malloc_usable_size(p)); /* 16 KB with each record */
	free(p);
}

/* Never in place: what moves leaves a copy behind. */
static void *
resize(void *p, size_t n, const char *file, int line)
{
	size_t had = p == NULL ? 0 : malloc_usable_size(p);
	void *more = n == 0 ? NULL : malloc(n);

	if (more != NULL && had > 0)
		memcpy(more, p, had < n ? had : n);
	if (more != NULL || n == 0)
		give_back(p, file, line);
	return more;
}

int
wiping_start(void)
{
	return CRYPTO_set_mem_functions(take, resize, give_back) == 1
		   ? CONSENT_OK
		   : CONSENT_EIO;
}
