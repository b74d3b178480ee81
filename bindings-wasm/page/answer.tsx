// The answer: a report, as people read it.
import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { Chain, Explanation, Outcome, Picture, Reading, Report, Verification } from "../js/browser.js";
import { Coverage } from "./coverage.js";
import { Findings } from "./findings.js";
import { Command, Copy, Section, Table, usePart } from "./parts.js";
import { counted, fill, number, printable } from "./text.js";
import { words } from "./words.js";

/** A report and all that is said about it. */
export interface Told {
  readonly verification: Verification;
  readonly reading: Reading;
  readonly picture: Picture | null;
  readonly explanations: ReadonlyMap<string, Explanation>;
}

const CHAINS_AT_ONCE = 100;
const KEYS_AT_ONCE = 50;

export function Answer({ told, change, again }: { told: Told; change: () => void; again: () => void }) {
  const { verification, reading, picture, explanations } = told;
  const { report, digest } = verification;
  const { verdict } = words;
  return (
    <>
      <section class="verdict" aria-labelledby="verdict">
        <h2 id="verdict">
          <span class="seal" aria-hidden="true">
            {verdict.seals[report.overall]}
          </span>{" "}
          {reading.overall}
        </h2>
        <blockquote>
          <p>{reading.sentence}</p>
        </blockquote>
        <p class="cite">{fill(verdict.quote, { root: report.evidence_root, digest })}</p>
      </section>
      <p class="actions">
        <button type="button" onClick={change}>
          {words.run.change}
        </button>
        <button type="button" onClick={again}>
          {words.run.again}
        </button>
      </p>
      <Downloads verification={verification} reading={reading} />
      <nav aria-label={verdict.contents}>
        <ul>
          {[
            ["axes", words.axes.heading],
            ["unproved", words.unproved.heading],
            ["not-claimed", words.notClaimed.heading],
            ["coverage", words.coverage.heading],
            ["chains", words.chains.heading],
            ["findings", words.findings.heading],
            ["keys", words.keyTable.heading],
            ["compare", words.compare.heading],
          ].map(([id, text]) => (
            <li key={id}>
              <a href={`#${id}`}>{text}</a>
            </li>
          ))}
        </ul>
      </nav>
      <Summary report={report} reading={reading} />
      <Axes reading={reading} />
      <Section id="unproved" heading={words.unproved.heading}>
        {reading.unproved.length === 0 ? <p>{words.unproved.nothing}</p> : <Lines lines={reading.unproved} />}
        {reading.aside.map((line) => (
          <p key={line}>{line}</p>
        ))}
      </Section>
      <Section id="not-claimed" heading={words.notClaimed.heading}>
        <Lines lines={reading.not_claimed} />
      </Section>
      <Coverage verification={verification} first={picture} />
      <Chains report={report} reading={reading} />
      <Findings report={report} reading={reading} explanations={explanations} />
      <Keys report={report} reading={reading} />
      <Compare root={report.evidence_root} digest={digest} />
    </>
  );
}

function Lines({ lines }: { lines: readonly string[] }) {
  return (
    <ul>
      {lines.map((line) => (
        <li key={line}>{printable(line)}</li>
      ))}
    </ul>
  );
}

function Fact({ term, children }: { term: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Summary({ report, reading }: { report: Report; reading: Reading }) {
  const { verdict } = words;
  const { relocated = [], policy = {} } = report.asked;
  return (
    <section aria-label={verdict.summary}>
      <dl class="facts">
        <Fact term={verdict.verified}>{reading.verified}</Fact>
        <Fact term={verdict.asked}>
          {reading.asked.length === 0 ? verdict.everything : <Lines lines={reading.asked} />}
          {relocated.length > 0 && (
            <>
              <p>{verdict.relocated}</p>
              <Lines lines={relocated} />
            </>
          )}
          {Object.keys(policy).length > 0 && (
            <>
              <p>{verdict.policy}</p>
              <Lines lines={Object.entries(policy).map(([code, effect]) => `${code} ${effect}`)} />
            </>
          )}
        </Fact>
        <Fact term={verdict.keys}>{reading.levels.length === 0 ? verdict.noKeys : <Lines lines={reading.levels} />}</Fact>
      </dl>
    </section>
  );
}

function Mark({ outcome }: { outcome: Outcome }) {
  return <span aria-hidden="true">{words.verdict.seals[outcome]} </span>;
}

function Axes({ reading }: { reading: Reading }) {
  const { axes } = words;
  return (
    <Section id="axes" heading={axes.heading}>
      <Table name="axes" label={axes.region} caption={axes.caption} heads={[axes.axis, axes.question, axes.outcome, axes.answer]}>
        {reading.axes.map(({ axis, question, outcome, shown, answer }) => (
          <tr key={axis}>
            <th scope="row">{axis}</th>
            <td>{question}</td>
            <td class={`outcome ${outcome}`}>
              <Mark outcome={outcome} />
              {shown}
            </td>
            <td>{answer}</td>
          </tr>
        ))}
      </Table>
    </Section>
  );
}

function Chains({ report, reading }: { report: Report; reading: Reading }) {
  const { chains } = words;
  const byId = useMemo(() => new Map(report.chains.map((chain): [string, Chain] => [chain.id, chain])), [report]);
  const { shown, more } = usePart(reading.chains, CHAINS_AT_ONCE);
  const heads = [chains.number, chains.chain, chains.from, chains.to, chains.digests, chains.logs, chains.proved, chains.silent, chains.notes];
  return (
    <Section id="chains" heading={chains.heading}>
      {reading.chains.length === 0 ? (
        <p>{chains.none}</p>
      ) : (
        <Table name="chains" label={chains.region} caption={counted(chains.caption, reading.chains.length)} heads={heads}>
          {shown.map((standing) => {
            const chain = byId.get(standing.id);
            return (
              <tr key={standing.id} class={standing.outcome === "passed" ? "clean" : "open"}>
                <td class="n">{standing.number}</td>
                <th scope="row">
                  {chain?.account} {chain?.region} <b>{chain?.trail}</b>
                  <small> {fill(chains.of, { region: chain?.home_region ?? "" })}</small>
                </th>
                <td>{chain?.proved_from ?? "–"}</td>
                <td>{chain?.proved_to ?? "–"}</td>
                <td class="n">{standing.digests}</td>
                <td class="n">{standing.logs}</td>
                <td class="n">{standing.proved}</td>
                <td class="n">{standing.silent}</td>
                <td>
                  <Mark outcome={standing.outcome} />
                  {standing.notes.length === 0 ? chains.clean : standing.notes.join(", ")}
                </td>
              </tr>
            );
          })}
        </Table>
      )}
      {more}
    </Section>
  );
}

function Keys({ report, reading }: { report: Report; reading: Reading }) {
  const { keyTable } = words;
  const { shown, more } = usePart(report.keys, KEYS_AT_ONCE);
  const missing = usePart(report.missing_keys, KEYS_AT_ONCE);
  const heads = [keyTable.sha256, keyTable.fingerprint, keyTable.bits, keyTable.level, keyTable.regions, keyTable.valid, keyTable.digests];
  return (
    <Section id="keys" heading={keyTable.heading}>
      {report.keys.length === 0 ? (
        <p>{keyTable.none}</p>
      ) : (
        <Table name="keys" label={keyTable.region} caption={keyTable.caption} heads={heads}>
          {shown.map((key) => (
            <tr key={key.sha256}>
              <th scope="row">
                <code>{key.sha256}</code>
              </th>
              <td>
                <code>{key.fingerprint}</code>
              </td>
              <td class="n">{key.bits}</td>
              <td>{key.level}</td>
              <td>{key.regions.length === 0 ? keyTable.noRegions : printable(key.regions.join(", "))}</td>
              <td>{key.validity.map(({ from, to }) => fill(words.findings.between, { from, to })).join("; ")}</td>
              <td class="n">{number(key.digests)}</td>
            </tr>
          ))}
        </Table>
      )}
      {more}
      <h3 id="missing-keys">{keyTable.missing}</h3>
      {report.missing_keys.length === 0 ? (
        <p>{keyTable.noneMissing}</p>
      ) : (
        <>
          <p>{keyTable.missingHint}</p>
          <ul class="missing">
            {missing.shown.map(({ region, fingerprint, period }, index) => (
              <li key={region + fingerprint}>
                {fill(keyTable.missingKey, { region, fingerprint, from: period.from, to: period.to })}
                <Command text={reading.key_commands[index] ?? ""} />
              </li>
            ))}
          </ul>
          {missing.more}
        </>
      )}
    </Section>
  );
}

function Compare({ root, digest }: { root: string; digest: string }) {
  const { compare } = words;
  const [theirs, setTheirs] = useState("");
  const said = theirs.trim().toLowerCase();
  const result = said === "" ? "" : !/^[0-9a-f]{64}$/.test(said) ? compare.invalid : said === digest ? compare.isDigest : said === root ? compare.isRoot : compare.isNeither;
  return (
    <Section id="compare" heading={compare.heading} name="compare">
      <p>{compare.hint}</p>
      <dl class="facts">
        {[
          [compare.root, root] as const,
          [compare.digest, digest] as const,
        ].map(([term, value]) => (
          <Fact term={term} key={term}>
            <code>{value}</code> <Copy text={value} />
          </Fact>
        ))}
      </dl>
      <label class="field wide">
        <span>{compare.theirs}</span>
        <input type="text" value={theirs} spellcheck={false} autocomplete="off" onInput={(event) => setTheirs(event.currentTarget.value)} />
      </label>
      <p class="result" role="status">
        {result || "\u00a0"}
      </p>
    </Section>
  );
}

type Form = readonly [label: string, file: string, type: string, text: () => Promise<string> | string];

function Downloads({ verification, reading }: { verification: Verification; reading: Reading }) {
  const { downloads } = words;
  const name = `trailseal-${verification.digest.slice(0, 12)}`;
  const forms: Form[] = [
    // A file ends with a line feed, as the command writes it; the digest is of what stands before.
    [downloads.json, `${name}.json`, "application/json", () => `${verification.json}\n`],
    // What came as canonical JSON is written as such again.
    [downloads.words, `${name}-words.json`, "application/json", () => `${JSON.stringify(reading)}\n`],
    [downloads.html, `${name}.html`, "text/html", () => verification.html()],
    ...(["findings", "chains", "coverage", "keys", "objects"] as const).map((table): Form => [
      downloads[table],
      `${name}-${table}.csv`,
      "text/csv",
      () => verification.csv(table),
    ]),
  ];
  return (
    <Section id="downloads" heading={downloads.heading} name="downloads">
      <p class="actions">
        {forms.map(([label, file, type, text]) => (
          <button key={label} type="button" onClick={async () => save(file, type, await text())}>
            {label}
          </button>
        ))}
      </p>
    </Section>
  );
}

function save(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
