exports.early = "early";
const b = require("./circle_b.cjs");
Object.defineProperty(exports, "seen", { enumerable: true, get: () => b.seen });
exports.late = function late() {
  return [
    b.later(),
    this === exports,
    arguments.length,
    require.main === module,
    module.children.length > 0,
  ].join();
};
