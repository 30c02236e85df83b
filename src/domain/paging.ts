/** Pages of a list: how much is read, and where the next one begins, sealed so that nobody can make or alter a cursor. */
import type { Uses } from "./change.ts";
import { openCursor, sealCursor } from "./cursors.ts";

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** The list a page is of. */
export interface List<Item> {
  /** The name that its cursors are sealed for. No two lists share one. */
  readonly name: string;
  /** Reads up to `limit` items in the list's order, those after `position` only. */
  read(limit: number, position: string | undefined): Promise<readonly Item[]>;
  /** Where an item stands in the order. */
  positionOf(item: Item): string;
}

/** One page of the list; undefined where the cursor is not one that this list gave. */
export async function pageOf<Item>(
  { secretKeys }: Uses<"secretKeys">,
  list: List<Item>,
  limit: number,
  cursor: string | undefined,
): Promise<Page<Item> | undefined> {
  const position =
    cursor === undefined ? undefined : openCursor(secretKeys.cursor, list.name, cursor);
  if (cursor !== undefined && position === undefined) return undefined;
  // One more than asked for tells whether there is a next page, without counting.
  const found = await list.read(limit + 1, position);
  const items = found.slice(0, limit);
  const last = items.at(-1);
  const hasMore = found.length > limit && last !== undefined;
  const nextCursor = hasMore
    ? sealCursor(secretKeys.cursor, list.name, list.positionOf(last))
    : null;
  return { items, nextCursor };
}
