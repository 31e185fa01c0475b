export const items = [{ id: 1, name: "cheese", price: 12 }, {
  id: 2,
  name: "bread",
  price: 4,
}];

export async function placeOrder(order) {
  const item = items.find(({ id }) => id === order.item);
  await new Promise((resolve) => setTimeout(resolve, 1));
  if (item === undefined) throw new RangeError("unknown item");
  return { item: item.name, total: total(item.price, order.count ?? 1) };
}

function total(price, count) {
  return price * count;
}
