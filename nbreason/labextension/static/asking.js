// Asking about what is on the page: which cell each button and command makes.

import { cellOf, current, insertBelow } from "./cells.js";

const FIGURE = /^(image\/|application\/vnd\.(plotly|vega|vegalite|bokehjs))/;
const ASKS = /^\s*%%?(reason|nbreason)\b/m;

/** The outputs of a cell, each with the element that shows it. */
export function outputsOf(cell) {
  return Array.from({ length: cell.model.outputs?.length ?? 0 }, (_, index) => ({
    output: cell.model.outputs.get(index),
    node: cell.outputArea.widgets[index]?.node.querySelector(".jp-OutputArea-output"),
  }));
}

export const isAnswer = ({ output }) => typeof output.metadata.nbreason?.markdown === "string";
export const isError = ({ output }, cell) => output.type === "error" && !ASKS.test(cell.model.sharedModel.getSource());

/** The same question once more, whatever answer is saved. */
export function askAgain(notebook, cell) {
  const source = cell.model.sharedModel.getSource();
  return insertBelow(notebook, cell, source.replace(/^(\s*%%?reason)\b(?!.*--fresh\b)/m, "$1 --fresh"));
}

/** Whether a cell is the last that failed, which is what `--error` and `--fix` mean by themselves. */
function isNewest(notebook, cell) {
  const failed = notebook.widgets.filter((other) => outputsOf(other).some((item) => isError(item, other)));
  return failed.every((other) => other.model.executionCount <= cell.model.executionCount);
}

/** A corrected version of a cell. */
export function fix(notebook, cell) {
  const name = isNewest(notebook, cell) ? "" : ` In[${cell.model.executionCount}]`;
  return insertBelow(notebook, cell, `%reason --fix${name}`);
}

/** A question about an error; of one that is not the last, the cell is sent. */
export function explain(notebook, cell, { output }) {
  const newest = isNewest(notebook, cell);
  const name = String(output.toJSON().ename).replace(/\W/g, ""); // the rest may hold what %%reason would fill in
  const source = newest
    ? "%%reason --error\nWhy does this fail, and what is the smallest change that fixes it?"
    : `%%reason --cells In[${cell.model.executionCount}]\nWhy does this raise ${name}, and what is the smallest change that fixes it?`;
  return insertBelow(notebook, cell, source);
}

/** Both versions of a corrected cell, from the lines of the difference that is shown: no other is applied. */
export function versions(shown) {
  const lines = shown.textContent.split("\n");
  const without = (sign) => lines.filter((line) => line[0] !== sign).map((line) => line.slice(2)).join("\n");
  return { before: without("+"), after: without("-") };
}

/** Replace the source of the cell that was corrected; the cell's own undo takes it back. */
export function apply(notebook, { before, after }) {
  const cell = notebook.widgets.findLast(({ model }) => model.sharedModel.getSource().trimEnd() === before.trimEnd());
  if (!cell) {
    return "The cell has changed";
  }
  notebook.deselectAll();
  notebook.activeCellIndex = notebook.widgets.indexOf(cell);
  cell.model.sharedModel.setSource(after);
  cell.editor?.focus();
  return "Applied";
}

/** What attaches an output, or all of a cell. */
function options(cell, node) {
  const all = outputsOf(cell);
  const count = cell.model.executionCount;
  const chosen = all.find((item) => item.node && item.node.contains(node));
  const figures = all.filter(({ output }) => !output.metadata.nbreason && Object.keys(output.data ?? {}).some((kind) => FIGURE.test(kind)));
  if ((chosen ? isAnswer(chosen) : all.some(isAnswer)) || !count) {
    return ""; // an answer is in the conversation
  }
  if (chosen ? figures.includes(chosen) : figures.length) {
    const number = chosen && figures.length > 1 ? `.${figures.indexOf(chosen) + 1}` : "";
    return ` --figs In[${count}]${number}`;
  }
  return ` --cells In[${count}]`;
}

/** Ask about the output at an element, or about the active cell. */
function askAbout(notebook, node) {
  const cell = cellOf(notebook, node) ?? notebook.activeCell;
  const error = outputsOf(cell).find((item) => isError(item, cell));
  if (error) {
    return explain(notebook, cell, error);
  }
  return insertBelow(notebook, cell, `%%reason${options(cell, node)}\n`);
}

/** The command, in the palette, the context menu of outputs, and on a key that JupyterLab leaves free. */
export async function start(app, shared) {
  const command = "nbreason:ask-about-output";
  app.commands.addCommand(command, {
    label: "Ask About This Output (nbreason)",
    caption: "Put a %%reason cell below that attaches this output; nothing is sent before it is run",
    isEnabled: () => current(app)?.activeCell.model.type === "code",
    execute: (args) => {
      const found = args.pointed && app.contextMenuHitTest((node) => node.classList.contains("jp-OutputArea-output"));
      return askAbout(current(app), found || null);
    },
  });
  app.commands.addKeyBinding({
    command,
    keys: ["Q"],
    selector: ".jp-Notebook.jp-mod-commandMode:not(.jp-mod-readWrite) :focus",
  });
  app.contextMenu.addItem({
    command,
    args: { pointed: true },
    selector: ".jp-Notebook .jp-CodeCell .jp-OutputArea-output",
    rank: 1,
  });
  const { ICommandPalette } = await shared("@jupyterlab/apputils");
  const palette = await app.resolveOptionalService(ICommandPalette);
  palette?.addItem({ command, category: "Notebook Cell Operations" });
}

export default function follow() {}
