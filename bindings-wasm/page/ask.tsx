// The question: what is verified, under whose keys, and what was promised.
import type { ComponentChildren, TargetedEvent } from "preact";
import { useRef, useState } from "preact/hooks";
import type { KeyFacts, Verifier } from "../js/browser.js";
import { type Chosen, dropped, picked } from "./drop.js";
import { Command } from "./parts.js";
import { bytes, counted, fill, printable } from "./text.js";
import { words } from "./words.js";

/** A key list that was added, with what it holds. */
export interface KeyList {
  readonly name: string;
  readonly text: string;
  readonly facts: readonly KeyFacts[];
}

/** What was stated so far. */
export interface Draft {
  readonly chosen: readonly Chosen[];
  readonly keys: readonly KeyList[];
  readonly pins: string;
  readonly from: string;
  readonly to: string;
  readonly accounts: string;
  readonly regions: string;
  readonly trails: string;
  readonly scope: string;
  readonly limits: string;
}

export const empty: Draft = { chosen: [], keys: [], pins: "", from: "", to: "", accounts: "", regions: "", trails: "", scope: "", limits: "" };

interface Props {
  draft: Draft;
  change: (update: (draft: Draft) => Draft) => void;
  helper: Promise<Verifier>;
  verify: () => void;
}

export function Asking({ draft, change, helper, verify }: Props) {
  const set = (part: Partial<Draft>) => change((draft) => ({ ...draft, ...part }));
  const [isLacking, setLacking] = useState(false);
  return (
    <form
      class="asking"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setLacking(draft.chosen.length === 0);
        if (draft.chosen.length > 0) verify();
      }}
    >
      <Archive draft={draft} change={change} />
      <Keys draft={draft} change={change} helper={helper} />
      <section aria-labelledby="question">
        <h2 id="question">{words.question.heading}</h2>
        <p class="hint">{words.question.hint}</p>
        <div class="fields">
          <Field label={words.question.from} type="date" value={draft.from} onInput={(from) => set({ from })} />
          <Field label={words.question.to} type="date" value={draft.to} onInput={(to) => set({ to })} />
          <Field label={words.question.accounts} hint={words.question.accountsHint} value={draft.accounts} onInput={(accounts) => set({ accounts })} />
          <Field label={words.question.regions} hint={words.question.regionsHint} value={draft.regions} onInput={(regions) => set({ regions })} />
          <Field label={words.question.trails} hint={words.question.trailsHint} value={draft.trails} onInput={(trails) => set({ trails })} />
        </div>
        <p class="hint">{words.question.noPeriod}</p>
        <details open={draft.scope !== ""}>
          <summary>{words.question.or}</summary>
          <p class="hint">{words.question.scopeHint}</p>
          <Picker label={words.question.scopeFile} accept=".toml,.json" onFiles={async ([file]) => file && set({ scope: await file.text() })} />
          <label class="field wide">
            <span>{words.question.scopeText}</span>
            <textarea rows={6} spellcheck={false} value={draft.scope} onInput={(event) => set({ scope: event.currentTarget.value })} />
          </label>
        </details>
        <details open={draft.limits !== ""}>
          <summary>{words.question.limits}</summary>
          <label class="field wide">
            <span>{words.question.limitsHint}</span>
            <textarea rows={3} spellcheck={false} value={draft.limits} onInput={(event) => set({ limits: event.currentTarget.value })} />
          </label>
        </details>
      </section>
      <p class="actions">
        <button type="submit" class="main">
          {words.run.verify}
        </button>
        <span role="status">{isLacking && draft.chosen.length === 0 ? words.run.needsArchive : ""}</span>
      </p>
    </form>
  );
}

function Archive({ draft, change }: Pick<Props, "draft" | "change">) {
  const { archive } = words;
  const [isReading, setReading] = useState(false);
  const [problem, setProblem] = useState("");
  const add = (more: Chosen[]) => change((draft) => ({ ...draft, chosen: [...draft.chosen, ...more] }));
  return (
    <section aria-labelledby="archive">
      <h2 id="archive">{archive.heading}</h2>
      <p class="hint">{archive.hint}</p>
      <Zone
        label={archive.drop}
        onDrop={async (transfer) => {
          setReading(true);
          setProblem("");
          try {
            add(await dropped(transfer));
          } catch (error) {
            setProblem(printable(String(error)));
          } finally {
            setReading(false);
          }
        }}
      >
        <Picker label={archive.file} multiple onFiles={(files) => add(picked(files))} />
        <Picker label={archive.folder} folder onFiles={(files) => add(picked(files))} />
      </Zone>
      <div class="chosen" role="status">
        {problem && <p class="problem">{problem}</p>}
        {isReading ? archive.reading : draft.chosen.length === 0 ? archive.none : ""}
        {draft.chosen.length > 0 && (
          <ul aria-label={archive.chosen}>
            {draft.chosen.map((one, index) => {
              const name = printable(one.name);
              return (
                <li key={index}>
                  <span>
                    <b>{one.isFolder ? counted(archive.folderOf, one.items.length, { name }) : name}</b> <small>{bytes(one.size)}</small>
                  </span>
                  <Remove name={name} remove={() => change((draft) => ({ ...draft, chosen: draft.chosen.filter((_, at) => at !== index) }))} />
                </li>
              );
            })}
          </ul>
        )}
      </div>
    </section>
  );
}

function Keys({ draft, change, helper }: Pick<Props, "draft" | "change" | "helper">) {
  const { keys } = words;
  const [problem, setProblem] = useState("");
  const [pasted, setPasted] = useState("");
  const [region, setRegion] = useState("");
  async function add(files: readonly (readonly [name: string, text: string])[]): Promise<boolean> {
    setProblem("");
    const verifier = await helper;
    let isGood = true;
    for (const [name, text] of files) {
      try {
        const facts = await verifier.keyList([name, text]);
        // A list of the same name is the newer one.
        change((draft) => ({ ...draft, keys: [...draft.keys.filter((one) => one.name !== name), { name, text, facts }] }));
      } catch (error) {
        isGood = false;
        setProblem(printable(error instanceof Error ? error.message : String(error)));
      }
    }
    return isGood;
  }
  const read = async (files: Iterable<File>) => void (await add(await Promise.all([...files].map(async (file) => [file.name, await file.text()] as const))));
  return (
    <section aria-labelledby="own-keys">
      <h2 id="own-keys">{keys.heading}</h2>
      <p class="hint">{keys.hint}</p>
      <Zone
        label={keys.drop}
        onDrop={async (transfer) => {
          const files = (await dropped(transfer)).flatMap(({ items }) => items.map((item) => (Array.isArray(item) ? item[1] : item) as File));
          await read(files.filter(({ name }) => name.endsWith(".json")));
        }}
      >
        <Picker label={keys.file} accept=".json" multiple onFiles={(files) => read(files)} />
      </Zone>
      <div class="chosen" role="status">
        {problem && <p class="problem">{problem}</p>}
        {draft.keys.length === 0 && !problem ? keys.none : ""}
        {draft.keys.length > 0 && (
          <ul aria-label={keys.chosen}>
            {draft.keys.map(({ name, facts }) => {
              const stated = facts.find((fact) => fact.region)?.region;
              return (
                <li key={name}>
                  <span>
                    <b>{counted(keys.list, facts.length, { name: printable(name) })}</b>{" "}
                    <small>{stated ? fill(keys.ofRegion, { region: stated }) : keys.noRegion}</small>
                    {facts.map((fact) => (
                      <small class="key" key={fact.number}>
                        <code>{printable(fact.fingerprint ?? "")}</code> {fact.problem ? printable(fact.problem) : fact.bits ? fill(keys.bits, { bits: String(fact.bits) }) : ""}
                      </small>
                    ))}
                  </span>
                  <Remove name={printable(name)} remove={() => change((draft) => ({ ...draft, keys: draft.keys.filter((one) => one.name !== name) }))} />
                </li>
              );
            })}
          </ul>
        )}
      </div>
      <details>
        <summary>{keys.paste}</summary>
        <Field label={keys.region} hint="us-east-1" value={region} onInput={setRegion} />
        <label class="field wide">
          <span>{keys.text}</span>
          <textarea rows={5} spellcheck={false} value={pasted} onInput={(event) => setPasted(event.currentTarget.value)} />
        </label>
        <button
          type="button"
          onClick={async () => {
            if (await add([[`${region.trim() || "pasted"}.json`, pasted]])) setPasted("");
          }}
        >
          {keys.add}
        </button>
      </details>
      <details>
        <summary>{keys.howTo}</summary>
        <p>{keys.fetch}</p>
        <Command text={keys.command} />
      </details>
      <details open={draft.pins !== ""}>
        <summary>{keys.pins}</summary>
        <label class="field wide">
          <span>{keys.pinsHint}</span>
          <textarea rows={3} spellcheck={false} value={draft.pins} onInput={(event) => change((draft) => ({ ...draft, pins: (event.target as HTMLTextAreaElement).value }))} />
        </label>
      </details>
    </section>
  );
}

function Remove({ name, remove }: { name: string; remove: () => void }) {
  return (
    <button type="button" class="small" aria-label={fill(words.archive.remove, { name })} onClick={remove}>
      <span aria-hidden="true">×</span>
    </button>
  );
}

/** A place to drop things, which keyboards do not need: its buttons do the same. */
function Zone({ label, onDrop, children }: { label: string; onDrop: (transfer: DataTransfer) => void; children: ComponentChildren }) {
  const [isOver, setOver] = useState(false);
  return (
    <div
      class={isOver ? "zone over" : "zone"}
      role="group"
      aria-label={label}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        if (event.dataTransfer) onDrop(event.dataTransfer);
      }}
    >
      <p aria-hidden="true">{label}</p>
      <p>{children}</p>
    </div>
  );
}

interface PickerProps {
  label: string;
  accept?: string;
  multiple?: boolean;
  folder?: boolean;
  onFiles: (files: FileList) => void;
}

/** A button that opens the browser's own dialogue. */
function Picker({ label, accept, multiple = false, folder = false, onFiles }: PickerProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" onClick={() => input.current?.click()}>
        {label}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={label}
        multiple={multiple || folder}
        {...(accept ? { accept } : {})}
        {...(folder ? { webkitdirectory: true } : {})}
        onChange={(event) => {
          const { files } = event.currentTarget;
          if (files && files.length > 0) onFiles(files);
          // Or the same file could not be chosen again.
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}

interface FieldProps {
  label: string;
  hint?: string;
  value: string;
  type?: "date";
  onInput: (value: string) => void;
}

function Field({ label, hint, value, type, onInput }: FieldProps) {
  const common = { value, onInput: (event: TargetedEvent<HTMLInputElement>) => onInput(event.currentTarget.value) };
  return (
    <label class="field">
      <span>{label}</span>
      {type ? <input type={type} {...common} /> : <input type="text" {...(hint ? { placeholder: hint } : {})} spellcheck={false} autocomplete="off" {...common} />}
    </label>
  );
}
