/* SPDX-License-Identifier: MIT
 *
 * A fuzz target without an engine: runs the files, and those in the
 * directories, that its arguments name, and says how many.
 */
#include <dirent.h>

#include "tools/fuzz_parsers.h"

enum { INPUT_MAX = 1 << 20 };

static unsigned inputs;

/* From memory of just that size, so that ASan knows its end. */
static void
run_file(const char *path)
{
	static uint8_t bytes[INPUT_MAX];
	FILE *file = fopen(path, "rb");
	uint8_t *input;
	size_t size;

	if (file == NULL) {
		perror(path);
		exit(1);
	}
	size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	input = malloc(size);
	if (size > 0)
		memcpy(input, bytes, size);
	LLVMFuzzerTestOneInput(input, size);
	free(input);
	inputs++;
}

static void
run(const char *path)
{
	struct dirent *entry;
	DIR *dir = opendir(path);
	char name[4096];

	if (dir == NULL) {
		run_file(path);
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		run_file(name);
	}
	closedir(dir);
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		run(argv[i]);
	printf("ok - fuzz corpus: %u inputs\n", inputs);
	return inputs == 0;
}
