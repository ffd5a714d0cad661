// Ended: a live output (a streaming answer, the dashboard) becomes static when its kernel ends, and when a notebook is
// opened that was saved with one.  By itself it would leave broken widgets, and "model not found" once it is reopened.

const VIEW = "application/vnd.jupyter.widget-view+json";
const KINDS = new Set(["HTMLModel", "HTMLMathModel", "VBoxModel"]);
const GONE = new Set(["restarting", "autorestarting", "terminating", "dead"]);

/** The widgets of a kernel that may hold text of ours, as its messages describe them. */
class Widgets {
  constructor() {
    this.states = new Map();
  }

  read({ header, content }) {
    if (header.msg_type === "comm_close") {
      this.states.delete(content.comm_id);
    } else if (content.data?.state && (this.states.has(content.comm_id) || KINDS.has(content.data.state._model_name))) {
      this.states.set(content.comm_id, { ...this.states.get(content.comm_id), ...content.data.state });
    }
    for (const [id, { state }] of Object.entries(content.data?.states ?? {})) {
      this.states.set(id, state); // the answer to a page that has just been opened
    }
  }

  /** The HTML in a widget and all those inside of it, as the kernel has sent it: sanitised, formulas as source. */
  html(id) {
    const state = this.states.get(id) ?? {};
    if (state._dom_classes?.includes("nbreason-piece")) {
      return state.value ?? "";
    }
    return (state.children ?? []).map((child) => this.html(child.replace("IPY_MODEL_", ""))).join("");
  }
}

/** The live outputs of a notebook: `{ cell, outputs, index, output, live, id }`. */
function found(model) {
  const all = [];
  for (const cell of model?.cells ?? []) {
    const outputs = cell.outputs;
    for (let index = 0; index < (outputs?.length ?? 0); index++) {
      const output = outputs.get(index);
      const live = output.metadata?.nbreason?.live;
      if (live) {
        all.push({ cell, outputs, index, output, live, id: output.data[VIEW]?.model_id });
      }
    }
  }
  return all;
}

/** Replace a live output with static HTML; foot: the line below the text. */
function end({ outputs, index, live }, text, foot) {
  const html = live.sheet + text + foot;
  const plain = new DOMParser().parseFromString(html.replace(/<style>[^<]*<\/style>/g, ""), "text/html");
  const data = { "text/html": html, "text/plain": plain.body.textContent };
  outputs.set(index, { output_type: "display_data", data, metadata: { nbreason: {} } });
}

/** Follow the kernel of a notebook. */
export default function follow(panel, context) {
  const session = context.sessionContext;
  const widgets = new Widgets();
  let reopened = new Set(); // the ids of live outputs in the file, which JupyterLab no longer updates

  const textOf = ({ id, live }) => widgets.html(id) || live.text || "";
  const endAll = () => {
    for (const item of found(context.model)) {
      end(item, textOf(item), item.live.ended);
    }
    widgets.states.clear();
  };

  session.iopubMessage.connect((_, message) => {
    const type = message.header.msg_type;
    if (type.startsWith("comm_")) {
      widgets.read(message);
    } else if (type === "update_display_data" && reopened.has(message.content.transient?.display_id)) {
      const { data, metadata, transient } = message.content;
      const item = found(context.model).find(({ id }) => id === transient.display_id);
      item?.outputs.set(item.index, { output_type: "display_data", data, metadata });
    }
  });
  session.statusChanged.connect((_, status) => void (GONE.has(status) && endAll()));
  session.kernelChanged.connect((_, { oldValue }) => void (oldValue && endAll()));

  // The text goes into the file as well, for the case that the page is closed before the answer is complete.
  context.saveState.connect((_, state) => {
    for (const item of state === "started" ? found(context.model) : []) {
      const metadata = { nbreason: { live: { ...item.live, text: textOf(item) } } };
      const saved = { ...item.output.toJSON(), metadata };
      item.cell.sharedModel.updateOutputs(item.index, item.index + 1, [saved], "silent-change"); // drawn as it was
    }
  });

  context.ready.then(async () => {
    reopened = new Set(found(context.model).map(({ id }) => id));
    if (!reopened.size) {
      return;
    }
    await session.ready;
    const reply = await session.session?.kernel?.requestCommInfo({ target_name: "jupyter.widget" });
    for (const item of found(context.model)) {
      if (reopened.has(item.id) && !reply?.content.comms?.[item.id]) {
        end(item, textOf(item), item.live.missed);
      }
    }
  });
}
