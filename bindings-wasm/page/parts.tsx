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

/** A part of the answer, under a heading of its own. */
export function Section({ id, heading, name, children }: { id: string; heading: string; name?: string; children: ComponentChildren }) {
  return (
    <section aria-labelledby={id} class={name}>
      <h2 id={id}>{heading}</h2>
      {children}
    </section>
  );
}

/** A table that may be wider than the screen; `children` are its rows. */
export function Table({ name, label, caption, heads, children }: { name: string; label: string; caption: string; heads: readonly string[]; children: ComponentChildren }) {
  return (
    <Scroll label={label}>
      <table class={name}>
        <caption>{caption}</caption>
        <colgroup>
          {heads.map((head) => (
            <col key={head} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {heads.map((head) => (
              <th scope="col" key={head}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </Scroll>
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
