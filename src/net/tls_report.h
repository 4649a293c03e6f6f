#ifndef CONSENT_NET_TLS_REPORT_H
#define CONSENT_NET_TLS_REPORT_H

/*
 * What came of reading certificates and keys: one error, which ends it, and
 * any number of warnings. Each text names the file first: "site.pem: has
 * expired". Knows nothing of OpenSSL.
 */

#include <libconsent/status.h>

enum {
	TLS_REPORT_TEXT = 512 /* of one error or warning; longer ones are cut */
};

struct tls_report {
	void (*on_warning)(void *ctx, const char *text); /* or NULL */
	void *ctx;
	char error[TLS_REPORT_TEXT]; /* written on failure */
};

/* Writes the error and returns rc, which is not CONSENT_OK. */
int tls_report_error(struct tls_report *report, int rc, const char *format, ...)
    CONSENT_PRINTF(3, 4);

/* Tells a warning. */
void tls_report_warning(struct tls_report *report, const char *format, ...)
    CONSENT_PRINTF(2, 3);

#endif
