#include "proxy/privilege.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int
find_groups(struct privilege *p)
{
	int n = PRIVILEGE_GROUPS;

	if (getgrouplist(p->user, p->gid, p->groups, &n) < 0) {
		log_error("privilege.refused",
		    "user=%s reason=\"it is in too many groups\"", p->user);
		return CONSENT_ELIMIT;
	}
	p->n_groups = (size_t)n;
	return CONSENT_OK;
}

/* Whether the change can be made; false is logged. */
static bool
may_change(const struct privilege *p)
{
	const char *why = NULL;

	if (p->uid == 0)
		why = "root is no user to change to";
	else if (geteuid() != 0)
		why = "only root can change to another user";
	if (why != NULL)
		log_error(
		    "privilege.refused", "user=%s reason=\"%s\"", p->user, why);
	return why == NULL;
}

int
privilege_find(const char *user, const char *group, struct privilege *out)
{
	struct privilege p = {.wanted = true, .user = user};
	const struct passwd *pw;
	const struct group *gr;
	int rc;

	*out = (struct privilege){.wanted = false};
	if (user == NULL)
		return CONSENT_OK;
	/* cppcheck-suppress getpwnamCalled; the parent has one thread */
	pw = getpwnam(user);
	if (pw == NULL) {
		log_error("privilege.refused", "reason=\"no user %s\"", user);
		return CONSENT_ENOENT;
	}
	p.uid = pw->pw_uid;
	p.gid = pw->pw_gid;
	/* cppcheck-suppress getgrnamCalled; the parent has one thread */
	gr = group == NULL ? NULL : getgrnam(group);
	if (group != NULL && gr == NULL) {
		log_error("privilege.refused", "reason=\"no group %s\"", group);
		return CONSENT_ENOENT;
	}
	if (gr != NULL)
		p.gid = gr->gr_gid;
	if (p.uid != 0 && p.uid == geteuid() && p.gid == getegid())
		return CONSENT_OK;
	if (!may_change(&p))
		return CONSENT_EDENIED;
	rc = find_groups(&p);
	if (rc == CONSENT_OK)
		*out = p;
	return rc;
}

/* ---- what the user writes --------------------------------------------- */

static int
refuse_folder(const struct privilege *p, const char *path)
{
	log_error("privilege.folder", "folder=%s user=%s reason=\"%s\"", path,
	    p->wanted ? p->user : "-", strerror(errno));
	return CONSENT_EIO;
}

/* Makes one folder if it is missing; a new one belongs to the user. */
static int
make_folder(const struct privilege *p, const char *path)
{
	if (mkdir(path, 0700) != 0)
		return errno == EEXIST ? CONSENT_OK : CONSENT_EIO;
	if (p->wanted && lchown(path, p->uid, p->gid) != 0)
		return CONSENT_EIO;
	return CONSENT_OK;
}

/* Puts the name of a new folder on the disk with the one that holds it. */
static int
sync_above(const char *path)
{
	char above[PATH_MAX];
	int fd, rc = CONSENT_EIO;

	(void)snprintf(above, sizeof above, "%s/..", path); /* it fitted */
	fd = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return CONSENT_EIO;
	if (fsync(fd) == 0)
		rc = CONSENT_OK;
	(void)close(fd); /* read only: nothing to lose */
	return rc;
}

static int
make_folders(const struct privilege *p, const char *path)
{
	char part[PATH_MAX - 4]; /* with room for what sync_above adds */
	struct stat st;
	size_t i;

	if ((size_t)snprintf(part, sizeof part, "%s", path) >= sizeof part) {
		errno = ENAMETOOLONG;
		return CONSENT_EIO;
	}
	if (stat(path, &st) == 0)
		return CONSENT_OK;
	for (i = 1; part[i] != '\0'; i++) {
		if (part[i] != '/')
			continue;
		part[i] = '\0';
		if (stat(part, &st) != 0 && make_folder(p, part) != CONSENT_OK)
			return CONSENT_EIO;
		part[i] = '/';
	}
	if (make_folder(p, part) != CONSENT_OK)
		return CONSENT_EIO;
	return sync_above(part);
}

/* In a child: whether the user that it becomes can write to the folder. */
static int
try_folder(const struct privilege *p, const char *path)
{
	if (privilege_drop(p) != CONSENT_OK)
		return 1;
	if (access(path, R_OK | W_OK | X_OK) == 0)
		return 0;
	(void)refuse_folder(p, path);
	return 1;
}

int
privilege_prepare(const struct privilege *p, const char *path)
{
	int status = 1;
	pid_t pid;

	if (make_folders(p, path) != CONSENT_OK)
		return refuse_folder(p, path);
	if (!p->wanted)
		return CONSENT_OK;
	pid = fork();
	if (pid < 0)
		return refuse_folder(p, path);
	if (pid == 0)
		_exit(try_folder(p, path));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return status == 0 ? CONSENT_OK : CONSENT_EDENIED;
}

/* ---- the change ------------------------------------------------------- */

/* Whether all of the ids are those of the user, and no way leads back. */
static bool
is_settled(const struct privilege *p)
{
	uid_t r, e, s;
	gid_t rg, eg, sg;

	if (getresuid(&r, &e, &s) != 0 || getresgid(&rg, &eg, &sg) != 0)
		return false;
	if (r != p->uid || e != p->uid || s != p->uid || rg != p->gid ||
	    eg != p->gid || sg != p->gid)
		return false;
	return setuid(0) != 0 && seteuid(0) != 0 &&
	       (p->gid == 0 || setgid(0) != 0) && setgroups(0, NULL) != 0;
}

int
privilege_drop(const struct privilege *p)
{
	if (!p->wanted)
		return CONSENT_OK;
	if (setgroups(p->n_groups, p->groups) == 0 &&
	    setresgid(p->gid, p->gid, p->gid) == 0 &&
	    setresuid(p->uid, p->uid, p->uid) == 0 && is_settled(p))
		return CONSENT_OK;
	log_error("privilege.refused", "user=%s reason=\"%s\"", p->user,
	    strerror(errno));
	return CONSENT_EDENIED;
}
