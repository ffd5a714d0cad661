// What JupyterLab and Notebook 7 do for nbreason.  Written by hand as a container of module federation, which is all
// that they ask of a prebuilt extension: nothing is built.  Each part is a module beside this one that follows each
// notebook that is opened, and can be switched off by its name.
(function () {
  const here = document.currentScript.src;
  const PARTS = {
    prose: "Colours the prose of %%reason cells as prose, not as Python.",
    order: "Sends the order of cells and the notebook's path to nbreason.",
    ended: "Keeps the text of an answer whose kernel ended.",
  };

  async function plugin([name, description]) {
    const { default: follow } = await import(new URL(`${name}.js`, here));
    const activate = (app) =>
      void app.docRegistry.addWidgetExtension("Notebook", {
        createNew: (panel, context) => void follow(panel, context, app),
      });
    return { id: `nbreason:${name}`, description, autoStart: true, activate };
  }

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["nbreason"] = {
    init: () => {},
    get: async () => {
      const plugins = await Promise.all(Object.entries(PARTS).map(plugin));
      return () => ({ __esModule: true, default: plugins });
    },
  };
})();
