#include "cmd/ctl_log_progress.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	WIDTH = 40,   /* characters of the bar */
	PAUSE_MS = 50 /* between two changes */
};

void
log_progress_begin(struct log_progress *p)
{
	memset(p, 0, sizeof *p);
	p->shows = isatty(STDERR_FILENO) == 1;
	/* what is quickly done needs no bar */
	p->next = clock_monotonic() + 4 * PAUSE_MS;
}

void
log_progress_tell(void *ctx, uint64_t done, uint64_t all)
{
	static const char bar[] = "########################################";
	struct log_progress *p = ctx;
	unsigned percent = 100;
	int64_t now;

	if (!p->shows || (now = clock_monotonic()) < p->next)
		return;
	if (all > 0 && done < all)
		percent = (unsigned)((double)done * 100 / (double)all);
	(void)fprintf(stderr, "\r[%-*.*s] %3u %%", WIDTH,
	    (int)(percent * WIDTH / 100), bar, percent);
	(void)fflush(stderr); /* only the bar is late when it fails */
	p->drawn = true;
	p->next = now + PAUSE_MS;
}

void
log_progress_end(struct log_progress *p)
{
	if (p->drawn)
		(void)fprintf(stderr, "\r%*s\r", WIDTH + 8, "");
	p->drawn = false;
}
