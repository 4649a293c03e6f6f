#include "proxy/sandbox.h"

#include "base/build.h"
#include "base/log.h"
#include "proxy/sandbox_files.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	WELL = 0,
	UNWELL = 1,    /* an allowed call failed */
	UNCONFINED = 2 /* the sandbox could not be entered */
};

static char folder[] = "/tmp/consentd-sandbox-XXXXXX";

/*
 * Runs act in a process confined to role: its exit code, or minus the signal
 * that killed it.
 */
static int
try_as(enum sandbox_role role, int (*act)(void))
{
	const char *files = role == SANDBOX_NOTARY ? folder : NULL;
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (sandbox_harden() != CONSENT_OK ||
		    sandbox_enter(role, files) != CONSENT_OK)
			_exit(UNCONFINED);
		_exit(act());
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/* What becomes of a process that makes a forbidden call. */
static void
assert_killed(enum sandbox_role role, int (*act)(void))
{
	int wanted = build_is_sanitized() ? WELL : -SIGSYS;

	assert_int_equal(try_as(role, act), wanted);
}

/* ---- what is forbidden ------------------------------------------------ */

static int
open_a_file(void)
{
	(void)open("/dev/null", O_RDONLY | O_CLOEXEC);
	return WELL;
}

static int
start_a_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	(void)waitpid(pid, NULL, 0);
	return WELL;
}

static int
execute_a_program(void)
{
	static char name[] = "no-such-program";
	static char *const words[] = {name, NULL};

	(void)execve(name, words, NULL);
	return WELL;
}

static int
make_memory_executable(void)
{
	(void)mmap(NULL, 4096, PROT_READ | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return WELL;
}

static int
change_a_limit(void)
{
	const struct rlimit none = {0, 0};

	(void)setrlimit(RLIMIT_CORE, &none);
	return WELL;
}

static int
open_a_raw_socket(void)
{
	(void)socket(AF_PACKET, SOCK_RAW, 0);
	return WELL;
}

static int
open_a_socket(void)
{
	(void)socket(AF_INET, SOCK_STREAM, 0);
	return WELL;
}

static int
connect_somewhere(void)
{
	const struct sockaddr_in at = {.sin_family = AF_INET};

	(void)connect(-1, (const void *)&at, sizeof at);
	return WELL;
}

static void
a_forbidden_call_kills_a_worker(void **state)
{
	(void)state;
	assert_killed(SANDBOX_WORKER, open_a_file);
	assert_killed(SANDBOX_WORKER, start_a_process);
	assert_killed(SANDBOX_WORKER, execute_a_program);
	assert_killed(SANDBOX_WORKER, make_memory_executable);
	assert_killed(SANDBOX_WORKER, change_a_limit);
	assert_killed(SANDBOX_WORKER, open_a_raw_socket);
}

/* It answers on sockets that it accepts, and makes none. */
static void
a_forbidden_call_kills_who_tells_the_numbers(void **state)
{
	(void)state;
	assert_killed(SANDBOX_ADMIN, open_a_file);
	assert_killed(SANDBOX_ADMIN, start_a_process);
	assert_killed(SANDBOX_ADMIN, make_memory_executable);
	assert_killed(SANDBOX_ADMIN, open_a_socket);
	assert_killed(SANDBOX_ADMIN, connect_somewhere);
}

static void
a_forbidden_call_kills_a_notary(void **state)
{
	(void)state;
	assert_killed(SANDBOX_NOTARY, open_a_socket);
	assert_killed(SANDBOX_NOTARY, start_a_process);
	assert_killed(SANDBOX_NOTARY, execute_a_program);
	assert_killed(SANDBOX_NOTARY, make_memory_executable);
}

/* ---- what is allowed -------------------------------------------------- */

/* A connection to a port of our own, by the calls of the loop. */
static int
serve(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	    .sin_port = htons(1)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	void *memory = malloc(1 << 22);

	if (fd < 0 || memory == NULL)
		return UNWELL;
	memset(memory, 1, 1 << 22);
	free(memory);
	(void)connect(fd, (const void *)&at, sizeof at); /* nobody is there */
	(void)shutdown(fd, SHUT_RDWR);
	log_debug("test.event", "%s", "");
	return close(fd) == 0 ? WELL : UNWELL;
}

static int
signal_somebody(void)
{
	return kill(getppid(), SIGTERM) != 0 && errno == EPERM ? WELL : UNWELL;
}

static int
fail_an_assertion(void)
{
	abort();
}

static void
a_worker_can_serve(void **state)
{
	(void)state;
	assert_int_equal(try_as(SANDBOX_WORKER, serve), WELL);
	assert_int_equal(try_as(SANDBOX_WORKER, fail_an_assertion), -SIGABRT);
	if (!build_is_sanitized())
		assert_int_equal(try_as(SANDBOX_WORKER, signal_somebody), WELL);
}

static int
write_in_the_folder(void)
{
	int at = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = openat(at, "file", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || pwrite(fd, "x", 1, 0) != 1 || fdatasync(fd) != 0 ||
	    ftruncate(fd, 0) != 0 || close(fd) != 0 ||
	    mkdirat(at, "sub", 0700) != 0 ||
	    renameat(at, "file", at, "sub/other") != 0 ||
	    unlinkat(at, "sub/other", 0) != 0 ||
	    unlinkat(at, "sub", AT_REMOVEDIR) != 0)
		return UNWELL;
	return close(at) == 0 ? WELL : UNWELL;
}

static void
a_notary_can_write_its_log(void **state)
{
	(void)state;
	assert_int_equal(try_as(SANDBOX_NOTARY, write_in_the_folder), WELL);
}

static int
read_elsewhere(void)
{
	if (open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 || errno != EACCES)
		return UNWELL;
	if (open("/tmp/consentd-elsewhere", O_WRONLY | O_CREAT | O_CLOEXEC,
		0600) >= 0 ||
	    errno != EACCES)
		return UNWELL;
	return WELL;
}

/* Where the kernel has no Landlock the daemon says so, and this cannot hold. */
static void
a_notary_sees_no_other_folder(void **state)
{
	(void)state;
	if (sandbox_files_version() == 0)
		skip();
	assert_int_equal(try_as(SANDBOX_NOTARY, read_elsewhere), WELL);
}

static int
look_a_name_up(void)
{
	struct addrinfo *list = NULL;

	if (getaddrinfo("localhost", "80", NULL, &list) != 0 || list == NULL)
		return UNWELL;
	freeaddrinfo(list);
	return WELL;
}

static int
start_something(void)
{
	static char name[] = "/bin/true";
	static char *const words[] = {name, NULL};

	if (fork() != -1 || errno != EPERM)
		return UNWELL;
	(void)execve(name, words, NULL);
	return errno == EPERM ? WELL : UNWELL;
}

static void
a_resolver_can_look_names_up_and_starts_nothing(void **state)
{
	(void)state;
	assert_int_equal(try_as(SANDBOX_RESOLVER, look_a_name_up), WELL);
	if (!build_is_sanitized())
		assert_int_equal(
		    try_as(SANDBOX_RESOLVER, start_something), WELL);
}

/* ---- the rest --------------------------------------------------------- */

static int
look_at_ourselves(void)
{
	struct rlimit core;

	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 ||
	    getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_max != 0)
		return UNWELL;
	return build_is_sanitized() || prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0
		   ? WELL
		   : UNWELL;
}

static void
a_hardened_process_gains_and_shows_nothing(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0)
		_exit(sandbox_harden() == CONSENT_OK ? look_at_ourselves()
						     : UNCONFINED);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), WELL);
}

static void
a_missing_folder_is_an_error(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		/* what it logs is no news here */
		(void)close(STDERR_FILENO);
		_exit(sandbox_enter(SANDBOX_NOTARY, "/no/such/folder") ==
			      CONSENT_EIO
			  ? WELL
			  : UNWELL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static int
open_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL;
}

static int
remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_forbidden_call_kills_a_worker),
	    cmocka_unit_test(a_forbidden_call_kills_a_notary),
	    cmocka_unit_test(a_forbidden_call_kills_who_tells_the_numbers),
	    cmocka_unit_test(a_worker_can_serve),
	    cmocka_unit_test(a_notary_can_write_its_log),
	    cmocka_unit_test(a_notary_sees_no_other_folder),
	    cmocka_unit_test(a_resolver_can_look_names_up_and_starts_nothing),
	    cmocka_unit_test(a_hardened_process_gains_and_shows_nothing),
	    cmocka_unit_test(a_missing_folder_is_an_error),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, open_folder, remove_folder);
}
