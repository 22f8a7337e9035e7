/* SPDX-License-Identifier: MIT
 *
 * Who has which part of RAM while a guest is loaded: the one place where a
 * file's bytes get a guest address. A list that is searched from its start is
 * enough for BOOT_CLAIMS_MAX ranges, and needs no order in the file.
 */
#include <inttypes.h>
#include <string.h>

#include "boot/loader.h"
#include "vmm/text.h"

enum { NAME_MAX_CHARS = 32 };

/* "PT_LOAD 2" */
static const char *
claim_name(const struct claim *claim, char name[NAME_MAX_CHARS])
{
	if (claim->number < 0)
		text_put(name, NAME_MAX_CHARS, "%s", claim->what);
	else
		text_put(
		    name, NAME_MAX_CHARS, "%s %d", claim->what, claim->number);
	return name;
}

/* A claim that [at, at + size) overlaps, or NULL; the sum does not wrap. */
static const struct claim *
claimant(const struct boot *boot, gpa_t at, uint64_t size)
{
	for (unsigned i = 0; i < boot->claim_count; i++) {
		const struct claim *c = &boot->claims[i];

		if (at < c->at + c->size && c->at < at + size)
			return c;
	}
	return NULL;
}

static bool
claim_add(struct boot *boot, const struct claim *claim)
{
	char name[NAME_MAX_CHARS];

	if (boot->claim_count == BOOT_CLAIMS_MAX)
		return boot_error(boot, "%s: more than %d parts to load",
		    claim_name(claim, name), BOOT_CLAIMS_MAX);
	boot->claims[boot->claim_count++] = *claim;
	return true;
}

bool
boot_claim(struct boot *boot, const struct claim *claim)
{
	char name[NAME_MAX_CHARS], other_name[NAME_MAX_CHARS];
	const struct claim *other;

	if (claim->size == 0)
		return true;
	if (!range_within(claim->at, claim->size, boot->mem->low_size))
		return boot_error(boot,
		    "%s: 0x%" PRIx64 " bytes at 0x%" PRIx64
		    " are not in RAM, which ends at 0x%" PRIx64
		    " (below 4 GiB)",
		    claim_name(claim, name), claim->size, claim->at,
		    boot->mem->low_size);
	other = claimant(boot, claim->at, claim->size);
	if (other != NULL)
		return boot_error(boot,
		    "%s: 0x%" PRIx64 " bytes at 0x%" PRIx64
		    " overlap %s: 0x%" PRIx64 " bytes at 0x%" PRIx64,
		    claim_name(claim, name), claim->size, claim->at,
		    claim_name(other, other_name), other->size, other->at);
	return claim_add(boot, claim);
}

/* The bytes go straight from the file to the guest. */
bool
boot_fill(struct boot *boot, const struct claim *claim,
    const struct image *image, uint64_t from, uint64_t len)
{
	char name[NAME_MAX_CHARS];
	void *to = gmem_ptr(boot->mem, claim->at, len);

	check(len <= claim->size);
	if (len == 0)
		return true;
	if (!range_within(from, len, image->size))
		return boot_error(boot,
		    "%s: 0x%" PRIx64 " bytes at 0x%" PRIx64
		    " run past the end of the file (0x%" PRIx64 " bytes)",
		    claim_name(claim, name), len, from, image->size);
	if (to == NULL || !image_read(image, from, to, len))
		return boot_error(
		    boot, "%s: cannot read the file", claim_name(claim, name));
	return true;
}

/* Each turn leaves one claim behind for good, so there are few. */
bool
boot_find(
    const struct boot *boot, struct claim *claim, const struct place *place)
{
	const struct gmem *mem = boot->mem;
	gpa_t ram_end =
	    place->min < RAM_HIGH ? mem->low_size : RAM_HIGH + mem->high_size;
	gpa_t end = MIN(place->end, ram_end);
	const struct claim *other;
	gpa_t at = ALIGN_UP(place->min, place->align);

	if (!range_within(at, claim->size, end))
		return false;
	if (place->highest)
		at = ALIGN_DOWN(end - claim->size, place->align);
	while ((other = claimant(boot, at, claim->size)) != NULL) {
		if (place->highest && other->at < claim->size)
			return false;
		at = place->highest
		    ? ALIGN_DOWN(other->at - claim->size, place->align)
		    : ALIGN_UP(other->at + other->size, place->align);
		if (at < place->min || !range_within(at, claim->size, end))
			return false;
	}
	claim->at = at;
	return true;
}

bool
boot_module_load(struct boot *boot, unsigned number, const struct place *place,
    struct claim *claim)
{
	const struct image *image = &boot->modules[number].image;

	*claim = (struct claim){
		.what = "module", .number = (int)number, .size = image->size
	};
	if (!boot_find(boot, claim, place))
		return boot_error(boot,
		    "module %u: no room in RAM for its 0x%" PRIx64 " bytes",
		    number, image->size);
	return boot_claim(boot, claim) &&
	    boot_fill(boot, claim, image, 0, image->size);
}

gpa_t
boot_claimed_end(const struct boot *boot)
{
	gpa_t end = MIB;

	for (unsigned i = 0; i < boot->claim_count; i++)
		end = MAX(end, boot->claims[i].at + boot->claims[i].size);
	return end;
}

bool
boot_cmdline_put(struct boot *boot, gpa_t at, uint64_t max)
{
	uint64_t len = strlen(boot->cmdline);

	if (len > max)
		return boot_error(boot,
		    "command line: %" PRIu64
		    " characters, this kernel takes %" PRIu64,
		    len, max);
	check(gmem_write(boot->mem, at, boot->cmdline, len + 1));
	return true;
}

gpa_t
room_put(struct boot *boot, struct room *room, const void *from, uint64_t len,
    const char *what)
{
	gpa_t at = room->next;
	void *to = gmem_ptr(boot->mem, at, len);

	if (to == NULL || !range_within(at, len, room->end)) {
		boot_set_error(boot,
		    "%s: %" PRIu64 " bytes, %" PRIu64 " are left for it", what,
		    len, room->end - at);
		return 0;
	}
	if (from == NULL)
		memset(to, 0, len);
	else
		memcpy(to, from, len);
	room->next += len;
	return at;
}
