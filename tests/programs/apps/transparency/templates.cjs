// Templates and validators become functions by `new Function`, some with `with` in them.
const Ajv = require("ajv");
const ejs = require("ejs");
const handlebars = require("handlebars");
const _ = require("lodash");

const rows = [{ name: "<b>", tags: ["x", "y"] }, { name: "plain", tags: [] }];
console.log(
  ejs.render(
    "<% for (const { name, tags } of rows) { %><%= name %>:<%- tags.map((t) => t + i) %>;<% } %>",
    { rows, i: 1 },
  ),
);
console.log(ejs.compile("<%= a %>", { client: true }).toString());
handlebars.registerHelper("shout", function (options) {
  return options.fn(this).toUpperCase();
});
const text = handlebars.compile(
  "{{#each rows}}{{name}}{{#shout}}{{#each tags}}{{.}}{{@index}}{{/each}}{{/shout}};{{/each}}",
);
console.log(text({ rows }), handlebars.precompile("{{a.b}}").length);
console.log(
  _.template("<% _.forEach(rows, (row) => { %>${ row.name }<% }) %>", { imports: { _ } })({ rows }),
);
console.log(
  _.isNative(Array.prototype.map),
  _.isNative(_.map),
  _.isNative(Function.prototype.toString),
);
console.log(
  _.curry((a, b, c) => [a, b, c].join())(1)(2)(3),
  _.chain(rows).map("name").reverse().value().join(),
  _.runInContext().VERSION === _.VERSION,
);
const validate = new Ajv({ allErrors: true }).compile({
  type: "object",
  required: ["id"],
  properties: {
    id: { type: "integer", minimum: 1 },
    tags: { type: "array", items: { enum: ["x"] } },
  },
  additionalProperties: false,
});
console.log(
  validate({ id: 1, tags: ["x"] }),
  validate({ tags: ["z"], more: 1 }),
  JSON.stringify(validate.errors.map((e) => e.message)),
);
try {
  ejs.render("line one\n<%= missing.name %>", {}, { filename: "page.ejs" });
} catch (error) {
  console.log(error.message);
}
