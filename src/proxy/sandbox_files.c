#include "proxy/sandbox_files.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * The rights of each version, by number because the kernel's header may be
 * older than the kernel: landlock(7).
 */
enum {
	FILES_V1 = (1 << 13) - 1, /* all but the following */
	FILES_REFER = 1 << 13,	  /* version 2: rename between folders */
	FILES_TRUNCATE = 1 << 14, /* version 3 */
	FILES_IOCTL = 1 << 15,	  /* version 5 */
	FILES_EXECUTE = 1,	  /* never left to anybody */
	FILES_SPECIAL = 1 << 6 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12,
	NET_ALL = 1 << 0 | 1 << 1,  /* version 4: bind and connect of TCP */
	SCOPE_ALL = 1 << 0 | 1 << 1 /* version 6: abstract sockets, signals */
};

/* The kernel's attributes; a version reads as much of them as it knows. */
struct attributes {
	uint64_t files, net, scopes;
};

static size_t
attributes_size(int version)
{
	if (version >= 6)
		return sizeof(struct attributes);
	return version >= 4 ? offsetof(struct attributes, scopes)
			    : offsetof(struct attributes, net);
}

static uint64_t
files_of(int version)
{
	uint64_t files = FILES_V1;

	if (version >= 2)
		files |= FILES_REFER;
	if (version >= 3)
		files |= FILES_TRUNCATE;
	if (version >= 5)
		files |= FILES_IOCTL;
	return files;
}

int
sandbox_files_version(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	return version < 0 ? 0 : (int)version;
}

/* Adds what may be done below a folder to the rules. */
static int
add_folder(int rules, const char *folder, uint64_t files)
{
	struct landlock_path_beneath_attr below = {.allowed_access = files};
	int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	long added;

	if (fd < 0)
		return CONSENT_EIO;
	below.parent_fd = fd;
	added = syscall(SYS_landlock_add_rule, rules,
	    LANDLOCK_RULE_PATH_BENEATH, &below, 0);
	(void)close(fd); /* only a name */
	return added == 0 ? CONSENT_OK : CONSENT_EIO;
}

int
sandbox_files_confine(const char *folder)
{
	int version = sandbox_files_version(), rules, rc;
	uint64_t files = files_of(version);
	const struct attributes all = {files, NET_ALL, SCOPE_ALL};

	if (version == 0)
		return CONSENT_OK;
	rules = (int)syscall(
	    SYS_landlock_create_ruleset, &all, attributes_size(version), 0);
	if (rules < 0)
		return CONSENT_EIO;
	rc = add_folder(
	    rules, folder, files & ~(uint64_t)(FILES_EXECUTE | FILES_SPECIAL));
	if (rc == CONSENT_OK &&
	    syscall(SYS_landlock_restrict_self, rules, 0) != 0)
		rc = CONSENT_EIO;
	(void)close(rules); /* in force or not, it is not needed */
	return rc;
}
