// In place of react-style-singleton, which writes style elements to keep the page behind a dialog from scrolling. This
// page never scrolls, and its Content-Security-Policy lets nobody write style elements.
const nothing = () => null;

export const styleSingleton = () => nothing;
export const styleHookSingleton = () => nothing;
export const stylesheetSingleton = () => ({ add: nothing, remove: nothing });
