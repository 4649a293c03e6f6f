#include "proxy/sandbox.h"

#include "base/build.h"
#include "base/log.h"
#include "proxy/sandbox_files.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- the lists -------------------------------------------------------- */

/* What any program of C needs that neither opens nor starts anything. */
static const int common[] = {
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(readv),
    SCMP_SYS(writev),
    SCMP_SYS(close),
    SCMP_SYS(fcntl),
    SCMP_SYS(fstat),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),
    SCMP_SYS(sendto),
    SCMP_SYS(sendmsg),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(getrandom),
    SCMP_SYS(getpid),
    SCMP_SYS(getppid),
    SCMP_SYS(gettid),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sysinfo),
    SCMP_SYS(getrusage),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

/* What serving takes: the loop and connections. */
static const int serving[] = {
    SCMP_SYS(epoll_wait),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(epoll_pwait2),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(shutdown),
    SCMP_SYS(getsockopt),
    SCMP_SYS(setsockopt),
    SCMP_SYS(getsockname),
    SCMP_SYS(getpeername),
};

/* What the log takes: files, which Landlock keeps to one folder. */
static const int filing[] = {
    SCMP_SYS(openat),
    SCMP_SYS(mkdirat),
    SCMP_SYS(unlinkat),
    SCMP_SYS(renameat),
    SCMP_SYS(renameat2),
    SCMP_SYS(newfstatat),
    SCMP_SYS(fstatat64),
    SCMP_SYS(statx),
    SCMP_SYS(getdents64),
    SCMP_SYS(pread64),
    SCMP_SYS(pwrite64),
    SCMP_SYS(fadvise64),
    SCMP_SYS(lseek),
    SCMP_SYS(_llseek),
    SCMP_SYS(fsync),
    SCMP_SYS(fdatasync),
    SCMP_SYS(sync_file_range),
    SCMP_SYS(ftruncate),
    SCMP_SYS(fstatfs),
    SCMP_SYS(flock),
    SCMP_SYS(rt_sigtimedwait),
    SCMP_SYS(signalfd4),
    SCMP_SYS(set_robust_list), /* of the thread that publishes */
    SCMP_SYS(rseq),
};

/* What getaddrinfo takes with whatever nsswitch.conf names. */
static const int resolving[] = {
    SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(stat), SCMP_SYS(lstat),
    SCMP_SYS(newfstatat), SCMP_SYS(fstatat64), SCMP_SYS(statx),
    SCMP_SYS(fstatfs), SCMP_SYS(statfs), SCMP_SYS(access), SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
    SCMP_SYS(getdents64), SCMP_SYS(pread64), SCMP_SYS(lseek), SCMP_SYS(_llseek),
    SCMP_SYS(mmap), SCMP_SYS(mprotect), SCMP_SYS(socket), SCMP_SYS(bind),
    SCMP_SYS(connect), SCMP_SYS(shutdown), SCMP_SYS(sendmmsg),
    SCMP_SYS(recvmmsg), SCMP_SYS(getsockopt), SCMP_SYS(setsockopt),
    SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(ioctl),
    SCMP_SYS(select), SCMP_SYS(pselect6), SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait),
    SCMP_SYS(eventfd2), SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime),
    SCMP_SYS(pipe2), SCMP_SYS(uname), SCMP_SYS(getuid), SCMP_SYS(geteuid),
    SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(prlimit64),
    SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(membarrier),
    SCMP_SYS(sigaltstack), SCMP_SYS(arch_prctl),
    SCMP_SYS(wait4), /* for the helper that it restarts: nobody else's */
};

#define LIST(a) (a), sizeof(a) / sizeof((a)[0])

/* What a role may call besides the common list, and what else happens. */
static const struct role {
	const char *name;
	const int *calls;
	size_t n;
	uint32_t otherwise;
} roles[SANDBOX_ROLES] = {
    [SANDBOX_WORKER] = {"worker", LIST(serving), SCMP_ACT_KILL_PROCESS},
    [SANDBOX_ADMIN] = {"admin", LIST(serving), SCMP_ACT_KILL_PROCESS},
    [SANDBOX_NOTARY] = {"notary", LIST(filing), SCMP_ACT_KILL_PROCESS},
    [SANDBOX_RESOLVER] = {"resolver", LIST(resolving), SCMP_ACT_ERRNO(EPERM)},
};

/* ---- the filter ------------------------------------------------------- */

static int
allow_all(scmp_filter_ctx filter, const int *calls, size_t n)
{
	size_t i;
	int rc = 0;

	/* a call that this processor does not have is passed over */
	for (i = 0; rc == 0 && i < n; i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
	return rc;
}

/* Memory, but none that can be executed. */
static int
allow_memory(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp plain =
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	int rc =
	    seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, plain);

	if (rc == 0)
		rc = seccomp_rule_add(
		    filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, plain);
	return rc;
}

/* A failed assertion is to be told as one: raise(SIGABRT) to ourselves. */
static int
allow_abort(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
	    SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
}

/* Connections to the origin, and the two requests of ioctl for sockets. */
static int
allow_sockets(scmp_filter_ctx filter)
{
	static const int families[] = {AF_UNIX, AF_INET, AF_INET6};
	static const unsigned requests[] = {FIONREAD, FIONBIO};
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < sizeof families / sizeof families[0]; i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket),
		    1, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i], 0));
	if (rc == 0)
		rc = seccomp_rule_add(
		    filter, SCMP_ACT_ALLOW, SCMP_SYS(connect), 0);
	for (i = 0; rc == 0 && i < sizeof requests / sizeof requests[0]; i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl),
		    1, SCMP_A1(SCMP_CMP_EQ, requests[i], 0));
	/*
	 * The end of the resolver's helper, which goes with us: to signal it
	 * or to wait for it is not needed, nor would it be the only one that
	 * could be signalled.
	 */
	if (rc == 0)
		rc = seccomp_rule_add(
		    filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(kill), 0);
	return rc;
}

/*
 * A thread of our own, no other process. The newer call hides its flags from
 * the filter; without it the C library takes the older one.
 */
static int
allow_thread(scmp_filter_ctx filter)
{
	const scmp_datum_t flags =
	    CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
	int rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
	    SCMP_A0(SCMP_CMP_MASKED_EQ, flags, flags));

	return rc != 0 ? rc
		       : seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS),
			     SCMP_SYS(clone3), 0);
}

static int
fill(scmp_filter_ctx filter, enum sandbox_role role)
{
	int rc = allow_all(filter, LIST(common));

	if (rc == 0)
		rc = allow_all(filter, roles[role].calls, roles[role].n);
	if (rc == 0)
		rc = allow_abort(filter);
	if (rc == 0 && role != SANDBOX_RESOLVER)
		rc = allow_memory(filter);
	if (rc == 0 && role == SANDBOX_WORKER)
		rc = allow_sockets(filter);
	if (rc == 0 && role == SANDBOX_NOTARY)
		rc = allow_thread(filter);
	return rc;
}

/* Puts the list of calls into force; 0 or a negative errno. */
static int
filter_calls(enum sandbox_role role)
{
	scmp_filter_ctx filter = seccomp_init(roles[role].otherwise);
	int rc;

	if (filter == NULL)
		return -ENOMEM;
	/* calls by another processor's numbers are nobody's */
	rc = seccomp_attr_set(
	    filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (rc == 0) /* a tree instead of a row of comparisons */
		rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (rc == 0)
		rc = fill(filter, role);
	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc;
}

/* ---- what the others call --------------------------------------------- */

void
sandbox_survey(void)
{
	int version = sandbox_files_version();

	if (build_is_sanitized())
		log_warn("sandbox.weak", "reason=\"a build with sanitizers: "
					 "calls are not filtered\"");
	if (version == 0)
		log_warn("sandbox.weak", "reason=\"this kernel has no "
					 "Landlock: the notary reaches all "
					 "files of its user\"");
	else
		log_debug("sandbox.landlock", "version=%d", version);
}

int
sandbox_harden(void)
{
	const struct rlimit none = {0, 0};

	if (setrlimit(RLIMIT_CORE, &none) == 0 &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    /* the leak checker traces the process that it looks at */
	    (build_is_sanitized() || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0))
		return CONSENT_OK;
	log_error("sandbox.failed", "reason=\"%s\"", strerror(errno));
	return CONSENT_EIO;
}

int
sandbox_enter(enum sandbox_role role, const char *folder)
{
	int rc = 0;

	if (folder != NULL && sandbox_files_confine(folder) != CONSENT_OK)
		rc = -errno;
	if (rc == 0 && !build_is_sanitized())
		rc = filter_calls(role);
	if (rc == 0)
		return CONSENT_OK;
	log_error("sandbox.failed", "role=%s reason=\"%s\"", roles[role].name,
	    strerror(-rc));
	return rc == -ENOMEM ? CONSENT_ENOMEM : CONSENT_EIO;
}
