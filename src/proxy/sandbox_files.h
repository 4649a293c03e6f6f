#ifndef CONSENT_PROXY_SANDBOX_FILES_H
#define CONSENT_PROXY_SANDBOX_FILES_H

/*
 * Landlock for proxy/sandbox: which files a process reaches, whatever its user
 * may. Asks the kernel what it knows and uses all of that. Logs nothing.
 */

#include <libconsent/status.h>

/* The version of Landlock that the kernel has; 0: none. */
int sandbox_files_version(void);

/*
 * Leaves this process the files below folder alone, and no TCP port, abstract
 * unix socket or signal beyond itself where the kernel knows how. CONSENT_OK
 * also where it knows no Landlock; CONSENT_EIO.
 */
int sandbox_files_confine(const char *folder) CONSENT_CHECKED;

#endif
