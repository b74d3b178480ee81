// Work that may wait until nobody types.
import { useEffect, useState } from "preact/hooks";

const QUIET_MS = 150;

/** The value, once it has not changed for a moment. */
export function useDeferred<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), QUIET_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
