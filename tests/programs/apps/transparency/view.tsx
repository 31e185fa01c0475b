// JSX, hooks, suspended rendering.
/** @jsxImportSource preact */
import { type ComponentChildren, createContext, Fragment } from "preact";
import { useContext, useMemo, useReducer, useState } from "preact/hooks";
import { lazy, Suspense } from "preact/compat";
import { renderToString, renderToStringAsync } from "preact-render-to-string";

const Theme = createContext("light");
const Later = lazy(async () => {
  await null;
  return { default: ({ n }: { n: number }) => <i>{n}</i> };
});
function List<T>({ items, children }: { items: T[]; children: (item: T) => ComponentChildren }) {
  return (
    <ul class={useContext(Theme)}>
      {items.map((item, key) => <li key={key}>{children(item)}</li>)}
    </ul>
  );
}
class Guard extends Error {
  override name = "Guard";
}
const Counter = ({ start = 1 }) => {
  const [count] = useState(() => start * 2);
  const [sum] = useReducer((state: number, by: number) => state + by, count);
  return <>{useMemo(() => `${count}/${sum}`, [count, sum])}</>;
};
const Broken = (): never => {
  throw new Guard("while rendering");
};
const view = (
  <Theme.Provider value="dark">
    <List items={["<a>", "b"]}>{(item) => <b onClick={() => console.log(item)}>{item}</b>}</List>
    <Fragment>
      <Counter />
      <Counter start={4} />
    </Fragment>
  </Theme.Provider>
);
console.log(renderToString(view));
console.log(
  await renderToStringAsync(
    <Suspense fallback={<p>wait</p>}>
      <Later n={7} />
    </Suspense>,
  ),
);
try {
  renderToString(
    <div>
      <Broken />
    </div>,
  );
} catch (error) {
  console.log(String(error), Counter.name, List.length);
}
