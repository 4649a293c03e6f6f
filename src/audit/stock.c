#include "audit/stock.h"

#include <libconsent/span.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	DEPTH = 8 /* folders below each other: tile/0/x001/x002/x003/004.p */
};

/* ---- names ------------------------------------------------------------ */

/* "entries", or the number of a level. */
static int
read_level(struct span name, int *level)
{
	uint64_t n;

	*level = TILE_ENTRIES;
	if (span_equal(name, SPAN("entries")))
		return CONSENT_OK;
	if (span_to_u64(name, 10, TILE_LEVELS - 1, &n) != CONSENT_OK)
		return CONSENT_EINVAL;
	*level = (int)n;
	return CONSENT_OK;
}

/* Three digits, behind an 'x' where more follow. */
static int
read_group(struct span *rest, uint64_t *index)
{
	struct span digits = span_sub(*rest, 0, 3);
	uint64_t n;

	if (span_to_u64(digits, 10, 999, &n) != CONSENT_OK ||
	    *index > UINT64_MAX / 1000 - 1)
		return CONSENT_EINVAL;
	*index = *index * 1000 + n;
	*rest = span_sub(*rest, 3, rest->n);
	return CONSENT_OK;
}

/* The tile whose path that is, as tile_path spells it. */
static int
read_path(const char *path, struct tile *out)
{
	struct span rest = span_of(path);
	struct tile tile = {.width = TILE_WIDTH};
	char spelled[TILE_PATH];
	uint64_t width;
	int rc;

	(void)span_cut(&rest, '/'); /* "tile" */
	rc = read_level(span_cut(&rest, '/'), &tile.level);
	while (rc == CONSENT_OK && span_starts(rest, SPAN("x"))) {
		struct span group = span_cut(&rest, '/');

		group = span_sub(group, 1, group.n);
		rc = read_group(&group, &tile.index);
	}
	if (rc == CONSENT_OK)
		rc = read_group(&rest, &tile.index);
	if (rc == CONSENT_OK && rest.n > 0) {
		rc = span_to_u64(
		    span_sub(rest, 3, rest.n), 10, TILE_WIDTH - 1, &width);
		if (rc == CONSENT_OK)
			tile.width = (unsigned)width;
	}
	if (rc != CONSENT_OK || tile.index >> 48 != 0)
		return CONSENT_EINVAL;
	tile_path(&tile, spelled);
	if (strcmp(spelled, path) != 0 || tile.width == 0)
		return CONSENT_EINVAL;
	*out = tile;
	return CONSENT_OK;
}

/* ---- going through the folders ---------------------------------------- */

struct walk {
	int dir;
	struct stock *out;
	char *stray;
};

static int
compare(const void *a, const void *b)
{
	const struct tile *x = a, *y = b;

	if (x->level != y->level)
		return x->level < y->level ? -1 : 1;
	if (x->index != y->index)
		return x->index < y->index ? -1 : 1;
	return (x->width > y->width) - (x->width < y->width);
}

static int
add(struct stock *s, const struct tile *tile)
{
	if (s->n == STOCK_MOST)
		return CONSENT_ELIMIT;
	if (s->n == s->cap) {
		size_t cap = s->cap == 0 ? 256 : s->cap * 2;
		struct tile *more = realloc(s->at, cap * sizeof *more);

		if (more == NULL)
			return CONSENT_ENOMEM;
		s->at = more;
		s->cap = cap;
	}
	s->at[s->n++] = *tile;
	return CONSENT_OK;
}

static int
name_stray(struct walk *w, const char *path)
{
	size_t i;

	for (i = 0; path[i] != '\0' && i + 1 < STOCK_PATH; i++)
		/* it goes to terminals */
		w->stray[i] = path[i] < 0x20 || path[i] > 0x7e ? '?' : path[i];
	w->stray[i] = '\0';
	return CONSENT_EINVAL;
}

static int list(struct walk *w, const char *path, unsigned depth);

static int
take(struct walk *w, const char *path, unsigned depth)
{
	struct tile tile;
	struct stat st;

	if (fstatat(w->dir, path, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? CONSENT_OK : CONSENT_EIO;
	if (S_ISDIR(st.st_mode) && depth < DEPTH)
		return list(w, path, depth + 1);
	if (!S_ISREG(st.st_mode) || read_path(path, &tile) != CONSENT_OK)
		return name_stray(w, path);
	return add(w->out, &tile);
}

static int
take_name(struct walk *w, const char *folder, const char *name, unsigned depth)
{
	char path[STOCK_PATH];
	int n;

	if (name[0] == '.')
		return CONSENT_OK;
	n = snprintf(path, sizeof path, "%s/%s", folder, name);
	if (n < 0 || (size_t)n >= sizeof path)
		return name_stray(w, path);
	return take(w, path, depth);
}

static int
list(struct walk *w, const char *path, unsigned depth)
{
	int rc = CONSENT_OK;
	int fd = openat(
	    w->dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *folder;

	if (fd < 0)
		return errno == ENOENT ? CONSENT_OK : CONSENT_EIO;
	folder = fdopendir(fd);
	if (folder == NULL) {
		(void)close(fd); /* read only: nothing to lose */
		return CONSENT_EIO;
	}
	while (rc == CONSENT_OK) {
		const struct dirent *entry;

		errno = 0;
		/* the folder is of this call alone: no rival */
		/* cppcheck-suppress readdirCalled */
		entry = readdir(folder);
		if (entry == NULL) {
			rc = errno == 0 || errno == ENOENT ? CONSENT_OK
							   : CONSENT_EIO;
			break;
		}
		rc = take_name(w, path, entry->d_name, depth);
	}
	(void)closedir(folder); /* read only: nothing to lose */
	return rc;
}

int
stock_take(int dir, struct stock *out, char stray[STOCK_PATH])
{
	struct walk w = {dir, out, stray};
	int rc = list(&w, TILE_FOLDER, 1);

	if (out->n > 0)
		qsort(out->at, out->n, sizeof *out->at, compare);
	return rc;
}

void
stock_fini(struct stock *s)
{
	free(s->at);
	memset(s, 0, sizeof *s);
}

size_t
stock_find(const struct stock *s, const struct tile *tile)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&s->at[middle], tile) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < s->n && s->at[low].level == tile->level &&
		       s->at[low].index == tile->index
		   ? low
		   : s->n;
}
