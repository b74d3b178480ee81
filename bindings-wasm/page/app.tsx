// The page: a question, its progress, its answer.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Defect, Verifier, type Explanation, type Limits, type Options, type Progress, type Verification } from "../js/browser.js";
import { COMPILER, VERSION } from "../js/embedded.js";
import { Asking, type Draft, empty } from "./ask.js";
import { Answer, type Told } from "./answer.js";
import { bytes, fill, names, number, printable, seconds } from "./text.js";
import { words } from "./words.js";

type State =
  | { readonly is: "asking" }
  | { readonly is: "working"; readonly progress: Progress | undefined }
  | { readonly is: "trouble"; readonly isDefect: boolean; readonly what: string }
  | { readonly is: "cancelled" }
  | { readonly is: "answered"; readonly told: Told };

/** `NAME=N`, one a line; what is no limit is refused by trailseal itself. */
function limits(text: string): Limits {
  return Object.fromEntries(names(text).map((line) => line.split("=")).map(([name, value]) => [name, Number(value)]));
}

/** Only what is stated: an empty field asks nothing. */
function options(draft: Draft): Options {
  const { from, to, accounts, regions, trails, scope, pins } = draft;
  const lists = { accounts: names(accounts), regions: names(regions), trails: names(trails) };
  return {
    keys: draft.keys.map(({ name, text }) => [name, text] as const),
    ...(from || to ? { covering: [from, to] as const } : {}),
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
    ...(scope.trim() ? { scope } : {}),
    ...(pins.trim() ? { pins } : {}),
    limits: limits(draft.limits),
  };
}

export function App() {
  const [draft, setDraft] = useState<Draft>(empty);
  const [state, setState] = useState<State>({ is: "asking" });
  const control = useRef<AbortController>(undefined);
  // It draws the picture and writes the files of the answer that is shown, and is of no use after it.
  const answering = useRef<Verifier>(undefined);
  // Reads key lists and explains codes; and what it compiles is compiled when it is needed.
  const helper = useMemo(() => Verifier.create({ workers: 1 }), []);
  const explanations = useMemo(
    () => helper.then((verifier) => verifier.explanations()).then((all) => new Map(all.map((one): [string, Explanation] => [one.name, one]))),
    [helper],
  );
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    if (state.is !== "asking") place.current?.focus();
  }, [state.is]);

  async function verify(): Promise<void> {
    const own = new AbortController();
    control.current = own;
    setState({ is: "working", progress: undefined });
    answering.current?.close();
    try {
      const verifier = await Verifier.create(options(draft));
      answering.current = verifier;
      const onProgress = (progress: Progress) => {
        if (!own.signal.aborted) setState({ is: "working", progress });
      };
      const items = draft.chosen.flatMap(({ items }) => items);
      const verification: Verification = await verifier.verify(items, { onProgress, signal: own.signal });
      const [reading, picture, codes] = await Promise.all([verification.reading(), verification.picture(), explanations]);
      setState({ is: "answered", told: { verification, reading, picture, explanations: codes } });
    } catch (error) {
      answering.current?.close();
      if (own.signal.aborted) setState({ is: "cancelled" });
      else setState({ is: "trouble", isDefect: error instanceof Defect, what: error instanceof Error ? error.message : String(error) });
    }
  }

  function ask(): void {
    answering.current?.close();
    setState({ is: "asking" });
  }

  const isAsking = state.is !== "working" && state.is !== "answered";
  const overall = state.is === "answered" ? state.told.verification.report.overall : "";
  return (
    <div class={`page ${overall}`}>
      <header>
        <p class="kind">{fill(words.version, { version: VERSION })}</p>
        <h1>{words.title}</h1>
        <p class="promise">{words.promise}</p>
      </header>
      <main ref={place} tabIndex={-1} aria-busy={state.is === "working"}>
        {state.is === "trouble" && (
          <section class="trouble" role="alert">
            <h2>{state.isDefect ? words.trouble.defect : words.trouble.refusal}</h2>
            <p>{printable(state.what)}</p>
            {state.isDefect && <p>{words.trouble.defectHint}</p>}
          </section>
        )}
        {state.is === "cancelled" && (
          <p class="note" role="status">
            {words.run.cancelled}
          </p>
        )}
        {isAsking && <Asking draft={draft} change={setDraft} helper={helper} verify={() => void verify()} />}
        {state.is === "working" && <Working progress={state.progress} cancel={() => control.current?.abort()} />}
        {state.is === "answered" && (
          <Answer
            told={state.told}
            change={ask}
            again={() => {
              setDraft({ ...draft, chosen: [] });
              ask();
            }}
          />
        )}
      </main>
      <footer>
        <p>
          {fill(words.version, { version: VERSION })}. {fill(words.madeWith, { compiler: COMPILER })}
        </p>
      </footer>
    </div>
  );
}

function Working({ progress, cancel }: { progress: Progress | undefined; cancel: () => void }) {
  const { run } = words;
  const stage = progress ? (progress.stage === "examining" ? run.examining : run.concluding) : run.starting;
  const isExamining = progress !== undefined && progress.stage === "examining" && progress.totalBytes > 0;
  const part = isExamining ? progress.bytes / progress.totalBytes : undefined;
  const facts = progress ? figures(progress) : [];
  return (
    <section class="working" aria-labelledby="working">
      <h2 id="working">
        <span role="status">{stage}…</span>
      </h2>
      <progress aria-label={run.progress} max={1} {...(part === undefined ? {} : { value: part })} />
      <p class="figures">{facts.length > 0 ? facts.join(" · ") : "\u00a0"}</p>
      <p>
        <button type="button" onClick={cancel}>
          {run.cancel}
        </button>
      </p>
    </section>
  );
}

function figures({ stage, files, totalFiles, bytes: done, totalBytes, seconds: time }: Progress): string[] {
  const { run } = words;
  const facts = [fill(run.files, { files: number(files), total: number(totalFiles) }), fill(run.bytes, { bytes: bytes(done), total: bytes(totalBytes) })];
  // What a moment shows is no rate.
  if (time > 0.5 && done > 0) {
    facts.push(fill(run.rate, { rate: bytes(done / time) }));
    if (stage === "examining") facts.push(fill(run.left, { time: seconds(((totalBytes - done) * time) / done) }));
  }
  return facts;
}
