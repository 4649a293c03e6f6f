#ifndef CONSENT_CMD_CTL_IMPORT_REPORT_H
#define CONSENT_CMD_CTL_IMPORT_REPORT_H

/* How an import tells what it took and what it left out. */

#include <stdio.h>

#include <jansson.h>

#include "lists/listing.h"

/* For people: a table, what was left out most often first. */
void import_report_print(const struct listing *l, const char *file, FILE *out);

/* For programs; NULL without memory. */
json_t *import_report_json(
    const struct listing *l, const char *format, const char *file);

#endif
