#include "net/tls_report.h"

#include <stdarg.h>
#include <stdio.h>

int
tls_report_error(struct tls_report *report, int rc, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	if (vsnprintf(report->error, sizeof report->error, format, list) < 0)
		report->error[0] = '\0';
	va_end(list);
	return rc;
}

void
tls_report_warning(struct tls_report *report, const char *format, ...)
{
	char text[TLS_REPORT_TEXT];
	va_list list;

	if (report->on_warning == NULL)
		return;
	va_start(list, format);
	if (vsnprintf(text, sizeof text, format, list) < 0)
		text[0] = '\0';
	va_end(list);
	report->on_warning(report->ctx, text);
}
