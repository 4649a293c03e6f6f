#ifndef CONSENT_REPORT_DATABASE_URL_H
#define CONSENT_REPORT_DATABASE_URL_H

/*
 * Addresses of databases, postgresql://USER:PASSWORD@HOST/NAME?OPTIONS, where
 * they stand on a command line that others can read. Pure.
 */

#include <stdbool.h>

/* Whether text begins like the address of a database. */
bool database_url_is(const char *text);

/*
 * Overwrites what may be a password in an address with crosses; its length
 * stays.
 */
void database_url_hide(char *url);

#endif
