// What JupyterLab and Notebook 7 do for nbreason.  Written by hand as a container of module federation, which is all
// that they ask of a prebuilt extension: nothing is built, and nothing is shared with it.
(function () {
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
  function follow(notebook) {
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

  // Order: each run sends the kernel the order of the cells and the notebook's path, in the metadata of the request,
  // next to the id of the cell.  Not on a comm: after "Restart and Run All" its messages would wait behind all the
  // queued cells, or overtake them on a subshell.

  const USES_NBREASON = /\bnbreason\b|%reason\b/;
  const following = new WeakSet();

  /** Send it with each run, starting with the first that mentions nbreason: other kernels see no difference. */
  function sendOrder(context) {
    const session = context.sessionContext;
    const list = context.model.cells;
    let cells = null; // kept until the list changes, because collecting the ids takes longer than sending them
    list.changed.connect(() => (cells = null));

    const withOrder = (metadata) => {
      cells = cells ?? Array.from(list, (cell) => cell.id);
      return { ...metadata, nbreason: { cells, notebook: context.localPath } };
    };
    const attach = () => {
      const kernel = session.session?.kernel;
      if (!kernel || following.has(kernel)) {
        return;
      }
      following.add(kernel);
      const execute = kernel.requestExecute.bind(kernel);
      let used = false;
      kernel.requestExecute = (content, disposeOnDone, metadata) => {
        used = used || USES_NBREASON.test(content.code);
        return execute(content, disposeOnDone, used && metadata?.cellId ? withOrder(metadata) : metadata);
      };
    };
    session.kernelChanged.connect(attach);
    attach();
  }

  /** A plugin that calls `createNew` for each notebook that is opened. */
  function plugin(id, description, createNew) {
    const activate = (app) => void app.docRegistry.addWidgetExtension("Notebook", { createNew });
    return { id: `nbreason:${id}`, description, autoStart: true, activate };
  }

  const plugins = [
    plugin("prose", "Colours the prose of %%reason cells as prose, not as Python.", (panel) => follow(panel.content)),
    plugin("order", "Sends the order of cells and the notebook's path to nbreason.", (_, context) => sendOrder(context)),
  ];

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["nbreason"] = {
    init: () => {},
    get: () => Promise.resolve(() => ({ __esModule: true, default: plugins })),
  };
})();
