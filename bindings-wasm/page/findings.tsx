// The findings: worst first, as reports sort them; searched, and a few at a time.
import { useDeferred } from "./deferred.js";
import { useMemo, useState } from "preact/hooks";
import type { Effect, Explanation, Finding, FindingRead, Reading, Report } from "../js/browser.js";
import { Command, usePart } from "./parts.js";
import { counted, fill, number, printable } from "./text.js";
import { words } from "./words.js";

const AT_ONCE = 20;
const EFFECTS: readonly Effect[] = ["refutes", "limits", "informs"];

/** A finding whose subjects and circumstances are in words. */
type Read = Finding & FindingRead;

interface Group {
  readonly code: string;
  readonly effect: Effect;
  readonly outside: boolean;
  readonly findings: Read[];
}

/** Neighbours of one code and effect; those outside of what was asked last. */
function grouped(findings: readonly Read[]): Group[] {
  const groups: Group[] = [];
  for (const outside of [false, true]) {
    for (const finding of findings.filter((one) => (one.outside_scope ?? false) === outside)) {
      const { code, effect } = finding;
      const last = groups.at(-1);
      if (last?.code === code && last.effect === effect && last.outside === outside) last.findings.push(finding);
      else groups.push({ code, effect, outside, findings: [finding] });
    }
  }
  return groups;
}

export function Findings({ report, reading, explanations }: { report: Report; reading: Reading; explanations: ReadonlyMap<string, Explanation> }) {
  const { findings } = words;
  const [search, setSearch] = useState("");
  const [effects, setEffects] = useState<readonly Effect[]>(EFFECTS);
  const wanted = useDeferred(search.trim().toLowerCase());
  // Both lists are in the same order.
  const all = useMemo(() => report.findings.map((finding, index) => ({ ...finding, ...reading.findings[index] }) as Read), [report, reading]);
  // What is searched: all that is shown.
  const texts = useMemo(
    () =>
      all.map(({ code, chain, first, last, entry, detail, expected, found, means }) =>
        [code, chain, first, last, entry, detail, expected, found, means, explanations.get(code)?.remedy].join("\n").toLowerCase(),
      ),
    [all, explanations],
  );
  const shown = useMemo(
    () => all.filter((finding, index) => effects.includes(finding.effect) && texts[index]?.includes(wanted)),
    [all, texts, effects, wanted],
  );
  const { refuting, limiting, informing } = report.counts;
  return (
    <section aria-labelledby="findings">
      <h2 id="findings">{findings.heading}</h2>
      {report.findings.length === 0 ? (
        <p>{findings.none}</p>
      ) : (
        <>
          <p>{fill(findings.counts, { refuting, limiting, informing })}</p>
          <div class="search" role="search">
            <label class="field">
              <span>{findings.search}</span>
              <input type="search" value={search} placeholder={findings.searchHint} onInput={(event) => setSearch(event.currentTarget.value)} />
            </label>
            <fieldset>
              <legend>{findings.effects}</legend>
              {EFFECTS.map((effect) => (
                <label key={effect}>
                  <input
                    type="checkbox"
                    checked={effects.includes(effect)}
                    onChange={() => setEffects(EFFECTS.filter((one) => (one === effect ? !effects.includes(one) : effects.includes(one))))}
                  />{" "}
                  {effect}
                </label>
              ))}
            </fieldset>
            <p role="status">{shown.length === 0 ? findings.nothing : counted(findings.found, shown.length)}</p>
          </div>
          {grouped(shown).map((group) => (
            <OneCode key={`${group.code} ${group.effect} ${group.outside} ${wanted}`} group={group} explanation={explanations.get(group.code)} />
          ))}
        </>
      )}
    </section>
  );
}

function OneCode({ group, explanation }: { group: Group; explanation: Explanation | undefined }) {
  const { findings } = words;
  const { code, effect, outside } = group;
  const { shown, more } = usePart(group.findings, AT_ONCE);
  const id = `${code}.${effect}${outside ? ".outside" : ""}`;
  const subjects = group.findings.reduce((sum, { count }) => sum + count, 0);
  const count = counted(findings.found, group.findings.length);
  return (
    <section class={`group ${effect}`} aria-labelledby={id}>
      <h3 id={id}>
        <span class="tag">{effect}</span> {outside && `${findings.outside}: `}
        <code>{code}</code>
      </h3>
      {explanation && (
        <dl class="words">
          {[
            [findings.seen, explanation.means],
            [findings.why, explanation.matters_because],
            [findings.todo, explanation.remedy],
          ].map(([term, text]) => (
            <div key={term}>
              <dt>{term}</dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
      )}
      <details open={!outside}>
        <summary>
          {subjects === group.findings.length ? count : `${count}, ${counted(findings.subjects, subjects)}`}
          {explanation && `, ${fill(findings.on, { axis: explanation.axis })}`}
        </summary>
        <ol>
          {shown.map((finding, index) => (
            <One key={index} finding={finding} />
          ))}
        </ol>
        {more}
      </details>
    </section>
  );
}

function One({ finding }: { finding: Read }) {
  const { findings } = words;
  const { first, last, chain, entry, expected, found, from, to, count, detail, command, outside_scope } = finding;
  const said = [
    from && to ? fill(findings.between, { from, to }) : from,
    count > 1 ? fill(findings.inAll, { count: number(count) }) : undefined,
    outside_scope ? findings.outside : undefined,
    detail,
  ].filter((text) => text);
  const facts = [
    // What the subject says already is not said again.
    [findings.chain, chain === first ? undefined : chain],
    [findings.entry, entry && first.endsWith(entry) ? undefined : entry],
    [findings.expected, expected],
    [findings.foundInstead, found],
  ].filter((fact): fact is [string, string] => typeof fact[1] === "string");
  return (
    <li>
      <code>{printable(first)}</code>
      {last && (
        <>
          {" … "}
          <code>{printable(last)}</code>
        </>
      )}
      {said.length > 0 && <p>{printable(said.join("; "))}</p>}
      {facts.length > 0 && (
        <dl>
          {facts.map(([term, text]) => (
            <>
              <dt>{term}</dt>
              <dd>
                <code>{printable(text)}</code>
              </dd>
            </>
          ))}
        </dl>
      )}
      {command && <Command text={command} />}
    </li>
  );
}
