/** Asks a node:http server for paths, prints the answers and closes it. */
export async function run(server, paths) {
  const { port } = server.address();
  for (const path of paths) {
    const response = await fetch(`http://localhost:${port}${path}`);
    console.log(path, response.status, await response.text());
  }
  server.close();
  server.closeAllConnections?.();
}
