#include "cmd/ctl_check_print.h"
#include "proxy/findings_json.h"

#include <stdio.h>

int
ctl_check_json(const struct findings *findings)
{
	json_t *list = findings_json_write(findings);
	int rc = list == NULL ? CONSENT_ENOMEM : CONSENT_OK;

	if (rc == CONSENT_OK && json_dumpf(list, stdout, JSON_INDENT(2)) != 0)
		rc = CONSENT_EIO;
	(void)putchar('\n');
	json_decref(list);
	return rc;
}
