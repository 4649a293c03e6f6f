#include "proxy/capability.h"

#include "base/log.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * No process that we start is given one again. Only who has CAP_SETPCAP may
 * shorten this list; without it no_new_privs has the same effect.
 */
static void
drop_bounds(void)
{
	unsigned long i;

	for (i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
		(void)prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
}

/* Leaves those of the mask, which are all in the first word. */
static int
keep_only(unsigned kept)
{
	struct __user_cap_header_struct header = {
	    .version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3], left[2];

	memset(data, 0, sizeof data);
	memset(left, 0, sizeof left);
	if (syscall(SYS_capget, &header, data) != 0)
		return CONSENT_EDENIED;
	data[0].permitted &= kept;
	data[0].effective &= kept;
	data[1].permitted = data[1].effective = 0;
	data[0].inheritable = data[1].inheritable = 0;
	if (syscall(SYS_capset, &header, data) != 0 ||
	    syscall(SYS_capget, &header, left) != 0)
		return CONSENT_EDENIED;
	return memcmp(data, left, sizeof left) == 0 ? CONSENT_OK
						    : CONSENT_EDENIED;
}

int
capability_drop(void)
{
	unsigned kept = geteuid() == 0 ? 1u << CAP_DAC_OVERRIDE : 0;

	drop_bounds();
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0 &&
	    keep_only(kept) == CONSENT_OK)
		return CONSENT_OK;
	log_error("privilege.refused", "reason=\"capabilities: %s\"",
	    strerror(errno));
	return CONSENT_EDENIED;
}
