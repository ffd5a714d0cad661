// Order: each run sends the kernel the order of the cells and the notebook's path, in the metadata of the request, next
// to the id of the cell.  Not on a comm: after "Restart and Run All" its messages would wait behind all the queued
// cells, or overtake them on a subshell.

const USES_NBREASON = /\bnbreason\b|%reason\b/;
const following = new WeakSet();

/** Send it with each run, starting with the first that mentions nbreason: other kernels see no difference. */
export default function sendOrder(panel, context) {
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
