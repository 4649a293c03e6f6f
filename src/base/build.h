#ifndef CONSENT_BASE_BUILD_H
#define CONSENT_BASE_BUILD_H

/*
 * What was built and what the compiler was asked for, where code must know it:
 * the one place for questions that only conditional code can answer. No state.
 */

#include <stdbool.h>

/*
 * Whether this is a build with sanitizers. They open files, fork and trace
 * themselves whenever they like, so a process of such a build cannot be
 * confined to the system calls of its own code.
 */
bool build_is_sanitized(void);

/* A digest of all source files, so that builds that may differ say so. */
extern const char build_source[];

#endif
