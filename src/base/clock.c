#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t (*replaced)(void);

static int64_t
read_clock(clockid_t id)
{
	struct timespec ts = {0, 0};

	if (replaced != NULL)
		return replaced();
	(void)clock_gettime(id, &ts); /* cannot fail for these two clocks */
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
clock_now(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t
clock_monotonic(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

void
clock_replace(int64_t (*now)(void))
{
	replaced = now;
}

/* Broken-down UTC of when, and the milliseconds within the second. */
static int
split_time(int64_t when, struct tm *tm)
{
	int64_t ms = when % 1000;
	time_t seconds;

	if (ms < 0)
		ms += 1000;
	seconds = (time_t)((when - ms) / 1000);
	memset(tm, 0, sizeof *tm);
	(void)gmtime_r(&seconds, tm); /* fails only past the year 2^31 */
	return (int)ms;
}

void
clock_format(int64_t when, char text[CLOCK_TEXT])
{
	struct tm tm;
	int ms = split_time(when, &tm);
	size_t n = strftime(text, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%S", &tm);

	(void)snprintf(text + n, CLOCK_TEXT - n, ".%03dZ", ms);
}

void
clock_format_http(int64_t when, char text[CLOCK_TEXT])
{
	static const char days[7][4] = {
	    "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May",
	    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct tm tm;

	(void)split_time(when, &tm);
	(void)snprintf(text, CLOCK_TEXT, "%s, %02u %s %04u %02u:%02u:%02u GMT",
	    days[tm.tm_wday], (unsigned)tm.tm_mday % 100, months[tm.tm_mon],
	    (unsigned)(tm.tm_year + 1900) % 10000, (unsigned)tm.tm_hour % 100,
	    (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100);
}

/* Reads n digits at offset at, which must be followed by the byte after. */
static int
read_part(struct span s, size_t at, size_t n, char after, int *out)
{
	uint64_t value;

	if (s.n <= at + n || s.p[at + n] != after ||
	    span_to_u64(span_sub(s, at, n), 10, 9999, &value) != CONSENT_OK)
		return CONSENT_EINVAL;
	*out = (int)value;
	return CONSENT_OK;
}

int
clock_parse(struct span text, int64_t *out)
{
	int year, month, day, hour, minute, second, ms = 0;
	struct tm tm, back;
	int64_t when;

	if ((text.n != 20 && text.n != 24) ||
	    read_part(text, 0, 4, '-', &year) != CONSENT_OK ||
	    read_part(text, 5, 2, '-', &month) != CONSENT_OK ||
	    read_part(text, 8, 2, 'T', &day) != CONSENT_OK ||
	    read_part(text, 11, 2, ':', &hour) != CONSENT_OK ||
	    read_part(text, 14, 2, ':', &minute) != CONSENT_OK)
		return CONSENT_EINVAL;
	if (text.n == 20 ? read_part(text, 17, 2, 'Z', &second) != CONSENT_OK
			 : read_part(text, 17, 2, '.', &second) != CONSENT_OK ||
			       read_part(text, 20, 3, 'Z', &ms) != CONSENT_OK)
		return CONSENT_EINVAL;
	memset(&tm, 0, sizeof tm);
	tm.tm_year = year - 1900;
	tm.tm_mon = month - 1;
	tm.tm_mday = day;
	tm.tm_hour = hour;
	tm.tm_min = minute;
	tm.tm_sec = second;
	when = (int64_t)timegm(&tm) * 1000 + ms;
	(void)split_time(when, &back); /* 31 February does not come back */
	if (back.tm_mon != month - 1 || back.tm_mday != day ||
	    back.tm_hour != hour || back.tm_min != minute ||
	    back.tm_sec != second)
		return CONSENT_EINVAL;
	*out = when;
	return CONSENT_OK;
}

int64_t
clock_month_start(int64_t when)
{
	struct tm tm;

	(void)split_time(when, &tm);
	tm.tm_mday = 1;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	return (int64_t)timegm(&tm) * 1000;
}
