const a = require("./circle_a.cjs");

module.exports = { seen: Object.keys(a).join(), later: () => `${typeof a.late} ${a.seen}` };
