#ifndef CONSENT_REPORT_STYLE_H
#define CONSENT_REPORT_STYLE_H

/*
 * report.css, built into the program by tools/embed: a table of that one file.
 */

#include "base/embedded.h"

extern const struct embedded_file report_style[];
extern const size_t report_style_count;

#endif
