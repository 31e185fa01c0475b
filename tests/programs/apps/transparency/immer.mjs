// Proxies around state, revocable and nested.
import {
  applyPatches,
  createDraft,
  enablePatches,
  finishDraft,
  produce,
  produceWithPatches,
} from "immer";

enablePatches();
const before = { shelves: [{ books: ["a", "b"] }, { books: [] }], open: true };
const [after, patches, inverse] = produceWithPatches(before, (draft) => {
  draft.shelves[1].books.push("c", ...draft.shelves[0].books.splice(0, 1));
  delete draft.open;
});
console.log(JSON.stringify([after, patches, inverse]), before.shelves[0] === after.shelves[0]);
console.log(
  JSON.stringify(applyPatches(after, inverse)) === JSON.stringify(before),
  Object.isFrozen(after),
);
let leaked;
produce(before, (draft) => void (leaked = draft.shelves));
try {
  leaked.length;
} catch (error) {
  console.log(error.name, error.message);
}
const draft = createDraft({ sum: 0 });
await Promise.all([1, 2, 3].map(async (n) => {
  await null;
  draft.sum += n;
}));
console.log(finishDraft(draft).sum);
try {
  after.shelves.push(1);
} catch (error) {
  console.log(error.constructor.name);
}
