#include <libconsent/status.h>

const char *
status_text(int rc)
{
	switch (rc) {
	case CONSENT_OK:
		return "success";
	case CONSENT_ENOMEM:
		return "out of memory";
	case CONSENT_ELIMIT:
		return "limit reached";
	case CONSENT_EINVAL:
		return "malformed input";
	case CONSENT_EIO:
		return "input/output error";
	case CONSENT_ENOENT:
		return "not found";
	case CONSENT_EDENIED:
		return "refused";
	case CONSENT_EBUSY:
		return "busy";
	case CONSENT_ECODING:
		return "unreadable coding";
	default:
		return "unknown status";
	}
}
