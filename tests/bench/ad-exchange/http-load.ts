import { connect, type Socket } from "node:net";

/**
 * Sends bodies to a server over kept connections, the next one on each as soon as an answer is whole, until all are
 * answered. Written on bare sockets: a client that costs as much as the server lets it idle, and a processor that has
 * slept works at a fraction of its speed for a while.
 */
export async function sendAll(url: string, bodies: readonly Buffer[], connections: number): Promise<void> {
  const { hostname, port } = new URL(url);
  let next = 0;
  const lanes = Array.from({ length: connections }, () => {
    const socket = connect(Number(port), hostname);
    socket.setNoDelay(true);
    return laneOf(socket, () => bodies[next++]);
  });
  await Promise.all(lanes);
}

/** A request as it stands on the wire. */
export function httpRequest(body: string): Buffer {
  const head = ["POST /openrtb2/auction HTTP/1.1", "host: bench", "content-type: application/json"];
  return Buffer.from(`${head.join("\r\n")}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

function laneOf(socket: Socket, take: () => Buffer | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    let got = "";
    const send = () => {
      const bytes = take();
      if (bytes !== undefined) return void socket.write(bytes);
      socket.destroy();
      resolve();
    };
    socket.setEncoding("latin1");
    socket.on("error", reject);
    socket.on("data", (part: string) => {
      got += part;
      const status = wholeAnswer(got);
      if (status === undefined) return;
      got = "";
      if (status === "200" || status === "204") send();
      else reject(new Error(`bench: the server answered ${status}`));
    });
    socket.on("connect", send);
  });
}

/** The status of an answer that has come to its end. */
function wholeAnswer(text: string): string | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const length = Number(/content-length: (\d+)/i.exec(text.slice(0, end))?.[1] ?? 0);
  return text.length >= end + 4 + length ? text.slice(9, 12) : undefined;
}
