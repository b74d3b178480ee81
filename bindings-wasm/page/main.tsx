import { render } from "preact";
import { App } from "./app.js";

// A file that misses its place must not make the browser leave the page.
for (const event of ["dragover", "drop"] as const) addEventListener(event, (dropped) => dropped.preventDefault());

const root = document.createElement("div");
document.body.prepend(root);
render(<App />, root);
