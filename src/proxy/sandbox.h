#ifndef CONSENT_PROXY_SANDBOX_H
#define CONSENT_PROXY_SANDBOX_H

/*
 * What a process may still ask of the kernel once it serves: a list of system
 * calls for each role (seccomp), and for the notary the folder of the log as
 * its only files (Landlock). A call that is not on the list kills the process,
 * and the parent tells; the resolver's are refused instead, because libraries
 * that we do not know look names up there. All that a process needs of files
 * must be loaded before. There is no way out again.
 *
 * In builds with sanitizers the lists of calls are not in force.
 */

#include <libconsent/status.h>

enum sandbox_role {
	SANDBOX_WORKER,	  /* sockets and memory; opens and starts nothing */
	SANDBOX_NOTARY,	  /* files of one folder; no new socket */
	SANDBOX_ADMIN,	  /* sockets that it accepts, and memory */
	SANDBOX_RESOLVER, /* reads files, asks the network; starts nothing */
	SANDBOX_ROLES
};

/* In the parent, at start: logs what this kernel or build cannot keep. */
void sandbox_survey(void);

/*
 * In every child, right after fork: no core files, no tracing by others of the
 * same user, no rights by executing anything. CONSENT_EIO, logged.
 */
int sandbox_harden(void) CONSENT_CHECKED;

/*
 * Confines this process to its role from now on; folder is the notary's, NULL
 * for others. CONSENT_EIO or CONSENT_ENOMEM, logged: the process must end.
 */
int sandbox_enter(enum sandbox_role role, const char *folder) CONSENT_CHECKED;

#endif
