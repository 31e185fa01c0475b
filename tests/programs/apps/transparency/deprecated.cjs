// depd compiles a function with as many parameters as the one it wraps, and says who called it.
const deprecate = require("depd")("transparency");

const api = {
  old: deprecate.function(function old(a, b) {
    return a + b;
  }, "old() is gone"),
};
function caller() {
  return api.old(1, 2);
}
console.log(caller(), api.old.length, api.old.name);
process.on(
  "deprecation",
  (error) =>
    console.log(error.name, error.message, error.namespace, error.stack.split("\n").length > 1),
);
console.log(caller());
