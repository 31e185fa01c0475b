console.log("waits runs");
await new Promise((resolve) => setTimeout(resolve, 2));
export const value = await Promise.resolve("waited");
