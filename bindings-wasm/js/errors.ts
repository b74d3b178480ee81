// Why there is no verdict.

/** trailseal itself went wrong: there is no verdict, and what was examined says nothing about the evidence. */
export class Defect extends Error {
  override readonly name = "Defect";

  constructor(what: string) {
    super(`trailseal itself failed, which is no verdict about the evidence: ${what}`);
  }
}

/** What was asked cannot be asked, or what was given is no evidence that can be read. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}
