#ifndef CONSENT_BASE_VERSION_H
#define CONSENT_BASE_VERSION_H

/* The version of the software: told by --version and in the consent log. */
#define CONSENT_VERSION "0.1.0"

#endif
