// The token has been used: it need not stay in the address bar and the history.
history.replaceState(null, "", "/");

// Keys go to the program from the start, not only after a click; textual.js makes the terminal when the page is loaded.
const focus = () => document.querySelector(".xterm-helper-textarea")?.focus();
window.addEventListener("load", focus);
window.addEventListener("focus", focus);
