#ifndef CONSENT_BASE_STATUS_H
#define CONSENT_BASE_STATUS_H

/*
 * The result codes of libconsent: 0 is success, every failure is negative.
 * A function's contract lists which of them it returns. No state, any thread.
 */

#include <libconsent/abi.h>

CONSENT_BEGIN

enum consent_status {
	CONSENT_OK = 0,
	CONSENT_ENOMEM = -1,  /* out of memory */
	CONSENT_ELIMIT = -2,  /* a named ceiling was reached */
	CONSENT_EINVAL = -3,  /* malformed input */
	CONSENT_EIO = -4,     /* the system refused; errno tells why */
	CONSENT_ENOENT = -5,  /* no such thing */
	CONSENT_EDENIED = -6, /* understood and refused */
	CONSENT_EBUSY = -7,   /* another holds it; try again later */
	CONSENT_ECODING = -8  /* a coding or charset that cannot be read */
};

#define CONSENT_CHECKED __attribute__((warn_unused_result))
#define CONSENT_PRINTF(f, a) __attribute__((format(printf, f, a)))

/* The English text for a code, for messages; static, never NULL. */
const char *status_text(int rc);

CONSENT_END

#endif
