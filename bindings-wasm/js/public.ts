// What both entry points export.
export { Defect, Refusal } from "./errors.js";
export type { Content, Evidence, Item, OnDisk } from "./evidence.js";
export type { KeyFile, Limits, Options, Progress, Question, Verification, Watch } from "./verifier.js";
export type * from "./report.js";
export type { Explanation, FindingRead, Inventory, KeyFacts, Panel, Picture, Reading, Request, View } from "./views.js";
