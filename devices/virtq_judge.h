/* SPDX-License-Identifier: MIT
 *
 * What the driver says is judged here and nowhere else. The rings fetch, this
 * decides; each refusal is a row of virtq_broken.def.
 */
#ifndef DEVICES_VIRTQ_JUDGE_H
#define DEVICES_VIRTQ_JUDGE_H

#include "devices/virtq.h"

struct vring_desc;

/* Sets q->broken, and is false. */
bool virtq_break(struct virtq *q, enum virtq_broken why);

/* Where the ring is to be. */
enum virtq_broken virtq_judge_layout(
    const struct gmem *mem, const struct virtq_layout *layout, bool packed);

/* The next descriptor of a chain, from either ring or a table: added to it, or
 * the queue breaks. `desc` is a copy, and has in its flags NEXT, WRITE and
 * INDIRECT only if they mean something where it was found. */
bool virtq_judge(struct virtq *q, const struct gmem *mem, struct chain *chain,
    const struct vring_desc *desc);

/* The whole chain: its id. */
bool virtq_judge_id(struct virtq *q, const struct chain *chain);

#endif
