// Buttons under answers, on their code and under tracebacks.  They are in the page only where the mouse is, and in the
// active cell: an answer brings none of its own, and none is ever saved.

import { apply, askAgain, explain, fix, isAnswer, isError, outputsOf, versions } from "./asking.js";
import { cellOf, copy, insertBelow } from "./cells.js";

const STYLE = `
.nbreason-tools { display: flex; gap: 4px; justify-content: flex-end; position: absolute; z-index: 2; right: 0;
  height: 20px; user-select: none; direction: ltr; }
.nbreason-tools button { font: calc(0.85 * var(--jp-ui-font-size1, 13px))/18px var(--jp-ui-font-family, sans-serif); height: 20px;
  padding: 0 6px; border: 1px solid var(--jp-border-color1, #bbb); border-radius: 3px; cursor: pointer;
  color: var(--jp-ui-font-color1, #333); background: var(--jp-layout-color1, #fff); white-space: nowrap; }
.nbreason-tools button:is(:hover, :focus-visible) { border-color: var(--jp-brand-color1, #1976d2);
  background: var(--jp-layout-color2, #eee); }
.nbreason-line:has(> .nbreason-tools), .jp-OutputArea-output:has(> .nbreason-tools) { position: relative; }
.nbreason-line > .nbreason-tools { bottom: calc(100% + 1px); right: -1px; }
.jp-OutputArea-output > .nbreason-tools { bottom: 4px; right: 4px; }
.nbreason-code { position: relative; height: 0; }
.nbreason-code > .nbreason-tools { top: 4px; right: 4px; }
#nbreason-status { border: none; background: none; color: inherit; font: inherit; cursor: pointer; padding: 0 8px;
  white-space: nowrap; line-height: 24px; vertical-align: top; }
#nbreason-status:is(:hover, :focus-visible) { background: var(--jp-layout-color3, #ddd); }
@media print { .nbreason-tools { display: none; } }`;

/** A bar of buttons: pairs of a label and what a click does. */
function bar(...buttons) {
  const tools = document.createElement("div");
  tools.className = "nbreason-tools";
  tools.dataset.lmSuppressShortcuts = "true"; // Enter presses a button here
  for (const [label, click] of buttons) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: label });
    button.addEventListener("click", async (event) => {
      event.stopPropagation();
      const said = (await click()) ?? (label.startsWith("Copy") && "Copied");
      if (said) {
        button.textContent = said;
        setTimeout(() => (button.textContent = label), 1500);
      }
    });
    tools.append(button);
  }
  return tools;
}

/** Put the buttons of a cell into the page, where they are not there yet. */
function place(notebook, cell) {
  for (const item of outputsOf(cell)) {
    const line = item.node?.querySelector(".nbreason-line");
    if (!item.node || item.node.querySelector(".nbreason-tools")) {
      continue;
    }
    if (isError(item, cell)) {
      item.node.append(bar(["Explain", () => explain(notebook, cell, item)], ["Fix", () => fix(notebook, cell)]));
    } else if (line && isAnswer(item)) {
      const markdown = item.output.metadata.nbreason.markdown;
      line.append(bar(["Copy as Markdown", () => copy(markdown)], ["Ask again", () => askAgain(notebook, cell)]));
      for (const code of item.node.querySelectorAll(".nbreason pre.nbr-code")) {
        const shown = code.classList.contains("nbr-diff") ? versions(code) : null;
        const text = shown ? shown.after : code.textContent.replace(/\n$/, "");
        const frame = Object.assign(document.createElement("div"), { className: "nbreason-code" });
        const insert = ["Insert below", () => insertBelow(notebook, cell, text)];
        frame.append(bar(...(shown ? [["Apply", () => apply(notebook, shown)]] : []), ["Copy", () => copy(text)], insert));
        code.before(frame);
      }
    }
  }
}

function remove(cell) {
  cell.node.querySelectorAll(".nbreason-code, .nbreason-tools").forEach((element) => element.remove());
}

/** Follow the mouse and the active cell of a notebook. */
export default function follow({ content: notebook }, { sessionContext }) {
  let cells = new Set();
  let pointed = null;
  const show = () => {
    const wanted = new Set([pointed, notebook.activeCell].filter((cell) => cell?.model?.type === "code"));
    cells.forEach((cell) => wanted.has(cell) || cell.isDisposed || remove(cell));
    wanted.forEach((cell) => place(notebook, cell));
    cells = wanted;
  };
  const point = ({ target }) => {
    pointed = cellOf(notebook, target) ?? null;
    show();
  };
  notebook.node.addEventListener("mouseover", point);
  notebook.node.addEventListener("mouseleave", point);
  notebook.activeCellChanged.connect(show);
  sessionContext.statusChanged.connect((_, status) => void (status === "idle" && show()));
}

/** With the style sheet of answers, which a notebook that is not trusted shows without. */
export function start() {
  const sheet = new URL("answers.css", import.meta.url);
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: sheet }));
  document.head.append(Object.assign(document.createElement("style"), { textContent: STYLE }));
}
