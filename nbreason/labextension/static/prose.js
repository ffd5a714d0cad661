// Prose: the MIME type of a %%reason cell becomes that of Markdown as IPython has it, so that an apostrophe does not
// colour the rest of the cell as a string.

const PROSE = "text/x-ipythongfm";
const FIRST_LINE = /^\s*%%reason(\s|$)/;

/** Give a cell the MIME type that fits its first line; `usual` tells that of code. */
function colour(cell, usual) {
  const prose = FIRST_LINE.test(cell.sharedModel.getSource());
  if (prose !== (cell.mimeType === PROSE)) {
    cell.mimeType = prose ? PROSE : usual();
  }
}

/** Follow all code cells of a notebook, now and later. */
export default function follow({ content: notebook }) {
  const known = new WeakSet();
  const usual = () => notebook.codeMimetype;
  const look = () => {
    for (const cell of notebook.model?.cells ?? []) {
      if (cell.type === "code" && !known.has(cell)) {
        known.add(cell);
        const again = () => colour(cell, usual);
        cell.contentChanged.connect(again);
        cell.mimeTypeChanged.connect(again); // the notebook sets it when the kernel tells its language
        again();
      }
    }
  };
  const attach = () => {
    notebook.model?.cells.changed.connect(look);
    look();
  };
  notebook.modelChanged.connect(attach);
  attach();
}
