/* SPDX-License-Identifier: MIT
 *
 * Replays inputs without an engine: files, and all files of directories.
 *
 *	fuzz/NAME [FILE | DIRECTORY]...
 *
 * Each input runs twice, and a target that can say so must have done the same
 * both times and have left nothing. One line of TAP for each argument, the name
 * of the file before a crash ends it; exit status 1 if one is not ok.
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/fuzz/main.h"

const bool fuzz_main_thorough = true;

enum { SIZE_MAX_BYTES = 1 << 20, NAME_MAX_BYTES = 1024 };

static uint8_t bytes[SIZE_MAX_BYTES];
static char current[NAME_MAX_BYTES]; /* the file */
static unsigned inputs;

/* Of AddressSanitizer, before it ends the program. */
void __asan_on_error(void);

void
__asan_on_error(void)
{
	static const char crashes[] = ": crashes\n";

	(void)!write(STDOUT_FILENO, "# ", 2);
	(void)!write(STDOUT_FILENO, current, strlen(current));
	(void)!write(STDOUT_FILENO, crashes, sizeof(crashes) - 1);
}

static void
aborted(int number)
{
	__asan_on_error();
	signal(number, SIG_DFL);
	raise(number);
}

static const char *
run(const uint8_t *data, size_t size)
{
	uint64_t first = 0;

	for (unsigned i = 0; i < 2; i++) {
		/* a copy of its very size, whose end the sanitizers watch */
		uint8_t *copy = malloc(size + (size == 0));

		if (copy == NULL)
			return "no memory";
		memcpy(copy, data, size);
		LLVMFuzzerTestOneInput(copy, size);
		free(copy);
		if (&fuzz_main_trace != NULL && i == 0)
			first = fuzz_main_trace;
		if (&fuzz_main_trace != NULL && fuzz_main_trace != first)
			return "is not the same the second time";
		if (fuzz_main_fresh != NULL && !fuzz_main_fresh())
			return "leaves something behind";
	}
	return NULL;
}

static bool
run_file(const char *name)
{
	FILE *file = fopen(name, "rb");
	const char *wrong = "cannot be read";
	size_t size;

	snprintf(current, sizeof(current), "%s", name);
	if (file != NULL) {
		size = fread(bytes, 1, sizeof(bytes), file);
		if (!ferror(file))
			wrong = run(bytes, size);
		fclose(file);
	}
	inputs++;
	if (wrong != NULL)
		printf("# %s: %s\n", name, wrong);
	return wrong == NULL;
}

static int
visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* In the order of names. */
static bool
run_directory(const char *name)
{
	struct dirent **entries;
	int n = scandir(name, &entries, visible, alphasort);
	bool ok = true;

	for (int i = 0; i < n; i++) {
		char path[NAME_MAX_BYTES];

		snprintf(path, sizeof(path), "%s/%s", name, entries[i]->d_name);
		ok &= run_file(path);
		free(entries[i]);
	}
	free(entries);
	return ok;
}

static bool
is_directory(const char *name)
{
	DIR *directory = opendir(name);

	if (directory != NULL)
		closedir(directory);
	return directory != NULL;
}

int
main(int argc, char **argv)
{
	unsigned failed = 0;

	if (argc < 2) {
		fprintf(stderr, "usage: %s FILE|DIRECTORY...\n", argv[0]);
		return 1;
	}
	signal(SIGABRT, aborted);
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 1; i < argc; i++) {
		bool directory = is_directory(argv[i]);
		bool ok;

		inputs = 0;
		ok = directory ? run_directory(argv[i]) : run_file(argv[i]);
		ok &= inputs > 0;
		printf("%sok %d - %s: %u inputs\n", ok ? "" : "not ", i,
		    argv[i], inputs);
		failed += !ok;
	}
	printf("1..%d\n", argc - 1);
	return failed != 0;
}
