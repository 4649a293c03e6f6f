#include "proxy/key_board.h"

#include "base/digest.h"
#include "consent/signer.h"

#include <libconsent/buf.h>
#include <libconsent/token.h>

#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct key {
	char kid[SEAL_KID];
	size_t n;
	char bytes[SIGNER_TEXT_MAX];
};

struct page {
	enum seal_algorithm algorithm;
	size_t n;
	struct key keys[SEAL_KEYS];
};

/*
 * Two pages, of which the version's last bit names the one that holds; the
 * other is written and then named, so that a reader never waits.
 */
struct sheet {
	_Atomic uint64_t version; /* 0: nothing was written yet */
	struct page pages[2];
};

struct key_board {
	struct sheet *ours;   /* to write; a child has none of it */
	struct sheet *theirs; /* the same memory, to read */
};

/* Whose keys follow, in this process. */
static struct {
	const struct sheet *sheet; /* NULL: none do */
	struct seal_ring *ring;
	struct token_checker *checker;
	uint64_t version; /* that ring has */
} follower;

/* ---- the memory --------------------------------------------------------- */

/* Whatever maps it from now on can only read it, in all processes. */
static int
map(struct key_board *board, int fd)
{
	const size_t n = sizeof *board->ours;
	void *p;

	if (ftruncate(fd, (off_t)n) != 0)
		return -1;
	p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return -1;
	board->ours = p;
	if (madvise(p, n, MADV_DONTFORK) != 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE | F_SEAL_SEAL) != 0)
		return -1;
	p = mmap(NULL, n, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return -1;
	board->theirs = p;
	return 0;
}

struct key_board *
key_board_new(void)
{
	struct key_board *board = calloc(1, sizeof *board);
	int fd = memfd_create("keys", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int rc = board == NULL || fd < 0 ? -1 : map(board, fd);

	if (fd >= 0)
		(void)close(fd); /* the maps stay */
	if (rc == 0)
		return board;
	key_board_free(board);
	return NULL;
}

void
key_board_free(struct key_board *board)
{
	if (board == NULL)
		return;
	if (board->ours != NULL)
		(void)munmap(board->ours, sizeof *board->ours);
	if (board->theirs != NULL)
		(void)munmap(board->theirs, sizeof *board->theirs);
	free(board);
}

void
key_board_leave(const struct key_board *board)
{
	(void)munmap(board->theirs, sizeof *board->theirs);
}

/* ---- writing ------------------------------------------------------------ */

static int
write_key(const struct seal_ring *ring, size_t i, struct key *key)
{
	const char *kid = seal_ring_kid(ring, i);
	struct buf bytes;
	int rc;

	buf_init(&bytes, sizeof key->bytes);
	rc = seal_ring_checker(ring, i, &bytes);
	if (rc == CONSENT_OK) {
		memcpy(key->kid, kid, strlen(kid) + 1);
		memcpy(key->bytes, bytes.p, bytes.n);
		key->n = bytes.n;
	}
	if (bytes.p != NULL)
		digest_wipe(bytes.p, bytes.cap);
	buf_fini(&bytes);
	return rc;
}

int
key_board_write(struct key_board *board, const struct seal_ring *ring)
{
	struct sheet *sheet = board->ours;
	uint64_t next = atomic_load(&sheet->version) + 1;
	struct page *page = &sheet->pages[next & 1];
	size_t i, n = seal_ring_count(ring);
	int rc = CONSENT_OK;

	digest_wipe(page, sizeof *page); /* of keys that are gone */
	page->algorithm = seal_ring_algorithm(ring);
	for (i = 0; rc == CONSENT_OK && i < n; i++)
		rc = write_key(ring, i, &page->keys[i]);
	page->n = n;
	if (rc == CONSENT_OK)
		atomic_store(&sheet->version, next);
	return rc;
}

/* ---- following ---------------------------------------------------------- */

void
key_board_join(const struct key_board *board, struct seal_ring *ring,
    struct token_checker *checker)
{
	follower.sheet = board == NULL ? NULL : board->theirs;
	follower.ring = ring;
	follower.checker = checker;
	follower.version = 0;
}

/* Puts the keys of a page into the ring that follows. */
static int
take_keys(const struct page *page)
{
	int rc = CONSENT_OK;
	size_t i;

	seal_ring_clear(follower.ring, page->algorithm);
	for (i = 0; rc == CONSENT_OK && i < page->n; i++)
		rc = seal_ring_add(follower.ring, page->keys[i].kid,
		    (struct span){page->keys[i].bytes, page->keys[i].n});
	if (rc != CONSENT_OK)
		seal_ring_clear(follower.ring, page->algorithm);
	return rc;
}

/* A copy of what holds in *version: what is read must not change meanwhile. */
static void
copy_page(struct page *copy, uint64_t *version)
{
	const struct sheet *sheet = follower.sheet;

	do {
		*version = atomic_load(&sheet->version);
		memcpy(copy, &sheet->pages[*version & 1], sizeof *copy);
		atomic_thread_fence(memory_order_acquire);
	} while (atomic_load(&sheet->version) != *version);
}

void
key_board_follow(void)
{
	struct page *copy;
	uint64_t version;
	int rc = CONSENT_ENOMEM;

	if (follower.sheet == NULL ||
	    atomic_load(&follower.sheet->version) == follower.version)
		return;
	token_checker_forget(follower.checker);
	copy = malloc(sizeof *copy);
	if (copy == NULL) {
		seal_ring_clear(
		    follower.ring, seal_ring_algorithm(follower.ring));
		return;
	}
	copy_page(copy, &version);
	rc = take_keys(copy);
	if (rc == CONSENT_OK)
		follower.version = version;
	digest_wipe(copy, sizeof *copy);
	free(copy);
}
