// What all clicks end in: a new cell below, with the cursor in it; nothing is run.

/** The notebook in front, if there is one. */
export function current(app) {
  const notebook = app.shell.currentWidget?.content;
  return notebook?.activeCell && notebook.model?.sharedModel ? notebook : null;
}

/** Put a code cell below another, with the cursor at its end. */
export async function insertBelow(notebook, cell, source) {
  const index = notebook.widgets.indexOf(cell) + 1;
  notebook.model.sharedModel.insertCell(index, { cell_type: "code", source, metadata: { trusted: true } });
  notebook.deselectAll();
  notebook.activeCellIndex = index;
  notebook.mode = "edit";
  await notebook.activeCell.ready;
  const lines = source.split("\n");
  notebook.activeCell.editor?.setCursorPosition({ line: lines.length - 1, column: lines.at(-1).length });
  notebook.activeCell.editor?.focus();
}

/** Copy text; without the clipboard of a secure page (HTTP from another machine) the old way. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

/** The code cell that holds an element of the page. */
export function cellOf(notebook, element) {
  const node = element?.closest?.(".jp-CodeCell");
  return node && notebook.widgets.find((cell) => cell.node === node);
}
