// The workers, and what they were asked.
import { Defect, Refusal } from "./errors.js";
import type { Said, Step, Task } from "./protocol.js";

/** A worker of the browser's, or one of Node's. */
export interface Thread {
  post(message: unknown, transfer: Transferable[]): void;
  /** `failed` is called if the worker itself ends by an error. */
  listen(heard: (said: Said) => void, failed: (what: string) => void): void;
  end(): void;
  /** Says whether somebody waits for it: a worker of Node's keeps the program from ending only then. */
  hold(isAwaited: boolean): void;
}

type Waiting = { resolve(answer: unknown): void; reject(reason: Error): void };

/** One worker. It is asked one thing at a time, or several, which it does in turn. */
export class Member {
  readonly #thread: Thread;
  readonly #waiting = new Map<number, Waiting>();
  #number = 0;
  #ended: Error | undefined;
  onStep: ((step: Step) => void) | undefined;

  constructor(thread: Thread) {
    this.#thread = thread;
    thread.hold(false);
    thread.listen(
      (said) => this.#hear(said),
      (what) => this.end(new Defect(what)),
    );
  }

  ask(task: Task, transfer: Transferable[] = []): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    const number = ++this.#number;
    return new Promise((resolve, reject) => {
      if (this.#waiting.size === 0) this.#thread.hold(true);
      this.#waiting.set(number, { resolve, reject });
      this.#thread.post({ ...task, number }, transfer);
    });
  }

  #hear(said: Said): void {
    if ("step" in said) return this.onStep?.(said.step);
    const waiting = this.#waiting.get(said.number);
    this.#waiting.delete(said.number);
    if (this.#waiting.size === 0) this.#thread.hold(false);
    if ("answer" in said) waiting?.resolve(said.answer);
    else if ("reason" in said) waiting?.reject(new Refusal(said.reason));
    else {
      // What runs after a trap is in no known state.
      const defect = new Defect(said.defect);
      waiting?.reject(defect);
      this.end(defect);
    }
  }

  /** Ends it at once, whatever it does. */
  end(reason: Error): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.#thread.end();
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
  }

  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }
}
