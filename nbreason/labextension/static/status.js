// Status: the model of the notebook in front and what is left on its account, as its newest answer says.  A click shows
// the dashboard, which costs nothing.

import { current, insertBelow } from "./cells.js";

const DASHBOARD = "%nbreason panel";
const known = new WeakMap(); // panel -> words
let show = () => {};

/** Remember the words in the metadata of an output. */
function remember(panel, metadata) {
  const words = metadata?.nbreason?.status;
  if (typeof words === "string") {
    known.set(panel, words.slice(0, 80));
    show();
  }
}

/** Show the dashboard of the notebook in front: where it is, or in a new cell below the active one. */
async function dashboard(app) {
  const notebook = current(app);
  const shown = notebook.widgets.find(({ model }) => model.sharedModel.getSource().trim() === DASHBOARD);
  if (shown) {
    notebook.activeCellIndex = notebook.widgets.indexOf(shown);
  } else {
    await insertBelow(notebook, notebook.activeCell, DASHBOARD);
  }
  await app.commands.execute("notebook:run-cell");
  notebook.scrollToCell?.(notebook.activeCell);
}

export async function start(app, shared) {
  const { Widget } = await shared("@lumino/widgets");
  const { IStatusBar } = await shared("@jupyterlab/statusbar");
  const bar = IStatusBar && (await app.resolveOptionalService(IStatusBar));
  const item = new Widget({ node: document.createElement("button") });
  item.id = "nbreason-status";
  item.node.title = "nbreason: the model and what is left; a click shows the dashboard";
  item.node.addEventListener("click", () => dashboard(app));
  show = () => {
    item.node.textContent = known.get(app.shell.currentWidget) ?? "";
    item.setHidden(!item.node.textContent);
  };
  if (bar) {
    bar.registerStatusItem(item.id, { item, align: "left", rank: 50, isActive: () => !item.isHidden });
  } else {
    app.shell.add(item, "menu", { rank: 10_000 }); // Notebook 7 has no status bar
  }
  app.shell.currentChanged?.connect(show);
  show();
}

export default function follow(panel, context) {
  const asked = ({ metadata }) => metadata?.nbreason?.asked_at ?? "";
  context.ready.then(() => {
    const outputs = Array.from(context.model.cells, (cell) => cell.outputs?.toJSON() ?? []).flat();
    remember(panel, outputs.reduce((a, b) => (asked(b) > asked(a) ? b : a), {}).metadata);
  });
  context.sessionContext.iopubMessage.connect((_, { content }) => remember(panel, content.metadata));
}
