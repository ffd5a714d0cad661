// What JupyterLab and Notebook 7 do for nbreason.  Written by hand as a container of module federation, which is all
// that they ask of a prebuilt extension: nothing is built.  Each part is a module beside this one, and can be switched
// off by its name: `start` is called once, and the default export for each notebook that is opened.
(function () {
  const here = document.currentScript.src;
  const PARTS = {
    prose: "Colours the prose of %%reason cells as prose, not as Python.",
    order: "Sends the order of cells and the notebook's path to nbreason.",
    ended: "Keeps the text of an answer whose kernel ended.",
    asking: "A command that asks about an output.",
    status: "The model and what is left, in the status bar.",
    toolbar: "Buttons under answers and tracebacks.",
  };
  let scope = null;

  /** A module that the page shares, in its newest version. */
  async function shared(name) {
    const versions = scope[name] ?? {};
    const newest = Object.keys(versions).sort((a, b) => a.localeCompare(b, "en", { numeric: true })).pop();
    return newest ? (await versions[newest].get())() : {};
  }

  async function plugin([name, description]) {
    const { default: follow, start } = await import(new URL(`${name}.js`, here));
    const activate = async (app) => {
      app.docRegistry.addWidgetExtension("Notebook", {
        createNew: (panel, context) => void follow(panel, context, app),
      });
      await start?.(app, shared);
    };
    return { id: `nbreason:${name}`, description, autoStart: true, activate };
  }

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["nbreason"] = {
    init: (given) => void (scope = given),
    get: async () => {
      const plugins = await Promise.all(Object.entries(PARTS).map(plugin));
      return () => ({ __esModule: true, default: plugins });
    },
  };
})();
