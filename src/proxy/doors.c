#include "proxy/doors.h"

#include <string.h>

void
doors_shut(struct doors *d, const struct doors *kept)
{
	listen_close(&d->visitors, kept == NULL ? NULL : &kept->visitors);
	listen_close(&d->admin, kept == NULL ? NULL : &kept->admin);
	listen_close(&d->control, kept == NULL ? NULL : &kept->control);
}

const char *
doors_open(struct doors *d, const struct proxy_setup *setup,
    const struct doors *before)
{
	const char *why = NULL;

	memset(d, 0, sizeof *d);
	if (listen_open(&d->visitors, setup, &before->visitors) != CONSENT_OK)
		why = "listen";
	else if (listen_open_admin(&d->admin, setup, &before->admin) !=
		 CONSENT_OK)
		why = "admin";
	else if (listen_open_control(&d->control, setup, &before->control) !=
		 CONSENT_OK)
		why = "control";
	if (why != NULL)
		doors_shut(d, before);
	return why;
}
