// Small parts of several sections.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { printable } from "./text.js";
import { words } from "./words.js";

/** A text to be pasted elsewhere. */
export function Command({ text }: { text: string }) {
  return (
    <div class="command">
      <pre tabIndex={0}>
        <code>{printable(text)}</code>
      </pre>
      <Copy text={text} />
    </div>
  );
}

/** Copies a text, where the browser allows it. */
export function Copy({ text }: { text: string }) {
  const [isDone, setDone] = useState(false);
  return (
    <button
      type="button"
      class="small"
      onClick={() => {
        void navigator.clipboard?.writeText(text).then(() => {
          setDone(true);
          setTimeout(() => setDone(false), 2000);
        });
      }}
    >
      <span role="status">{isDone ? words.copied : words.copy}</span>
    </button>
  );
}

/** A part that may be wider than the screen. */
export function Scroll({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div class="scroll" role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}

/** The first of many rows, with a button for more: a page of thousands would answer to nobody. */
export function usePart<T>(all: readonly T[], step: number): { shown: readonly T[]; more: ComponentChildren } {
  const [count, setCount] = useState(step);
  const left = all.length - count;
  const more =
    left > 0 ? (
      <button type="button" class="more" onClick={() => setCount(count + step)}>
        {words.more.replace("{count}", String(Math.min(step, left)))}
      </button>
    ) : null;
  return { shown: all.slice(0, count), more };
}
