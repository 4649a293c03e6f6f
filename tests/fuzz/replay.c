#include "fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Feeds a fuzz target with the files of the folders named on the command
 * line: the corpus as a regression test, without libFuzzer. One TAP result a
 * folder; a target that finds a fault aborts, which the runner sees.
 */

enum {
	LIMIT_INPUT = 1 << 20,
	LIMIT_PATH = 4096
};

/* Reads a file to memory of its very size, so that a sanitizer sees overreads.
 */
static uint8_t *
input_read(const char *path, size_t *n)
{
	struct stat facts;
	uint8_t *bytes = NULL;
	ssize_t got;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode) ||
	    facts.st_size > LIMIT_INPUT)
		goto out;
	*n = (size_t)facts.st_size;
	bytes = malloc(*n != 0 ? *n : 1);
	if (bytes == NULL)
		goto out;
	got = read(fd, bytes, *n);
	if (got < 0 || (size_t)got != *n) {
		free(bytes);
		bytes = NULL;
	}
out:
	if (fd >= 0)
		(void)close(fd); /* only read from */
	return bytes;
}

/* The number of inputs that ran, or -1 when one could not be read. */
static int
folder_replay(const char *folder)
{
	char path[LIMIT_PATH];
	struct dirent *entry;
	DIR *dir = opendir(folder);
	int count = 0;

	if (dir == NULL)
		return -1;
	while (count >= 0 && (entry = readdir(dir)) != NULL) {
		size_t n = 0;
		uint8_t *bytes;
		int length =
		    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);

		if (entry->d_name[0] == '.')
			continue;
		bytes = length < LIMIT_PATH ? input_read(path, &n) : NULL;
		if (bytes == NULL) {
			printf("# cannot read %s\n", path);
			count = -1;
			break;
		}
		(void)LLVMFuzzerTestOneInput(bytes, n); /* always 0 */
		free(bytes);
		count++;
	}
	(void)closedir(dir); /* only read from */
	return count;
}

int
main(int argc, char **argv)
{
	int failed = 0, i;

	printf("1..%d\n", argc - 1);
	for (i = 1; i < argc; i++) {
		int count = folder_replay(argv[i]);

		(void)fflush(stdout); /* a target may abort in the next one */
		if (count <= 0)
			failed = 1;
		printf("%sok %d - %s: %d inputs\n", count <= 0 ? "not " : "", i,
		    argv[i], count);
	}
	return failed;
}
