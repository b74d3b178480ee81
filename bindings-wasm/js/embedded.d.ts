// Made by the build: what a verifier brings with it.

/** The worker's program. */
export declare const WORKER: string;
/** The version of this package. */
export declare const VERSION: string;
/** The compiler that made the WebAssembly. */
export declare const COMPILER: string;
/** trailseal in WebAssembly, as a zlib stream. */
export declare function packed(): Uint8Array<ArrayBuffer>;
