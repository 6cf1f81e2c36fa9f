// Monaco's workers, as files of our own server; the names are put in by build.js.
/* global WORKER_URLS */
globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(WORKER_URLS[label] ?? WORKER_URLS.editor),
};
