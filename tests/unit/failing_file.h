#ifndef CONSENT_UNIT_FAILING_FILE_H
#define CONSENT_UNIT_FAILING_FILE_H

/*
 * The calls that change files, in front of those of the C library and for the
 * whole program: the n-th one fails, or the process ends before it as if it
 * were killed there. Included by one file of a program.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
	bool on;	    /* calls count */
	unsigned long n;    /* calls so far */
	unsigned long fail; /* which one fails; 0: none */
	unsigned long stop; /* before which one the process ends; 0: none */
	bool failed;
	unsigned long room; /* bytes that the disk has; 0: enough */
} filing;

/* Counts from here on, with these two to come. */
static inline void
filing_begin(unsigned long fail, unsigned long stop)
{
	filing.on = true;
	filing.n = 0;
	filing.fail = fail;
	filing.stop = stop;
	filing.failed = false;
}

/* Whether this call is the one that fails. */
static inline bool
filing_now(void)
{
	if (!filing.on)
		return false;
	filing.n++;
	if (filing.n == filing.stop)
		_exit(9);
	if (filing.n != filing.fail)
		return false;
	filing.failed = true;
	errno = EIO;
	return true;
}

/* Without a look at the disk, which does not crash here. */
int
fsync(int fd)
{
	(void)fd;
	return filing_now() ? -1 : 0;
}

/* The same. */
int
fdatasync(int fd)
{
	(void)fd;
	return filing_now() ? -1 : 0;
}

/* As the library's, or not. */
ssize_t
pwrite(int fd, const void *p, size_t n, off_t at)
{
	return filing_now() ? -1 : syscall(SYS_pwrite64, fd, p, n, at);
}

/* The same. */
int
renameat(int from, const char *old, int to, const char *new)
{
	return filing_now() ? -1
			    : (int)syscall(SYS_renameat, from, old, to, new);
}

/* The same. */
int
unlinkat(int folder, const char *name, int flags)
{
	return filing_now() ? -1
			    : (int)syscall(SYS_unlinkat, folder, name, flags);
}

/* Tells of a disk with so much room. */
int
fstatvfs(int fd, struct statvfs *out)
{
	(void)fd;
	memset(out, 0, sizeof *out);
	out->f_frsize = 1;
	out->f_bavail = filing.room == 0 ? ~0ul >> 1 : filing.room;
	return 0;
}

#endif
