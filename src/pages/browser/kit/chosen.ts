/** The choice that a select begins with. It has no attribute for it, and `value` would undo a choice with the next render. */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

export function useChosen(value: string | undefined): RefObject<HTMLSelectElement | null> {
  const select = useRef<HTMLSelectElement>(null);
  useLayoutEffect(() => {
    if (value !== undefined && select.current) select.current.value = value;
  }, [value]);
  return select;
}
